//! A job of one's own: logistic regression by Newton's method.
//!
//! A job is a graph, the tensors that go in, and a way to read the tensors that come out. Nothing else knows what it is about: whoever
//! runs the graph gets the same bits, and any of its steps can be replayed in a dispute.
//!
//! ```text
//! cargo run --release -p tessera-jobs --example own_job
//! ```

use std::error::Error;
use std::path::Path;

use tessera_compute::{Backend, Cancel, CpuBackend, DType, Graph, GraphBuilder, GraphError, Tensor, Value};
use tessera_jobs::Table;

/// A graph has no loop that ends early: all steps run, and once the weights are still, a step changes nothing.
const STEPS: usize = 10;
/// Weight of the squared coefficients: without it, separable classes have no finite answer.
const RIDGE: f32 = 0.1;

/// Inputs: features `[n, d]`, target `[1, n]` of zeros and ones. Outputs: weights `[1, d + 1]` of the standardised features, the last
/// one for the constant; probabilities `[1, n]`.
fn graph(n: u64, d: u64) -> Result<Graph, GraphError> {
    let mut g = GraphBuilder::new();
    let features = g.input(DType::F32, &[n, d])?;
    let target = g.input(DType::F32, &[1, n])?;

    // Matmul takes its second operand transposed, and folds run over the last axis: so both layouts are at hand.
    let columns = g.transpose(features)?;
    let columns = standardise(&mut g, columns)?;
    let ones = g.fill(1.0, &[1, n])?;
    let columns = g.concat(&[columns, ones], 0)?; // [p, n]
    let rows = g.transpose(columns)?; // [n, p]
    let p = d + 1;
    let identity = identity(&mut g, p)?;
    let ridge = g.mul_scalar(identity, RIDGE)?;

    let mut weights = g.fill(0.0, &[1, p])?;
    for _ in 0..STEPS {
        let probability = sigmoid(&mut g, weights, rows)?;
        let error = g.sub(target, probability)?;
        let gradient = g.matmul(error, columns)?; // [1, p]
        let pull = g.mul_scalar(weights, RIDGE)?;
        let gradient = g.sub(gradient, pull)?;

        let squared = g.mul(probability, probability)?;
        let variance = g.sub(probability, squared)?; // q (1 - q), [1, n]
        let weighted = g.mul(columns, variance)?;
        let hessian = g.matmul(weighted, columns)?; // [p, p]
        let hessian = g.add(hessian, ridge)?;

        // gradient H^-1 with H = L L^T: solve gives Y with Y L^T = gradient, and L^-T for the identity.
        let factor = g.cholesky(hessian)?;
        let half = g.solve(gradient, factor)?;
        let inverse = g.solve(identity, factor)?;
        let step = g.matmul(half, inverse)?;
        weights = g.add(weights, step)?;
    }
    let probability = sigmoid(&mut g, weights, rows)?;
    g.output(weights)?;
    g.output(probability)?;
    g.finish()
}

/// `[d, n]` less the mean of each row, over its standard deviation.
fn standardise(g: &mut GraphBuilder, columns: Value) -> Result<Value, GraphError> {
    let dims = g.shape_of(columns)?;
    let count = g.fill(dims.row() as f32, &[])?;
    let sum = g.reduce_sum(columns)?;
    let mean = g.div(sum, count)?;
    let mean = g.reshape(mean, &[dims.rows(), 1])?; // repeated along the row
    let offset = g.sub(columns, mean)?;
    let squares = g.rowdot(offset, offset)?;
    let variance = g.div(squares, count)?;
    let deviation = g.sqrt(variance)?;
    let deviation = g.reshape(deviation, &[dims.rows(), 1])?;
    g.div(offset, deviation)
}

/// `1 / (1 + exp(-weights . row))` for each row, `[1, n]`.
fn sigmoid(g: &mut GraphBuilder, weights: Value, rows: Value) -> Result<Value, GraphError> {
    let score = g.matmul(weights, rows)?;
    let negative = g.neg(score)?;
    let power = g.exp(negative)?;
    let below = g.add_scalar(power, 1.0)?;
    let one = g.fill(1.0, &[])?;
    g.div(one, below)
}

fn identity(g: &mut GraphBuilder, p: u64) -> Result<Value, GraphError> {
    let across = g.iota(&[p])?;
    let down = g.reshape(across, &[p, 1])?;
    let equal = g.eq(down, across)?;
    g.cast(equal, DType::F32)
}

/// Is an iris of the third kind? Returns the weights and the share of right answers.
fn run(path: &Path) -> Result<(Vec<f32>, f64), Box<dyn Error>> {
    let table = Table::read(path)?;
    let names: Vec<&str> = table.names().filter(|&name| name != "target").collect();
    let (n, d) = (table.rows() as u64, names.len() as u64);
    let target: Vec<f32> = table.select(&["target"])?.iter().map(|&kind| f32::from(u8::from(kind == 2.0))).collect();
    let inputs = [Tensor::f32(&[n, d], table.select(&names)?)?, Tensor::f32(&[1, n], target.clone())?];

    let graph = graph(n, d)?;
    let outputs = CpuBackend::new().run(&graph, &inputs, &Cancel::new())?;
    let [weights, probabilities] = &outputs[..] else { return Err("two outputs were asked for".into()) };
    let right = probabilities.as_f32()?.iter().zip(&target).filter(|&(&q, &is)| (q > 0.5) == (is > 0.5)).count();
    Ok((weights.as_f32()?.to_vec(), right as f64 / target.len() as f64))
}

fn main() -> Result<(), Box<dyn Error>> {
    let (weights, right) = run(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/iris.csv"))?;
    println!("weights {weights:?}\n{:.1} % right", 100.0 * right);
    Ok(())
}

#[cfg(test)]
#[test]
fn the_example_classifies_irises() -> Result<(), Box<dyn Error>> {
    let (weights, right) = run(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/iris.csv"))?;
    assert!(right > 0.95, "{right}");
    // LogisticRegression(C=10, fit_intercept=False, tol=1e-10) of scikit-learn, on the standardised columns and one of ones.
    let expected = [-0.645_573, -0.861_307, 4.995_829, 5.215_955, -6.349_016];
    assert!(
        weights.iter().zip(expected).all(|(found, expected): (&f32, f32)| (found - expected).abs() < 1e-4),
        "{weights:?}"
    );
    Ok(())
}
