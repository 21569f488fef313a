//! What a GPU does.

use super::Module;
use crate::{Cancel, ExecError};

/// A kernel: a function of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kernel {
    /// Where its PTX is.
    pub module: Module,
    /// Its name in the PTX.
    pub name: &'static str,
}

/// A parameter of a kernel, in the order of its documentation. Addresses are `U64`.
#[derive(Clone, Copy, Debug)]
pub enum Arg<'a> {
    /// A 64-bit parameter.
    U64(u64),
    /// A 32-bit parameter.
    U32(u32),
    /// A structure of 64-bit words, by value.
    Words(&'a [u64]),
}

/// Something that runs the kernels: memory, and launches that take effect in order.
pub trait Launcher {
    /// Memory of the device, freed when dropped. 16-byte aligned.
    type Buffer;

    /// Memory for this many bytes, at least one. What it holds is not defined.
    fn allocate(&mut self, bytes: u64) -> Result<Self::Buffer, ExecError>;

    /// The address that kernels are given.
    fn address(&self, buffer: &Self::Buffer) -> u64;

    /// Copies into the start of a buffer, which is at least as long.
    fn upload(&mut self, bytes: &[u8], to: &mut Self::Buffer) -> Result<(), ExecError>;

    /// Copies the start of a buffer, which is at least as long, after all launches so far.
    fn download(&mut self, from: &Self::Buffer, bytes: &mut [u8]) -> Result<(), ExecError>;

    /// Whether the device runs kernels for this target, as in `sm_80`.
    fn supports(&self, target: u32) -> bool;

    /// Launches a kernel; `grid` and `block` have one dimension each but for the grid's y.
    ///
    /// # Safety
    ///
    /// `args` are the kernel's parameters in order and type; the kernel, so launched, reads and writes within buffers
    /// that live until the launch has ended or are freed in its order.
    unsafe fn launch(&mut self, kernel: Kernel, grid: [u32; 2], block: u32, args: &[Arg<'_>]) -> Result<(), ExecError>;

    /// Looks after launches in flight: an error if the run was cancelled, or if none of them ends.
    fn watch(&mut self, cancel: &Cancel) -> Result<(), ExecError>;

    /// Waits until all launches so far have ended, as [`watch`](Self::watch).
    fn finish(&mut self, cancel: &Cancel) -> Result<(), ExecError>;
}
