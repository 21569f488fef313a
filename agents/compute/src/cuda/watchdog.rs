//! How long the device may take for a step.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Gives a device up when a step, a kernel or a few, has not ended within a limit. A stalled kernel cannot be stopped, only
/// left behind.
///
/// Time comes from the caller: nothing in this crate reads a clock.
#[derive(Clone)]
pub struct Watchdog {
    clock: Arc<dyn Fn() -> Duration + Send + Sync>,
    limit: Duration,
}

impl Watchdog {
    /// The limit, and a clock that never goes back, such as the time since the process started.
    pub fn new(limit: Duration, clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), limit }
    }

    /// The limit.
    pub fn limit(&self) -> Duration {
        self.limit
    }

    /// The time now, to be given to [`stalled`](Self::stalled).
    pub fn now(&self) -> Duration {
        (self.clock)()
    }

    /// Whether a step that is waited for since then is beyond the limit.
    pub fn stalled(&self, since: Duration) -> bool {
        self.now().saturating_sub(since) > self.limit
    }
}

impl fmt::Debug for Watchdog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watchdog").field("limit", &self.limit).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::{Duration, Watchdog};

    #[test]
    fn a_step_has_stalled_beyond_the_limit_only() {
        let time = Arc::new(AtomicU64::new(100));
        let clock = Arc::clone(&time);
        let watchdog =
            Watchdog::new(Duration::from_secs(5), move || Duration::from_secs(clock.load(Ordering::Relaxed)));
        let since = watchdog.now();
        assert!(!watchdog.stalled(since));
        time.store(105, Ordering::Relaxed);
        assert!(!watchdog.stalled(since));
        time.store(106, Ordering::Relaxed);
        assert!(watchdog.stalled(since));
        // A clock that went back all the same.
        time.store(7, Ordering::Relaxed);
        assert!(!watchdog.stalled(since));
    }
}
