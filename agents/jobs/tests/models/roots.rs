//! Frozen roots of the jobs on weights; see `tests/jobs/roots.rs`. All weights are seeded.

use tessera_compute::{Backend, Cancel, CpuBackend, ReferenceBackend, output_root};
use tessera_jobs::{Activation, Embedding, Matmul, Mlp, OutputActivation, Precision, Prepared, Weights};
use tessera_jobs::{prepare_embedding, prepare_matmul, prepare_mlp};

use super::synthetic::{Numbers, encoder, safetensors};
use super::table;

fn holds(job: &Prepared, graph: &str, outputs: &str) {
    let one = CpuBackend::new().with_threads(1);
    let two = CpuBackend::new().with_threads(2);
    let soft = CpuBackend::new().without_fma();
    let executors: [(&str, &dyn Backend); 4] =
        [("one thread", &one), ("two threads", &two), ("no fma", &soft), ("referee", &ReferenceBackend)];
    let found = executors.map(|(name, backend)| {
        (name, output_root(&backend.run(&job.graph, &job.inputs, &Cancel::new()).unwrap()).to_string())
    });
    for (executor, root) in &found {
        assert_eq!(*root, found[3].1, "{}, {executor} against the referee", job.label);
    }
    assert_eq!((job.graph.root().to_string().as_str(), found[3].1.as_str()), (graph, outputs), "{}", job.label);
}

fn matmul(precision: Precision) -> Prepared {
    let mut numbers = Numbers(21);
    let mut values = |count: usize| (0..count).map(|_| numbers.next()).collect::<Vec<_>>();
    let (left, right) = (table(37, values(5 * 37)), table(6, values(37 * 6)));
    prepare_matmul(&Matmul { precision }, &left, &right).unwrap()
}

fn mlp(precision: Precision) -> Prepared {
    let mut numbers = Numbers(22);
    let bytes = safetensors(&[
        numbers.tensor("0.weight", &[7, 3], 0.0, 2.0),
        numbers.tensor("0.bias", &[7], 0.0, 1.0),
        numbers.tensor("2.weight", &[4, 7], 0.0, 2.0),
    ]);
    let rows = table(3, (0..15).map(|_| 3.0 * numbers.next()).collect());
    let spec = Mlp { activation: Activation::Gelu, output: OutputActivation::Softmax, precision, ..Mlp::default() };
    prepare_mlp(&spec, &rows, &Weights::from_bytes(&bytes).unwrap()).unwrap()
}

fn embedding(precision: Precision) -> Prepared {
    let spec = Embedding { precision, ..Embedding::default() };
    prepare_embedding(&spec, &encoder(), &["the cat sat", "runs exactly.", ""]).unwrap()
}

#[test]
fn matmul_keeps_its_bits() {
    holds(
        &matmul(Precision::F32),
        "10c247f6a933a46c70b298c035b148d5916a9d51a3e0838a93aedce65a187566",
        "47b9ad3e0310eb87e4a23599c9a901d7ea0fb0f954e8e6fe0e05646567105d8f",
    );
    holds(
        &matmul(Precision::I8),
        "7f5553510b381a754e8b9f0450726062ed154edb8f9f14efa5deb0296e28d287",
        "192a5cb3bc9b132ec2abae216ea2479ac3239c418c74788ff77d8b689280359c",
    );
}

#[test]
fn mlp_keeps_its_bits() {
    holds(
        &mlp(Precision::F32),
        "58d6c45d161e72197b73e7334bf8a0aec2c153dba87c393899557ac12901ca5d",
        "9dfec971154001a0982804ac28a26e207cedc07097b8d5628439c28fe394a96d",
    );
    holds(
        &mlp(Precision::I8),
        "589e144f0721114690de5b24fccee616d0ca1e509494dbc8df51d0a0d20fb956",
        "a06762a38c95a9fdf801ee63753388b2c1b907e7815a9f5a70d252f2dc5bf6e2",
    );
}

#[test]
fn embedding_keeps_its_bits() {
    holds(
        &embedding(Precision::F32),
        "a5113c460fc38ecb3b27446306bf47285e11f6411afc2e6be3192164b456c59f",
        "c29926216f87b86c1d75303fe81fa42c616041ab9ca8d550f4fa26b89404f7c0",
    );
    holds(
        &embedding(Precision::I8),
        "e63adad29ec928966fe65492456f47f1225e9494cfee5e87a6f947b8524e23eb",
        "7ec8ce759d2fec24adbd656ccf630636bba9ffff05f62762dda5e7b2f8e73f14",
    );
}
