//! Traces on demand are what runs compute.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use tessera_compute::{
    Backend, Cancel, CpuBackend, DType, Graph, GraphBuilder, ReferenceBackend, Tensor, replay, run_traced, trace_roots,
};

/// (x x^T + x x^T) / 2 as row sums, of which a permutation is an output too.
fn graph() -> (Graph, Vec<Tensor>) {
    let mut builder = GraphBuilder::new();
    let x = builder.input(DType::F32, &[7, 130]).unwrap();
    let product = builder.matmul(x, x).unwrap();
    let twice = builder.add(product, product).unwrap();
    let half = builder.mul_scalar(twice, 0.5).unwrap();
    let turned = builder.permute(half, &[1, 0]).unwrap();
    let sums = builder.reduce_sum(half).unwrap();
    builder.output(turned).unwrap();
    builder.output(sums).unwrap();
    let data = (0..7 * 130).map(|i| (i % 37) as f32 * 0.37 - 5.0).collect();
    (builder.finish().unwrap(), vec![Tensor::f32(&[7, 130], data).unwrap()])
}

#[test]
fn a_traced_run_gives_the_outputs_of_a_run_and_the_roots_of_all_operations() {
    let (graph, inputs) = graph();
    let mut traced = Vec::new();
    let outputs = run_traced(&CpuBackend::new(), &graph, &inputs, &Cancel::new(), |index, tensor| {
        traced.push((index, tensor.root()));
        tensor
    });
    assert_eq!(outputs.unwrap(), CpuBackend::new().run(&graph, &inputs, &Cancel::new()).unwrap());
    let roots = trace_roots(&CpuBackend::new(), &graph, &inputs, &Cancel::new()).unwrap();
    assert_eq!(traced, (0..5).zip(roots.clone()).collect::<Vec<_>>());
    assert_eq!(roots, trace_roots(&ReferenceBackend, &graph, &inputs, &Cancel::new()).unwrap());
}

#[test]
fn an_operation_is_replayed_with_what_it_reads() {
    let (graph, inputs) = graph();
    let roots = trace_roots(&CpuBackend::new(), &graph, &inputs, &Cancel::new()).unwrap();
    for operation in 0..graph.op_count() {
        let found = replay(&CpuBackend::new(), &graph, &inputs, &Cancel::new(), operation, |_, tensor| tensor);
        let found = found.unwrap().unwrap();
        assert_eq!(found.output.root(), roots[usize::from(operation)]);
        let types: Vec<_> = found.operands.iter().map(Tensor::tensor_type).collect();
        assert_eq!(types, graph.operations()[usize::from(operation)].operand_types);
    }
    let none = replay(&CpuBackend::new(), &graph, &inputs, &Cancel::new(), 5, |_, tensor| tensor);
    assert_eq!(none.unwrap(), None);
}

#[test]
fn a_fault_is_in_everything_that_follows_from_it() {
    let (graph, inputs) = graph();
    let right = trace_roots(&CpuBackend::new(), &graph, &inputs, &Cancel::new()).unwrap();
    let mut wrong = Vec::new();
    let faulty = |index, tensor: Tensor| {
        let mut words = tensor.as_f32().unwrap().to_vec();
        if index == 2 {
            words[3] = f32::from_bits(words[3].to_bits() ^ 1 << 20);
        }
        let kept = Tensor::f32(tensor.shape().dims(), words).unwrap();
        wrong.push(kept.root());
        kept
    };
    run_traced(&CpuBackend::new(), &graph, &inputs, &Cancel::new(), faulty).unwrap();
    let differs: Vec<bool> = right.iter().zip(&wrong).map(|(right, wrong)| right != wrong).collect();
    assert_eq!(differs, [false, false, true, true, true]);
}
