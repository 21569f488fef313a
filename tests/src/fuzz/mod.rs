//! Random instruction sequences against the program, beside a model made of the rules.
//!
//! A sequence is a list of [`Move`]s in a fixed scene: two markets, fourteen providers, eight tasks, four requesters, and
//! strangers. Each is sent to the program in LiteSVM and to the [`model`], which says what the accounts of the program
//! and all token accounts are afterwards, or with which error it is refused. After each step both must be equal, the books
//! must hold ([`crate::svm::World::check_books`]), and what was refused may have changed nothing. Some transactions are
//! altered: a signature missing, another account in an account's place. They may fail, or do what the honest one does.
//!
//! At the end of a sequence time passes and cranks alone must end every task; then everybody must get everything out.
//! A sequence that shows a violation is shortened by leaving steps out as long as it shows one.

mod attack;
mod calls;
mod choose;
mod ending;
mod model;
mod random;
mod scene;
mod sequence;
mod shrink;
mod step;

pub use random::Random;
pub use sequence::Violation;
pub use step::{Account, Attack, Change, Move, Spec, Step};

use std::collections::BTreeMap;

use choose::Chooser;
use sequence::{Sent, Sequence};

/// Shortest sequence.
const SHORTEST: usize = 100;
/// Longest sequence.
const LONGEST: usize = 900;

/// After so many violations a run ends.
const MOST_FAILURES: usize = 10;

/// A violation, and how to see it again.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Seed of the sequence.
    pub seed: u64,
    /// What is wrong.
    pub violation: Violation,
    /// The shortest sequence found that shows one.
    pub moves: Vec<Move>,
}

/// What a run of many sequences did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Steps taken, closing cranks included.
    pub steps: u64,
    /// Transactions that succeeded.
    pub succeeded: u64,
    /// Transactions that were refused, as they should be.
    pub refused: u64,
    /// Transactions of each kind that succeeded, and that were refused.
    pub kinds: BTreeMap<String, (u64, u64)>,
    /// Sequences.
    pub sequences: u64,
    /// What was found, one for each sequence.
    pub failures: Vec<Failure>,
}

impl Report {
    fn count(&mut self, step: &Step, sent: Sent) {
        let name = format!("{step:?}").chars().take_while(char::is_ascii_alphanumeric).collect();
        let (succeeded, refused) = self.kinds.entry(name).or_default();
        match sent {
            Sent::Done => (self.succeeded, *succeeded) = (self.succeeded + 1, *succeeded + 1),
            Sent::Refused => (self.refused, *refused) = (self.refused + 1, *refused + 1),
            Sent::Nothing => {}
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "seed {}: {}", self.seed, self.violation)?;
        writeln!(f, "the shortest sequence found, {} steps:", self.moves.len())?;
        for (number, Move { step, attack }) in self.moves.iter().enumerate() {
            match attack {
                Attack::None => writeln!(f, "{:4}. {step:?}", number + 1)?,
                attack => writeln!(f, "{:4}. {step:?}, altered: {attack:?}", number + 1)?,
            }
        }
        Ok(())
    }
}

/// Runs sequences from `seed` on until `steps` were taken. `progress` is told after each.
///
/// # Errors
/// When the scene itself cannot be made.
pub fn run(steps: u64, seed: u64, mut progress: impl FnMut(&Report)) -> Result<Report, Violation> {
    let mut report = Report::default();
    let begun = Sequence::begin()?;
    while report.steps < steps && report.failures.len() < MOST_FAILURES {
        let seed = seed.wrapping_add(report.sequences.wrapping_mul(0x9e37_79b9));
        let (moves, found) = one(begun.clone(), seed, &mut report);
        if let Some(violation) = found {
            let (moves, violation) = shrink::shortest(&begun, moves, violation);
            report.failures.push(Failure { seed, violation, moves });
        }
        report.sequences += 1;
        progress(&report);
    }
    Ok(report)
}

/// One sequence; its moves, and what is wrong.
fn one(mut sequence: Sequence, seed: u64, report: &mut Report) -> (Vec<Move>, Option<Violation>) {
    let mut random = Random::new(seed);
    let length = SHORTEST + random.below(LONGEST - SHORTEST);
    let mut moves = Vec::with_capacity(length);
    for _ in 0..length {
        let next = Chooser { random: &mut random, scene: &sequence.scene, model: &sequence.model }.next();
        moves.push(next);
        report.steps += 1;
        match sequence.take(next) {
            Ok(sent) => report.count(&next.step, sent),
            Err(violation) => return (moves, Some(violation)),
        }
    }
    match sequence.end() {
        Ok(steps) => {
            report.steps += steps;
            (moves, None)
        }
        Err(violation) => (moves, Some(violation)),
    }
}

/// Takes these moves, and ends the sequence if `to_the_end`; what is wrong, and after how many moves it showed.
fn replay(begun: &Sequence, moves: &[Move], to_the_end: bool) -> Option<(usize, Violation)> {
    let mut sequence = begun.clone();
    for (number, next) in moves.iter().enumerate() {
        if let Err(violation) = sequence.take(*next) {
            return Some((number + 1, violation));
        }
    }
    if !to_the_end {
        return None;
    }
    sequence.end().err().map(|violation| (moves.len(), violation))
}
