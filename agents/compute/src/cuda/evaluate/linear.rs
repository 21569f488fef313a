//! cholesky, solve and the Jacobi operations.

use tessera_referee::limits::CHAIN_TERMS;

use super::{BLOCK, OnDevice, Run, grid};
use crate::cuda::{Arg, Launcher, Module};
use crate::{ExecError, TensorType};

/// Threads of a block of `jacobi_vec`.
const JACOBI_BLOCK: u32 = 128;
/// Columns of a factor between two looks at the watchdog.
const COLUMNS: u64 = 64;

impl<L: Launcher> Run<'_, L> {
    /// linear.cu, `cholesky_column` for each column, then `cholesky_factor`.
    pub(super) fn cholesky(&mut self, a: &OnDevice<L::Buffer>, output: TensorType) -> Result<L::Buffer, ExecError> {
        let p = a.ty.shape.row();
        let transposed = self.allocate(output.bytes())?;
        let out = self.allocate(output.bytes())?;
        for j in 0..p {
            let args = [self.address(a), self.place(&transposed), Arg::U64(p), Arg::U64(j)];
            // SAFETY: a, lt, p, j; both are f32 [p, p], j < p, and the columns before j were launched before.
            unsafe { self.spread(Module::Linear, "cholesky_column", p - j, &args)? };
            if j % COLUMNS == COLUMNS - 1 {
                self.gpu.watch(self.cancel)?;
            }
        }
        let args = [self.place(&transposed), self.place(&out), Arg::U64(p)];
        // SAFETY: lt, out, p; both are f32 [p, p], and every column of lt is done.
        unsafe { self.spread(Module::Linear, "cholesky_factor", p * p, &args)? };
        Ok(out)
    }

    /// linear.cu, `solve_rows` or `solve_rows_long`.
    pub(super) fn solve(
        &mut self,
        [b, l]: [&OnDevice<L::Buffer>; 2],
        output: TensorType,
    ) -> Result<L::Buffer, ExecError> {
        let p = l.ty.shape.row();
        let out = self.allocate(output.bytes())?;
        if output.shape.elements() == 0 {
            return Ok(out);
        }
        let r = output.shape.elements() / p;
        let transposed = self.copy(&l.buffer, [1, p as usize, 0, 0], 0, l.ty)?;
        let blocks = [grid(r, 1), 1];
        if p <= CHAIN_TERMS {
            let args = [self.address(b), self.place(&transposed), self.place(&out), Arg::U64(r), Arg::U64(p)];
            // SAFETY: b, lt, x, r, p; f32 [r, p], [p, p] and [r, p], p not above 4,096.
            unsafe { self.launch(Module::Linear, "solve_rows", blocks, BLOCK, &args)? };
        } else {
            let totals = self.allocate(output.bytes())?;
            let args = [
                self.address(b),
                self.place(&transposed),
                self.place(&out),
                self.place(&totals),
                Arg::U64(r),
                Arg::U64(p),
            ];
            // SAFETY: b, lt, x, totals, r, p; f32 [r, p], [p, p], [r, p] and [r, p].
            unsafe { self.launch(Module::Linear, "solve_rows_long", blocks, BLOCK, &args)? };
        }
        Ok(out)
    }

    /// jacobi.cu, `jacobi_step`.
    pub(super) fn jacobi_step(
        &mut self,
        round: u32,
        a: &OnDevice<L::Buffer>,
        output: TensorType,
    ) -> Result<L::Buffer, ExecError> {
        let p = a.ty.shape.row();
        let out = self.allocate(output.bytes())?;
        let args = [self.address(a), self.place(&out), Arg::U32(p as u32), Arg::U32(round)];
        // SAFETY: a, out, p, round; both are f32 [p, p], p not above 128, the round one of a sweep.
        unsafe { self.spread(Module::Jacobi, "jacobi_step", p * p, &args)? };
        Ok(out)
    }

    /// jacobi.cu, `jacobi_vec`.
    pub(super) fn jacobi_vec(
        &mut self,
        round: u32,
        [v, a]: [&OnDevice<L::Buffer>; 2],
        output: TensorType,
    ) -> Result<L::Buffer, ExecError> {
        let p = a.ty.shape.row();
        let out = self.allocate(output.bytes())?;
        if output.shape.elements() > 0 {
            let n = output.shape.elements() / p;
            let args =
                [self.address(v), self.address(a), self.place(&out), Arg::U64(n), Arg::U32(p as u32), Arg::U32(round)];
            // SAFETY: v, a, out, n, p, round; f32 [n, p], [p, p] and [n, p], p not above 128, the round one of a sweep.
            unsafe { self.launch(Module::Jacobi, "jacobi_vec", [grid(n, 1), 1], JACOBI_BLOCK, &args)? };
        }
        Ok(out)
    }
}
