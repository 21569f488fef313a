//! `task show ID`.

use std::fmt;

use serde::Serialize;
use tessera_chain::{Audit, Deadline, Moment, Pubkey, Run, RunState, Task, Versioned};
use tessera_compute::{ContentId, Root};
use tessera_migrations::units::Window;

use crate::config::Config;
use crate::error::CliError;
use crate::output::Lines;
use crate::result::state_name;
use crate::session::{Session, found};
use crate::story::verdict_name;

pub(super) async fn run(config: &Config, key: Pubkey) -> Result<(), CliError> {
    let session = Session::open(config).await?;
    let chain = session.chain.as_ref();
    let task = found(chain.task(key).await?, "task", key)?;
    let now = chain.moment().await?;
    let mut runs = Vec::new();
    for run in chain.runs(key).await? {
        let audits = chain.audits(run.key).await?;
        runs.push(RunReport::new(&run, &audits, now));
    }
    config.printer.report(&TaskReport::new(&task, runs, now, &session))
}

/// Amounts in base units, times in seconds.
#[derive(Debug, Serialize)]
struct TaskReport {
    task: String,
    state: &'static str,
    requester: String,
    reward: u64,
    audit_reward: u64,
    crank_bounty: u64,
    run_lock: u64,
    audit_lock: u64,
    open_seconds: u32,
    execution_seconds: u32,
    audit_seconds: u32,
    challenge_seconds: u32,
    /// Seconds until nobody may claim it any more; negative when that is over.
    open_for: i64,
    operations: u16,
    outputs: u8,
    graph_root: String,
    inputs_root: String,
    manifest_id: String,
    manifest_locator: String,
    excluded: Vec<String>,
    runs: Vec<RunReport>,
    #[serde(skip)]
    shown: [String; 5],
}

#[derive(Debug, Serialize)]
struct RunReport {
    run: String,
    provider: String,
    state: &'static str,
    output_root: Option<String>,
    /// Seconds until the next deadline; negative when it is over.
    due_in: i64,
    audits: Vec<AuditReport>,
}

#[derive(Debug, Serialize)]
struct AuditReport {
    audit: String,
    verifier: String,
    verdict: &'static str,
}

impl TaskReport {
    fn new(task: &Versioned<Task>, runs: Vec<RunReport>, now: Moment, session: &Session) -> Self {
        let terms = &task.terms;
        let amounts = [terms.reward, terms.audit_reward, terms.crank_bounty, terms.run_lock, terms.audit_lock];
        Self {
            task: task.key.to_string(),
            state: state_name(task.state),
            requester: terms.requester.to_string(),
            reward: terms.reward,
            audit_reward: terms.audit_reward,
            crank_bounty: terms.crank_bounty,
            run_lock: terms.run_lock,
            audit_lock: terms.audit_lock,
            open_seconds: terms.windows.open_seconds,
            execution_seconds: terms.windows.execution_seconds,
            audit_seconds: terms.windows.audit_seconds,
            challenge_seconds: terms.windows.challenge_seconds,
            open_for: seconds_to(task.open_until, now),
            operations: terms.op_count,
            outputs: terms.output_count,
            graph_root: Root(terms.graph_root).to_string(),
            inputs_root: Root(terms.inputs_root).to_string(),
            manifest_id: ContentId(terms.manifest_id).to_string(),
            manifest_locator: terms.manifest_locator.clone(),
            excluded: task.excluded.iter().map(ToString::to_string).collect(),
            runs,
            shown: amounts.map(|amount| session.tokens(amount)),
        }
    }
}

impl RunReport {
    fn new(run: &Versioned<Run>, audits: &[Versioned<Audit>], now: Moment) -> Self {
        let (state, deadline) = match run.state {
            RunState::Claimed => ("claimed", run.execute_until),
            RunState::Submitted => ("submitted", run.challenge_until),
            RunState::Upheld => ("upheld", run.challenge_until),
            RunState::Slashed => ("slashed", run.challenge_until),
            RunState::Abandoned => ("abandoned", run.execute_until),
        };
        Self {
            run: run.key.to_string(),
            provider: run.provider.to_string(),
            state,
            output_root: (run.output_root != [0; 32]).then(|| Root(run.output_root).to_string()),
            due_in: seconds_to(deadline, now),
            audits: audits
                .iter()
                .map(|audit| AuditReport {
                    audit: audit.key.to_string(),
                    verifier: audit.verifier.to_string(),
                    verdict: verdict_name(audit.verdict),
                })
                .collect(),
        }
    }
}

fn seconds_to(deadline: Deadline, now: Moment) -> i64 {
    deadline.unix.saturating_sub(now.unix)
}

impl fmt::Display for TaskReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [reward, audit_reward, bounty, run_lock, audit_lock] = &self.shown;
        let time = Window::seconds;
        let mut lines = Lines::new()
            .line("task", &self.task)
            .line("state", self.state)
            .line("requester", &self.requester)
            .line("pays", format!("{reward} for the run, {audit_reward} for a check, {bounty} crank bounty"))
            .line("locks", format!("run {run_lock}, audit {audit_lock}"))
            .line(
                "windows",
                format!(
                    "open {}, execution {}, audit {}, challenge {}",
                    time(self.open_seconds),
                    time(self.execution_seconds),
                    time(self.audit_seconds),
                    time(self.challenge_seconds)
                ),
            )
            .line("computes", format!("{} operations, {} outputs", self.operations, self.outputs))
            .line("graph root", &self.graph_root)
            .line("inputs root", &self.inputs_root)
            .line("manifest", format!("{} in {}", self.manifest_id, self.manifest_locator));
        for provider in &self.excluded {
            lines = lines.line("no-show", provider);
        }
        for run in &self.runs {
            lines = lines.line("run", format!("{} by {}, due in {} s", run.state, run.provider, run.due_in.max(0)));
            lines = lines.maybe("output root", run.output_root.as_ref());
            for audit in &run.audits {
                lines = lines.line("audit", format!("{} by {}", audit.verdict, audit.verifier));
            }
        }
        lines.fmt(f)
    }
}
