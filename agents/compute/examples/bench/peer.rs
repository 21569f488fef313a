//! The `gemm` crate twice in one binary.

use gemm::Parallelism;
#[cfg(target_arch = "x86_64")]
use gemm_common::simd::{MixedSimd, V3};

/// With which features the `gemm` crate multiplies.
#[derive(Clone, Copy)]
pub enum Peer {
    /// With x86-v4, where the CPU has AVX-512.
    Wide,
    /// With its default features.
    Default,
}

impl Peer {
    /// `out = a b^T` for square matrices.
    #[rustfmt::skip]
    pub fn multiply(self, a: &[f32], b: &[f32], out: &mut [f32], n: usize, threads: usize) {
        assert!(a.len() == n * n && b.len() == n * n && out.len() == n * n);
        let parallelism = if threads == 1 { Parallelism::None } else { Parallelism::Rayon(threads) };
        let (row, column) = (n as isize, 1);
        let (a, b, out) = (a.as_ptr(), b.as_ptr(), out.as_mut_ptr());
        #[cfg(target_arch = "x86_64")]
        if let (Self::Default, Some(simd)) = (self, <V3 as MixedSimd<f32, f32, f32, f32>>::try_new()) {
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
