use crate::{Action, Deadline, Moment, Refusal, TaskState, Windows, next_state};

/// What a submission needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubmittedRun {
    /// The task's state.
    pub state: TaskState,
    /// Until when the provider must submit.
    pub execute_until: Deadline,
    /// The task's windows.
    pub windows: Windows,
}

/// A submission, accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubmitStep {
    /// The task's next state.
    pub state: TaskState,
    /// Until when a first audit may be posted.
    pub audit_until: Deadline,
    /// Until when nothing is paid.
    pub challenge_until: Deadline,
}

/// The claimer commits its output root before the execution's deadline.
pub fn plan_submit(run: &SubmittedRun, output_root: &[u8; 32], now: Moment) -> Result<SubmitStep, Refusal> {
    let state = next_state(run.state, Action::Submit)?;
    if run.execute_until.passed(now) {
        return Err(Refusal::TooLate);
    }
    if output_root == &[0; 32] {
        return Err(Refusal::RootZero);
    }
    Ok(SubmitStep {
        state,
        audit_until: now.after(run.windows.audit_seconds)?,
        challenge_until: now.after(run.windows.challenge_seconds)?,
    })
}
