//! The dispute game: one challenger against one run's provider, until one step is left that the program replays.
//!
//! A run commits to its output root alone. The challenger narrows what it says is wrong down to one step; the provider
//! opens what that needs under roots that it committed to. [`next_phase`] is the table of legal moves, [`plan_move`] adds
//! whose turn it is and the clocks. Whoever owes a move and is silent loses by [`plan_timeout`]; what a dispute does to
//! its task is [`plan_dispute_settle`](crate::plan_dispute_settle).
//!
//! Clocks and rates are constants of the program and no parameters of a market: no change of parameters can reach a
//! dispute. The unbonding period is the market's when the dispute opens, the execution window its task's.

mod bond;
mod clocks;
mod moves;
mod phase;
mod play;

pub use bond::{
    BondEnd, BondPayout, DisputeSlashPayout, bond, bond_payout, challenger_shares, dispute_slash_payout, is_bond_free,
};
pub use clocks::{CLOCK_SECONDS, Clocks, DISPUTES_PER_UNIT, DisputeTerms, MOVE_SECONDS, TRACE_RATE};
pub use moves::{Asks, Move, PartsShown, next_phase};
pub use phase::{DisputeVerdict, Phase, Side, open_to_all, owes};
pub use play::{DisputeView, MAX_ROUNDS, plan_dispute_start, plan_move, plan_timeout};
