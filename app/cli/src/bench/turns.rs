//! Taking turns.

use std::time::Instant;

use tessera_compute::Cancel;

use super::BenchError;

/// How often each candidate runs.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// At least so many rounds.
    pub rounds: usize,
    /// And so many until this many seconds have passed.
    pub seconds: f64,
}

impl Effort {
    /// For figures that are published.
    pub const FULL: Self = Self { rounds: 5, seconds: 6.0 };
    /// To see that everything works.
    pub const QUICK: Self = Self { rounds: 2, seconds: 0.0 };
}

/// How turns are taken.
#[derive(Clone, Copy)]
pub(super) struct Turns<'a> {
    pub effort: Effort,
    /// Ends the measuring.
    pub cancel: &'a Cancel,
}

/// One run, which says how many seconds it took.
pub(super) type Candidate<'a> = dyn FnMut() -> Result<f64, BenchError> + 'a;

impl Turns<'_> {
    /// The least time of each candidate, in their order. A round is one run of each in turn; a first one, which warms up, does not count.
    pub fn minima(&self, candidates: &mut [&mut Candidate<'_>]) -> Result<Vec<f64>, BenchError> {
        let mut least = vec![f64::INFINITY; candidates.len()];
        for candidate in &mut *candidates {
            self.one(candidate)?;
        }
        let begin = Instant::now();
        let mut rounds = 0;
        while rounds < self.effort.rounds.max(1) || begin.elapsed().as_secs_f64() < self.effort.seconds {
            for (candidate, least) in candidates.iter_mut().zip(&mut least) {
                *least = least.min(self.one(candidate)?);
            }
            rounds += 1;
        }
        Ok(least)
    }

    fn one(&self, candidate: &mut Candidate<'_>) -> Result<f64, BenchError> {
        if self.cancel.is_cancelled() { Err(BenchError::Interrupted) } else { candidate() }
    }
}

/// What `run` gives, and how many seconds it took.
pub(super) fn timed<T>(run: impl FnOnce() -> T) -> (T, f64) {
    let begin = Instant::now();
    let value = run();
    (value, begin.elapsed().as_secs_f64())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn candidates_alternate_and_the_warm_up_does_not_count() {
        let log = RefCell::new(String::new());
        let times = |name: char, first: f64| {
            let (mut next, log) = (first, &log);
            move || {
                log.borrow_mut().push(name);
                next += 1.0;
                Ok(next)
            }
        };
        let (mut a, mut b) = (times('a', 0.0), times('b', 10.0));
        let cancel = Cancel::new();
        let turns = Turns { effort: Effort { rounds: 3, seconds: 0.0 }, cancel: &cancel };
        assert_eq!(turns.minima(&mut [&mut a, &mut b]).unwrap(), [2.0, 12.0]);
        assert_eq!(*log.borrow(), "abababab");
        cancel.cancel();
        assert!(matches!(turns.minima(&mut [&mut a]), Err(BenchError::Interrupted)));
        assert_eq!(log.borrow().len(), 8);
    }
}
