//! Token amounts as people write them (`5`, `0.25`) and as the chain counts them (base units).

use std::fmt;
use std::str::FromStr;

/// A decimal amount of tokens, exact, before the mint's decimals are known.
///
/// The value is `digits / 10^scale`; trailing zeros of the fraction are dropped, so equal amounts are equal values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    digits: u64,
    scale: u8,
}

/// Why an amount was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not digits with at most one point between them.
    #[error("`{0}` is no amount of tokens: write it like 5 or 0.25")]
    Malformed(String),
    /// More than a 64-bit count of base units can hold.
    #[error("{0} tokens are more than an account can hold")]
    TooLarge(String),
    /// A fraction below one base unit.
    #[error("{amount} has more than {decimals} decimal places, which is all that this mint has")]
    TooFine {
        /// The amount as written.
        amount: Amount,
        /// The mint's decimals.
        decimals: u8,
    },
}

impl Amount {
    /// The amount in base units of a mint with `decimals`.
    ///
    /// # Errors
    /// [`AmountError::TooFine`] instead of rounding, [`AmountError::TooLarge`] instead of wrapping.
    pub fn base_units(self, decimals: u8) -> Result<u64, AmountError> {
        let Some(shift) = decimals.checked_sub(self.scale) else {
            return Err(AmountError::TooFine { amount: self, decimals });
        };
        10_u64
            .checked_pow(u32::from(shift))
            .and_then(|factor| self.digits.checked_mul(factor))
            .ok_or_else(|| AmountError::TooLarge(self.to_string()))
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let malformed = || AmountError::Malformed(text.to_owned());
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(malformed()),
            Some(parts) => parts,
            None => (text, ""),
        };
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return Err(malformed());
        }
        let fraction = fraction.trim_end_matches('0');
        let scale = u8::try_from(fraction.len()).map_err(|_| malformed())?;
        let digits = format!("{whole}{fraction}").parse().map_err(|_| AmountError::TooLarge(text.to_owned()))?;
        Ok(Self { digits, scale })
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&tokens(self.digits, self.scale))
    }
}

/// Base units as a decimal amount of tokens, exact, without trailing zeros: `tokens(5_250_000, 6)` is `5.25`.
#[must_use]
pub fn tokens(base_units: u64, decimals: u8) -> String {
    let digits = format!("{base_units:0>width$}", width = usize::from(decimals) + 1);
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(decimals));
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => format!("{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn base_units(text: &str, decimals: u8) -> Result<u64, AmountError> {
        text.parse::<Amount>()?.base_units(decimals)
    }

    #[test]
    fn decimals_become_base_units_exactly() {
        assert_eq!(base_units("5", 6), Ok(5_000_000));
        assert_eq!(base_units("0.000001", 6), Ok(1));
        assert_eq!(base_units("5.250000000000", 6), Ok(5_250_000));
        assert_eq!(base_units("0", 0), Ok(0));
        assert_eq!(base_units("18446744073709.551615", 6), Ok(u64::MAX));
    }

    #[test]
    fn nothing_is_rounded_and_nothing_wraps() {
        assert!(matches!(base_units("0.0000001", 6), Err(AmountError::TooFine { decimals: 6, .. })));
        assert!(matches!(base_units("18446744073709.551616", 6), Err(AmountError::TooLarge(_))));
        assert!(matches!(base_units("18446744073709551615", 1), Err(AmountError::TooLarge(_))));
        assert!(matches!(base_units("1", 20), Err(AmountError::TooLarge(_))));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", ".", "5.", ".5", "-1", "+1", "1e3", "1,5", "1.2.3", " 1", "1 ", "NaN", "inf", "1_000", "٣"] {
            assert!(matches!(text.parse::<Amount>(), Err(AmountError::Malformed(_))), "{text:?}");
        }
    }

    #[test]
    fn base_units_are_shown_without_loss() {
        assert_eq!(tokens(5_250_000, 6), "5.25");
        assert_eq!(tokens(1, 6), "0.000001");
        assert_eq!(tokens(0, 6), "0");
        assert_eq!(tokens(7, 0), "7");
        assert_eq!(tokens(u64::MAX, 6), "18446744073709.551615");
        for text in ["5", "0.25", "18446744073709.551615"] {
            assert_eq!(text.parse::<Amount>().unwrap().to_string(), text);
        }
    }
}
