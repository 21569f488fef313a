//! The rules, one file per rule; `explore` visits every state of a task, `properties` and `cheating` hold what must be true
//! of every input.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects)]

mod amount;
mod audit;
mod cheating;
mod claim;
mod dispute;
mod explore;
mod fixtures;
mod lock;
mod lottery;
mod params;
mod payout;
mod properties;
mod reputation;
mod runs;
mod split;
mod stake;
mod strategies;
mod table;
mod time;
mod windows;
