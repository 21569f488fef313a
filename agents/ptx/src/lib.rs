//! An interpreter of PTX: the kernels that GPUs run, on a machine without one, bit for bit.
//!
//! A text is loaded whole or refused: an instruction that is not in the list below is an error that names its place.
//! What PTX leaves to the device or the schedule stops a launch instead of giving some result: races, accesses outside
//! an allocation, shared memory that nobody wrote, integer division by zero, masks that name absent lanes.
//!
//! ```
//! use tessera_ptx::{Arg, Launch, Limits, Memory, Module};
//!
//! let module = Module::parse(
//!     ".version 6.0
//!      .target sm_50
//!      .address_size 64
//!      .visible .entry twice(.param .u64 data) {
//!          .reg .b32 %r<2>;
//!          .reg .f32 %f<3>;
//!          .reg .b64 %rd<4>;
//!          ld.param.u64 %rd1, [data];
//!          mov.u32 %r1, %tid.x;
//!          mul.wide.u32 %rd2, %r1, 4;
//!          add.s64 %rd3, %rd1, %rd2;
//!          ld.global.f32 %f1, [%rd3];
//!          add.rn.f32 %f2, %f1, %f1;
//!          st.global.f32 [%rd3], %f2;
//!          ret;
//!      }",
//! )?;
//! let mut memory = Memory::new(1 << 20);
//! let data = memory.alloc_bytes(&1.5f32.to_le_bytes().repeat(32))?;
//! let launch = Launch { grid: [1, 1, 1], block: [32, 1, 1], shared_bytes: 0, params: vec![Arg::U64(data)] };
//! module.kernel("twice")?.launch(&launch, &mut memory, &Limits::default())?;
//! assert_eq!(memory.read(data, 4)?, &3.0f32.to_le_bytes()[..]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is run
//! - Directives: `.version`, `.target`, `.address_size 64`, `.entry`, `.func`, `.param`, `.reg`, `.shared` (also dynamic),
//!   `.local`, `.global` and `.const` with initial values, `.reqntid`, `.maxntid`; hints and debugging directives are skipped.
//! - Integers of 16, 32 and 64 bits: add, sub, mul and mad (lo, hi, wide), mul24, mad24, div, rem, abs, neg, min, max, sad,
//!   carry chains, dp4a, dp2a; bits: and, or, xor, not, cnot, shl, shr, shf, lop3, bfe, bfi, bfind, popc, clz, brev, prmt.
//! - f32 with `.rn`: add, sub, mul, fma, div, rcp, sqrt; min and max (also `.NaN`), abs, neg, copysign. A bare add or mul
//!   is refused, since an assembler may fuse it. Arithmetic gives the NaN 0x7fffffff; abs and neg of a NaN, which PTX
//!   leaves open, do too.
//! - setp, set, selp, slct, mov (packing and unpacking too), cvt between integers and f32, cvta.
//! - ld, st (v2, v4), atom and red on integers, cp.async (copied when it is waited for), fences.
//! - bra, call by name, ret, exit, trap; bar and barrier sync and arrive, bar.warp.sync.
//! - shfl.sync, vote.sync, match.sync, redux.sync; mma.sync of bytes (m8n8k16, m16n8k16, m16n8k32), ldmatrix (b16).
//!
//! Refused: f64 and f16 arithmetic, `.ftz`, `.approx`, other roundings, warp instructions without `.sync`, `activemask`,
//! clocks, textures, indirect calls and branches. f64 values can be moved, loaded and stored.
//!
//! # How threads run
//! Blocks run one after the other. A block's threads take turns of 4,096 instructions in their order; a thread waits at
//! a barrier until all threads that have not exited are there, and at a warp instruction until all lanes of its mask are
//! at the same one. What counts as a race is said at the head of `exec/shadow.rs`: in short, any two accesses of one
//! byte, one of them a write, without a barrier of all threads between, the same value or not.

mod error;
mod eval;
mod exec;
mod fault;
mod image;
mod load;
mod memory;
mod module;
mod op;
mod syntax;
mod types;

pub use error::{At, ParseError, Reason};
pub use exec::{Arg, Launch, Limits, Races, Stats};
pub use fault::{Fault, Place, SpaceName, Trap};
pub use memory::{Memory, MemoryError};
pub use module::{Kernel, Module, NoKernel};
