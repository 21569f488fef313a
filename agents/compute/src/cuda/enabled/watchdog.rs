//! How long a step of the device may take.

use std::time::Duration;

/// How long a wait looks again and again before the thread sleeps between looks.
const SPIN: Duration = Duration::from_micros(200);

/// What to do about a step that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// Look again at once: most steps are short.
    Look,
    /// Sleep a moment first.
    Sleep,
    /// Give the device up.
    Stalled,
}

/// What to do when a step was waited for this long. Nothing is given up before the limit, however short it is.
pub(super) fn patience(waited: Duration, limit: Duration) -> Patience {
    if waited > limit {
        Patience::Stalled
    } else if waited < SPIN {
        Patience::Look
    } else {
        Patience::Sleep
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Patience, SPIN, patience};

    #[test]
    fn gives_up_beyond_the_limit_only() {
        let limit = Duration::from_secs(2);
        assert_eq!(patience(Duration::ZERO, limit), Patience::Look);
        assert_eq!(patience(SPIN, limit), Patience::Sleep);
        assert_eq!(patience(limit, limit), Patience::Sleep);
        assert_eq!(patience(limit + Duration::from_nanos(1), limit), Patience::Stalled);
        assert_eq!(patience(Duration::ZERO, Duration::ZERO), Patience::Look);
    }
}
