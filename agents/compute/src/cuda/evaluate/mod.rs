//! From operations to launches.
//!
//! Each kernel has one safe function that launches it and says why that is sound. Functions take operands of a validated
//! graph, so shapes fit each other; an output without elements is never launched for.

mod folds;
mod hash;
mod linear;
mod maps;
mod movement;
mod operation;
mod products;
mod upload;
mod walk;

use std::rc::Rc;

pub use hash::trace_roots_on;

use super::{Arg, Kernel, Launcher, Module};
use crate::exec::{check_inputs, walk_values};
use crate::{Cancel, ExecError, Graph, Tensor, TensorType};

/// A tensor on the device. Cloning shares the memory.
struct OnDevice<B> {
    ty: TensorType,
    buffer: Rc<B>,
}

impl<B> OnDevice<B> {
    fn elements(&self) -> u64 {
        self.ty.shape.elements()
    }
}

/// A run: the launcher, and the flag that ends it.
struct Run<'a, L> {
    gpu: &'a mut L,
    cancel: &'a Cancel,
}

/// Runs a graph on a launcher and returns its outputs, in order: the same bits as every [`Backend`](crate::Backend).
pub fn run_on<L: Launcher>(
    gpu: &mut L,
    graph: &Graph,
    inputs: &[Tensor],
    cancel: &Cancel,
) -> Result<Vec<Tensor>, ExecError> {
    check_inputs(graph, inputs)?;
    let mut run = Run { gpu, cancel };
    let inputs = inputs.iter().map(|input| run.upload(input)).collect::<Result<Vec<_>, _>>()?;
    let outputs = walk_values(graph, &inputs, cancel, |operation, operands| {
        let output = run.evaluate(operation, operands)?;
        run.gpu.watch(cancel)?;
        Ok(output)
    })?;
    run.gpu.finish(cancel)?;
    outputs.iter().map(|output| run.download(output)).collect()
}

/// Threads of a block, in kernels that take any number.
const BLOCK: u32 = 256;
/// Blocks of a grid, in kernels that take any number: their threads then do more than one element each.
const MOST_BLOCKS: u64 = 1 << 20;

impl<L: Launcher> Run<'_, L> {
    /// Memory for a tensor of this type.
    fn allocate(&mut self, bytes: u64) -> Result<L::Buffer, ExecError> {
        self.gpu.allocate(bytes.max(16))
    }

    fn address(&self, x: &OnDevice<L::Buffer>) -> Arg<'static> {
        Arg::U64(self.gpu.address(&x.buffer))
    }

    fn place(&self, buffer: &L::Buffer) -> Arg<'static> {
        Arg::U64(self.gpu.address(buffer))
    }

    /// Launches a kernel that takes any grid and block, with about one thread to an element.
    ///
    /// # Safety
    ///
    /// As for [`Launcher::launch`].
    unsafe fn spread(&mut self, module: Module, name: &'static str, n: u64, args: &[Arg<'_>]) -> Result<(), ExecError> {
        if n == 0 {
            return Ok(());
        }
        // SAFETY: passed on to the caller.
        unsafe { self.launch(module, name, [grid(n, BLOCK), 1], BLOCK, args) }
    }

    /// # Safety
    ///
    /// As for [`Launcher::launch`].
    unsafe fn launch(
        &mut self,
        module: Module,
        name: &'static str,
        grid: [u32; 2],
        block: u32,
        args: &[Arg<'_>],
    ) -> Result<(), ExecError> {
        // SAFETY: passed on to the caller.
        unsafe { self.gpu.launch(Kernel { module, name }, grid, block, args) }
    }
}

/// Blocks for `n` units, `each` to a block.
fn grid(n: u64, each: u32) -> u32 {
    n.div_ceil(u64::from(each)).clamp(1, MOST_BLOCKS) as u32
}
