//! What a graph takes of a device's memory.

use tessera_referee::DType;
use tessera_referee::limits::CHAIN_TERMS;

use crate::{Graph, OpKind, Operation};

/// The most that one segment_sum keeps of unfinished chains, unless a single chain is more.
const SEGMENT_SCRATCH: u64 = 256 << 20;
/// Allocations are rounded up to this.
const GRANULE: u64 = 512;

/// Bytes of device memory that a run of this graph takes at most: inputs, live tensors, and the kernels' scratch.
pub fn device_bytes(graph: &Graph) -> u64 {
    // A trace's hashes take a sixteenth of a tensor, each level half of the one below; the top hashes stay.
    let scratch = graph.operations().iter().map(|op| scratch_bytes(op).max(op.output.bytes() / 8)).max().unwrap_or(0);
    let tensors = graph.input_specs().len() as u64 + u64::from(graph.op_count());
    graph.cost().bytes.saturating_add(scratch).saturating_add(tensors * GRANULE)
}

/// Bytes that an operation's kernels take besides its operands and its output.
fn scratch_bytes(operation: &Operation) -> u64 {
    let types = &operation.operand_types;
    let row = types.first().map_or(0, |ty| ty.shape.row());
    let output = operation.output.bytes();
    match operation.kind {
        OpKind::Rowdot | OpKind::Reduce(tessera_referee::Reduce::Sum) if types[0].dtype == DType::F32 => {
            let chains = row.div_ceil(CHAIN_TERMS);
            if chains > 1 { chains.saturating_mul(output) } else { 0 }
        }
        OpKind::SegmentSum => {
            let chains = row.div_ceil(CHAIN_TERMS);
            chains_at_once(output, chains).saturating_mul(output)
        }
        OpKind::Cholesky => output,
        OpKind::Solve => {
            let factor = types.get(1).map_or(0, |ty| ty.bytes());
            if row > CHAIN_TERMS { factor.saturating_add(output) } else { factor }
        }
        _ => 0,
    }
}

/// How many of segment_sum's chains are made before they are added up, each of `bytes`.
pub(super) fn chains_at_once(bytes: u64, chains: u64) -> u64 {
    (SEGMENT_SCRATCH / bytes.max(1)).clamp(1, chains.max(1))
}
