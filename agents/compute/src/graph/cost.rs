//! What a graph takes to run.

use tessera_referee::Reduce;

use super::{Graph, OpKind, Operand, Operation};
use crate::exec::last_uses;

/// An estimate of what a run takes, to refuse what does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Scalar operations: a term of a fold counts two.
    pub flops: u64,
    /// The most bytes of tensors that are alive at once, inputs among them. Kernels take scratch of up to one operand more.
    pub bytes: u64,
}

impl Graph {
    /// What a run of this graph takes.
    pub fn cost(&self) -> Cost {
        let last_use = last_uses(self);
        let mut live: u64 = self.inputs.iter().map(|ty| ty.bytes()).fold(0, u64::saturating_add);
        let mut cost = Cost { flops: 0, bytes: live };
        for (index, operation) in self.operations.iter().enumerate() {
            cost.flops = cost.flops.saturating_add(operation.flops());
            live = live.saturating_add(operation.output.bytes());
            cost.bytes = cost.bytes.max(live);
            let mut freed: Vec<usize> = operation
                .operands
                .iter()
                .filter_map(|operand| match *operand {
                    Operand::Op(i) => Some(usize::from(i)),
                    Operand::Input(_) => None,
                })
                .chain([index])
                .filter(|&i| last_use[i] == index)
                .collect();
            freed.sort_unstable();
            freed.dedup();
            for i in freed {
                live = live.saturating_sub(self.operations[i].output.bytes());
            }
        }
        cost
    }
}

impl Operation {
    /// An estimate of the scalar operations.
    fn flops(&self) -> u64 {
        let elements = self.output.shape.elements();
        let row = self.operand_types.first().map_or(1, |ty| ty.shape.row());
        let each = match &self.kind {
            OpKind::Matmul | OpKind::Rowdot => row.saturating_mul(2),
            OpKind::Reduce(Reduce::Sum) => row.saturating_mul(2),
            OpKind::Reduce(_) => row,
            OpKind::Nearest => {
                let centres = self.operand_types.get(1).map_or(1, |ty| ty.shape.rows());
                row.saturating_mul(2).saturating_add(3).saturating_mul(centres)
            }
            // Every term is looked at once for all segments.
            OpKind::SegmentSum => {
                let terms = self.operand_types.first().map_or(0, |ty| ty.shape.elements());
                return terms.saturating_mul(2);
            }
            OpKind::Cholesky => row / 3,
            OpKind::Solve => row,
            OpKind::JacobiStep(_) => 12,
            OpKind::JacobiVec(_) => 3,
            OpKind::Uniform(_) => 10,
            _ => 1,
        };
        elements.saturating_mul(each)
    }
}
