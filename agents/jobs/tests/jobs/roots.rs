//! Frozen roots. A changed graph root means that the job asks for another computation; a changed output root under the same
//! graph means that an executor gives other bits. The first is a decision (update the root here); the second is a fault.

use serde_json::{Value, json};
use tessera_compute::{Backend, Cancel, CpuBackend, ReferenceBackend, inputs_root, output_root};
use tessera_jobs::prepare;

use super::expected::data;
use super::spec;

struct Roots {
    graph: &'static str,
    inputs: &'static str,
    outputs: &'static str,
}

fn holds(name: &str, parameters: Value, roots: Roots) {
    let job = prepare(&spec(name, parameters), &data("iris")).unwrap();
    assert_eq!(inputs_root(&job.inputs).to_string(), roots.inputs, "inputs of {name}");
    assert_eq!(job.graph.root().to_string(), roots.graph, "graph of {name}");
    let one = CpuBackend::new().with_threads(1);
    let two = CpuBackend::new().with_threads(2);
    let soft = CpuBackend::new().without_fma();
    let executors: [(&str, &dyn Backend); 4] =
        [("one thread", &one), ("two threads", &two), ("no fma", &soft), ("referee", &ReferenceBackend)];
    for (executor, backend) in executors {
        let found = backend.run(&job.graph, &job.inputs, &Cancel::new()).unwrap();
        assert_eq!(output_root(&found).to_string(), roots.outputs, "outputs of {name}, {executor}");
    }
}

/// Every job but linear regression leaves `target` out, so they share their input.
const IRIS: &str = "a53b602d8b766c95f42dc05b51eca30240685319f42a77b074024f8f026dc989";

#[test]
fn linear_regression_keeps_its_bits() {
    let roots = Roots {
        inputs: "a47a63919c8a481375de98165fb33dc1b4d92d3abbef91e1e1540dc671ce95be",
        graph: "0a5d4714e76f490fa9c79ab3dfc2efb1f4239725f1b79b0777e36b7d0066824d",
        outputs: "e116cbe33d0e61c07d5e2d5f45e2951e8cb2595cd4b53422185d963f25d6d24a",
    };
    holds("linear-regression", json!({}), roots);
}

#[test]
fn kmeans_keeps_its_bits() {
    let roots = Roots {
        inputs: IRIS,
        graph: "9aaec3719018943e2e7bbc304e68977f1efd795c51037dfea3355c64bf18b99d",
        outputs: "f95ea4fd4f5200de2d25d6da5e78bde928389fcf84f39166960a3b8bcb231cfb",
    };
    holds("kmeans", json!({"clusters": 3}), roots);
}

#[test]
fn pca_keeps_its_bits() {
    let roots = Roots {
        inputs: IRIS,
        graph: "d3140f80eb20a66667915404583c0ee4a5b494e426fe866d881d407e4bdb9a62",
        outputs: "765c41cabbb4efa9d6235bc2fee3c98da280f7feba6bbd71d72dd8e2a84558dd",
    };
    holds("pca", json!({"components": 2}), roots);
}
