//! Folds of rows: rowdot, the reductions, segment_sum.

use tessera_referee::limits::CHAIN_TERMS;
use tessera_referee::{DType, Reduce};

use super::{BLOCK, OnDevice, Run, grid};
use crate::cuda::memory::chains_at_once;
use crate::cuda::{Arg, Launcher, Module};
use crate::{ExecError, TensorType};

/// Threads of a block of `chains_*`, and chains that it folds at once.
const CHAIN_BLOCK: u32 = 128;
/// Segments and features of a block of `segment_chains`.
const SEGMENTS: u64 = 32;
const FEATURES: u64 = 4;
/// From this length on a whole block folds a row, below it a warp.
const LONG_ROW: u64 = 2_048;

/// The kernels of a reduction in any order: for short and for long rows.
fn reduce_kernels(reduce: Reduce, dtype: DType) -> Option<[&'static str; 2]> {
    Some(match (reduce, dtype) {
        (Reduce::Sum, DType::I8) => ["sum_i8_warp", "sum_i8_block"],
        (Reduce::Sum, DType::I32) => ["sum_i32_warp", "sum_i32_block"],
        (Reduce::Max, DType::F32) => ["max_f32_warp", "max_f32_block"],
        (Reduce::Max, DType::I32) => ["max_i32_warp", "max_i32_block"],
        (Reduce::Min, DType::F32) => ["min_f32_warp", "min_f32_block"],
        (Reduce::Min, DType::I32) => ["min_i32_warp", "min_i32_block"],
        (Reduce::ArgMin, DType::F32) => ["argmin_f32_warp", "argmin_f32_block"],
        (Reduce::ArgMin, DType::I32) => ["argmin_i32_warp", "argmin_i32_block"],
        (Reduce::ArgMax, DType::F32) => ["argmax_f32_warp", "argmax_f32_block"],
        (Reduce::ArgMax, DType::I32) => ["argmax_i32_warp", "argmax_i32_block"],
        (Reduce::Sum, DType::F32) | (_, DType::I8) => return None,
    })
}

impl<L: Launcher> Run<'_, L> {
    pub(super) fn rowdot(
        &mut self,
        [a, b]: [&OnDevice<L::Buffer>; 2],
        output: TensorType,
    ) -> Result<L::Buffer, ExecError> {
        if a.ty.dtype == DType::F32 {
            return self.chains("chains_rowdot", &[a, b], output);
        }
        self.rows(["rowdot_i8_warp", "rowdot_i8_block"], &[a, b], output)
    }

    pub(super) fn reduce(
        &mut self,
        reduce: Reduce,
        x: &OnDevice<L::Buffer>,
        output: TensorType,
    ) -> Result<L::Buffer, ExecError> {
        if reduce == Reduce::Sum && x.ty.dtype == DType::F32 {
            return self.chains("chains_sum", &[x], output);
        }
        let kernels = reduce_kernels(reduce, x.ty.dtype).ok_or(ExecError::Malformed)?;
        self.rows(kernels, &[x], output)
    }

    /// reduce.cu.
    fn rows(
        &mut self,
        [by_warp, by_block]: [&'static str; 2],
        operands: &[&OnDevice<L::Buffer>],
        output: TensorType,
    ) -> Result<L::Buffer, ExecError> {
        let out = self.allocate(output.bytes())?;
        let (rows, k) = (output.shape.elements(), operands[0].ty.shape.row());
        if rows == 0 {
            return Ok(out);
        }
        let mut args: Vec<Arg<'_>> = operands.iter().map(|x| self.address(x)).collect();
        args.extend([self.place(&out), Arg::U64(rows), Arg::U64(k)]);
        let (name, each) = if k < LONG_ROW { (by_warp, BLOCK / 32) } else { (by_block, 1) };
        // SAFETY: operands, out, rows, k; operands are [rows, k] of the type that the name was chosen by, out [rows] of 4 bytes.
        unsafe { self.launch(Module::Reduce, name, [grid(rows, each), 1], BLOCK, &args)? };
        Ok(out)
    }

    /// chains.cu, `chains_*`, then `chain_totals`.
    fn chains(
        &mut self,
        name: &'static str,
        operands: &[&OnDevice<L::Buffer>],
        output: TensorType,
    ) -> Result<L::Buffer, ExecError> {
        let (rows, k) = (output.shape.elements(), operands[0].ty.shape.row());
        if k == 0 || rows == 0 {
            return self.fill(0, output);
        }
        let chains = k.div_ceil(CHAIN_TERMS);
        let partial = self.allocate(output.bytes() * chains)?;
        let mut args: Vec<Arg<'_>> = operands.iter().map(|x| self.address(x)).collect();
        args.extend([self.place(&partial), Arg::U64(rows), Arg::U64(k), Arg::U64(chains)]);
        // SAFETY: operands, partial, rows, k, chains; operands are f32 [rows, k], partial [chains, rows].
        unsafe { self.launch(Module::Chains, name, [grid(rows * chains, CHAIN_BLOCK), 1], CHAIN_BLOCK, &args)? };
        if chains == 1 {
            return Ok(partial);
        }
        let out = self.allocate(output.bytes())?;
        self.totals(&partial, &out, rows, chains, false)?;
        Ok(out)
    }

    /// chains.cu, `chain_totals`: partial [chains, n] into out [n]; `resume` adds to what out holds.
    fn totals(
        &mut self,
        partial: &L::Buffer,
        out: &L::Buffer,
        n: u64,
        chains: u64,
        resume: bool,
    ) -> Result<(), ExecError> {
        let args = [self.place(partial), self.place(out), Arg::U64(n), Arg::U64(chains), Arg::U32(u32::from(resume))];
        // SAFETY: partial, out, n, chains, resume; both callers have allocated them so.
        unsafe { self.spread(Module::Chains, "chain_totals", n, &args) }
    }

    /// segments.cu, some chains at a time, and `chain_totals`.
    pub(super) fn segment_sum(
        &mut self,
        [xt, labels]: [&OnDevice<L::Buffer>; 2],
        output: TensorType,
    ) -> Result<L::Buffer, ExecError> {
        let &[segments, d] = output.shape.dims() else {
            return Err(ExecError::Malformed);
        };
        let (elements, n) = (segments * d, xt.ty.shape.row());
        if n == 0 || elements == 0 {
            return self.fill(0, output);
        }
        let chains = n.div_ceil(CHAIN_TERMS);
        let at_once = chains_at_once(output.bytes(), chains);
        let out = self.allocate(output.bytes())?;
        let partial = self.allocate(output.bytes() * at_once)?;
        for first in (0..chains).step_by(at_once as usize) {
            let count = at_once.min(chains - first);
            let units = count * d.div_ceil(FEATURES) * segments.div_ceil(SEGMENTS);
            let args = [
                self.address(xt),
                self.address(labels),
                self.place(&partial),
                Arg::U64(d),
                Arg::U64(n),
                Arg::U64(segments),
                Arg::U64(first),
                Arg::U64(count),
            ];
            let block = (SEGMENTS * FEATURES) as u32;
            // SAFETY: xt, labels, partial, d, n, segments, first, chains; xt is f32 [d, n], labels i32 [n], partial has
            // room for at_once chains of [segments, d], and the chains begin inside n.
            unsafe { self.launch(Module::Segments, "segment_chains", [grid(units, 1), 1], block, &args)? };
            self.totals(&partial, &out, elements, count, first > 0)?;
            self.gpu.watch(self.cancel)?;
        }
        Ok(out)
    }
}
