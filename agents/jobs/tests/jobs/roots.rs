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
        graph: "1fdf8e159ecd3f6f026606f7800ef82fc154ac4ebe9a3a2794ead9fd5710667d",
        outputs: "486f0304e69ded8efd045e640684dff65c7e8e20d52af8083a55e4e90916aeb0",
    };
    holds("linear-regression", json!({}), roots);
}

#[test]
fn kmeans_keeps_its_bits() {
    let roots = Roots {
        inputs: IRIS,
        graph: "614fc4e23ac617b515c964a2db4e7c5d5a5e62f6056cfc137b4385e5fdfc5f79",
        outputs: "f95ea4fd4f5200de2d25d6da5e78bde928389fcf84f39166960a3b8bcb231cfb",
    };
    holds("kmeans", json!({"clusters": 3}), roots);
}

#[test]
fn pca_keeps_its_bits() {
    let roots = Roots {
        inputs: IRIS,
        graph: "2a627fd61cc175ecd752eb2923c9f4a0422cfb26db22049e20632f118c4979ec",
        outputs: "417c4368f84d228b6617a84b30d53b51d55c33ce56b7cf405384e1c5208a35ab",
    };
    holds("pca", json!({"components": 2}), roots);
}
