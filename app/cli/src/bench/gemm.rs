//! The `gemm` crate twice in one binary.

use gemm::Parallelism;
#[cfg(target_arch = "x86_64")]
use gemm_common::simd::{MixedSimd, V3};

use super::draws::Draws;

/// With which features the `gemm` crate multiplies.
#[derive(Clone, Copy)]
pub(super) enum Features {
    /// With x86-v4, where the CPU has AVX-512.
    Wide,
    /// With its default features.
    Default,
}

impl Features {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Wide => "gemm 0.19, x86-v4",
            Self::Default => "gemm 0.19, default",
        }
    }
}

/// Two square matrices and their product.
pub(super) struct Squares {
    side: usize,
    /// All three are `side * side` long.
    a: Vec<f32>,
    b: Vec<f32>,
    product: Vec<f32>,
}

impl Squares {
    pub fn draw(side: usize) -> Self {
        let mut draws = Draws::new(5);
        let count = side * side;
        Self { side, a: draws.many(count), b: draws.many(count), product: vec![0.0; count] }
    }

    pub fn a(&self) -> &[f32] {
        &self.a
    }

    pub fn b(&self) -> &[f32] {
        &self.b
    }

    /// What the last multiplication gave.
    pub fn product(&self) -> &[f32] {
        &self.product
    }

    /// `a b^T`.
    #[rustfmt::skip]
    pub fn multiply(&mut self, features: Features, threads: usize) {
        let n = self.side;
        let parallelism = if threads == 1 { Parallelism::None } else { Parallelism::Rayon(threads) };
        let (row, column) = (n as isize, 1);
        let (a, b, out) = (self.a.as_ptr(), self.b.as_ptr(), self.product.as_mut_ptr());
        #[cfg(target_arch = "x86_64")]
        if let (Features::Default, Some(simd)) = (features, <V3 as MixedSimd<f32, f32, f32, f32>>::try_new()) {
            use gemm_f32::microkernel::fma::f32::{H_M, H_N, H_UKR, MR_DIV_N, NR, UKR};
            // f32 in a vector of AVX2.
            const LANES: usize = 8;
            // What the crate calls without the feature x86-v4 where the CPU has AVX2 and FMA; a result in rows is the columns of the transposed
            // product. SAFETY: all three are n x n, row by row; a is read with its strides exchanged.
            unsafe {
                gemm_common::gemm::gemm_basic_generic::<_, f32, LANES, { MR_DIV_N * LANES }, NR, MR_DIV_N, H_M, H_N>(
                    simd, n, n, n, out, row, column, false, b, column, row, a, row, column, 0.0, 1.0, false, false, false,
                    |a, b, c| a * b + c, &UKR, &H_UKR, false, parallelism,
                );
            }
            return;
        }
        // SAFETY: all three are n x n, row by row; b is read with its strides exchanged.
        unsafe {
            gemm::gemm(
                n, n, n, out, column, row, false, a, column, row, b, row, column, 0.0, 1.0, false, false, false, parallelism,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_give_the_product() {
        let side = 37;
        for features in [Features::Wide, Features::Default] {
            for threads in [1, 2] {
                let mut squares = Squares::draw(side);
                squares.multiply(features, threads);
                for (place, &found) in squares.product().iter().enumerate() {
                    let (row, column) =
                        (&squares.a[place / side * side..][..side], &squares.b[place % side * side..][..side]);
                    let exact: f64 = row.iter().zip(column).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
                    assert!((f64::from(found) - exact).abs() < 1e-5, "{found} instead of {exact}");
                }
            }
        }
    }
}
