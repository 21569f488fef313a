//! How results are shown to people. The JSON has everything.

use std::fmt;

/// Columns, clusters or components that a summary lists.
pub(crate) const SHOWN: usize = 12;
/// Coordinates of a row that a summary shows.
pub(crate) const COORDINATES: usize = 4;

/// Says what a summary leaves out of `total` things.
pub(crate) fn more(f: &mut fmt::Formatter<'_>, total: usize, things: &str) -> fmt::Result {
    match total.checked_sub(SHOWN) {
        None | Some(0) => Ok(()),
        Some(rest) => write!(f, "\n  ... and {rest} more {things}; the JSON output has all"),
    }
}

/// A number in few characters: fixed point where that shows enough digits, else scientific.
pub(crate) struct Figure(pub f64);

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0.abs() {
            0.0 => "0".to_owned(),
            1e-3..1e7 => format!("{:.4}", self.0),
            _ => format!("{:.4e}", self.0),
        };
        f.pad(&text)
    }
}
