//! The provider agent: claims tasks that it has fetched and checked, computes them, stores and submits the results, and
//! settles its own runs.
//!
//! `plan` decides, `actor` starts jobs and remembers what they returned, `jobs` do one thing each. The chain is the only
//! state: a restarted provider goes on from the accounts alone.

mod actor;
mod config;
mod error;
mod jobs;
pub mod plan;
mod service;

pub use config::{Limits, ProviderConfig, ProviderFile, ProviderTuning};
pub use error::ProviderError;
pub use service::Provider;
