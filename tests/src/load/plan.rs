use std::time::Duration;

use tessera_chain::Windows;

/// How the chain's clock passes windows in which nothing happens any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hurry {
    /// It is left alone.
    Never,
    /// It is moved over the challenge window once all tasks are there, run and checked.
    WhenAllIsDone,
}

/// What a load run does.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Tasks to submit.
    pub tasks: usize,
    /// Agents that compute.
    pub providers: u16,
    /// Agents that check.
    pub verifiers: u16,
    /// Wallets that submit, one task at a time each.
    pub requesters: u16,
    /// One task in so many asks for two runs that do not see each other; 0: none.
    pub redundant_every: usize,
    /// Tasks submitted per second, at most.
    pub rate: u32,
    /// Tasks that are under way at the same time, at most.
    pub at_once: usize,
    /// Fixes wallets and data.
    pub seed: u64,
    /// The windows of a task of one run.
    pub windows: Windows,
    /// Whether time is moved.
    pub hurry: Hurry,
    /// Time between blocks.
    pub slot_time: Duration,
    /// The run has failed when nothing has happened for so long.
    pub patience: Duration,
}

impl Plan {
    /// The windows of a measurement: short enough that tasks end while others are submitted, long enough for a busy machine.
    pub const WINDOWS: Windows = Windows {
        open_seconds: 600,
        execution_seconds: 20,
        audit_seconds: 40,
        challenge_seconds: 40,
        exclusive_seconds: 0,
        grace_seconds: 0,
        reveal_seconds: 0,
    };

    /// A measurement of so many tasks.
    pub fn measure(tasks: usize, providers: u16, verifiers: u16, seed: u64) -> Self {
        Self {
            tasks,
            providers,
            verifiers,
            requesters: 8,
            redundant_every: 10,
            rate: 20,
            at_once: 300,
            seed,
            windows: Self::WINDOWS,
            hurry: Hurry::Never,
            slot_time: Duration::from_millis(100),
            patience: Duration::from_secs(180),
        }
    }

    /// A small one for a test: no window ends by itself, time is moved once everything is done.
    pub fn brief(tasks: usize, providers: u16, verifiers: u16) -> Self {
        Self {
            requesters: 2,
            redundant_every: 4,
            windows: Windows { execution_seconds: 120, audit_seconds: 300, challenge_seconds: 300, ..Self::WINDOWS },
            hurry: Hurry::WhenAllIsDone,
            ..Self::measure(tasks, providers, verifiers, 1)
        }
    }

    /// Runs that a task asks for.
    pub fn runs_of(&self, index: usize) -> u8 {
        let redundant = self.redundant_every > 0 && index % self.redundant_every == self.redundant_every - 1;
        if redundant { 2 } else { 1 }
    }
}
