//! What a graph takes to run.

use tessera_referee::{Map1, Reduce};

use super::{Graph, OpKind, Operand, Operation};
use crate::TensorType;
use crate::exec::last_uses;

/// An estimate of what a run takes, to refuse what does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Scalar operations of all operations, see [`Operation::flops`].
    pub flops: u64,
    /// The most bytes of tensors that are alive at once, inputs among them. Kernels take scratch of up to one operand more.
    pub bytes: u64,
    /// Bytes that all operations read and write, see [`Operation::moved`].
    pub moved: u64,
}

impl Graph {
    /// What a run of this graph takes.
    pub fn cost(&self) -> Cost {
        let last_use = last_uses(self);
        let mut live: u64 = self.inputs.iter().map(|ty| ty.bytes()).fold(0, u64::saturating_add);
        let mut cost = Cost { flops: 0, bytes: live, moved: 0 };
        for (index, operation) in self.operations.iter().enumerate() {
            cost.flops = cost.flops.saturating_add(operation.flops());
            cost.moved = cost.moved.saturating_add(operation.moved());
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
    /// Scalar operations that its definition takes: add, mul, div, sqrt, compare, convert and copy count one each, a fused
    /// multiply-add two. Per element of the output it is the last column of `docs/operations.md`.
    pub fn flops(&self) -> u64 {
        let elements = self.output.shape.elements();
        let row = self.operand_types.first().map_or(1, |ty| ty.shape.row());
        let each = match &self.kind {
            OpKind::Map1(map) => map1_flops(*map),
            OpKind::Map2(_) | OpKind::Select => 1,
            OpKind::Reshape => 0,
            OpKind::Permute(_) | OpKind::Slice(_) | OpKind::Concat(_) | OpKind::Gather => 1,
            OpKind::Fill(_) | OpKind::Iota => 1,
            OpKind::Uniform(_) => 10,
            OpKind::Matmul | OpKind::Rowdot => row.saturating_mul(2),
            OpKind::Reduce(Reduce::Sum) => row.saturating_mul(2),
            OpKind::Reduce(Reduce::Max | Reduce::Min | Reduce::ArgMin | Reduce::ArgMax) => row,
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
        };
        elements.saturating_mul(each)
    }

    /// Bytes that it reads and writes if caches hold each operand once it is read. Of the tensor that slice and gather pick
    /// from, only what is picked is read; a reshape moves nothing.
    pub fn moved(&self) -> u64 {
        let output = self.output.bytes();
        let read = match &self.kind {
            OpKind::Reshape => return 0,
            OpKind::Slice(_) => output,
            OpKind::Gather => output.saturating_add(self.operand_types.get(1).map_or(0, TensorType::bytes)),
            _ => self.operand_types.iter().map(TensorType::bytes).fold(0, u64::saturating_add),
        };
        output.saturating_add(read)
    }
}

/// Of a function with two reductions, the longer.
const fn map1_flops(map: Map1) -> u64 {
    match map {
        Map1::AddScalar(_) | Map1::MulScalar(_) | Map1::Abs | Map1::Neg | Map1::Relu | Map1::Sqrt | Map1::Cast => 1,
        Map1::Rsqrt | Map1::Quantise(_) | Map1::Dequantise(_) => 2,
        Map1::Exp | Map1::Log => 21,
        Map1::Tanh => 25,
        Map1::Erf => 36,
        Map1::Gelu => 40,
    }
}
