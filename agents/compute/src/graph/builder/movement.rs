//! Movement and sources.

use tessera_referee::DType;

use super::{Built, GraphBuilder, Value};
use crate::Shape;
use crate::graph::{GraphError, OpKind, Types};

/// Movement: any type, bits are copied.
impl GraphBuilder {
    /// Reorders axes: output axis `i` is axis `axes[i]` of `x`.
    pub fn permute(&mut self, x: Value, axes: &[u8]) -> Built {
        let ty = self.type_of(x)?;
        if axes.len() != ty.shape.rank() {
            return Err(GraphError::Operands {
                operation: "permute",
                operands: Types(vec![ty]),
                reason: "axes must be a permutation",
            });
        }
        let mut all = [0; 4];
        all[..axes.len()].copy_from_slice(axes);
        self.derived(OpKind::Permute(all), &[x])
    }

    /// A matrix's transpose.
    pub fn transpose(&mut self, x: Value) -> Built {
        self.permute(x, &[1, 0])
    }

    /// The same elements in row-major order under another shape of equal size.
    pub fn reshape(&mut self, x: Value, dims: &[u64]) -> Built {
        self.push(OpKind::Reshape, &[x], DType::F32, Shape::new(dims)?)
    }

    /// The window of `lengths` that begins at `starts`, one entry for each axis.
    pub fn slice(&mut self, x: Value, starts: &[u64], lengths: &[u64]) -> Built {
        let ty = self.type_of(x)?;
        if starts.len() != ty.shape.rank() {
            return Err(GraphError::Operands {
                operation: "slice",
                operands: Types(vec![ty]),
                reason: "there must be one start for each axis",
            });
        }
        let mut all = [0; 4];
        all[..starts.len()].copy_from_slice(starts);
        self.push(OpKind::Slice(all), &[x], DType::F32, Shape::new(lengths)?)
    }

    /// Joins one to four tensors along `axis`; their other dimensions are equal.
    pub fn concat(&mut self, parts: &[Value], axis: u8) -> Built {
        self.derived(OpKind::Concat(axis), parts)
    }

    /// `table[index]` along the table's first axis: table `[n, rest..]`, i32 index `[m..]`, output `[m.., rest..]`.
    /// An index below zero or beyond the table gives zeros.
    pub fn gather(&mut self, table: Value, index: Value) -> Built {
        self.derived(OpKind::Gather, &[table, index])
    }
}

/// Sources: no operands.
impl GraphBuilder {
    /// A constant f32 tensor; the value's bits are kept.
    pub fn fill(&mut self, value: f32, dims: &[u64]) -> Built {
        self.push(OpKind::Fill(value.to_bits()), &[], DType::F32, Shape::new(dims)?)
    }

    /// A constant i32 tensor.
    pub fn fill_i32(&mut self, value: i32, dims: &[u64]) -> Built {
        self.push(OpKind::Fill(value as u32), &[], DType::I32, Shape::new(dims)?)
    }

    /// i32: each element's row-major index, mod 2^32.
    pub fn iota(&mut self, dims: &[u64]) -> Built {
        self.push(OpKind::Iota, &[], DType::I32, Shape::new(dims)?)
    }

    /// f32 in (0, 1), never 0 nor 1: a hash of the seed and the element's row-major index
    /// (`tessera_referee::uniform`).
    pub fn uniform(&mut self, seed: u64, dims: &[u64]) -> Built {
        self.push(OpKind::Uniform(seed), &[], DType::F32, Shape::new(dims)?)
    }
}
