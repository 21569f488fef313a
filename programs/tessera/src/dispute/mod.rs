//! How a dispute is played: whose turn it is, payloads from buffers, and what is opened under the roots that the sides
//! committed to. Phases and clocks come from the rules, verdicts from the referee.

mod claim;
mod hashes;
mod openings;
mod payload;
mod turn;

pub(crate) use hashes::read_hashes;
pub(crate) use openings::{climb, trace_root};
pub(crate) use payload::payload;
pub(crate) use turn::Turn;
