//! Jobs on matrices and trained weights.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod embedding;
mod encoder_f64;
mod matmul;
mod minilm;
mod mlp;
mod mutations;
mod roots;
mod synthetic;

use tessera_compute::{Backend, Cancel, CpuBackend, Tensor};
use tessera_jobs::{JobResult, JobSpec, Prepared, Table, decode};

fn execute(job: &Prepared) -> Vec<Tensor> {
    CpuBackend::new().run(&job.graph, &job.inputs, &Cancel::new()).unwrap()
}

/// Runs the job and decodes it from its label alone, as a stranger would. The result survives a trip through JSON.
fn result_of(job: &Prepared) -> JobResult {
    let spec = JobSpec::from_label(&job.label).unwrap();
    assert_eq!(spec, job.spec);
    let result = decode(&spec, &execute(job)).unwrap();
    let json = serde_json::to_string(&result).unwrap();
    assert_eq!(serde_json::from_str::<JobResult>(&json).unwrap(), result);
    result
}

fn table(width: usize, values: Vec<f32>) -> Table {
    let names: Vec<String> = (0..width).map(|index| format!("c{index}")).collect();
    Table::from_values(&names.iter().map(String::as_str).collect::<Vec<_>>(), values).unwrap()
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}
