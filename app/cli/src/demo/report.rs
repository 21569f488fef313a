//! What the demo prints.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use tessera_chain::Pubkey;
use tessera_jobs::JobResult;

use super::Shown;
use super::books::{Conservation, wrong};
use super::cast::Cast;
use super::dispute::DemoDispute;
use crate::error::CliError;
use crate::output::{Columns, Lines};
use crate::story::{Step, answer_name};

/// What happened in the demo and what it cost.
#[derive(Clone, Debug, Serialize)]
pub struct DemoReport {
    /// One entry per job.
    pub tasks: Vec<DemoTask>,
    /// What was disputed, in the order of the openings.
    pub disputes: Vec<DemoDispute>,
    /// Everybody's money before and after.
    pub conservation: Conservation,
    /// SHA-256 of the program that ran.
    pub program_sha256: String,
    /// Seconds of the whole demo.
    pub seconds: f64,
}

/// A task of the demo.
#[derive(Clone, Debug, Serialize)]
pub struct DemoTask {
    /// The job's name.
    pub job: &'static str,
    /// The data set and its number of rows.
    pub data_set: String,
    /// The task's address.
    pub task: String,
    /// How it ended.
    pub state: &'static str,
    /// Root of the outputs.
    pub output_root: String,
    /// What they mean.
    pub result: JobResult,
    /// Whose run was paid first: the Provider account.
    pub provider: String,
    /// Who claimed it, in that order, and how that ended.
    pub runs: Vec<DemoRun>,
    /// Who checked it, and what came out.
    pub audits: Vec<DemoAudit>,
    /// Who was paid what, which is the whole escrow.
    pub payouts: Vec<Payout>,
    /// Compute units by step.
    pub compute_units: BTreeMap<&'static str, u64>,
    /// Lamports paid as fees, by step.
    pub lamports: BTreeMap<&'static str, u64>,
    /// Seconds from submission to settlement.
    pub seconds: f64,
    #[serde(skip)]
    steps: Vec<Step>,
}

/// One provider's part in a task.
#[derive(Clone, Debug, Serialize)]
pub struct DemoRun {
    /// The Provider account.
    pub provider: String,
    /// `upheld`, `slashed`, `void`, `no_show`, `silent` or `released`.
    pub state: &'static str,
    /// Base units that it lost.
    pub slashed: u64,
    #[serde(skip)]
    name: &'static str,
}

/// A check of a run.
#[derive(Clone, Debug, Serialize)]
pub struct DemoAudit {
    /// The verifier's Provider account.
    pub verifier: String,
    /// `agrees` or `differs`.
    pub verdict: &'static str,
    /// Its ticket was drawn, so that it could earn.
    pub drawn: bool,
    #[serde(skip)]
    name: &'static str,
}

/// A part of a task's escrow.
#[derive(Clone, Debug, Serialize)]
pub struct Payout {
    /// `provider`, `treasury`, `model`, `auditor`, `crank` or `requester`.
    pub to: &'static str,
    /// How much.
    pub base_units: u64,
}

impl DemoTask {
    pub(super) fn new(shown: &Shown, cast: &Cast, market: &Pubkey) -> Result<Self, CliError> {
        let story = &shown.story;
        let not_settled =
            || CliError::failed(format!("{} was not settled", shown.data_set), "run the demo again with -vv");
        story.upheld().ok_or_else(not_settled)?;
        let paid = story.paid();
        let payouts: Vec<Payout> = paid.into_iter().map(|(to, base_units)| Payout { to, base_units }).collect();
        let paid = payouts.iter().try_fold(0_u64, |sum, payout| sum.checked_add(payout.base_units));
        if paid.is_none() || paid != story.escrow() {
            return Err(wrong(format!("{paid:?} base units were paid of an escrow of {:?}", story.escrow())));
        }
        let name = |provider: &Pubkey| cast.name_of(market, provider).unwrap_or("somebody else");
        let steps = story.steps();
        Ok(Self {
            job: terms_job(&shown.result.result),
            data_set: format!("{}, {} rows", shown.data_set, shown.rows),
            task: shown.result.task.clone(),
            state: shown.result.state,
            output_root: shown.result.output_root.clone(),
            result: shown.result.result.clone(),
            provider: shown.result.provider.clone(),
            runs: story
                .runs()
                .into_iter()
                .map(|run| DemoRun {
                    provider: run.provider.to_string(),
                    state: run.state,
                    slashed: run.slashed,
                    name: name(&run.provider),
                })
                .collect(),
            audits: story
                .audits()
                .map(|audit| DemoAudit {
                    verifier: audit.verifier.to_string(),
                    verdict: answer_name(audit.state),
                    drawn: story.drawn().any(|verifier| verifier == audit.verifier),
                    name: name(&audit.verifier),
                })
                .collect(),
            payouts,
            compute_units: sums(&steps, |step| step.compute_units),
            lamports: sums(&steps, |step| step.lamports),
            seconds: shown.seconds,
            steps,
        })
    }
}

const fn terms_job(result: &JobResult) -> &'static str {
    match result {
        JobResult::LinearRegression(_) => "linear-regression",
        JobResult::KMeans(_) => "kmeans",
        JobResult::Pca(_) => "pca",
        JobResult::Matmul(_) => "matmul",
        JobResult::Mlp(_) => "mlp",
        JobResult::Embedding(_) => "embedding",
    }
}

/// A step may happen several times, with several audits or after a refused attempt.
fn sums(steps: &[Step], cost: impl Fn(&Step) -> Option<u64>) -> BTreeMap<&'static str, u64> {
    let mut sums = BTreeMap::new();
    for step in steps {
        let sum: &mut u64 = sums.entry(step.step).or_default();
        *sum = sum.saturating_add(cost(step).unwrap_or(0));
    }
    sums
}

impl fmt::Display for DemoTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let drawn = |drawn| if drawn { "drawn by lottery, " } else { "" };
        let audits: Vec<String> = self
            .audits
            .iter()
            .map(|audit| format!("{} ({}), {}{}", audit.name, audit.verifier, drawn(audit.drawn), audit.verdict))
            .collect();
        let runs: Vec<String> = self
            .runs
            .iter()
            .map(|run| {
                let lost = if run.slashed > 0 { format!(", lost {} base units", run.slashed) } else { String::new() };
                format!("{} ({}): {}{lost}", run.name, run.provider, run.state)
            })
            .collect();
        let paid: Vec<String> = self
            .payouts
            .iter()
            .filter(|payout| payout.base_units > 0)
            .map(|payout| format!("{} {}", payout.to, payout.base_units))
            .collect();
        let mut costs = Columns::new(&["step", "compute units", "lamports"]);
        for step in &self.steps {
            let shown = |cost: Option<u64>| cost.map_or_else(|| "unknown".to_owned(), |cost| cost.to_string());
            costs.row(vec![step.step.to_owned(), shown(step.compute_units), shown(step.lamports)]);
        }
        writeln!(f, "{} on {}", self.job, self.data_set)?;
        let lines = Lines::new()
            .line("  result", &self.result)
            .line("  output root", &self.output_root)
            .line("  run by", runs.join("\n"))
            .line("  checked by", if audits.is_empty() { "nobody".to_owned() } else { audits.join("\n") })
            .line("  paid", format!("{} base units", paid.join(", ")))
            .line("  cost", costs)
            .line("  time", format!("{} after {:.1} s", self.state, self.seconds));
        lines.fmt(f)
    }
}

impl fmt::Display for DemoReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for task in &self.tasks {
            writeln!(f, "{task}")?;
        }
        for dispute in &self.disputes {
            writeln!(f, "{dispute}")?;
        }
        let Conservation { tokens_after, lamports_before, lamports_after, fees, .. } = &self.conservation;
        writeln!(
            f,
            "{tokens_after} base units before and after; lamports: {lamports_before} before, {lamports_after} after, {fees} in \
             fees between, none lost",
        )?;
        writeln!(f, "program {}, {:.1} s in all", self.program_sha256, self.seconds)
    }
}
