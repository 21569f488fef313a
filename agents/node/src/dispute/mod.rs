//! How agents play the dispute game.
//!
//! The next move of a side is a function of the dispute's account, of what this machine computes ([`Truth`]) and of what the
//! provider serves ([`Served`]); nothing else. So a restart changes nothing, and traces are made only when somebody asks.

mod apply;
mod challenger;
mod error;
mod fault;
mod moves;
mod provider;
mod served;
mod state;
mod truth;

pub use challenger::{Choice, choose, turn};
pub use error::{PlayError, Refused};
pub use fault::Fault;
#[cfg(feature = "faults")]
pub use fault::Flip;
pub use moves::Play;
pub use provider::answer;
pub use served::{Checked, NotServed, Served, ServedLeaf};
pub use state::{DisputeState, Picked};
pub use truth::{Operation, Roots, Truth};

