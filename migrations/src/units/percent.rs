use std::fmt;
use std::str::FromStr;

use super::tokens;

/// A rate in basis points, written in percent: `80%`, `2.5%`, `250%`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percent(u16);

/// Why a rate was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no rate: write it in percent with at most two decimals, up to 655.35%, like 80% or 2.5%")]
pub struct PercentError(String);

impl Percent {
    /// A rate of so many basis points.
    #[must_use]
    pub const fn from_bps(bps: u16) -> Self {
        Self(bps)
    }

    /// The rate in basis points (hundredths of a percent).
    #[must_use]
    pub const fn bps(self) -> u16 {
        self.0
    }
}

impl FromStr for Percent {
    type Err = PercentError;

    fn from_str(text: &str) -> Result<Self, PercentError> {
        text.strip_suffix('%')
            .and_then(|number| number.parse::<super::Amount>().ok())
            .and_then(|number| number.base_units(2).ok())
            .and_then(|bps| u16::try_from(bps).ok())
            .map(Self)
            .ok_or_else(|| PercentError(text.to_owned()))
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", tokens(u64::from(self.0), 2))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn percents_are_exact_basis_points() {
        for (text, bps) in [("80%", 8_000), ("2.5%", 250), ("0.01%", 1), ("250%", 25_000), ("655.35%", 65_535)] {
            assert_eq!(text.parse::<Percent>().unwrap().bps(), bps);
            assert_eq!(Percent(bps).to_string(), text);
        }
        for text in ["", "%", "80", "0.001%", "655.36%", "-1%", "80 %"] {
            assert!(text.parse::<Percent>().is_err(), "{text:?}");
        }
    }
}
