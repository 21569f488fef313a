//! How long to wait before an attempt is repeated.

use std::time::Duration;

/// Waiting times that double from `first` and never exceed `most`. No randomness: agents differ in when they start, and
/// a test can say what comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The wait after the first failure.
    pub first: Duration,
    /// The longest wait.
    pub most: Duration,
}

impl Default for Backoff {
    /// 1 s, 2 s, 4 s ... 60 s.
    fn default() -> Self {
        Self { first: Duration::from_secs(1), most: Duration::from_secs(60) }
    }
}

impl Backoff {
    /// The wait after `failures` failures in a row; zero failures wait for nothing.
    pub fn delay(&self, failures: u32) -> Duration {
        match failures.checked_sub(1) {
            None => Duration::ZERO,
            Some(doublings) => {
                let factor = 2_u32.checked_pow(doublings).unwrap_or(u32::MAX);
                self.first.saturating_mul(factor).min(self.most)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_the_cap() {
        let backoff = Backoff { first: Duration::from_secs(2), most: Duration::from_secs(9) };
        let waits: Vec<u64> =
            [0, 1, 2, 3, 4, 40, u32::MAX].into_iter().map(|failures| backoff.delay(failures).as_secs()).collect();
        assert_eq!(waits, [0, 2, 4, 8, 9, 9, 9]);
    }
}
