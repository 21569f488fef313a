//! Limits that every executor shares.

/// Terms of one chain of an f32 fold.
pub const CHAIN_TERMS: u64 = 4_096;
/// Terms of an f32 fold: 128 chains. Longer axes are folded twice.
pub const MAX_FOLD_TERMS: u64 = 524_288;
/// Terms of an i8 dot product.
pub const MAX_I8_TERMS: u64 = 65_536;
/// Terms that one step of a dispute replays.
pub const SEGMENT_TERMS: u64 = 128;
/// Side of a Jacobi matrix, so that a row lies in one leaf.
pub const MAX_JACOBI_SIDE: u64 = 128;
/// Axes of a tensor.
pub const MAX_RANK: usize = 4;
/// Elements of a tensor.
pub const MAX_ELEMENTS: u64 = 1 << 40;
/// Operations of a graph.
pub const MAX_OPERATIONS: usize = 4_096;
/// Operands of an operation.
pub const MAX_OPERANDS: usize = 4;
/// Bytes of an encoded operation.
pub const MAX_DESCRIPTOR_BYTES: usize = 256;
/// Outputs of a graph.
pub const MAX_OUTPUTS: usize = 16;
/// Inputs of a graph.
pub const MAX_INPUTS: usize = 64;
