//! matmul and nearest.

use tessera_referee::DType;

use super::{OnDevice, Run, grid};
use crate::cuda::{Arg, Launcher, Module};
use crate::{ExecError, TensorType};

/// Threads of a block of the product kernels.
const THREADS: u32 = 256;
/// Sides of their tiles.
const LARGE: u64 = 128;
const SMALL: u64 = 32;
/// Points of a block of `nearest`.
const POINTS: u32 = 128;
/// With fewer large tiles than this the small ones use the device better.
const ENOUGH_TILES: u64 = 96;
/// A grid's greatest y.
const MOST_BATCHES: u64 = 65_535;

impl<L: Launcher> Run<'_, L> {
    /// matmul_f32.cu, matmul_i8_sm75.cu, matmul_i8_sm80.cu.
    pub(super) fn matmul(
        &mut self,
        [a, b]: [&OnDevice<L::Buffer>; 2],
        output: TensorType,
    ) -> Result<L::Buffer, ExecError> {
        let &[ref batch @ .., m, n] = output.shape.dims() else {
            return Err(ExecError::Malformed);
        };
        let (batches, k): (u64, u64) = (batch.iter().product(), a.ty.shape.row());
        if k == 0 || output.shape.elements() == 0 {
            return self.fill(0, output);
        }
        let out = self.allocate(output.bytes())?;
        let tiles = |side: u64| m.div_ceil(side) * n.div_ceil(side);
        let (module, name, side) = match a.ty.dtype {
            DType::F32 if tiles(LARGE).saturating_mul(batches) < ENOUGH_TILES => {
                (Module::MatmulF32, "matmul_f32_32", SMALL)
            }
            DType::F32 => (Module::MatmulF32, "matmul_f32_128", LARGE),
            _ if self.gpu.supports(Module::MatmulI8Sm80.target()) => (Module::MatmulI8Sm80, "matmul_i8_sm80", LARGE),
            _ => (Module::MatmulI8Sm75, "matmul_i8_sm75", LARGE),
        };
        let blocks = i32::try_from(tiles(side)).map_err(|_| ExecError::TooLarge(output.bytes()))? as u32;
        let place =
            |x: &L::Buffer, elements: u64, dtype: DType, gpu: &L| Arg::U64(gpu.address(x) + elements * dtype.size());
        for first in (0..batches).step_by(MOST_BATCHES as usize) {
            let count = MOST_BATCHES.min(batches - first);
            let args = [
                place(&a.buffer, first * m * k, a.ty.dtype, self.gpu),
                place(&b.buffer, first * n * k, b.ty.dtype, self.gpu),
                place(&out, first * m * n, output.dtype, self.gpu),
                Arg::U64(m),
                Arg::U64(n),
                Arg::U64(k),
            ];
            // SAFETY: a, b, c, m, n, k; from batch `first` on there are `count` matrices [m, k], [n, k] and [m, n] of the
            // types that the name was chosen by; the grid is that of the kernel's tiles, and k > 0. Rows that are read 16
            // bytes at once are a multiple of that, and so are the offsets of batches.
            unsafe { self.launch(module, name, [blocks, count as u32], THREADS, &args)? };
        }
        Ok(out)
    }

    /// nearest.cu.
    pub(super) fn nearest(
        &mut self,
        [x, c, c2]: [&OnDevice<L::Buffer>; 3],
        output: TensorType,
    ) -> Result<L::Buffer, ExecError> {
        let (n, k, d) = (output.shape.elements(), c2.elements(), x.ty.shape.row());
        if k == 0 {
            return self.fill(u32::MAX, output);
        }
        if d == 0 {
            return self.nearest_without_terms(c2, output);
        }
        let out = self.allocate(output.bytes())?;
        if n > 0 {
            let args = [
                self.address(x),
                self.address(c),
                self.address(c2),
                self.place(&out),
                Arg::U64(n),
                Arg::U64(k),
                Arg::U64(d),
            ];
            let blocks = i32::try_from(n.div_ceil(u64::from(POINTS))).map_err(|_| ExecError::TooLarge(x.ty.bytes()))?;
            // SAFETY: x, c, c2, out, n, k, d; f32 [n, d], [k, d], [k] and i32 [n], k and d not 0, a block for each 128 points.
            unsafe { self.launch(Module::Nearest, "nearest", [blocks as u32, 1], THREADS, &args)? };
        }
        Ok(out)
    }

    /// Points without coordinates: every dot product is +0, so each score is c2 and all points have one answer.
    fn nearest_without_terms(&mut self, c2: &OnDevice<L::Buffer>, output: TensorType) -> Result<L::Buffer, ExecError> {
        let best = self.allocate(4)?;
        let args = [self.address(c2), self.place(&best), Arg::U64(1), Arg::U64(c2.elements())];
        // SAFETY: x, out, rows, k; c2 is one row of f32.
        unsafe { self.launch(Module::Reduce, "argmin_f32_block", [grid(1, 1), 1], THREADS, &args)? };
        self.copy(&best, [0; 4], 0, output)
    }
}
