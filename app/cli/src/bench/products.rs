//! Products of square matrices.

use tessera_compute::{Backend, CpuBackend, DType, Graph, GraphBuilder, Tensor};

use super::gemm::{Features, Squares};
use super::turns::{Turns, timed};
use super::{BenchError, Figure, Name};

/// How far products may be apart, norm-wise: only the order of sums differs.
const TOLERANCE: f64 = 1e-5;

/// f32 next to the `gemm` crate.
pub(super) fn f32(side: u64, threads: usize, turns: Turns<'_>) -> Result<Vec<Figure>, BenchError> {
    let size = usize::try_from(side).unwrap_or(usize::MAX);
    let (mut wide, mut plain) = (Squares::draw(size), Squares::draw(size));
    let inputs = [Tensor::f32(&[side, side], wide.a().to_vec())?, Tensor::f32(&[side, side], wide.b().to_vec())?];
    let (graph, backend) = (product(DType::F32, side)?, CpuBackend::new().with_threads(threads));
    let mut outputs = Vec::new();
    let mut ours = || {
        let (run, seconds) = timed(|| backend.run(&graph, &inputs, turns.cancel));
        outputs = run?;
        Ok(seconds)
    };
    let times =
        turns.minima(&mut [&mut ours, &mut || Ok(timed(|| wide.multiply(Features::Wide, threads)).1), &mut || {
            Ok(timed(|| plain.multiply(Features::Default, threads)).1)
        }])?;
    let [ours, peers @ ..] = &times[..] else { return Ok(Vec::new()) };
    let found = outputs.first().map_or(Ok(&[][..]), Tensor::as_f32)?;
    let alone = Figure::alone(Name::MatmulF32, shape(side), threads, *ours);
    let next_to = |((features, squares), &seconds): ((Features, &Squares), &f64)| {
        alone.clone().beside(features.label(), seconds).differing(apart(squares.product(), found), TOLERANCE)
    };
    Ok([(Features::Wide, &wide), (Features::Default, &plain)].into_iter().zip(peers).map(next_to).collect())
}

/// i8 next to f32.
pub(super) fn i8(side: u64, threads: usize, turns: Turns<'_>) -> Result<Figure, BenchError> {
    let squares = Squares::draw(usize::try_from(side).unwrap_or(usize::MAX));
    let bytes = |values: &[f32]| Tensor::i8(&[side, side], values.iter().map(|x| (x * 255.0) as i8).collect());
    let small = [bytes(squares.a())?, bytes(squares.b())?];
    let wide = [Tensor::f32(&[side, side], squares.a().to_vec())?, Tensor::f32(&[side, side], squares.b().to_vec())?];
    let (i8, f32) = (product(DType::I8, side)?, product(DType::F32, side)?);
    let backend = CpuBackend::new().with_threads(threads);
    let run = |graph: &Graph, inputs: &[Tensor]| {
        let (run, seconds) = timed(|| backend.run(graph, inputs, turns.cancel));
        run?;
        Ok(seconds)
    };
    let times = turns.minima(&mut [&mut || run(&i8, &small), &mut || run(&f32, &wide)])?;
    let (ours, peer) = (times.first().copied().unwrap_or(f64::NAN), times.last().copied().unwrap_or(f64::NAN));
    Ok(Figure::alone(Name::MatmulI8, shape(side), threads, ours).beside("our f32", peer))
}

/// The product of two inputs, the second transposed.
fn product(dtype: DType, side: u64) -> Result<Graph, BenchError> {
    let mut g = GraphBuilder::new();
    let a = g.input(dtype, &[side, side])?;
    let b = g.input(dtype, &[side, side])?;
    let c = g.matmul(a, b)?;
    g.output(c)?;
    Ok(g.finish()?)
}

fn shape(side: u64) -> String {
    format!("{side}x{side}x{side}")
}

/// `|a - b| / |b|`.
fn apart(theirs: &[f32], ours: &[f32]) -> f64 {
    if theirs.len() != ours.len() {
        return f64::NAN;
    }
    let squares = theirs.iter().zip(ours).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2));
    (squares.sum::<f64>() / ours.iter().map(|&b| f64::from(b).powi(2)).sum::<f64>()).sqrt()
}
