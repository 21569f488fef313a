//! The accounts' bytes are frozen: a change here breaks every account on every cluster. Discriminators, sizes, and the exact
//! bytes of one sample of each account, whose fields all differ. Error codes are frozen too, and so is what version 1 wrote.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects)]

mod disputes;
mod epochs;
mod errors;
mod frozen;
mod markets;
mod migration;
mod providers;
mod samples;
mod tasks;
