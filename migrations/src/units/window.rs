//! Windows of a task: whole seconds, given as human durations (`90s`, `5m`, `1h 30m`).

use std::fmt;
use std::str::FromStr;

/// A length of time in whole seconds, as a task's terms hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window(u32);

/// Why a window was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// Not a duration.
    #[error("`{0}` is no duration: write it like 30s, 5m or 1h")]
    Malformed(String),
    /// Parts of a second.
    #[error("`{0}` is no whole number of seconds")]
    NotWholeSeconds(String),
    /// More seconds than the terms of a task can hold.
    #[error("`{0}` is too long")]
    TooLong(String),
}

impl Window {
    /// A window of so many seconds.
    #[must_use]
    pub const fn seconds(seconds: u32) -> Self {
        Self(seconds)
    }

    /// Its length in seconds.
    #[must_use]
    pub const fn as_seconds(self) -> u32 {
        self.0
    }
}

impl FromStr for Window {
    type Err = WindowError;

    fn from_str(text: &str) -> Result<Self, WindowError> {
        let duration = humantime::parse_duration(text).map_err(|_| WindowError::Malformed(text.to_owned()))?;
        if duration.subsec_nanos() != 0 {
            return Err(WindowError::NotWholeSeconds(text.to_owned()));
        }
        u32::try_from(duration.as_secs()).map(Self).map_err(|_| WindowError::TooLong(text.to_owned()))
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        humantime::format_duration(std::time::Duration::from_secs(u64::from(self.0))).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn windows_are_whole_seconds() {
        assert_eq!("90s".parse(), Ok(Window(90)));
        assert_eq!("1h 30m".parse(), Ok(Window(5400)));
        assert_eq!("5m".parse::<Window>().unwrap().to_string(), "5m");
        assert!(matches!("1500ms".parse::<Window>(), Err(WindowError::NotWholeSeconds(_))));
        assert!(matches!("200years".parse::<Window>(), Err(WindowError::TooLong(_))));
        for text in ["", "5", "-5s", "soon"] {
            assert!(matches!(text.parse::<Window>(), Err(WindowError::Malformed(_))), "{text:?}");
        }
    }
}
