//! The verifier agent: re-computes submitted runs, posts the roots that it finds, and settles what its audits decide.
//!
//! `plan` decides, `actor` starts jobs and remembers what they returned, `jobs` do one thing each. The chain is the only
//! state: a restarted verifier goes on from the accounts alone.

mod actor;
mod config;
mod error;
mod jobs;
pub mod plan;
mod service;

pub use config::{Limits, VerifierConfig, VerifierFile, VerifierTuning, Watch};
pub use error::VerifierError;
pub use service::Verifier;
