//! Running a kernel: blocks one after the other, the threads of a block in turns.

mod access;
mod block;
mod launch;
mod matrix;
mod mma;
mod shadow;
mod shared;
mod step;
mod thread;
mod warp;
mod world;

pub use launch::{Arg, Launch, Limits, Races, Stats, run};

use crate::syntax::Space;

/// Where a space begins among generic addresses. Global and constant addresses are generic as they are.
pub const fn window(space: Space) -> u64 {
    match space {
        Space::Local => 1 << 60,
        Space::Shared => 1 << 61,
        Space::Param => 1 << 62,
        Space::Global | Space::Const | Space::Generic | Space::Reg => 0,
    }
}
