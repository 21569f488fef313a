//! Merkle roots of tensors on the device.

use tessera_referee::merkle::{Digest, empty, tensor_root};
use tessera_referee::{DType, layout};

use super::{OnDevice, Run};
use crate::cuda::{Arg, Launcher, Module};
use crate::exec::{check_inputs, walk_values};
use crate::{Cancel, ExecError, Graph, Native, Root, Tensor, TensorType};

/// Bytes of a hash.
const HASH: u64 = 32;

/// The roots of all operations' outputs in order, the leaves of a trace, hashed where the tensors are: only the roots
/// leave the device. The same as [`Tensor::root`] of each.
pub fn trace_roots_on<L: Launcher>(
    gpu: &mut L,
    graph: &Graph,
    inputs: &[Tensor],
    cancel: &Cancel,
) -> Result<Vec<Root>, ExecError> {
    check_inputs(graph, inputs)?;
    let mut run = Run { gpu, cancel };
    let inputs = inputs.iter().map(|input| run.upload(input)).collect::<Result<Vec<_>, _>>()?;
    let mut hashes = Vec::with_capacity(graph.operations().len());
    walk_values(graph, &inputs, cancel, |operation, operands| {
        let output = run.evaluate(operation, operands)?;
        hashes.push((output.ty, run.tree_hash(&output)?));
        run.gpu.watch(cancel)?;
        Ok(output)
    })?;
    run.gpu.finish(cancel)?;
    hashes.iter().map(|(ty, hash)| run.root(*ty, hash.as_ref())).collect()
}

impl<L: Launcher> Run<'_, L> {
    /// sha256.cu: `hash_leaves_*`, then `hash_nodes` for each level. None for a tensor without leaves.
    fn tree_hash(&mut self, x: &OnDevice<L::Buffer>) -> Result<Option<L::Buffer>, ExecError> {
        let (dtype, shape) = (x.ty.dtype, x.ty.shape);
        let (rows, row) = (shape.rows(), shape.row());
        let mut count = layout::leaf_count(dtype, rows, row);
        if count == 0 {
            return Ok(None);
        }
        let mut level = self.allocate(count * HASH)?;
        let name = if dtype == DType::I8 { "hash_leaves_1" } else { "hash_leaves_4" };
        let padded = layout::padded_row(dtype, row);
        let args =
            [self.address(x), self.place(&level), Arg::U64(count), Arg::U64(rows), Arg::U64(row), Arg::U64(padded)];
        // SAFETY: x, hashes, leaves, rows, row, padded; x has rows of `row` elements of the size that the name was chosen by,
        // hashes has 32 bytes for each leaf.
        unsafe { self.spread(Module::Sha256, name, count, &args)? };
        while count > 1 {
            let above = count.div_ceil(2);
            let next = self.allocate(above * HASH)?;
            let args = [self.place(&level), self.place(&next), Arg::U64(count)];
            // SAFETY: in, out, count; room for `count` and for half as many hashes, rounded up.
            unsafe { self.spread(Module::Sha256, "hash_nodes", above, &args)? };
            (level, count) = (next, above);
        }
        Ok(Some(level))
    }

    /// The root of a tensor of this type, from its tree's hash.
    fn root(&mut self, ty: TensorType, hash: Option<&L::Buffer>) -> Result<Root, ExecError> {
        let mut tree: Digest = empty::<Native>();
        if let Some(hash) = hash {
            self.gpu.download(hash, &mut tree)?;
        }
        Ok(Root(tensor_root::<Native>(&ty.header(), &tree)))
    }
}
