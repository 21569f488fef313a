//! The rules, one file per rule; `explore` visits every state of a task, `properties` holds what must be true of every input.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects)]

mod explore;
mod fixtures;
