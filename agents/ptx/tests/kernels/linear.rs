use tessera_compute::{Backend, Cancel, DType, GraphBuilder, ReferenceBackend, Tensor};

use crate::device::Device;
use crate::numbers::Random;

/// L of a symmetric positive matrix A, and X with X L^T = B, by the scalar code.
fn expected(p: u64, r: u64, a: &[u32], b: &[u32]) -> [Vec<u32>; 2] {
    let mut builder = GraphBuilder::new();
    let x = builder.input(DType::F32, &[p, p]).unwrap();
    let y = builder.input(DType::F32, &[r, p]).unwrap();
    let factor = builder.cholesky(x).unwrap();
    let solution = builder.solve(y, factor).unwrap();
    builder.output(factor).unwrap();
    builder.output(solution).unwrap();
    let tensor = |dims: &[u64], words: &[u32]| {
        Tensor::f32(dims, words.iter().map(|bits| f32::from_bits(*bits)).collect()).unwrap()
    };
    let inputs = [tensor(&[p, p], a), tensor(&[r, p], b)];
    let out = ReferenceBackend.run(&builder.finish().unwrap(), &inputs, &Cancel::new()).unwrap();
    [0, 1].map(|i| out[i].as_f32().unwrap().iter().map(|x| x.to_bits()).collect())
}

/// Symmetric with a heavy diagonal.
fn symmetric(random: &mut Random, p: usize) -> Vec<u32> {
    let mut a = vec![0f32; p * p];
    for i in 0..p {
        for j in 0..i {
            let x = random.unit();
            (a[i * p + j], a[j * p + i]) = (x, x);
        }
        a[i * p + i] = p as f32 + random.unit();
    }
    a.into_iter().map(f32::to_bits).collect()
}

#[test]
fn factors_and_both_solves() {
    let mut random = Random(6);
    for (p, r, wild) in [(1u64, 1u64, false), (5, 3, true), (40, 4, false), (70, 2, true)] {
        let mut a = symmetric(&mut random, p as usize);
        if wild {
            // A pivot below zero: NaN from there on.
            let at = (p / 2 * p + p / 2) as usize;
            a[at] = (-1f32).to_bits();
        }
        let b = random.floats((r * p) as usize, wild);
        let [factor, solution] = expected(p, r, &a, &b);
        let mut device = Device::new("linear");
        let (x, y) = (device.words(&a), device.words(&b));
        let square = (p * p) as usize;
        let (lt, out) = (device.room(square), device.room(square));
        for j in 0..p {
            device.launch("cholesky_column", [1, 1], 64, &[x, lt, p, j]);
        }
        device.launch("cholesky_factor", [2, 1], 64, &[lt, out, p]);
        assert!(device.read(out, square) == factor, "cholesky {p}");

        let transposed: Vec<u32> = (0..square).map(|i| factor[i % p as usize * p as usize + i / p as usize]).collect();
        let lt = device.words(&transposed);
        let n = (r * p) as usize;
        let (short, long, totals) = (device.room(n), device.room(n), device.room(n));
        device.launch("solve_rows", [2, 1], 256, &[y, lt, short, r, p]);
        assert!(device.read(short, n) == solution, "solve_rows {p} {r}");
        device.launch("solve_rows_long", [1, 1], 256, &[y, lt, long, totals, r, p]);
        assert!(device.read(long, n) == solution, "solve_rows_long {p} {r}");
    }
}
