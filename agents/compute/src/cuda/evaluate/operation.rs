//! From an operation to its kernels.

use std::rc::Rc;

use super::{OnDevice, Run};
use crate::cuda::Launcher;
use crate::graph::strides;
use crate::{ExecError, OpKind, Operation};

impl<L: Launcher> Run<'_, L> {
    /// Launches what makes an operation's output; operands have the types that it names.
    pub(super) fn evaluate(
        &mut self,
        operation: &Operation,
        operands: &[&OnDevice<L::Buffer>],
    ) -> Result<OnDevice<L::Buffer>, ExecError> {
        let ty = operation.output;
        if let (OpKind::Reshape, &[x]) = (&operation.kind, operands) {
            return Ok(OnDevice { ty, buffer: Rc::clone(&x.buffer) });
        }
        let buffer = match (&operation.kind, operands) {
            (OpKind::Map1(map), &[x]) => self.map1(*map, x, ty),
            (OpKind::Map2(map), &[a, b]) => self.map2(*map, [a, b], ty),
            (OpKind::Select, &[c, a, b]) => self.select([c, a, b], ty),
            (OpKind::Permute(axes), &[x]) => {
                let own = strides(&x.ty.shape, &x.ty.shape);
                self.copy(&x.buffer, axes.map(|axis| own[usize::from(axis)]), 0, ty)
            }
            (OpKind::Slice(starts), &[x]) => {
                let own = strides(&x.ty.shape, &x.ty.shape);
                let base = own.iter().zip(starts).map(|(&step, start)| step as u64 * start).sum();
                self.copy(&x.buffer, own, base, ty)
            }
            (OpKind::Concat(axis), parts) => self.concat(usize::from(*axis), parts, ty),
            (OpKind::Gather, &[table, index]) => self.gather(table, index, ty),
            (OpKind::Fill(word), &[]) => self.fill(*word, ty),
            (OpKind::Iota, &[]) => self.iota(ty),
            (OpKind::Uniform(seed), &[]) => self.uniform(*seed, ty),
            (OpKind::Matmul, &[a, b]) => self.matmul([a, b], ty),
            (OpKind::Rowdot, &[a, b]) => self.rowdot([a, b], ty),
            (OpKind::Reduce(reduce), &[x]) => self.reduce(*reduce, x, ty),
            (OpKind::Nearest, &[x, c, c2]) => self.nearest([x, c, c2], ty),
            (OpKind::SegmentSum, &[xt, labels]) => self.segment_sum([xt, labels], ty),
            (OpKind::Cholesky, &[a]) => self.cholesky(a, ty),
            (OpKind::Solve, &[b, l]) => self.solve([b, l], ty),
            (OpKind::JacobiStep(round), &[a]) => self.jacobi_step(*round, a, ty),
            (OpKind::JacobiVec(round), &[v, a]) => self.jacobi_vec(*round, [v, a], ty),
            _ => Err(ExecError::Malformed),
        }?;
        Ok(OnDevice { ty, buffer: Rc::new(buffer) })
    }
}
