//! What a load run prints.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use tessera_cli::output::{Columns, Lines};

use super::Plan;
use super::books::Books;
use super::ledger::Ledger;
use super::locks::Locks;
use super::transactions::Recorded;

/// Reasons of refused transactions that are shown.
const REASONS: usize = 5;

/// What a run gave, before it is summed up.
pub(super) struct Measured<'a> {
    pub(super) plan: &'a Plan,
    pub(super) setup: Duration,
    pub(super) elapsed: Duration,
    pub(super) transactions: Vec<Recorded>,
    pub(super) ledger: Ledger,
    pub(super) locks: Locks,
    pub(super) before: Books,
    pub(super) after: Books,
    pub(super) violations: Vec<String>,
}

/// What happened in a load run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Tasks submitted.
    pub tasks: usize,
    /// Tasks that ended.
    pub ended: usize,
    /// How they ended.
    pub endings: BTreeMap<&'static str, usize>,
    /// Agents that computed.
    pub providers: u16,
    /// Agents that checked.
    pub verifiers: u16,
    /// Fixes wallets and data.
    pub seed: u64,
    /// How runs ended.
    pub runs: Runs,
    /// How audits ended.
    pub audits: Audits,
    /// From the first submission to the last task's end.
    pub seconds: f64,
    /// Tasks ended per second of that time.
    pub tasks_per_second: f64,
    /// Starting the chain, registering and starting the agents.
    pub setup_seconds: f64,
    /// From a task's creation to its first shown root, in slots: the median, and 95 of 100 are faster than the second.
    pub slots_to_result: [u64; 2],
    /// From a task's creation to its last account's close, likewise.
    pub slots_to_end: [u64; 2],
    /// Transactions of the program.
    pub transactions: usize,
    /// Of those, refused on chain.
    pub failed_transactions: usize,
    /// The most frequent reasons.
    pub failures: Vec<Failure>,
    /// Compute units of all.
    pub compute_units: u64,
    /// By instruction.
    pub steps: Vec<Step>,
    /// Which accounts were write-locked.
    pub write_locks: Locks,
    /// Money.
    pub sums: Sums,
    /// `release` or `dev`.
    pub profile: &'static str,
    /// SHA-256 of the program that ran.
    pub program_sha256: String,
    /// What should not be.
    pub violations: Vec<String>,
}

/// How runs ended.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Runs {
    /// Paid.
    pub upheld: u32,
    /// Refuted or outvoted.
    pub slashed: u32,
    /// Not paid, not slashed.
    pub void: u32,
    /// Not submitted in time.
    pub no_show: u32,
    /// Sealed and not shown.
    pub silent: u32,
}

/// How audits ended.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Audits {
    /// Taken on.
    pub claimed: usize,
    /// Paid.
    pub paid: usize,
    /// Lost a part of their lock.
    pub fined: usize,
}

/// Refused transactions of one kind.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// The instruction.
    pub step: String,
    /// The chain's reason.
    pub error: String,
    /// How many.
    pub transactions: usize,
}

/// Transactions of one kind.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// The instruction.
    pub step: String,
    /// How many.
    pub transactions: usize,
    /// Of those, refused.
    pub failed: usize,
    /// Compute units of all of them.
    pub compute_units: u64,
    /// Of the most expensive one.
    pub most_units: u64,
}

/// Money before and after.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Sums {
    /// Base units that the tasks had.
    pub escrow: u64,
    /// Base units that they paid.
    pub paid: u64,
    /// Base units in all token accounts before.
    pub tokens_before: u64,
    /// And after.
    pub tokens_after: u64,
    /// Base units insured or burned.
    pub sunk: u64,
    /// Lamports paid as fees.
    pub fees_lamports: u64,
    /// Lamports that are gone beside the fees.
    pub rent_lost_lamports: i128,
}

impl From<Measured<'_>> for Report {
    fn from(measured: Measured<'_>) -> Self {
        let Measured { plan, setup, elapsed, transactions, ledger, locks, before, after, violations } = measured;
        let entries = || ledger.tasks.values();
        let mut endings = BTreeMap::new();
        let mut runs = Runs::default();
        for entry in entries() {
            *endings.entry(entry.ending()).or_default() += 1;
            runs.upheld += entry.upheld;
            runs.slashed += entry.slashed;
            runs.void += entry.void;
            runs.no_show += entry.no_shows;
            runs.silent += entry.silent;
        }
        let ended = entries().filter(|entry| entry.ended).count();
        let slots = |to: usize| {
            let passed = entries().filter(|entry| entry.slots[to] > 0);
            quantiles(passed.map(|entry| entry.slots[to].saturating_sub(entry.slots[0])).collect())
        };
        let seconds = elapsed.as_secs_f64();
        Self {
            tasks: ledger.tasks.len(),
            ended,
            endings,
            providers: plan.providers,
            verifiers: plan.verifiers,
            seed: plan.seed,
            runs,
            audits: Audits { claimed: ledger.audits.len(), paid: ledger.audits_paid, fined: ledger.audits_fined },
            seconds,
            tasks_per_second: ended as f64 / seconds,
            setup_seconds: setup.as_secs_f64(),
            slots_to_result: slots(1),
            slots_to_end: slots(2),
            transactions: transactions.len(),
            failed_transactions: transactions.iter().filter(|recorded| recorded.error.is_some()).count(),
            failures: failures(&transactions),
            compute_units: transactions.iter().map(|recorded| recorded.units).sum(),
            steps: steps(&transactions),
            write_locks: locks,
            sums: Sums {
                escrow: entries().map(|entry| entry.escrow).sum(),
                paid: entries().map(|entry| entry.paid).sum(),
                tokens_before: before.base_units,
                tokens_after: after.base_units,
                sunk: ledger.sunk,
                fees_lamports: ledger.fees,
                rent_lost_lamports: after.rent_lost(&before, &ledger),
            },
            profile: if cfg!(debug_assertions) { "dev" } else { "release" },
            program_sha256: tessera_elf::SHA256.to_owned(),
            violations,
        }
    }
}

/// The median, and what 95 of 100 do not exceed.
fn quantiles(mut values: Vec<u64>) -> [u64; 2] {
    values.sort_unstable();
    let at = |percent: usize| values.get(values.len() * percent / 100).or(values.last()).copied().unwrap_or(0);
    [at(50), at(95)]
}

fn failures(transactions: &[Recorded]) -> Vec<Failure> {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for recorded in transactions {
        if let Some(error) = &recorded.error {
            *counts.entry((recorded.step.clone(), error.clone())).or_default() += 1;
        }
    }
    let all = counts.into_iter().map(|((step, error), transactions)| Failure { step, error, transactions });
    let mut all: Vec<Failure> = all.collect();
    all.sort_by_key(|failure| std::cmp::Reverse(failure.transactions));
    all.truncate(REASONS);
    all
}

fn steps(transactions: &[Recorded]) -> Vec<Step> {
    let mut steps: BTreeMap<&str, Step> = BTreeMap::new();
    for recorded in transactions {
        let step = steps.entry(&recorded.step).or_insert_with(|| Step {
            step: recorded.step.clone(),
            transactions: 0,
            failed: 0,
            compute_units: 0,
            most_units: 0,
        });
        step.transactions += 1;
        step.failed += usize::from(recorded.error.is_some());
        step.compute_units += recorded.units;
        step.most_units = step.most_units.max(recorded.units);
    }
    let mut steps: Vec<Step> = steps.into_values().collect();
    steps.sort_by_key(|step| std::cmp::Reverse(step.transactions));
    steps
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (runs, audits, sums) = (&self.runs, &self.audits, &self.sums);
        let endings: Vec<String> = self.endings.iter().map(|(ending, count)| format!("{count} {ending}")).collect();
        let pair = |[middle, most]: [u64; 2]| format!("{middle} slots in the middle, {most} for 95 of 100");
        let overview = Lines::new()
            .line("tasks", format!("{}: {}", self.tasks, endings.join(", ")))
            .line(
                "runs",
                format!(
                    "{} upheld, {} slashed, {} void, {} no-shows, {} silent",
                    runs.upheld, runs.slashed, runs.void, runs.no_show, runs.silent
                ),
            )
            .line("audits", format!("{} claimed, {} paid, {} fined", audits.claimed, audits.paid, audits.fined))
            .line("time", format!("{:.1} s, {:.2} tasks a second", self.seconds, self.tasks_per_second))
            .line("set up in", format!("{:.1} s", self.setup_seconds))
            .line("to a result", pair(self.slots_to_result))
            .line("to the end", pair(self.slots_to_end))
            .line(
                "transactions",
                format!(
                    "{}, of which {} were refused; {} compute units",
                    self.transactions, self.failed_transactions, self.compute_units
                ),
            )
            .line(
                "base units",
                format!(
                    "{} in escrow, {} paid; {} before, {} after, {} insured or burned",
                    sums.escrow, sums.paid, sums.tokens_before, sums.tokens_after, sums.sunk
                ),
            )
            .line("lamports", format!("{} in fees, {} of rent lost", sums.fees_lamports, sums.rent_lost_lamports))
            .line("build", format!("{}, program {}", self.profile, self.program_sha256));
        writeln!(f, "{overview}")?;

        let mut steps = Columns::new(&["transaction", "count", "refused", "compute units each", "most"]);
        for step in &self.steps {
            let each = step.compute_units / step.transactions.max(1) as u64;
            let cells = [step.transactions.to_string(), step.failed.to_string(), each.to_string()];
            let row = std::iter::once(step.step.clone()).chain(cells).chain([step.most_units.to_string()]);
            steps.row(row.collect());
        }
        writeln!(f, "{steps}")?;
        for failure in &self.failures {
            writeln!(f, "refused {} times: {} with {}", failure.transactions, failure.step, failure.error)?;
        }

        let mut kinds =
            Columns::new(&["write-locked", "accounts", "locks", "most of one", "landed", "of all transactions"]);
        for kind in &self.write_locks.kinds {
            kinds.row(vec![
                kind.kind.to_string(),
                kind.accounts.to_string(),
                kind.locks.to_string(),
                kind.most.to_string(),
                kind.most_landed.to_string(),
                format!("{:.2}%", kind.most_percent),
            ]);
        }
        writeln!(f, "\n{kinds}")?;
        let mut top = Columns::new(&["most locked", "what", "transactions", "of all"]);
        for account in &self.write_locks.top {
            let share = format!("{:.2}%", account.percent);
            top.row(vec![account.account.clone(), account.kind.to_string(), account.transactions.to_string(), share]);
        }
        writeln!(f, "{top}")?;
        if let Some(highest) = &self.write_locks.highest {
            writeln!(
                f,
                "beside wallets {} ({}) was locked the most, by {:.2}% of the transactions",
                highest.account, highest.kind, highest.percent
            )?;
        }
        self.violations.iter().try_for_each(|violation| writeln!(f, "violation: {violation}"))
    }
}
