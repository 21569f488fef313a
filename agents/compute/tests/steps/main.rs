//! An element composed from the referee's steps is the operation's element, for every operation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod compose;
#[path = "../conformance/values.rs"]
mod values;

use std::collections::BTreeSet;

use compose::Claim;
use tessera_compute::DType::{self, F32, I8, I32};
use tessera_compute::referee::jacobi;
use tessera_compute::referee::step::{Axis, Rotate, Segment, Step, StepError};
use tessera_compute::{Backend, Cancel, GraphBuilder, GraphError, ReferenceBackend, Tensor, Value};
use values::{FLAVOURS, Random, tensor};

type Inputs<'a> = &'a [(DType, &'a [u64])];

/// Runs the last operation that `build` appends on the reference and composes each of its elements. Gives its name.
fn check(inputs: Inputs<'_>, build: impl Fn(&mut GraphBuilder, &[Value]) -> Result<Value, GraphError>) -> &'static str {
    let mut builder = GraphBuilder::new();
    let values: Vec<Value> = inputs.iter().map(|(dtype, dims)| builder.input(*dtype, dims).unwrap()).collect();
    let output = build(&mut builder, &values).unwrap();
    builder.output(output).unwrap();
    let graph = builder.finish().unwrap();
    let [operation] = graph.operations() else { panic!("one operation at a time") };
    let name = operation.kind.name();
    let mut random = Random(0x57e9 + name.len() as u64);
    for flavour in FLAVOURS {
        let data: Vec<Tensor> = inputs.iter().map(|(dtype, dims)| tensor(&mut random, *dtype, dims, flavour)).collect();
        let output = &ReferenceBackend.run(&graph, &data, &Cancel::new()).unwrap()[0];
        let operands: Vec<Tensor> = operands(operation, &data);
        let claim = Claim { operation, operands: &operands, output };
        for index in 0..output.shape().elements() {
            let (got, want) = (claim.element(index), output.word(index as usize).unwrap());
            assert_eq!(got, want, "{name} {inputs:?} {flavour:?}: element {index}");
        }
    }
    name
}

/// The operands in the operation's order; all are inputs.
fn operands(operation: &tessera_compute::Operation, inputs: &[Tensor]) -> Vec<Tensor> {
    let input = |operand: &tessera_compute::Operand| match *operand {
        tessera_compute::Operand::Input(index) => inputs[usize::from(index)].clone(),
        tessera_compute::Operand::Op(_) => panic!("one operation at a time"),
    };
    operation.operands.iter().map(input).collect()
}

type One = fn(&mut GraphBuilder, Value) -> Result<Value, GraphError>;
type Two = fn(&mut GraphBuilder, Value, Value) -> Result<Value, GraphError>;

fn maps(seen: &mut BTreeSet<&'static str>) {
    const ONE: [One; 16] = [
        |g, x| g.add_scalar(x, 1.5e-20),
        |g, x| g.mul_scalar(x, -0.3),
        |g, x| g.cast(x, I32),
        |g, x| g.cast(x, I8),
        |g, x| g.quantise(x, 0.01),
        GraphBuilder::abs,
        GraphBuilder::neg,
        GraphBuilder::relu,
        GraphBuilder::gelu,
        GraphBuilder::exp,
        GraphBuilder::log,
        GraphBuilder::tanh,
        GraphBuilder::erf,
        GraphBuilder::sqrt,
        GraphBuilder::rsqrt,
        |g, x| g.reshape(x, &[6, 3, 1]),
    ];
    for one in ONE {
        seen.insert(check(&[(F32, &[3, 6])], |g, x| one(g, x[0])));
    }
    for from in [I8, I32] {
        seen.insert(check(&[(from, &[19])], |g, x| g.dequantise(x[0], 0.037)));
        check(&[(from, &[19])], |g, x| g.cast(x[0], F32));
    }
    const TWO: [Two; 7] = [
        GraphBuilder::add,
        GraphBuilder::sub,
        GraphBuilder::mul,
        GraphBuilder::min,
        GraphBuilder::max,
        GraphBuilder::eq,
        GraphBuilder::lt,
    ];
    for dtype in [F32, I32] {
        for two in TWO {
            seen.insert(check(&[(dtype, &[2, 1, 3]), (dtype, &[4, 1])], |g, x| two(g, x[0], x[1])));
        }
    }
    seen.insert(check(&[(F32, &[5, 4]), (F32, &[4])], |g, x| g.div(x[0], x[1])));
    for dtype in [F32, I8, I32] {
        let inputs = [(I32, &[4, 1][..]), (dtype, &[3][..]), (dtype, &[][..])];
        seen.insert(check(&inputs, |g, x| g.select(x[0], x[1], x[2])));
    }
}

fn movement_and_sources(seen: &mut BTreeSet<&'static str>) {
    for dtype in [F32, I8, I32] {
        seen.insert(check(&[(dtype, &[2, 3, 4])], |g, x| g.permute(x[0], &[2, 0, 1])));
        seen.insert(check(&[(dtype, &[5, 4])], |g, x| g.slice(x[0], &[1, 2], &[3, 2])));
        seen.insert(check(&[(dtype, &[2, 3]), (dtype, &[2, 1])], |g, x| g.concat(&[x[0], x[1], x[0]], 1)));
        seen.insert(check(&[(dtype, &[6, 2, 2]), (I32, &[3, 3])], |g, x| g.gather(x[0], x[1])));
    }
    seen.insert(check(&[], |g, _| g.fill(-0.0, &[3])));
    seen.insert(check(&[], |g, _| g.iota(&[2, 5])));
    seen.insert(check(&[], |g, _| g.uniform(7, &[2, 5])));
}

/// Around the lengths of segments and chains.
const LENGTHS: [u64; 11] = [0, 1, 127, 128, 129, 511, 513, 4_095, 4_096, 4_097, 8_300];

fn folds(seen: &mut BTreeSet<&'static str>) {
    for k in LENGTHS {
        for dtype in [F32, I8] {
            seen.insert(check(&[(dtype, &[2, 2, k]), (dtype, &[2, 3, k])], |g, x| g.matmul(x[0], x[1])));
            seen.insert(check(&[(dtype, &[2, k]), (dtype, &[2, k])], |g, x| g.rowdot(x[0], x[1])));
        }
        for dtype in [F32, I8, I32] {
            seen.insert(check(&[(dtype, &[3, k])], |g, x| g.reduce_sum(x[0])));
        }
        for dtype in [F32, I32] {
            const ARGS: [One; 4] =
                [GraphBuilder::reduce_max, GraphBuilder::reduce_min, GraphBuilder::argmin, GraphBuilder::argmax];
            for fold in ARGS {
                seen.insert(check(&[(dtype, &[2, k])], |g, x| fold(g, x[0])));
            }
        }
        seen.insert(check(&[(F32, &[2, k]), (I32, &[k])], |g, x| g.segment_sum(x[0], x[1], 3)));
    }
    for (n, k, d) in [(3, 1, 1), (2, 0, 3), (2, 300, 2), (2, 3, 4_200), (1, 129, 130)] {
        let inputs = [(F32, &[n, d][..]), (F32, &[k, d][..]), (F32, &[k][..])];
        seen.insert(check(&inputs, |g, x| g.nearest(x[0], x[1], x[2])));
    }
}

fn linear_algebra(seen: &mut BTreeSet<&'static str>) {
    for p in [1, 2, 5, 8, 17] {
        seen.insert(check(&[(F32, &[p, p])], |g, x| g.cholesky(x[0])));
        seen.insert(check(&[(F32, &[3, p]), (F32, &[p, p])], |g, x| g.solve(x[0], x[1])));
        for round in 0..jacobi::rounds(p as u32) {
            seen.insert(check(&[(F32, &[p, p])], |g, x| g.jacobi_step(x[0], round)));
            seen.insert(check(&[(F32, &[3, p]), (F32, &[p, p])], |g, x| g.jacobi_vec(x[0], x[1], round)));
        }
    }
    check(&[(F32, &[131, 131])], |g, x| g.cholesky(x[0]));
    check(&[(F32, &[128, 128])], |g, x| g.jacobi_step(x[0], 126));
}

#[test]
fn composed_steps_give_the_element_of_every_operation() {
    let mut seen = BTreeSet::new();
    maps(&mut seen);
    movement_and_sources(&mut seen);
    folds(&mut seen);
    linear_algebra(&mut seen);
    // Composing is exhaustive over the kinds by its match; this counts the maps and reductions within them.
    assert_eq!(seen.len(), 45, "{seen:?}");
}

#[test]
fn what_is_no_step_is_refused() {
    let long = [[0; 4]; 129];
    let bytes = [0; 513];
    let refused = |step: Step<'_>| step.replay().unwrap_err();
    let products = |a, b| refused(Step::Segment(Segment::Products { accumulator: 0, a, b }));
    assert_eq!(products(&long, &long), StepError::TooManyTerms);
    assert_eq!(products(&long[..3], &long[..2]), StepError::Lengths);
    assert_eq!(refused(Step::Segment(Segment::Bytes { accumulator: 0, x: &bytes })), StepError::TooManyTerms);
    assert_eq!(refused(Step::Total(&[0; 129])), StepError::TooManyTerms);
    let rotate = |p, round, j, row, rows| refused(Step::Rotate(Rotate::Vectors { p, round, j, row, rows }));
    let row = &[[0; 4]; 4][..];
    assert_eq!(rotate(4, 3, 0, row, [row, row]), StepError::Rotation);
    assert_eq!(rotate(4, 0, 4, row, [row, row]), StepError::Rotation);
    assert_eq!(rotate(u32::MAX, 0, 0, row, [row, row]), StepError::Rotation);
    assert_eq!(rotate(4, 0, 0, row, [row, &[]]), StepError::Lengths);
    assert_eq!(rotate(4, 0, 0, &row[..3], [row, row]), StepError::Lengths);
}

#[test]
fn segments_cover_an_axis_once_and_never_cross_a_chain() {
    for dtype in [F32, I8] {
        for terms in LENGTHS {
            let axis = Axis::new(dtype, terms);
            let covered: Vec<u64> = (0..axis.segments()).flat_map(|index| axis.segment(index).unwrap()).collect();
            assert!(covered.into_iter().eq(0..terms));
            let of_chains: Vec<u64> = (0..axis.chains()).flat_map(|chain| axis.chain(chain).unwrap()).collect();
            assert!(of_chains.into_iter().eq(0..axis.segments()));
            assert_eq!((axis.segment(axis.segments()), axis.chain(axis.chains())), (None, None));
            for index in 0..axis.segments() {
                let terms = axis.segment(index).unwrap();
                assert_eq!(terms.start / 4_096, (terms.end - 1) / 4_096);
            }
        }
    }
}
