//! The graph of a linear regression.

use tessera_compute::{DType, Graph, GraphBuilder, GraphError, Tensor, Value};

use crate::centre::{DIAGONAL, Shifted, centre, identity, shift};
use crate::prepare::Features;
use crate::spec::LinearRegression;
use crate::{JobError, long};

/// Steps of refinement: each takes the residual through X itself, so that the error of the normal equations does not remain.
const REFINEMENTS: usize = 3;
/// A column that varies by less than this part of its mean is constant: in f32 what is left of it is rounding (four units in
/// the last place).
const CONSTANT: f32 = 1.0 / (1 << 21) as f32;

/// Inputs: features `[n, d]`, target `[n]`. Outputs: coefficients `[1, d]`, feature means `[2, d]`, target means `[2, 1]`,
/// mean squared error `[1]`, variance of the target `[1]`.
pub(crate) fn build(
    spec: &LinearRegression,
    features: Features,
    target: Vec<f32>,
) -> Result<(Graph, Vec<Tensor>), JobError> {
    if !spec.ridge.is_finite() || spec.ridge < 0.0 {
        return Err(JobError::Ridge(spec.ridge));
    }
    let (n, d) = (features.rows as u64, features.names.len() as u64);
    let mut g = GraphBuilder::new();
    let x = g.input(DType::F32, &[n, d])?;
    let y = g.input(DType::F32, &[n])?;
    let x = shift(&mut g, x)?;
    let y = g.reshape(y, &[n, 1])?;
    let y = centre(&mut g, y)?;
    let scaled = scale(&mut g, x)?;
    let equations = Equations::new(&mut g, scaled, spec.ridge)?;
    let (solution, residual) = equations.least_squares(&mut g, y.columns)?;

    let coefficients = g.div(solution, scaled.scale)?;
    let mean_squared_error = mean_square(&mut g, residual)?;
    let variance = mean_square(&mut g, y.columns)?;
    for output in [coefficients, x.means, y.means, mean_squared_error, variance] {
        g.output(output)?;
    }
    Ok((g.finish()?, vec![features.into_tensor()?, Tensor::f32(&[n], target)?]))
}

/// Mean of the squares of `[1, n]`, as `[1]`.
fn mean_square(g: &mut GraphBuilder, row: Value) -> Result<Value, GraphError> {
    let sum = long::rowdot(g, row, row)?;
    let count = g.fill(g.shape_of(row)?.row() as f32, &[])?;
    g.div(sum, count)
}

/// Centred features scaled to columns of greatest magnitude 1, constant ones to zero. Equations are in columns of norm 1; the norms
/// are applied to what is small.
#[derive(Clone, Copy)]
struct Scaled {
    /// `[n, d]`.
    rows: Value,
    /// `[d, n]`.
    columns: Value,
    /// The columns' Gram matrix after division by their norms, `[d, d]`.
    gram: Value,
    /// Norms of the columns, `[d]`; 1 for a constant one.
    norm: Value,
    /// What the features are divided by to have norm 1, `[d]`; 1 for a constant one.
    scale: Value,
    /// i32 `[d]`: whether the column varies.
    varies: Value,
}

fn scale(g: &mut GraphBuilder, x: Shifted) -> Result<Scaled, GraphError> {
    let d = g.shape_of(x.columns)?.rows();
    let one = g.fill(1.0, &[])?;
    let zero = g.fill(0.0, &[])?;
    // By the largest magnitude first: then no square overflows or vanishes. Rounding keeps order, so the extremes of the centred columns
    // are those of the columns, centred.
    let greatest = g.reduce_max(x.columns)?;
    let greatest = g.sub(greatest, x.rest)?;
    let least = g.reduce_min(x.columns)?;
    let least = g.sub(least, x.rest)?;
    let least = g.neg(least)?;
    let largest = g.max(greatest, least)?;
    let mean = g.slice(x.means, &[0, 0], &[1, d])?;
    let mean = g.reshape(mean, &[d])?;
    let mean = g.abs(mean)?;
    let threshold = g.mul_scalar(mean, CONSTANT)?;
    let varies = g.lt(threshold, largest)?;
    let largest = g.select(varies, largest, one)?;
    let rows = g.sub(x.rows, x.rest)?;
    let rows = g.div(rows, largest)?;
    let rows = g.select(varies, rows, zero)?;
    let columns = g.transpose(rows)?;
    let gram = long::matmul(g, columns, columns)?;
    let eye = identity(g, d)?;
    let squares = g.rowdot(gram, eye)?;
    let squares = g.select(varies, squares, one)?;
    let norm = g.sqrt(squares)?;
    let gram = g.div(gram, norm)?;
    let down = g.reshape(norm, &[d, 1])?;
    let gram = g.div(gram, down)?;
    let scale = g.mul(largest, norm)?;
    Ok(Scaled { rows, columns, gram, norm, scale, varies })
}

/// The normal equations `(X^T X + penalty) b = X^T y` of scaled features, factored.
struct Equations {
    x: Scaled,
    /// Ridge in scaled coordinates, `[d]`.
    penalty: Option<Value>,
    /// Cholesky factor L of the matrix, with 1e-6 added to its diagonal.
    factor: Value,
    /// `L^-T`.
    inverse: Value,
}

impl Equations {
    fn new(g: &mut GraphBuilder, x: Scaled, ridge: f32) -> Result<Self, GraphError> {
        let d = g.shape_of(x.columns)?.rows();
        let eye = identity(g, d)?;
        let zero = g.fill(0.0, &[])?;
        let one = g.fill(1.0, &[])?;
        let constant = g.select(x.varies, zero, one)?;
        let mut diagonal = g.add_scalar(constant, DIAGONAL)?;
        let mut penalty = None;
        if ridge > 0.0 {
            let ridge = g.fill(ridge, &[])?;
            let once = g.div(ridge, x.scale)?;
            let twice = g.div(once, x.scale)?;
            diagonal = g.add(diagonal, twice)?;
            penalty = Some(twice);
        }
        let diagonal = g.mul(eye, diagonal)?;
        let matrix = g.add(x.gram, diagonal)?;
        let factor = g.cholesky(matrix)?;
        let inverse = g.solve(eye, factor)?;
        Ok(Self { x, penalty, factor, inverse })
    }

    /// The coefficients `[1, d]` for a target `[1, n]`, and the residual `[1, n]`.
    fn least_squares(&self, g: &mut GraphBuilder, target: Value) -> Result<(Value, Value), GraphError> {
        let gradient = self.gradient(g, target)?;
        let mut solution = self.solve(g, gradient)?;
        for _ in 0..REFINEMENTS {
            let residual = self.residual(g, target, solution)?;
            let mut gradient = self.gradient(g, residual)?;
            if let Some(penalty) = self.penalty {
                let pull = g.mul(solution, penalty)?;
                gradient = g.sub(gradient, pull)?;
            }
            let correction = self.solve(g, gradient)?;
            solution = g.add(solution, correction)?;
        }
        let residual = self.residual(g, target, solution)?;
        Ok((solution, residual))
    }

    /// `target X` for a row `[1, n]`.
    fn gradient(&self, g: &mut GraphBuilder, target: Value) -> Result<Value, GraphError> {
        let products = long::matmul(g, target, self.x.columns)?;
        g.div(products, self.x.norm)
    }

    fn residual(&self, g: &mut GraphBuilder, target: Value, solution: Value) -> Result<Value, GraphError> {
        let weights = g.div(solution, self.x.norm)?;
        let predicted = g.matmul(weights, self.x.rows)?;
        g.sub(target, predicted)
    }

    /// `right (L L^T)^-1` for a row `[1, d]`.
    fn solve(&self, g: &mut GraphBuilder, right: Value) -> Result<Value, GraphError> {
        let forward = g.solve(right, self.factor)?;
        g.matmul(forward, self.inverse)
    }
}
