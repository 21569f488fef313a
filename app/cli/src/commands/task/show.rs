//! `task show ID`.

use std::fmt;

use serde::Serialize;
use tessera_chain::{Audit, Deadline, Decision, Draw, Moment, Pubkey, Run, SlotState, Task, Terms, Versioned, rules};
use tessera_compute::{ContentId, Root};
use tessera_migrations::units::{Percent, Window};

use crate::args::{Need, PolicyChoice};
use crate::config::Config;
use crate::error::CliError;
use crate::output::Lines;
use crate::result::state_name;
use crate::session::{Session, found};
use crate::story::answer_name;

pub(super) async fn run(config: &Config, key: Pubkey) -> Result<(), CliError> {
    let session = Session::open(config).await?;
    let chain = session.chain.as_ref();
    let task = found(chain.task(key).await?, "task", key)?;
    let now = chain.moment().await?;
    let mut runs = Vec::new();
    for run in chain.runs(key).await? {
        let audits = chain.audits(run.key).await?;
        runs.push(RunReport::new(&task, &run, &audits, now));
    }
    config.printer.report(&TaskReport::new(&task, runs, now, &session))
}

/// Amounts in base units, times in seconds.
#[derive(Debug, Serialize)]
struct TaskReport {
    task: String,
    state: &'static str,
    requester: String,
    policy: String,
    /// How many runs are asked for.
    runs_wanted: u8,
    reward: u64,
    audit_reward: u64,
    crank_bounty: u64,
    run_lock: u64,
    audit_lock: u64,
    /// What a provider must have.
    requirements: Vec<String>,
    shortlist: Vec<String>,
    named_only: bool,
    waive_window: bool,
    windows: WindowsReport,
    /// Seconds until nobody may claim it any more; negative when that is over.
    open_for: i64,
    /// Seconds until sealed runs must be shown, while they may.
    reveal_for: Option<i64>,
    /// Seconds until nothing can be challenged any more, once results are shown; negative when that is over.
    challenge_for: Option<i64>,
    /// The root that decides, once it is known; `void` after a tie.
    decision: Option<String>,
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
struct WindowsReport {
    open_seconds: u32,
    exclusive_seconds: u32,
    grace_seconds: u32,
    execution_seconds: u32,
    reveal_seconds: u32,
    audit_seconds: u32,
    challenge_seconds: u32,
}

#[derive(Debug, Serialize)]
struct RunReport {
    run: String,
    provider: String,
    state: &'static str,
    output_root: Option<String>,
    /// Seconds until it must be submitted or sealed; negative when that is over.
    execute_for: i64,
    /// Probability that it is audited, bps.
    audit_rate_bps: u16,
    /// `pending`, `drawn` or `expired`.
    draw: &'static str,
    /// Base units that its requester paid for a forced audit.
    forced: u64,
    audits: Vec<AuditReport>,
}

#[derive(Debug, Serialize)]
struct AuditReport {
    audit: String,
    verifier: String,
    /// `claimed`, `agrees` or `differs`.
    verdict: &'static str,
    /// Its ticket won, so that it can earn.
    drawn: bool,
    /// It has opened both trees, and earns if the run is upheld.
    opened: bool,
    /// Seconds until it must answer; negative when that is over.
    answer_for: i64,
}

impl TaskReport {
    fn new(task: &Versioned<Task>, runs: Vec<RunReport>, now: Moment, session: &Session) -> Self {
        let terms = &task.terms;
        let amounts = [terms.reward, terms.audit_reward, terms.crank_bounty, terms.run_lock, terms.audit_lock];
        let keys = |keys: &[Pubkey]| keys.iter().map(ToString::to_string).collect();
        let reveal_until = rules::reveal_phase(&task.view(), now.into()).ok().flatten();
        Self {
            task: task.key.to_string(),
            state: state_name(task.state),
            requester: terms.requester.to_string(),
            policy: PolicyChoice::from(terms.policy).to_string(),
            runs_wanted: task.runs,
            reward: terms.reward,
            audit_reward: terms.audit_reward,
            crank_bounty: terms.crank_bounty,
            run_lock: terms.run_lock,
            audit_lock: terms.audit_lock,
            requirements: Need::of(&terms.requirements).iter().map(ToString::to_string).collect(),
            shortlist: keys(&terms.shortlist),
            named_only: terms.named_only,
            waive_window: terms.waive_window,
            windows: WindowsReport::new(terms),
            open_for: seconds_to(task.open_until, now),
            reveal_for: reveal_until.map(|until| until.unix.saturating_sub(now.unix)),
            challenge_for: (task.challenge_until.slot > 0).then(|| seconds_to(task.challenge_until, now)),
            decision: match task.decision {
                Decision::Undecided => None,
                Decision::Root(root) => Some(Root(root).to_string()),
                Decision::Void => Some("void".to_owned()),
            },
            operations: terms.op_count,
            outputs: terms.output_count,
            graph_root: Root(terms.graph_root).to_string(),
            inputs_root: Root(terms.inputs_root).to_string(),
            manifest_id: ContentId(terms.manifest_id).to_string(),
            manifest_locator: terms.manifest_locator.clone(),
            excluded: keys(&task.excluded),
            runs,
            shown: amounts.map(|amount| session.tokens(amount)),
        }
    }

    /// The exceptions to "anybody may claim".
    fn assignment(&self) -> Option<String> {
        if self.shortlist.is_empty() {
            return None;
        }
        let how = match (self.named_only, self.waive_window) {
            (true, true) => "only these, and equal results are paid at once".to_owned(),
            (true, false) => "only these".to_owned(),
            (false, _) => format!("these first, for {}", Window::seconds(self.windows.exclusive_seconds)),
        };
        Some(format!("{how}\n{}", self.shortlist.join("\n")))
    }
}

impl WindowsReport {
    const fn new(terms: &Terms) -> Self {
        let windows = &terms.windows;
        Self {
            open_seconds: windows.open_seconds,
            exclusive_seconds: windows.exclusive_seconds,
            grace_seconds: windows.grace_seconds,
            execution_seconds: windows.execution_seconds,
            reveal_seconds: windows.reveal_seconds,
            audit_seconds: windows.audit_seconds,
            challenge_seconds: windows.challenge_seconds,
        }
    }
}

impl fmt::Display for WindowsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = [
            ("open", self.open_seconds),
            ("exclusive", self.exclusive_seconds),
            ("grace", self.grace_seconds),
            ("execution", self.execution_seconds),
            ("reveal", self.reveal_seconds),
            ("audit", self.audit_seconds),
            ("challenge", self.challenge_seconds),
        ];
        let parts: Vec<String> = all
            .iter()
            .filter(|(_, seconds)| *seconds > 0)
            .map(|(name, seconds)| format!("{name} {}", Window::seconds(*seconds)))
            .collect();
        f.write_str(&parts.join(", "))
    }
}

impl RunReport {
    fn new(task: &Task, run: &Versioned<Run>, audits: &[Versioned<Audit>], now: Moment) -> Self {
        // The task's slot knows more than the run itself: whether it is refuted.
        let slot = task.slots.iter().find(|slot| slot.provider == run.provider);
        Self {
            run: run.key.to_string(),
            provider: run.provider.to_string(),
            state: slot.map_or("gone", |slot| slot_name(slot.state)),
            output_root: (run.output_root != [0; 32]).then(|| Root(run.output_root).to_string()),
            execute_for: seconds_to(run.execute_until, now),
            audit_rate_bps: run.audit_rate_bps,
            draw: match run.draw {
                Draw::Pending => "pending",
                Draw::Hash(_) => "drawn",
                Draw::Expired => "expired",
            },
            forced: run.forced,
            audits: audits
                .iter()
                .map(|audit| AuditReport {
                    audit: audit.key.to_string(),
                    verifier: audit.verifier.to_string(),
                    verdict: answer_name(audit.state),
                    drawn: audit.drawn,
                    opened: audit.opened.both(),
                    answer_for: seconds_to(audit.answer_until, now),
                })
                .collect(),
        }
    }
}

/// A slot's state as a word.
const fn slot_name(state: SlotState) -> &'static str {
    match state {
        SlotState::Free => "free",
        SlotState::Claimed => "claimed",
        SlotState::Sealed => "sealed",
        SlotState::Submitted => "submitted",
        SlotState::Refuted => "refuted",
        SlotState::Upheld => "upheld",
        SlotState::Slashed => "slashed",
        SlotState::Void => "void",
    }
}

fn seconds_to(deadline: Deadline, now: Moment) -> i64 {
    deadline.unix.saturating_sub(now.unix)
}

impl fmt::Display for TaskReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [reward, audit_reward, bounty, run_lock, audit_lock] = &self.shown;
        let each = if self.runs_wanted > 1 { "each run" } else { "the run" };
        let left = |seconds: i64| format!("{} s left", seconds.max(0));
        let requirements = (!self.requirements.is_empty()).then(|| self.requirements.join(", "));
        let mut lines = Lines::new()
            .line("task", &self.task)
            .line("state", self.state)
            .line("requester", &self.requester)
            .line("policy", &self.policy)
            .line("pays", format!("{reward} for {each}, {audit_reward} for its checks, {bounty} crank bounty"))
            .line("locks", format!("run {run_lock}, audit {audit_lock}"))
            .maybe("asks for", requirements)
            .maybe("shortlist", self.assignment())
            .line("windows", &self.windows)
            .maybe("claims", (self.state == "open").then(|| left(self.open_for)))
            .maybe("reveal", self.reveal_for.map(left))
            .maybe("challenges", self.challenge_for.map(left))
            .maybe("decision", self.decision.as_ref())
            .line("computes", format!("{} operations, {} outputs", self.operations, self.outputs))
            .line("graph root", &self.graph_root)
            .line("inputs root", &self.inputs_root)
            .line("manifest", format!("{} in {}", self.manifest_id, self.manifest_locator));
        for provider in &self.excluded {
            lines = lines.line("excluded", provider);
        }
        for run in &self.runs {
            let due = if run.state == "claimed" { format!(", {}", left(run.execute_for)) } else { String::new() };
            lines = lines.line("run", format!("{} by {}{due}", run.state, run.provider));
            if let Some(root) = &run.output_root {
                let rate = Percent::from_bps(run.audit_rate_bps);
                let forced = if run.forced > 0 { ", forced" } else { "" };
                lines =
                    lines.line("output root", root).line("audit rate", format!("{rate} (draw {}{forced})", run.draw));
            }
            for audit in &run.audits {
                let earns = match (audit.verdict, audit.opened) {
                    ("claimed", _) => format!(", {}", left(audit.answer_for)),
                    (_, true) => ", opened".to_owned(),
                    _ => String::new(),
                };
                lines = lines.line("audit", format!("{} by {}{earns}", audit.verdict, audit.verifier));
            }
        }
        lines.fmt(f)
    }
}
