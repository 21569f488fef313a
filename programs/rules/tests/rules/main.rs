//! The rules, one file per rule; `properties` holds what must be true of every input.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects)]

mod amount;
mod audit;
mod claim;
mod expire;
mod fixtures;
mod lock;
mod params;
mod properties;
mod reputation;
mod settle;
mod split;
mod stake;
mod submit;
mod table;
mod time;
