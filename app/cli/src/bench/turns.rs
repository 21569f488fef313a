//! Taking turns.

use std::time::Instant;

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

/// One run, which says how many seconds it took.
pub(super) type Candidate<'a> = dyn FnMut() -> Result<f64, BenchError> + 'a;

/// The least time of each candidate, in their order. A round is one run of each in turn; a first one, which warms up, does not count.
pub(super) fn minima(effort: Effort, candidates: &mut [&mut Candidate<'_>]) -> Result<Vec<f64>, BenchError> {
    let mut least = vec![f64::INFINITY; candidates.len()];
    for candidate in &mut *candidates {
        candidate()?;
    }
    let begin = Instant::now();
    let mut rounds = 0;
    while rounds < effort.rounds.max(1) || begin.elapsed().as_secs_f64() < effort.seconds {
        for (candidate, least) in candidates.iter_mut().zip(&mut least) {
            *least = least.min(candidate()?);
        }
        rounds += 1;
    }
    Ok(least)
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
        let least = minima(Effort { rounds: 3, seconds: 0.0 }, &mut [&mut a, &mut b]).unwrap();
        assert_eq!(least, [2.0, 12.0]);
        assert_eq!(*log.borrow(), "abababab");
    }
}
