//! How a side may be distorted, for tests. Without the feature `faults` nobody is.

#[cfg(not(feature = "faults"))]
mod disabled;
#[cfg(feature = "faults")]
mod enabled;

#[cfg(not(feature = "faults"))]
pub use disabled::Fault;
#[cfg(feature = "faults")]
pub use enabled::{Fault, Flip};
