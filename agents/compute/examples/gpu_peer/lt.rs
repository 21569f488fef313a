//! i8 products by cuBLASLt, summed in i32.

use std::ffi::c_void;
use std::sync::Arc;

use cudarc::cublaslt::{result, sys};
use cudarc::driver::{CudaSlice, CudaStream, DevicePtr, DevicePtrMut};
use tessera_compute::Tensor;

use super::{Outcome, Peer};

/// Memory that cuBLASLt may use beside the matrices, as its documentation advises for Hopper.
const WORKSPACE: usize = 32 << 20;

/// cudarc panics where the library is missing, so it is asked for first.
pub fn check_present() -> Outcome<()> {
    // SAFETY: it only tries to open the library.
    if unsafe { sys::is_culib_present() } {
        return Ok(());
    }
    Err("there is no libcublasLt.so: install the CUDA toolkit or the PyPI package nvidia-cublas, and name its folder in LD_LIBRARY_PATH".into())
}

/// A times the transpose of B, both row-major with `side` rows and columns.
pub struct Product {
    stream: Arc<CudaStream>,
    side: u64,
    a: CudaSlice<i8>,
    b: CudaSlice<i8>,
    c: CudaSlice<i32>,
    workspace: CudaSlice<u8>,
    plan: Plan,
}

/// How the product is computed: the library's own choice for its shape.
struct Plan {
    handle: sys::cublasLtHandle_t,
    operation: sys::cublasLtMatmulDesc_t,
    operand: sys::cublasLtMatrixLayout_t,
    product: sys::cublasLtMatrixLayout_t,
    algorithm: sys::cublasLtMatmulAlgo_t,
}

impl Plan {
    fn new(side: u64) -> Outcome<Self> {
        let stride = i64::try_from(side)?;
        let handle = result::create_handle()?;
        let sums = sys::cudaDataType::CUDA_R_32I;
        let operation = result::create_matmul_desc(sys::cublasComputeType_t::CUBLAS_COMPUTE_32I, sums)?;
        let operand = result::create_matrix_layout(sys::cudaDataType::CUDA_R_8I, side, side, stride)?;
        let product = result::create_matrix_layout(sums, side, side, stride)?;
        let preference = result::create_matmul_pref()?;
        let (transposed, workspace) = (cudarc::cublas::sys::cublasOperation_t::CUBLAS_OP_T as i32, WORKSPACE);
        // SAFETY: the objects have just been made; each attribute is read at the call with the size that is given.
        let chosen = unsafe {
            result::set_matmul_desc_attribute(
                operation,
                sys::cublasLtMatmulDescAttributes_t::CUBLASLT_MATMUL_DESC_TRANSA,
                (&raw const transposed).cast(),
                size_of::<i32>(),
            )?;
            result::set_matmul_pref_attribute(
                preference,
                sys::cublasLtMatmulPreferenceAttributes_t::CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                (&raw const workspace).cast(),
                size_of::<usize>(),
            )?;
            let chosen =
                result::get_matmul_algo_heuristic(handle, operation, operand, operand, product, product, preference)?;
            result::destroy_matmul_pref(preference)?;
            chosen
        };
        Ok(Self { handle, operation, operand, product, algorithm: chosen.algo })
    }
}

impl Drop for Plan {
    fn drop(&mut self) {
        // SAFETY: made in `new`, and destroyed here only. A failure leaves them to the process's end.
        unsafe {
            let _ = result::destroy_matrix_layout(self.product);
            let _ = result::destroy_matrix_layout(self.operand);
            let _ = result::destroy_matmul_desc(self.operation);
            let _ = result::destroy_handle(self.handle);
        }
    }
}

impl Product {
    pub fn new(side: u64, a: &[i8], b: &[i8], stream: &Arc<CudaStream>) -> Outcome<Self> {
        stream.context().bind_to_thread()?;
        Ok(Self {
            plan: Plan::new(side)?,
            stream: Arc::clone(stream),
            side,
            a: stream.clone_htod(a)?,
            b: stream.clone_htod(b)?,
            c: stream.alloc_zeros(usize::try_from(side * side)?)?,
            workspace: stream.alloc_zeros(WORKSPACE)?,
        })
    }
}

impl Peer for Product {
    fn launch(&mut self) -> Outcome<()> {
        let (alpha, beta) = (1_i32, 0_i32);
        let (a, _a) = self.a.device_ptr(&self.stream);
        let (b, _b) = self.b.device_ptr(&self.stream);
        let (c, _c) = self.c.device_ptr_mut(&self.stream);
        let (workspace, _workspace) = self.workspace.device_ptr_mut(&self.stream);
        let plan = &self.plan;
        // What is row-major for us is its transpose for cuBLASLt, whose matrices are column-major: C' = (B')' A'.
        // SAFETY: the matrices have the layouts' sizes and live until the stream has been waited for; the factors are
        // read at the call; the plan lives as long as this.
        unsafe {
            result::matmul(
                plan.handle,
                plan.operation,
                (&raw const alpha).cast(),
                (&raw const beta).cast(),
                b as *const c_void,
                plan.operand,
                a as *const c_void,
                plan.operand,
                c as *const c_void,
                plan.product,
                c as *mut c_void,
                plan.product,
                &raw const plan.algorithm,
                workspace as *mut c_void,
                WORKSPACE,
                self.stream.cu_stream().cast(),
            )
        }?;
        Ok(())
    }

    fn finish(&self) -> Outcome<()> {
        Ok(self.stream.synchronize()?)
    }

    fn result(&self) -> Outcome<Tensor> {
        Ok(Tensor::i32(&[self.side, self.side], self.stream.clone_dtoh(&self.c)?)?)
    }
}
