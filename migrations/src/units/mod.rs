//! Amounts, rates and times as people write them, exactly: nothing is rounded, nothing wraps.

mod amount;
pub mod as_text;
mod percent;
mod window;

pub use amount::{Amount, AmountError, tokens};
pub use percent::{Percent, PercentError};
pub use window::{Window, WindowError};
