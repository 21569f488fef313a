//! Why a launch stopped.

use crate::syntax::Space;

/// A launch that stopped: what happened, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault} (kernel {kernel}{})", located(.place))]
pub struct Trap {
    /// What happened.
    pub fault: Fault,
    /// The kernel's name.
    pub kernel: String,
    /// The thread and its instruction; None if the launch did not begin.
    pub place: Option<Place>,
}

/// Where a thread stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line of the instruction in the PTX text.
    pub line: u32,
    /// `%ctaid`.
    pub block: [u32; 3],
    /// `%tid`.
    pub thread: [u32; 3],
}

fn located(place: &Option<Place>) -> String {
    place.as_ref().map_or_else(String::new, |place| {
        format!(", line {}, block {:?}, thread {:?}", place.line, place.block, place.thread)
    })
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The launch does not fit the kernel or a limit.
    #[error("{0}")]
    Launch(String),
    /// An access that is not within one allocation or variable.
    #[error("{bytes} bytes at {space:?} address {address:#x} are not within one allocation")]
    OutOfBounds {
        /// The space that the instruction names, Generic included.
        space: SpaceName,
        /// The address there.
        address: u64,
        /// How many bytes.
        bytes: u32,
    },
    /// An address that is no multiple of the access's size.
    #[error("address {address:#x} is not a multiple of {bytes}")]
    Misaligned {
        /// The address.
        address: u64,
        /// Size of the access.
        bytes: u32,
    },
    /// A write to memory that is read only.
    #[error("a write to constant memory at {address:#x}")]
    ReadOnly {
        /// The address.
        address: u64,
    },
    /// Two threads of a block touch a byte, one writes, and no barrier orders them.
    #[error("data race on {space:?} address {address:#x} with thread {other} of the block: put a barrier between")]
    Race {
        /// Shared or Global.
        space: SpaceName,
        /// The byte's address.
        address: u64,
        /// The other thread's flat index in its block.
        other: u32,
    },
    /// Two blocks touch a byte of global memory and one writes.
    #[error("data race on global address {address:#x} with another block: blocks run in any order")]
    RaceOfBlocks {
        /// The byte's address.
        address: u64,
    },
    /// A byte is touched that an asynchronous copy is to write, before that copy is waited for.
    #[error(
        "shared address {address:#x} is touched while an asynchronous copy into it is open: wait, then put a barrier"
    )]
    OpenCopy {
        /// The byte's address.
        address: u64,
    },
    /// Shared memory is read that nobody wrote in this block.
    #[error("shared address {address:#x} is read before it is written")]
    Uninitialised {
        /// The byte's address.
        address: u64,
    },
    /// Integer division by zero, whose result PTX leaves to the device.
    #[error("integer division by zero")]
    DivisionByZero,
    /// `trap`.
    #[error("the kernel executed trap")]
    Trap,
    /// Control ran past a function's end.
    #[error("control ran past the end of the function")]
    EndOfCode,
    /// More instructions than the limit.
    #[error("more than {0} instructions: raise the limit or look for an endless loop")]
    Steps(u64),
    /// Calls nested deeper than the limit.
    #[error("calls nested deeper than {0}")]
    CallDepth(u32),
    /// Registers, local and parameter memory beyond the limit.
    #[error("the block's threads need more than {0} bytes of registers and local memory")]
    ThreadMemory(u64),
    /// Asynchronous copies that nobody waits for.
    #[error("more than {0} asynchronous copies or groups of one thread are open: wait for some")]
    Copies(usize),
    /// Threads wait for each other, so that none can go on.
    #[error("deadlock: {0}")]
    Deadlock(&'static str),
    /// A warp instruction whose lanes do not fit.
    #[error("{0}")]
    Lanes(&'static str),
    /// A barrier whose number or count is not valid.
    #[error("barrier {id} with count {count:?}: numbers are 0 to 15, counts multiples of 32 up to the block's size")]
    Barrier {
        /// The barrier's number.
        id: u64,
        /// The threads it waits for.
        count: Option<u64>,
    },
}

/// A state space, in messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpaceName {
    /// Kernel parameters and what calls pass.
    Param,
    /// A thread's own memory.
    Local,
    /// A block's memory.
    Shared,
    /// The device's memory.
    Global,
    /// Read-only memory.
    Const,
    /// Any, told by the address.
    Generic,
}

impl From<Space> for SpaceName {
    fn from(space: Space) -> Self {
        match space {
            Space::Reg | Space::Param => Self::Param,
            Space::Local => Self::Local,
            Space::Shared => Self::Shared,
            Space::Global => Self::Global,
            Space::Const => Self::Const,
            Space::Generic => Self::Generic,
        }
    }
}
