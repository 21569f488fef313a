//! A task with everything around it that its transitions depend on, as one small value. Now is always [`NOW`]: time passes by
//! moving every deadline towards it, so that states that differ only in their past are one.

use std::hash::{DefaultHasher, Hash, Hasher};

use tessera_rules::*;

use super::disputed::{DISPUTES, Dispute};
use crate::fixtures::{NOW, units};

/// Output roots are letters.
pub type Root = u8;
/// The roots that runs show.
pub const ROOTS: [Root; 2] = [1, 2];
/// The roots that auditors find.
pub const FOUND: [Root; 3] = [1, 2, 3];
/// Most audits of one run.
pub const AUDITS: usize = 3;

/// What a scenario varies.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    pub policy: Policy,
    pub windows: Windows,
    pub agreed_challenge_seconds: u32,
    pub waive_window: bool,
    /// Providers excluded before the story begins: eight close the task.
    pub excluded: u8,
    /// Most audits of one run, and of all runs.
    pub audits: (usize, usize),
    /// Whether requesters force audits.
    pub force: bool,
    /// Most disputes of one run at once, and of all runs.
    pub disputes: (usize, usize),
    /// Whether audits are also claimed without a ticket, and a third root is found.
    pub lazy: bool,
}

/// One audit of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Audit {
    #[default]
    None,
    /// Until when it must be answered, and whether it may earn the reward.
    Claimed(Deadline, bool),
    Agreed,
    /// Agreed without a winning ticket.
    AgreedUndrawn,
    Proven,
    Differed(Root),
    Closed,
}

impl Audit {
    pub fn is_open(self) -> bool {
        !matches!(self, Self::None | Self::Closed)
    }
}

/// What a run's own account says beyond its slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RunFacts {
    pub execute_until: Deadline,
    pub claimed_at: Moment,
    pub audits: [Audit; AUDITS],
    pub forced: bool,
    pub disputes: [Dispute; DISPUTES],
    /// What each proven audit is paid; set when the run is settled.
    pub share: u64,
    /// Whether the deadline of an unanswered audit had passed when the run was decided.
    pub silent: [bool; AUDITS],
}

impl RunFacts {
    /// Forgets audits that are all closed, and their order.
    fn tidy(&mut self, live: bool) {
        if !live && !self.audits.iter().any(|audit| audit.is_open()) {
            (self.audits, self.silent) = ([Audit::None; AUDITS], [false; AUDITS]);
        }
        if !live && !self.audits.contains(&Audit::Proven) {
            self.share = 0;
        }
        let mut pairs = [(Audit::None, false); AUDITS];
        for (pair, both) in pairs.iter_mut().zip(self.audits.into_iter().zip(self.silent)) {
            *pair = both;
        }
        pairs.sort_by_key(|pair| fingerprint(pair, 3));
        (self.audits, self.silent) = (pairs.map(|pair| pair.0), pairs.map(|pair| pair.1));
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct World {
    pub task: TaskView<Root>,
    pub sides: [RunFacts; MAX_RUNS],
    pub held: u64,
    pub kept: u64,
}

pub const REWARD: u64 = 1_000;
pub const AUDIT_REWARD: u64 = 101;
pub const BOUNTY: u64 = 163;
pub const RUN_LOCK: u64 = 3_001;
pub const AUDIT_LOCK: u64 = 1_003;
pub const NO_SHOW: u64 = 53;
pub const SILENCE_BPS: u16 = 1_000;

impl World {
    pub fn new(scenario: &Scenario) -> Self {
        let runs = scenario.policy.runs();
        let task = TaskView {
            state: TaskState::Open,
            policy: scenario.policy,
            windows: scenario.windows,
            agreed_challenge_seconds: scenario.agreed_challenge_seconds,
            waive_window: scenario.waive_window,
            open_until: NOW.after(scenario.windows.open_seconds).unwrap(),
            reveal_from: None,
            audit_until: Deadline::default(),
            challenge_until: Deadline::default(),
            excluded: scenario.excluded,
            slots: [Slot::default(); MAX_RUNS],
            decision: Decision::Undecided,
        };
        let held = escrow_needed(runs, units(REWARD), units(AUDIT_REWARD), units(BOUNTY)).unwrap().get();
        Self { task, sides: [RunFacts::default(); MAX_RUNS], held, kept: 0 }
    }

    /// What providers and verifiers have locked for this task, and what the bond vaults hold.
    pub fn locked(&self) -> u64 {
        let runs = self.task.slots.iter().filter(|slot| slot.state.is_live()).count() as u64;
        let audits = self.sides.iter().flat_map(|side| side.audits).filter(|audit| audit.is_open()).count() as u64;
        let bonds: u64 = self.sides.iter().flat_map(|side| side.disputes).map(Dispute::vault).sum();
        runs * RUN_LOCK + audits * AUDIT_LOCK + bonds
    }

    /// Whether somebody's money is still in it.
    pub fn holds_funds(&self) -> bool {
        self.held > 0 || self.locked() > 0
    }

    /// A second passes.
    pub fn later(mut self) -> Self {
        let gone = |deadline: Deadline| Deadline { unix: deadline.unix - 1, slot: deadline.slot - 2 };
        let moved = |deadline: Deadline| if deadline.passed(NOW) { deadline } else { gone(deadline) };
        let task = &mut self.task;
        // The open window's end is also where a reveal is counted from.
        task.open_until = gone(task.open_until);
        task.reveal_from = task.reveal_from.map(|from| Moment { unix: from.unix - 1, slot: from.slot - 2 });
        task.audit_until = moved(task.audit_until);
        task.challenge_until = moved(task.challenge_until);
        for side in &mut self.sides {
            side.execute_until = moved(side.execute_until);
            side.claimed_at = Moment { unix: side.claimed_at.unix - 1, slot: side.claimed_at.slot.saturating_sub(2) };
            side.disputes = side.disputes.map(Dispute::later);
            for audit in &mut side.audits {
                if let Audit::Claimed(until, _) = audit {
                    *until = moved(*until);
                }
            }
        }
        self
    }

    /// The same without what can matter no more, and with its runs in a fixed order.
    pub fn canonical(mut self) -> Self {
        let floor =
            |seconds: u32| Moment { unix: NOW.unix - i64::from(seconds), slot: NOW.slot - 2 * u64::from(seconds) };
        let past = NOW.at_once();
        let task = &mut self.task;
        let oldest = floor(task.windows.reveal_seconds);
        task.open_until = task.open_until.later(oldest.at_once());
        task.reveal_from = task.reveal_from.map(|from| if from.unix < oldest.unix { oldest } else { from });
        if !matches!(task.state, TaskState::Open | TaskState::Claimed) {
            (task.open_until, task.reveal_from, task.excluded) = (past, None, 0);
        }
        if task.audit_until.passed(NOW) || task.state == TaskState::Disputed && !self.forceable() {
            self.task.audit_until = past;
        }
        if self.task.challenge_until.passed(NOW) || !self.task.has_live_run() {
            self.task.challenge_until = past;
        }
        let grace = floor(self.task.windows.grace_seconds);
        for (slot, side) in self.task.slots.iter_mut().zip(&mut self.sides) {
            if slot.state != SlotState::Claimed {
                (side.execute_until, side.claimed_at) = (past, grace);
            }
            if side.claimed_at.unix < grace.unix {
                side.claimed_at = grace;
            }
            if !matches!(slot.state, SlotState::Submitted | SlotState::Refuted) {
                (slot.agreeing, slot.differing, slot.root) = (0, 0, 0);
                side.forced = false;
            }
            slot.differing = 0;
            side.tidy(slot.state.is_live());
            side.disputes.sort_by_key(|dispute| fingerprint(dispute, 4));
        }
        if !self.task.has_live_run() {
            self.task.decision = Decision::Undecided;
        }
        self.sorted()
    }

    fn forceable(&self) -> bool {
        self.sides.iter().any(|side| !side.forced)
    }

    /// Runs of a task are alike: their order says nothing.
    fn sorted(mut self) -> Self {
        let mut pairs: Vec<_> = self.task.slots.into_iter().zip(self.sides).collect();
        pairs.sort_by_cached_key(|pair| fingerprint(pair, 0));
        let used = usize::from(self.task.policy.runs());
        // Slots beyond the policy's count stay behind.
        let (inside, outside): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(slot, _)| *slot != Slot::default());
        for (index, (slot, side)) in inside.into_iter().chain(outside).enumerate() {
            assert!(index < used || slot == Slot::default());
            (self.task.slots[index], self.sides[index]) = (slot, side);
        }
        self
    }

    /// 128 bits that stand for it.
    pub fn key(&self) -> u128 {
        u128::from(fingerprint(self, 1)) << 64 | u128::from(fingerprint(self, 2))
    }
}

fn fingerprint(value: &impl Hash, seed: u8) -> u64 {
    let mut hasher = DefaultHasher::new();
    seed.hash(&mut hasher);
    value.hash(&mut hasher);
    hasher.finish()
}
