//! Every backend gives the referee's bits: one set of cases for all of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod elementwise;
mod faults;
mod folds;
mod fused;
mod interpreted;
mod kernels;
mod linear;
mod movement;
mod random_graphs;
mod tails;
mod transposed;
mod values;

use std::sync::OnceLock;

use interpreted::Interpreted;
use tessera_compute::cuda::CudaBackend;
use tessera_compute::{
    Backend, Cancel, CpuBackend, Graph, GraphBuilder, GraphError, Path, ReferenceBackend, Tensor, Value,
};
use values::{FLAVOURS, Flavour, Random, tensor};

/// The backends under test: neither threads, instruction sets nor devices may change a bit. The interpreter of PTX is too
/// slow for large cases, so [`check`] adds it to small ones.
fn backends() -> &'static [(String, Box<dyn Backend>)] {
    static BACKENDS: OnceLock<Vec<(String, Box<dyn Backend>)>> = OnceLock::new();
    BACKENDS.get_or_init(|| {
        let mut backends: Vec<(String, Box<dyn Backend>)> = Vec::new();
        for path in Path::available() {
            for threads in [1, 3] {
                let backend = CpuBackend::new().with_path(path).unwrap().with_threads(threads);
                backends.push((format!("{path}, {threads} threads"), Box::new(backend)));
            }
        }
        let devices = CudaBackend::devices().and_then(|devices| {
            let open = |device: &tessera_compute::cuda::CudaDevice| CudaBackend::new(device.ordinal);
            devices.iter().map(open).collect::<Result<Vec<_>, _>>()
        });
        match devices {
            Ok(devices) if devices.is_empty() => println!("skipped: no GPU"),
            Ok(devices) => {
                for device in devices {
                    backends.push((device.device().name.clone(), Box::new(device)));
                }
            }
            Err(reason) => println!("skipped on GPUs: {reason}"),
        }
        backends
    })
}

/// Runs the graph on every backend and on the reference, and compares bits.
fn check(graph: &Graph, inputs: &[Tensor], what: &str) {
    let want = ReferenceBackend.run(graph, inputs, &Cancel::new()).unwrap();
    let interpreter: (String, Box<dyn Backend>) = ("PTX as on sm_80".into(), Box::new(Interpreted(80)));
    let small = graph.cost().moved < 1 << 20;
    for (name, backend) in backends().iter().chain(small.then_some(&interpreter)) {
        let got = backend.run(graph, inputs, &Cancel::new()).unwrap();
        assert_eq!(got.len(), want.len());
        for (output, (got, want)) in got.iter().zip(&want).enumerate() {
            if got != want {
                let at = (0..want.shape().elements() as usize).find(|&i| got.word(i) != want.word(i)).unwrap();
                panic!(
                    "{what}, {name}, output {output}: element {at} is {:#010x?}, referee {:#010x?}",
                    got.word(at),
                    want.word(at)
                );
            }
        }
    }
}

/// One operation on inputs of these types, with every flavour of numbers.
fn check_operation(
    what: &str,
    inputs: &[(tessera_compute::DType, &[u64])],
    build: impl Fn(&mut GraphBuilder, &[Value]) -> Result<Value, GraphError>,
) {
    let mut builder = GraphBuilder::new();
    let values: Vec<Value> = inputs.iter().map(|(dtype, dims)| builder.input(*dtype, dims).unwrap()).collect();
    let output = build(&mut builder, &values).unwrap_or_else(|error| panic!("{what}: {error}"));
    builder.output(output).unwrap();
    let graph = builder.finish().unwrap();
    assert_eq!(Graph::decode(&graph.encode()).as_ref(), Ok(&graph), "{what}");
    let mut random = Random(0x7e55 + what.len() as u64);
    for flavour in FLAVOURS {
        let data: Vec<Tensor> = inputs.iter().map(|(dtype, dims)| tensor(&mut random, *dtype, dims, flavour)).collect();
        check(&graph, &data, &format!("{what} {inputs:?} {flavour:?}"));
    }
}

#[test]
fn flavours_hold_what_they_promise() {
    let mut random = Random(1);
    let wild = tensor(&mut random, tessera_compute::DType::F32, &[4000], Flavour::Wild);
    let wild = wild.as_f32().unwrap();
    assert!(wild.iter().any(|x| x.is_nan() && x.to_bits() != 0x7fff_ffff));
    assert!(wild.iter().any(|x| x.is_infinite()));
    let tiny = tensor(&mut random, tessera_compute::DType::F32, &[4000], Flavour::Tiny);
    assert!(tiny.as_f32().unwrap().iter().any(|x| x.is_subnormal()));
}
