//! Hand-written PTX for what the interpreter runs, and for what it refuses.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bounds;
mod calls;
mod convert;
mod fixture;
mod float;
mod hostile;
mod integer;
mod limits;
mod matrix;
mod memory;
mod predicates;
mod races;
mod refused;
mod sync;
mod warp;
