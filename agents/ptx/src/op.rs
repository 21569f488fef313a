//! Instructions with names resolved to numbers, as the executor runs them.

use crate::eval::{Compute, Join, Test};
use crate::syntax::Space;
use crate::types::Type;

/// An index into the current frame's registers.
pub type Reg = u32;

/// What an operand reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Src {
    Reg(Reg),
    /// Bits, already cut to the instruction's width.
    Imm(u64),
    Special(Special),
    /// The address of a shared, global or constant variable of the module, plus an offset.
    Variable(u32, i32),
    /// The address of a variable in the frame's parameters.
    Param(u32),
    /// The address of a local variable, from the frame's local memory.
    Local(u32),
}

/// Special registers; `Axis` is 0 to 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Special {
    Tid(u8),
    Ntid(u8),
    Ctaid(u8),
    Nctaid(u8),
    LaneId,
    WarpId,
    WarpCount,
    LaneMaskEq,
    LaneMaskLe,
    LaneMaskLt,
    LaneMaskGe,
    LaneMaskGt,
    DynamicShared,
    TotalShared,
}

#[derive(Clone, Debug)]
pub struct Instr {
    /// Predicate register, and whether it is negated.
    pub guard: Option<(Reg, bool)>,
    pub op: Op,
    pub line: u32,
}

/// `base + offset` in a space.
#[derive(Clone, Copy, Debug)]
pub struct Address {
    pub space: Space,
    pub base: Src,
    pub offset: i64,
    /// Volatile, relaxed, acquire or release: it synchronises itself, as an atomic does.
    pub strong: bool,
}

/// A register that a load or an unpacking fills; its width may exceed the type's.
#[derive(Clone, Copy, Debug)]
pub struct Wide {
    pub reg: Reg,
    pub bits: u32,
}

/// Where a parameter or a returned value lies in its frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Param { offset: u32, size: u32 },
    Reg { reg: Reg, bits: u32 },
}

/// What a call passes.
#[derive(Clone, Copy, Debug)]
pub enum Argument {
    Param { offset: u32, size: u32 },
    Value(Src),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtomicOp {
    Add,
    Min,
    Max,
    And,
    Or,
    Xor,
    Exchange,
    CompareExchange,
    Inc,
    Dec,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShuffleMode {
    Up,
    Down,
    Butterfly,
    Index,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoteMode {
    All,
    Any,
    Uniform,
    Ballot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReduceOp {
    Add,
    Min,
    Max,
    And,
    Or,
    Xor,
}

/// Add, subtract, multiply-add with the carry flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CarryOp {
    Add,
    Sub,
    MadLo,
    MadHi,
}

/// Shapes of the integer `mma.sync`, by rows of A and by k; n is 8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MmaShape {
    pub m: u32,
    pub k: u32,
}

/// An instruction that the lanes of a mask execute together.
#[derive(Clone, Debug)]
pub enum Warp {
    Barrier,
    Shuffle {
        mode: ShuffleMode,
        d: Reg,
        p: Option<Reg>,
        a: Src,
        b: Src,
        c: Src,
    },
    Vote {
        mode: VoteMode,
        d: Reg,
        a: Src,
        negated: bool,
    },
    /// `match.any`, or `match.all` with its predicate.
    Match {
        all: bool,
        d: Reg,
        p: Option<Reg>,
        a: Src,
        ty: Type,
    },
    Reduce {
        op: ReduceOp,
        ty: Type,
        d: Reg,
        a: Src,
    },
    Mma {
        shape: MmaShape,
        a_signed: bool,
        b_signed: bool,
        saturate: bool,
        d: [Reg; 4],
        a: [Src; 4],
        b: [Src; 2],
        c: [Src; 4],
    },
    LoadMatrix {
        transposed: bool,
        d: Box<[Reg]>,
        at: Address,
    },
}

#[derive(Clone, Debug)]
pub enum Op {
    Compute {
        f: Compute,
        d: Reg,
        s: [Src; 4],
    },
    SetPredicate {
        test: Test,
        join: Option<(Join, Src, bool)>,
        p: Option<Reg>,
        q: Option<Reg>,
        a: Src,
        b: Src,
    },
    Carry {
        op: CarryOp,
        ty: Type,
        reads: bool,
        writes: bool,
        d: Reg,
        s: [Src; 3],
    },
    /// Parts of equal width, the lowest first, into one value.
    Pack {
        d: Reg,
        parts: Box<[Src]>,
        bits: u32,
    },
    Unpack {
        parts: Box<[Option<Reg>]>,
        s: Src,
        bits: u32,
    },
    Load {
        ty: Type,
        d: Box<[Option<Wide>]>,
        at: Address,
    },
    Store {
        ty: Type,
        s: Box<[Src]>,
        at: Address,
    },
    Atomic {
        op: AtomicOp,
        ty: Type,
        d: Option<Reg>,
        at: Address,
        b: Src,
        c: Src,
    },
    /// `cp.async`: it happens when the thread waits for it.
    CopyAsync {
        to: Address,
        from: Address,
        bytes: u32,
        given: Option<Src>,
    },
    CopyCommit,
    /// Waits until at most so many groups are open; None also waits for what is not committed.
    CopyWait(Option<u32>),
    Branch(u32),
    Call {
        function: u32,
        arguments: Box<[Argument]>,
        returns: Box<[Place]>,
    },
    Return,
    Exit,
    Trap,
    /// `aligned`: the lanes of a warp must come to the same instruction.
    Barrier {
        id: Src,
        count: Option<Src>,
        arrive: bool,
        aligned: bool,
    },
    /// Boxed: it is large and rare, and instructions lie side by side.
    Warp {
        op: Box<Warp>,
        mask: Src,
    },
    Fence,
}
