//! f32 products by cuBLAS, with f32 arithmetic throughout.

use std::sync::Arc;

use cudarc::cublas::{CudaBlas, result, sys};
use cudarc::driver::{CudaSlice, CudaStream, DevicePtr, DevicePtrMut};
use tessera_compute::Tensor;

use super::{Outcome, Peer};

/// cudarc panics where the library is missing, so it is asked for first.
pub fn check_present() -> Outcome<()> {
    // SAFETY: it only tries to open the library.
    if unsafe { sys::is_culib_present() } {
        return Ok(());
    }
    Err("there is no libcublas.so: install the CUDA toolkit or the PyPI package nvidia-cublas, and name its folder in LD_LIBRARY_PATH".into())
}

/// A times the transpose of B, both row-major with `side` rows and columns.
pub struct Product {
    blas: CudaBlas,
    stream: Arc<CudaStream>,
    side: u64,
    a: CudaSlice<f32>,
    b: CudaSlice<f32>,
    c: CudaSlice<f32>,
}

impl Product {
    pub fn new(side: u64, a: &[f32], b: &[f32], stream: &Arc<CudaStream>) -> Outcome<Self> {
        let blas = CudaBlas::new(Arc::clone(stream))?;
        let (a, b) = (stream.clone_htod(a)?, stream.clone_htod(b)?);
        let c = stream.alloc_zeros(usize::try_from(side * side)?)?;
        Ok(Self { blas, stream: Arc::clone(stream), side, a, b, c })
    }
}

impl Peer for Product {
    fn launch(&mut self) -> Outcome<()> {
        let n = i32::try_from(self.side)?;
        let (alpha, beta) = (1.0_f32, 0.0_f32);
        let (a, _a) = self.a.device_ptr(&self.stream);
        let (b, _b) = self.b.device_ptr(&self.stream);
        let (c, _c) = self.c.device_ptr_mut(&self.stream);
        let f32s = sys::cudaDataType::CUDA_R_32F;
        // What is row-major for us is its transpose for cuBLAS, whose matrices are column-major: C' = (B')' A'.
        // SAFETY: three matrices of n x n f32, each with leading dimension n; they live until the stream has been waited
        // for, as do the factors, which are read at the call.
        unsafe {
            result::gemm_ex(
                *self.blas.handle(),
                sys::cublasOperation_t::CUBLAS_OP_T,
                sys::cublasOperation_t::CUBLAS_OP_N,
                n,
                n,
                n,
                (&raw const alpha).cast(),
                b as *const _,
                f32s,
                n,
                a as *const _,
                f32s,
                n,
                (&raw const beta).cast(),
                c as *mut _,
                f32s,
                n,
                sys::cublasComputeType_t::CUBLAS_COMPUTE_32F_PEDANTIC,
                sys::cublasGemmAlgo_t::CUBLAS_GEMM_DFALT,
            )
        }?;
        Ok(())
    }

    fn finish(&self) -> Outcome<()> {
        Ok(self.stream.synchronize()?)
    }

    fn result(&self) -> Outcome<Tensor> {
        Ok(Tensor::f32(&[self.side, self.side], self.stream.clone_dtoh(&self.c)?)?)
    }
}
