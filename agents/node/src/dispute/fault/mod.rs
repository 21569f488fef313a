//! How a side may be distorted, for tests. Without the feature `faults` nobody is.

#[cfg(not(any(test, feature = "faults")))]
mod disabled;
#[cfg(any(test, feature = "faults"))]
mod enabled;

#[cfg(not(any(test, feature = "faults")))]
pub use disabled::Fault;
#[cfg(any(test, feature = "faults"))]
pub use enabled::{Fault, Flip};
