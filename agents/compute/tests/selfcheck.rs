//! What a provider finds of its own faults, and what a check costs in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use tessera_compute::{Backend, Cancel, CpuBackend, DType, Fault, FaultKind, Graph, GraphBuilder, SelfCheck, Tensor};

const ROOMY: u64 = 1 << 30;

fn rng() -> fastrand::Rng {
    fastrand::Rng::with_seed(7)
}

/// i8 [96, 200] times its transpose, to f32, row sums, softened.
fn graph() -> (Graph, Vec<Tensor>) {
    let mut builder = GraphBuilder::new();
    let x = builder.input(DType::I8, &[96, 200]).unwrap();
    let product = builder.matmul(x, x).unwrap();
    let floats = builder.cast(product, DType::F32).unwrap();
    let soft = builder.tanh(floats).unwrap();
    let sums = builder.reduce_sum(soft).unwrap();
    builder.output(sums).unwrap();
    let mut random = rng();
    let data = (0..96 * 200).map(|_| random.i8(..)).collect();
    (builder.finish().unwrap(), vec![Tensor::i8(&[96, 200], data).unwrap()])
}

fn run(check: &SelfCheck, inputs: &[Tensor]) -> Vec<Tensor> {
    CpuBackend::new().run(check.graph(), inputs, &Cancel::new()).unwrap()
}

#[test]
fn a_right_run_passes_and_gives_what_the_graph_gives() {
    let (graph, inputs) = graph();
    let plain = CpuBackend::new().run(&graph, &inputs, &Cancel::new()).unwrap();
    for memory in [0, 1_000, 40_000, ROOMY] {
        let check = SelfCheck::plan(&graph, memory, rng());
        let shown = run(&check, &inputs);
        let bytes: u64 = shown[1..].iter().map(|tensor| tensor.tensor_type().bytes()).sum();
        assert!(bytes <= memory, "{bytes} of {memory}");
        assert_eq!(check.finish(&inputs, shown).unwrap(), plain);
    }
    let all = SelfCheck::plan(&graph, ROOMY, rng());
    assert_eq!(all.operations().len(), 4, "the product of bytes, and three others: all of them");
}

#[test]
fn one_wrong_element_anywhere_in_a_product_of_bytes_is_found() {
    let (graph, inputs) = graph();
    let check = SelfCheck::plan(&graph, ROOMY, rng());
    let product = check.graph().outputs().iter().position(|&index| index == 0).unwrap();
    let right = run(&check, &inputs);
    let mut random = rng();
    for _ in 0..200 {
        let mut words = right[product].as_i32().unwrap().to_vec();
        let (at, bit) = (random.usize(..words.len()), random.u32(..32));
        words[at] ^= 1 << bit;
        let mut wrong = right.clone();
        wrong[product] = Tensor::i32(&[96, 96], words).unwrap();
        let Fault { operation, name, what } = check.clone().finish(&inputs, wrong).unwrap_err();
        assert_eq!((operation, name, what), (0, "matmul", FaultKind::Row(at as u64 / 96)));
    }
}

#[test]
fn a_device_that_is_always_wrong_in_one_operation_is_found() {
    let (graph, inputs) = graph();
    for wrong_operation in 1..graph.op_count() {
        let check = SelfCheck::plan(&graph, ROOMY, rng());
        let mut tensors = run(&check, &inputs);
        let at = check.graph().outputs().iter().position(|&index| index == wrong_operation).unwrap();
        let tensor = &tensors[at];
        let words = tensor.as_f32().unwrap().iter().map(|x| f32::from_bits(x.to_bits() ^ 1)).collect();
        tensors[at] = Tensor::f32(tensor.shape().dims(), words).unwrap();
        let fault = check.finish(&inputs, tensors).unwrap_err();
        // What reads the wrong tensor is wrong beside it, and may be looked at first.
        assert!(fault.operation >= wrong_operation, "{fault}");
        assert!(matches!(fault.what, FaultKind::Element { .. }), "{fault}");
    }
}

#[test]
fn outputs_that_are_missing_or_of_another_shape_are_faults() {
    let (graph, inputs) = graph();
    let check = SelfCheck::plan(&graph, ROOMY, rng());
    assert_eq!(check.clone().finish(&inputs, Vec::new()).unwrap_err().what, FaultKind::Missing);
    let mut tensors = run(&check, &inputs);
    tensors[0] = Tensor::f32(&[2], vec![0.0; 2]).unwrap();
    assert_eq!(check.finish(&inputs, tensors).unwrap_err().what, FaultKind::Missing);
}

#[test]
fn empty_tensors_have_nothing_to_check() {
    let mut builder = GraphBuilder::new();
    let a = builder.input(DType::I8, &[0, 5]).unwrap();
    let b = builder.input(DType::I8, &[3, 5]).unwrap();
    let none = builder.matmul(a, b).unwrap();
    let wide = builder.input(DType::I8, &[3, 0]).unwrap();
    let zeros = builder.matmul(wide, wide).unwrap();
    builder.output(none).unwrap();
    builder.output(zeros).unwrap();
    let graph = builder.finish().unwrap();
    let inputs =
        [(0, 5), (3, 5), (3, 0)].map(|(rows, row)| Tensor::i8(&[rows, row], vec![1; (rows * row) as usize]).unwrap());
    let check = SelfCheck::plan(&graph, ROOMY, rng());
    let shown = run(&check, &inputs);
    assert_eq!(check.finish(&inputs, shown).unwrap().len(), 2);
}
