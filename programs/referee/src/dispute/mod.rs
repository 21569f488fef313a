//! Narrowing a claim about one element of an operation down to something that one call can replay.
//!
//! The provider claims that an element of an operation's output has a value. Whoever disagrees asks for what the value is made
//! of ([`expects`]): a claim is either checked at once, from at most four leaves of operands ([`check`]), or the provider gives
//! its parts, which must add up to it ([`parts_hold`]). Of parts that add up to a wrong claim one is wrong; the challenger
//! names it, and it is the next claim ([`pick`]). So an honest provider can defend whatever is picked, and a wrong element
//! ends at a check that fails:
//!
//! | claim | is checked at once, or its parts are |
//! | --- | --- |
//! | [`Claim::Element`] of a map, movement, rotation, or a fold of at most one segment | checked |
//! | of an f32 fold | the results of its chains; with one chain the accumulator after each segment. Cholesky and solve: the fold's sum first |
//! | of an integer sum, max, min, argmin, argmax | the accumulators at the ends of at most 64 equal ranges of segments |
//! | of nearest | the bests at the ends of at most 64 equal ranges of blocks of 128 centres |
//! | [`Claim::Chain`] | the accumulator after each segment; of one segment: checked |
//! | [`Claim::Range`] | as of the element; one segment: checked; one block of centres: their scores |
//! | [`Claim::Segment`], [`Claim::Finalise`] | checked |
//! | [`Claim::Score`] | checked if the dot product has one segment or none; else the dot product, then as of an f32 fold |
//!
//! A segment is what lies in one leaf: 128 terms, 512 of i8. Everything is total and bounded: at most 129 parts, at most one
//! leaf of terms of each operand replayed. Claims, parts and leaves may be any bytes.

mod claim;
mod encoding;
mod error;
mod hold;
mod leaf;
mod parts;
mod pick;
mod plan;
mod replay;

pub use claim::{CLAIM_BYTES, Claim};
pub use error::ClaimError;
pub use hold::{add_up, parts_hold};
pub use leaf::{LEAF, Leaves, Slot, leaf_of, padding_is_zero, value_in_leaf};
pub use parts::{Expect, MAX_PARTS, PartWidth, expects};
pub use pick::pick;
pub use replay::{check, replay};
