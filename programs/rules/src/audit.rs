use crate::{Action, Deadline, Moment, Refusal, TaskState, Verdict, next_state};

/// What an audit needs to know of the run and its task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditedRun {
    /// The task's state.
    pub state: TaskState,
    /// When the run was claimed, unix seconds.
    pub claimed_unix: i64,
    /// The root that the provider committed.
    pub output_root: [u8; 32],
    /// Until when audits may be posted while nobody differs.
    pub audit_until: Deadline,
    /// Until when audits may be posted in a dispute.
    pub challenge_until: Deadline,
    /// How long a first differing audit keeps the dispute open at least, in seconds.
    pub audit_seconds: u32,
    /// Two audits refuted the run already.
    pub refuted: bool,
}

/// What an audit needs to know of its verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Auditor {
    /// Takes new work.
    pub active: bool,
    /// Has the verify role.
    pub verify: bool,
    /// Belongs to the task's market.
    pub same_market: bool,
    /// Is the run's provider, or has its authority.
    pub owns_run: bool,
    /// Its authority is the task's requester.
    pub owns_task: bool,
    /// Since when it has the verify role, unix seconds.
    pub verify_since: i64,
}

/// An audit, accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditStep {
    /// The task's next state.
    pub state: TaskState,
    /// What the audit says.
    pub verdict: Verdict,
    /// The dispute's deadline, extended by a first differing audit.
    pub challenge_until: Deadline,
    /// Whether this audit and the matching one refute the run.
    pub refutes: bool,
}

/// A verifier posts the root that it found.
///
/// While nobody differs: before `audit_until`. In a dispute: before `challenge_until`. `matching`: the caller showed an
/// earlier audit of this run, by another verifier, with the same root.
pub fn plan_audit(
    run: &AuditedRun,
    by: &Auditor,
    root: &[u8; 32],
    matching: bool,
    now: Moment,
) -> Result<AuditStep, Refusal> {
    let verdict = if root == &run.output_root { Verdict::Agrees } else { Verdict::Differs };
    let action = match verdict {
        Verdict::Agrees => Action::AuditAgree,
        Verdict::Differs => Action::AuditDiffer,
    };
    let state = next_state(run.state, action)?;
    let until = if run.state == TaskState::Disputed { run.challenge_until } else { run.audit_until };
    if until.passed(now) {
        return Err(Refusal::TooLate);
    }
    if run.refuted {
        return Err(Refusal::AlreadyRefuted);
    }
    if root == &[0; 32] {
        return Err(Refusal::RootZero);
    }
    by.may_audit(run)?;
    let first_difference = run.state == TaskState::Submitted && verdict == Verdict::Differs;
    let challenge_until =
        if first_difference { run.challenge_until.later(now.after(run.audit_seconds)?) } else { run.challenge_until };
    Ok(AuditStep { state, verdict, challenge_until, refutes: matching && verdict == Verdict::Differs })
}

impl Auditor {
    fn may_audit(&self, run: &AuditedRun) -> Result<(), Refusal> {
        if !self.same_market {
            return Err(Refusal::OtherMarket);
        }
        if !self.active {
            return Err(Refusal::ProviderDraining);
        }
        if !self.verify {
            return Err(Refusal::RoleMissing);
        }
        if self.owns_run {
            return Err(Refusal::AuditOfOwnRun);
        }
        if self.owns_task {
            return Err(Refusal::AuditOfOwnTask);
        }
        // A verifier made after the run was visible could be made for that run alone.
        if self.verify_since > run.claimed_unix {
            return Err(Refusal::VerifierTooYoung);
        }
        Ok(())
    }
}
