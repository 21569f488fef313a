//! Bounded retries with growing pauses.

use std::future::Future;
use std::time::Duration;

use crate::error::{ChainError, ErrorKind};

/// How often and how patiently to try again. Pauses double from `first_delay` up to `max_delay`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Calls in all; 1 means no retry, 0 is taken as 1.
    pub attempts: u32,
    /// The pause after the first failure.
    pub first_delay: Duration,
    /// No pause is longer.
    pub max_delay: Duration,
}

impl Default for RetryPolicy {
    /// Five calls within about four seconds of pauses.
    fn default() -> Self {
        Self { attempts: 5, first_delay: Duration::from_millis(250), max_delay: Duration::from_secs(4) }
    }
}

impl RetryPolicy {
    /// The pause after `failures` failures in a row (1 for the first one).
    #[must_use]
    pub fn delay(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        self.first_delay.saturating_mul(1 << doublings).min(self.max_delay)
    }
}

/// Calls `op` until it succeeds, fails with anything but [`ErrorKind::Retry`], or the policy's attempts are used up;
/// then the last error is returned.
///
/// Cancel safety: that of `op`; the pauses hold nothing.
pub async fn retry<T, Op, Fut>(policy: &RetryPolicy, mut op: Op) -> Result<T, ChainError>
where
    Op: FnMut() -> Fut,
    Fut: Future<Output = Result<T, ChainError>>,
{
    let mut failures = 0;
    loop {
        let error = match op().await {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        failures += 1;
        if error.kind() != ErrorKind::Retry || failures >= policy.attempts {
            return Err(error);
        }
        let delay = policy.delay(failures);
        tracing::debug!(%error, failures, ?delay, "trying again");
        tokio::time::sleep(delay).await;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use std::cell::Cell;

    use tokio::time::Instant;

    use super::*;

    fn policy(attempts: u32) -> RetryPolicy {
        RetryPolicy { attempts, first_delay: Duration::from_millis(100), max_delay: Duration::from_millis(300) }
    }

    fn limited() -> ChainError {
        ChainError::RateLimited { url: "http://node".into() }
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_double_up_to_the_maximum_and_the_last_error_is_returned() {
        let started = Instant::now();
        let calls = Cell::new(0);
        let result: Result<(), _> = retry(&policy(5), || {
            calls.set(calls.get() + 1);
            async { Err(limited()) }
        })
        .await;
        assert_eq!(result, Err(limited()));
        assert_eq!(calls.get(), 5);
        assert_eq!(started.elapsed(), Duration::from_millis(100 + 200 + 300 + 300));
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_after_failures_ends_the_retries() {
        let calls = Cell::new(0);
        let result = retry(&policy(5), || {
            calls.set(calls.get() + 1);
            let call = calls.get();
            async move { if call < 3 { Err(limited()) } else { Ok(call) } }
        })
        .await;
        assert_eq!(result, Ok(3));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_retryable_is_returned_at_once() {
        for error in [ChainError::Closed, ChainError::Config { reason: "bad".into() }] {
            let calls = Cell::new(0);
            let result: Result<(), _> = retry(&policy(5), || {
                calls.set(calls.get() + 1);
                let error = error.clone();
                async move { Err(error) }
            })
            .await;
            assert_eq!(result, Err(error));
            assert_eq!(calls.get(), 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_policy_of_zero_attempts_still_calls_once() {
        assert_eq!(retry(&policy(0), || async { Ok(7) }).await, Ok(7));
        assert_eq!(retry(&policy(0), || async { Err::<(), _>(limited()) }).await, Err(limited()));
    }

    #[test]
    fn a_delay_never_overflows() {
        assert_eq!(policy(1).delay(u32::MAX), Duration::from_millis(300));
    }
}
