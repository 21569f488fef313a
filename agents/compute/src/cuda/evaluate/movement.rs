//! Movement and sources.

use tessera_referee::DType;

use super::walk::walk;
use super::{OnDevice, Run};
use crate::cuda::{Arg, Launcher, Module};
use crate::{ExecError, TensorType};

/// One of two kernels, by the size of an element.
fn by_size(dtype: DType, four: &'static str, one: &'static str) -> &'static str {
    if dtype.size() == 4 { four } else { one }
}

impl<L: Launcher> Run<'_, L> {
    /// movement.cu, `copy_*`: element i of the output is that of x at `base` and `strides` along the output's axes. They must
    /// stay inside x.
    pub(super) fn copy(
        &mut self,
        x: &L::Buffer,
        strides: [usize; 4],
        base: u64,
        output: TensorType,
    ) -> Result<L::Buffer, ExecError> {
        let out = self.allocate(output.bytes())?;
        let n = output.shape.elements();
        let words = walk(output.shape.dims(), [strides], [base]);
        let args = [self.place(x), self.place(&out), Arg::U64(n), Arg::Words(&words)];
        let name = by_size(output.dtype, "copy_4", "copy_1");
        // SAFETY: x, out, n, walk; elements of one size on both sides, and the walk stays inside x.
        unsafe { self.spread(Module::Movement, name, n, &args)? };
        Ok(out)
    }

    /// movement.cu, `join_*`, once for each part.
    pub(super) fn concat(
        &mut self,
        axis: usize,
        parts: &[&OnDevice<L::Buffer>],
        output: TensorType,
    ) -> Result<L::Buffer, ExecError> {
        let out = self.allocate(output.bytes())?;
        let stretch: u64 = output.shape.dims()[axis..].iter().product();
        let name = by_size(output.dtype, "join_4", "join_1");
        let mut from = 0;
        for part in parts {
            let length: u64 = part.ty.shape.dims()[axis..].iter().product();
            let n = part.elements();
            let args = [
                self.address(part),
                self.place(&out),
                Arg::U64(n),
                Arg::U64(length),
                Arg::U64(stretch),
                Arg::U64(from),
            ];
            // SAFETY: x, out, n, length, stretch, from; the parts' lengths add up to the stretch, and all have the same number
            // of stretches. A part without elements is not launched for, so length is not 0.
            unsafe { self.spread(Module::Movement, name, n, &args)? };
            from += length;
        }
        Ok(out)
    }

    /// movement.cu, `gather_*`.
    pub(super) fn gather(
        &mut self,
        table: &OnDevice<L::Buffer>,
        index: &OnDevice<L::Buffer>,
        output: TensorType,
    ) -> Result<L::Buffer, ExecError> {
        let out = self.allocate(output.bytes())?;
        let dims = table.ty.shape.dims();
        let (rows, row): (u64, u64) = (dims[0], dims[1..].iter().product());
        let n = output.shape.elements();
        let args =
            [self.address(table), self.address(index), self.place(&out), Arg::U64(n), Arg::U64(rows), Arg::U64(row)];
        let name = by_size(output.dtype, "gather_4", "gather_1");
        // SAFETY: table, index, out, n, rows, row; the output has `row` elements for each index, the kernel checks indices.
        // With n > 0, row is not 0.
        unsafe { self.spread(Module::Movement, name, n, &args)? };
        Ok(out)
    }

    /// movement.cu, `fill_*`.
    pub(super) fn fill(&mut self, value: u32, output: TensorType) -> Result<L::Buffer, ExecError> {
        let out = self.allocate(output.bytes())?;
        let n = output.shape.elements();
        let args = [self.place(&out), Arg::U64(n), Arg::U32(value)];
        // SAFETY: out, n, value; out has n elements of that size.
        unsafe { self.spread(Module::Movement, by_size(output.dtype, "fill_4", "fill_1"), n, &args)? };
        Ok(out)
    }

    /// movement.cu, `iota`.
    pub(super) fn iota(&mut self, output: TensorType) -> Result<L::Buffer, ExecError> {
        let out = self.allocate(output.bytes())?;
        let n = output.shape.elements();
        let args = [self.place(&out), Arg::U64(n)];
        // SAFETY: out, n; out has n elements of 4 bytes.
        unsafe { self.spread(Module::Movement, "iota", n, &args)? };
        Ok(out)
    }

    /// movement.cu, `uniform`.
    pub(super) fn uniform(&mut self, seed: u64, output: TensorType) -> Result<L::Buffer, ExecError> {
        let out = self.allocate(output.bytes())?;
        let n = output.shape.elements();
        let args = [self.place(&out), Arg::U64(n), Arg::U64(seed)];
        // SAFETY: out, n, seed; out has n elements of 4 bytes.
        unsafe { self.spread(Module::Movement, "uniform", n, &args)? };
        Ok(out)
    }
}
