//! cholesky, solve and Jacobi rotations: bits on any input, and the right answer on good ones.

use tessera_compute::DType::F32;
use tessera_compute::referee::jacobi;
use tessera_compute::{Backend, Cancel, CpuBackend, GraphBuilder, Tensor};

use crate::values::{Flavour, Random, tensor};
use crate::{check, check_operation};

#[test]
fn bits_on_any_input() {
    for p in [0, 1, 2, 3, 8, 9, 21] {
        check_operation("cholesky", &[(F32, &[p, p])], |g, x| g.cholesky(x[0]));
        for r in [0, 1, 7, 8, 17] {
            let inputs = [(F32, &[r, p][..]), (F32, &[p, p][..])];
            check_operation("solve", &inputs, |g, x| g.solve(x[0], x[1]));
        }
        for round in 0..jacobi::rounds(p as u32) {
            check_operation("step", &[(F32, &[p, p])], |g, x| g.jacobi_step(x[0], round));
            let inputs = [(F32, &[5, p][..]), (F32, &[p, p][..])];
            check_operation("vec", &inputs, |g, x| g.jacobi_vec(x[0], x[1], round));
        }
    }
    check_operation("step", &[(F32, &[128, 128])], |g, x| g.jacobi_step(x[0], 126));
}

/// `M^T M + I` for a random M: positive definite.
fn definite(p: usize) -> Tensor {
    let mut random = Random(9);
    let m = tensor(&mut random, F32, &[p as u64, p as u64], Flavour::Plain);
    let m = m.as_f32().unwrap();
    let entry = |i: usize, j: usize| (0..p).map(|k| m[k * p + i] * m[k * p + j]).sum::<f32>();
    let data = (0..p * p).map(|at| entry((at / p).min(at % p), (at / p).max(at % p)) + f32::from(at / p == at % p));
    Tensor::f32(&[p as u64, p as u64], data.collect()).unwrap()
}

#[test]
fn cholesky_and_solve_invert_a_definite_matrix() {
    let p = 12u64;
    let mut g = GraphBuilder::new();
    let a = g.input(F32, &[p, p]).unwrap();
    let identity = g.input(F32, &[p, p]).unwrap();
    let l = g.cholesky(a).unwrap();
    let l_inverse_t = g.solve(identity, l).unwrap();
    let inverse = g.matmul(l_inverse_t, l_inverse_t).unwrap();
    let product = g.matmul(a, inverse).unwrap();
    g.output(product).unwrap();
    let graph = g.finish().unwrap();
    let identity: Vec<f32> = (0..p * p).map(|at| f32::from(at / p == at % p)).collect();
    let inputs = [definite(p as usize), Tensor::f32(&[p, p], identity.clone()).unwrap()];
    check(&graph, &inputs, "inverse");
    let out = CpuBackend::new().run(&graph, &inputs, &Cancel::new()).unwrap();
    for (got, want) in out[0].as_f32().unwrap().iter().zip(identity) {
        assert!((got - want).abs() < 1e-4, "{got} is not {want}");
    }
}

#[test]
fn sweeps_of_jacobi_diagonalise_a_symmetric_matrix() {
    for p in [2u64, 7, 20] {
        let mut g = GraphBuilder::new();
        let first = g.input(F32, &[p, p]).unwrap();
        let identity = g.input(F32, &[p, p]).unwrap();
        let (mut a, mut v) = (first, identity);
        for _ in 0..7 {
            for round in 0..jacobi::rounds(p as u32) {
                v = g.jacobi_vec(v, a, round).unwrap();
                a = g.jacobi_step(a, round).unwrap();
            }
        }
        g.output(a).unwrap();
        g.output(v).unwrap();
        let graph = g.finish().unwrap();
        let identity: Vec<f32> = (0..p * p).map(|at| f32::from(at / p == at % p)).collect();
        let matrix = definite(p as usize);
        let inputs = [matrix.clone(), Tensor::f32(&[p, p], identity).unwrap()];
        check(&graph, &inputs, "sweeps");
        let out = CpuBackend::new().run(&graph, &inputs, &Cancel::new()).unwrap();
        let (diagonal, vectors) = (out[0].as_f32().unwrap(), out[1].as_f32().unwrap());
        let (matrix, p) = (matrix.as_f32().unwrap(), p as usize);
        let scale = matrix.iter().fold(0f32, |m, x| m.max(x.abs()));
        for i in 0..p {
            for j in 0..p {
                if i != j {
                    assert!(diagonal[i * p + j].abs() < 1e-5 * scale, "p {p}: ({i}, {j})");
                }
                // A v_j = lambda_j v_j
                let left: f32 = (0..p).map(|k| matrix[i * p + k] * vectors[k * p + j]).sum();
                let right = diagonal[j * p + j] * vectors[i * p + j];
                assert!((left - right).abs() < 2e-5 * scale, "p {p}: {left} is not {right}");
            }
        }
    }
}
