//! The graph of a principal component analysis.

use tessera_compute::{DType, Graph, GraphBuilder, GraphError, Tensor, Value, referee};

use crate::centre::{DIAGONAL, identity, shift};
use crate::prepare::Features;
use crate::spec::Pca;
use crate::{JobError, long};

/// Directions that are iterated beyond those asked for: a component converges at the rate of its eigenvalue to the first one left out.
const OVERSAMPLING: u64 = 8;
/// Most directions: what a Jacobi step takes.
const MAX_DIRECTIONS: u64 = 128;
const ITERATIONS: usize = 16;
const SWEEPS: usize = 6;
/// Seed of the directions that the iteration starts from; any will do, but all must use the same.
const START: u64 = 1;

/// Input: features `[n, d]`. Outputs, for p >= the number of components: directions `[p, d]` and the part of the variance
/// along each `[p]`, unsorted; the total variance `[]`; the means `[2, d]`.
pub(crate) fn build(spec: &Pca, features: Features) -> Result<(Graph, Vec<Tensor>), JobError> {
    let (n, d) = (features.rows as u64, features.names.len() as u64);
    let components = u64::from(spec.components.get());
    let most = n.min(d).min(MAX_DIRECTIONS);
    if components > most {
        return Err(JobError::TooManyComponents {
            components: spec.components.get(),
            rows: features.rows,
            columns: features.names.len(),
            most: most as usize,
        });
    }
    let first = &features.values[..features.names.len()];
    if features.values.chunks_exact(first.len()).all(|row| row == first) {
        return Err(JobError::NothingVaries);
    }
    let p = d.min(components + OVERSAMPLING).min(MAX_DIRECTIONS);
    let mut g = GraphBuilder::new();
    let x = g.input(DType::F32, &[n, d])?;
    let x = shift(&mut g, x)?;
    let gram = long::matmul(&mut g, x.columns, x.columns)?;
    // Less what the means that are left add to it.
    let down = g.reshape(x.rest, &[d, 1])?;
    let excess = g.mul(down, x.rest)?;
    let excess = g.mul_scalar(excess, n as f32)?;
    let gram = g.sub(gram, excess)?;
    // Its diagonal is the sums of squares of the columns.
    let diagonal = identity(&mut g, d)?;
    let squares = g.rowdot(gram, diagonal)?;
    let total = g.reduce_sum(squares)?;
    // With trace 1, no norm of an iterate can overflow, and eigenvalues are parts of the variance.
    let gram = g.div(gram, total)?;
    let basis = subspace(&mut g, gram, p)?;

    // Rayleigh-Ritz through the features themselves, not their Gram matrix, which has lost what is below 1e-7 of the largest eigenvalue.
    let directions = g.transpose(basis)?;
    let rest = g.reshape(x.rest, &[1, d])?;
    let rest = g.matmul(rest, directions)?;
    let scores = g.matmul(x.rows, directions)?;
    let scores = g.sub(scores, rest)?;
    let scores = g.transpose(scores)?;
    let ritz = long::matmul(&mut g, scores, scores)?;
    let ritz = g.div(ritz, total)?;
    let (values, vectors) = eigen(&mut g, ritz, p)?;
    let rotation = g.transpose(vectors)?;
    let directions = g.matmul(rotation, basis)?;
    let degrees = g.fill((n - 1) as f32, &[])?;
    let variance = g.div(total, degrees)?;
    for output in [directions, values, variance, x.means] {
        g.output(output)?;
    }
    Ok((g.finish()?, vec![features.into_tensor()?]))
}

/// An orthonormal basis `[d, p]` of nearly the leading eigenvectors of `gram` `[d, d]`.
fn subspace(g: &mut GraphBuilder, gram: Value, p: u64) -> Result<Value, GraphError> {
    let d = g.shape_of(gram)?.row();
    let ridge = identity(g, p)?;
    let ridge = g.mul_scalar(ridge, DIAGONAL)?;
    let start = g.uniform(START, &[p, d])?;
    let mut transposed = g.add_scalar(start, -0.5)?;
    let mut basis = None;
    for _ in 0..ITERATIONS {
        let mut next = g.matmul(gram, transposed)?;
        // Twice: once leaves an error of the condition number squared, the second pass removes it.
        for _ in 0..2 {
            next = orthonormalise(g, next, ridge)?;
        }
        transposed = g.transpose(next)?;
        basis = Some(next);
    }
    basis.ok_or(GraphError::NoOutput)
}

/// Cholesky QR of `y` `[d, p]`: columns to norm 1, `L L^T = Y^T Y + ridge`, `Y L^-T`.
fn orthonormalise(g: &mut GraphBuilder, y: Value, ridge: Value) -> Result<Value, GraphError> {
    let columns = g.transpose(y)?;
    let squares = g.rowdot(columns, columns)?;
    let norms = g.sqrt(squares)?;
    let zero = g.fill(0.0, &[])?;
    let one = g.fill(1.0, &[])?;
    let positive = g.lt(zero, norms)?;
    let norms = g.select(positive, norms, one)?;
    let y = g.div(y, norms)?;
    let columns = g.transpose(y)?;
    let gram = g.matmul(columns, columns)?;
    let gram = g.add(gram, ridge)?;
    let factor = g.cholesky(gram)?;
    g.solve(y, factor)
}

/// Eigenvalues `[p]` and eigenvectors (columns of `[p, p]`) of a symmetric matrix by cyclic Jacobi.
fn eigen(g: &mut GraphBuilder, matrix: Value, p: u64) -> Result<(Value, Value), GraphError> {
    let eye = identity(g, p)?;
    let (mut matrix, mut vectors) = (matrix, eye);
    for _ in 0..SWEEPS {
        for round in 0..referee::jacobi::rounds(p as u32) {
            vectors = g.jacobi_vec(vectors, matrix, round)?;
            matrix = g.jacobi_step(matrix, round)?;
        }
    }
    let values = g.rowdot(matrix, eye)?;
    Ok((values, vectors))
}
