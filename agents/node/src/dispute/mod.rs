//! How agents play the dispute game.
//!
//! The next move of a side is a function of the dispute's account, of what this machine computes ([`Truth`]) and of what the
//! provider serves ([`Served`]); nothing else. So a restart changes nothing, and traces are made only when somebody asks.

mod apply;
mod ask;
mod challenger;
mod desk;
mod error;
mod fault;
mod job;
mod moves;
mod player;
mod provider;
mod send;
mod serve;
mod served;
mod state;
mod truth;
mod truths;
mod tuning;

pub use ask::Asked;
pub use challenger::{Choice, choose, turn};
pub use desk::{DisputeJob, DisputeStage, Disputes, own_run};
pub use error::{PlayError, Refused};
pub use fault::Fault;
#[cfg(feature = "faults")]
pub use fault::Flip;
pub use job::{JobError, Moved, plays, run};
pub use moves::Play;
pub use player::{Played, Player, Playing};
pub use provider::answer;
pub use send::Seat;
pub use serve::{ListenError, ServeTuning, Shelf, listen};
pub use served::{Checked, NotServed, Served, ServedLeaf};
pub use state::{DisputeState, Picked};
pub use truth::{Operation, Roots, Truth};
pub use truths::{SharedTruth, Truths};
pub use tuning::ChallengeTuning;
