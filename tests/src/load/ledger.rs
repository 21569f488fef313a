//! What the program's events say: how each task ended, and who was paid what.

use std::collections::{BTreeMap, BTreeSet};

use tessera_chain::program::events::{Payment, RunOutcome, TaskSettled};
use tessera_chain::{Event, Pubkey};

use super::transactions::Recorded;

/// A task from its creation to its end.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    pub(super) created: bool,
    pub(super) ended: bool,
    pub(super) cancelled: bool,
    /// Base units that it had, and those that its parties got of them.
    pub(super) escrow: u64,
    pub(super) paid: u64,
    pub(super) upheld: u32,
    pub(super) slashed: u32,
    pub(super) void: u32,
    pub(super) no_shows: u32,
    pub(super) silent: u32,
    /// Slots: creation, first root shown, end.
    pub(super) slots: [u64; 3],
}

impl Entry {
    /// How it ended, as `task explain` calls it.
    pub(super) fn ending(&self) -> &'static str {
        match self {
            Self { ended: false, .. } => "not ended",
            Self { cancelled: true, .. } => "cancelled",
            Self { upheld: 1.., .. } => "settled",
            Self { void: 1.., .. } => "tied",
            Self { slashed: 1.., .. } => "refuted",
            _ => "expired",
        }
    }
}

/// All tasks, and everybody's gains and losses by them.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    pub(super) tasks: BTreeMap<Pubkey, Entry>,
    pub(super) runs: BTreeSet<Pubkey>,
    pub(super) audits: BTreeSet<Pubkey>,
    /// Audits that earned a share of an audit reward, and those that lost a part of their lock.
    pub(super) audits_paid: usize,
    pub(super) audits_fined: usize,
    /// Base units by wallet.
    pub(super) gains: BTreeMap<Pubkey, i128>,
    /// Base units that were insured or burned.
    pub(super) sunk: u64,
    /// Fees in lamports, refused transactions included.
    pub(super) fees: u64,
    problems: Vec<String>,
}

impl Ledger {
    /// Reads the events of these transactions, oldest first. `owner` finds the wallet behind a Provider account.
    pub(super) fn of(transactions: &[Recorded], owner: impl Fn(Pubkey) -> Pubkey) -> Self {
        let mut ledger = Self::default();
        for recorded in transactions {
            ledger.fees += recorded.fee;
            for event in &recorded.events {
                ledger.enter(event, recorded, &owner);
            }
        }
        ledger
    }

    fn enter(&mut self, event: &Event, recorded: &Recorded, owner: &impl Fn(Pubkey) -> Pubkey) {
        if let Some(run) = event.run() {
            self.runs.insert(run);
        }
        let Some(task) = event.task() else { return };
        let entry = self.tasks.entry(task).or_default();
        // What the escrow pays, to whom.
        let mut paid: Vec<(Pubkey, u64)> = Vec::new();
        // What others win and lose beside it.
        let mut moved: Vec<(Pubkey, i128)> = Vec::new();
        let to = |payment: &Payment| (payment.owner, payment.amount);
        match event {
            Event::TaskCreated(task) => {
                let escrow = task.terms.escrow().unwrap_or(u64::MAX);
                entry.escrow += escrow;
                entry.slots[0] = recorded.slot;
                if std::mem::replace(&mut entry.created, true) {
                    self.problems.push(format!("task {} was created twice", task.task));
                }
                moved.push((task.requester, -i128::from(escrow)));
            }
            Event::RunSubmitted(_) if entry.slots[1] == 0 => entry.slots[1] = recorded.slot,
            Event::AuditClaimed(audit) => {
                self.audits.insert(audit.audit);
            }
            Event::AuditForced(forced) => entry.escrow += forced.paid,
            Event::TaskSettled(run) => {
                match run.outcome {
                    RunOutcome::Upheld => entry.upheld += 1,
                    RunOutcome::Slashed => entry.slashed += 1,
                    RunOutcome::Void => entry.void += 1,
                }
                paid.extend([&run.provider_paid, &run.treasury_paid, &run.model_paid].map(to));
                paid.extend([(recorded.payer, run.cranker_paid), to(&run.requester_refunded)]);
                moved.extend(shared_out(run));
                self.sunk += run.sunk;
                let parts: u64 = run.challengers_paid.iter().map(|payment| payment.amount).sum();
                if parts + run.requester_compensated.amount + run.sunk != run.slashed {
                    self.problems.push(format!("run {}: the parts of its slashed lock are not its sum", run.run));
                }
            }
            Event::AuditClosed(audit) => {
                paid.push((audit.verifier, audit.paid));
                let lost = i128::from(audit.provider_paid.amount) + i128::from(audit.sunk);
                moved.extend([(audit.verifier, -lost), gain(&audit.provider_paid)]);
                self.audits_paid += usize::from(audit.paid > 0);
                self.audits_fined += usize::from(lost > 0);
                self.sunk += audit.sunk;
            }
            Event::RunAbandoned(run) => {
                entry.no_shows += 1;
                paid.push((recorded.payer, run.cranker_paid));
                let lost = i128::from(run.requester_compensated.amount);
                moved.extend([(run.provider, -lost), gain(&run.requester_compensated)]);
            }
            Event::RunSilent(run) => {
                entry.silent += 1;
                paid.extend([(recorded.payer, run.cranker_paid), to(&run.requester_refunded)]);
                moved.extend([(run.provider, -i128::from(run.slashed)), gain(&run.requester_compensated)]);
                self.sunk += run.sunk;
            }
            Event::TaskExpired(end) => {
                paid.extend([(recorded.payer, end.cranker_paid), to(&end.requester_refunded)]);
                entry.end(recorded.slot);
            }
            Event::TaskCancelled(end) => {
                paid.push((end.requester, end.requester_refunded));
                entry.cancelled = true;
                entry.end(recorded.slot);
            }
            Event::TaskClosed(_) => entry.end(recorded.slot),
            _ => {}
        }
        for (whom, amount) in paid {
            entry.paid += amount;
            moved.push((whom, amount.into()));
        }
        for (whom, amount) in moved {
            *self.gains.entry(owner(whom)).or_default() += amount;
        }
    }

    /// What is wrong with the tasks: the ones of `created` were created once, have ended, and paid out what they had.
    pub(super) fn violations(&self, created: &[Pubkey]) -> Vec<String> {
        let mut found = self.problems.clone();
        for task in created {
            match self.tasks.get(task) {
                None => found.push(format!("task {task} left no event")),
                Some(entry) if !entry.ended => found.push(format!("task {task} has not ended")),
                Some(entry) if entry.paid != entry.escrow => {
                    found.push(format!("task {task} had {} base units and paid {}", entry.escrow, entry.paid));
                }
                Some(_) => {}
            }
        }
        let unknown = self.tasks.keys().filter(|task| !created.contains(task)).count();
        if unknown > 0 {
            found.push(format!("{unknown} tasks that nobody submitted"));
        }
        // Everybody is honest here.
        let wronged: u32 = self.tasks.values().map(|entry| entry.slashed + entry.void).sum();
        if wronged > 0 {
            found.push(format!("{wronged} runs of honest providers were slashed or not paid"));
        }
        found
    }
}

impl Entry {
    fn end(&mut self, slot: u64) {
        self.ended = true;
        self.slots[2] = slot;
    }
}

fn gain(payment: &Payment) -> (Pubkey, i128) {
    (payment.owner, payment.amount.into())
}

/// The parts of a slashed lock.
fn shared_out(run: &TaskSettled) -> Vec<(Pubkey, i128)> {
    let mut parts = vec![(run.provider, -i128::from(run.slashed)), gain(&run.requester_compensated)];
    parts.extend(run.challengers_paid.iter().map(gain));
    parts
}
