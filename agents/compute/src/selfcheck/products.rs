//! Products of i8 matrices, checked as a whole in quadratic time.
//!
//! R. Freivalds, "Probabilistic machines can use less running time", 1977: for a random vector r, C r = A (B^T r) holds for a
//! wrong C only by chance. Numbers are taken mod 2^64, r from all of them. No sum of at most 65,536 products of i8 leaves
//! i32, so that a wrong element differs by less than 2^32 in its row: d r = 0 mod 2^64 then has a probability of 2^-33 at most.

use fastrand::Rng;

use crate::Tensor;

/// Compares C [.., m, n] with the product of A [.., m, k] and B [.., n, k] transposed. `Err` names a row of C, counted over
/// all batches.
pub(super) fn check(a: &Tensor, b: &Tensor, c: &Tensor, rng: &mut Rng) -> Result<(), u64> {
    let (Ok(a_data), Ok(b_data), Ok(c_data)) = (a.as_i8(), b.as_i8(), c.as_i32()) else { return Err(0) };
    let [m, n, k] = [rows(a), rows(b), a.shape().row() as usize];
    if m == 0 || n == 0 {
        return Ok(());
    }
    let batches = c_data.len() / (m * n);
    for batch in 0..batches {
        let [a, b] = [&a_data[batch * m * k..][..m * k], &b_data[batch * n * k..][..n * k]];
        let random: Vec<u64> = (0..n).map(|_| rng.u64(..)).collect();
        let mut combined = vec![0_u64; k];
        if k > 0 {
            for (row, factor) in b.chunks_exact(k).zip(&random) {
                for (sum, &x) in combined.iter_mut().zip(row) {
                    *sum = sum.wrapping_add((i64::from(x) as u64).wrapping_mul(*factor));
                }
            }
        }
        for (i, found) in c_data[batch * m * n..][..m * n].chunks_exact(n).enumerate() {
            let claimed = found.iter().zip(&random).map(|(&x, r)| (i64::from(x) as u64).wrapping_mul(*r));
            let row = &a[i * k..][..k];
            let expected = row.iter().zip(&combined).map(|(&x, y)| (i64::from(x) as u64).wrapping_mul(*y));
            if claimed.fold(0, u64::wrapping_add) != expected.fold(0, u64::wrapping_add) {
                return Err((batch * m + i) as u64);
            }
        }
    }
    Ok(())
}

/// Length of the last axis but one.
fn rows(x: &Tensor) -> usize {
    x.shape().dims().iter().rev().nth(1).map_or(1, |&dim| dim as usize)
}
