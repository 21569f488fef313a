//! One graph with every operation, folds of several chains and ranges among them.

use std::sync::Arc;
use std::time::Duration;

use tessera_compute::DType::{F32, I8, I32};
use tessera_compute::{Graph, GraphBuilder, GraphError, Tensor};

use tessera_node::TaskInputs;

/// Terms of a fold with two chains, the second of three segments.
const LONG: u64 = 4_096 + 300;

pub fn every_operation() -> Arc<TaskInputs> {
    let graph = build().unwrap();
    let inputs = vec![
        floats(&[3, 140], 1),
        floats(&[2, LONG], 2),
        Tensor::i8(&[2, 1_300], (0..2_600).map(|i| (i * 37 % 251) as i8).collect()).unwrap(),
        Tensor::i32(&[140], (0..140).map(|i| i * 11 % 4 - 1).collect()).unwrap(),
        floats(&[300, 140], 3),
        spd(9),
    ];
    Arc::new(TaskInputs { graph, inputs, label: String::new(), estimate: Duration::ZERO })
}

fn build() -> Result<Graph, GraphError> {
    let mut g = GraphBuilder::new();
    let x = g.input(F32, &[3, 140])?;
    let long = g.input(F32, &[2, LONG])?;
    let bytes = g.input(I8, &[2, 1_300])?;
    let labels = g.input(I32, &[140])?;
    let centres = g.input(F32, &[300, 140])?;
    let spd = g.input(F32, &[9, 9])?;

    let scaled = g.mul_scalar(x, 0.37)?;
    let shifted = g.add_scalar(scaled, 0.01)?;
    let positive = g.abs(shifted)?;
    let positive = g.add_scalar(positive, 0.5)?;
    for one in [GraphBuilder::neg, GraphBuilder::relu, GraphBuilder::gelu, GraphBuilder::exp, GraphBuilder::tanh] {
        one(&mut g, shifted)?;
    }
    for one in [GraphBuilder::log, GraphBuilder::erf, GraphBuilder::sqrt, GraphBuilder::rsqrt] {
        one(&mut g, positive)?;
    }
    let small = g.quantise(shifted, 0.01)?;
    g.dequantise(small, 0.01)?;
    g.cast(small, I32)?;
    let row = g.slice(positive, &[1, 3], &[1, 137])?;
    let window = g.slice(shifted, &[0, 3], &[3, 137])?;
    for two in [GraphBuilder::add, GraphBuilder::sub, GraphBuilder::mul, GraphBuilder::div] {
        two(&mut g, window, row)?;
    }
    g.min(window, row)?;
    g.max(window, row)?;
    g.eq(window, row)?;
    let less = g.lt(window, row)?;
    g.select(less, window, row)?;
    let turned = g.transpose(shifted)?;
    g.reshape(turned, &[2, 210])?;
    g.concat(&[shifted, positive], 0)?;
    g.gather(turned, labels)?;
    g.fill(2.5, &[2, 200])?;
    g.iota(&[5, 40])?;
    g.uniform(7, &[200])?;
    let products = g.matmul(long, long)?;
    g.matmul(bytes, bytes)?;
    g.rowdot(long, long)?;
    g.reduce_sum(long)?;
    g.reduce_max(long)?;
    g.reduce_min(long)?;
    g.argmin(long)?;
    g.argmax(long)?;
    let squares = g.rowdot(centres, centres)?;
    g.nearest(shifted, centres, squares)?;
    g.segment_sum(shifted, labels, 3)?;
    let factor = g.cholesky(spd)?;
    let solved = g.solve(spd, factor)?;
    let turned = g.jacobi_step(spd, 3)?;
    let vectors = g.jacobi_vec(solved, turned, 4)?;
    g.output(vectors)?;
    g.output(products)?;
    g.finish()
}

fn floats(dims: &[u64], seed: u64) -> Tensor {
    let mut random = fastrand::Rng::with_seed(seed);
    let count = dims.iter().product::<u64>();
    Tensor::f32(dims, (0..count).map(|_| random.f32() * 4.0 - 2.0).collect()).unwrap()
}

/// Symmetric and positive definite.
fn spd(p: u64) -> Tensor {
    let value = |i: u64, j: u64| if i == j { 3.0 } else { 1.0 / (i + j + 1) as f32 };
    Tensor::f32(&[p, p], (0..p * p).map(|at| value(at / p, at % p)).collect()).unwrap()
}
