use super::{SlotState, TaskView};
use crate::amount::FULL_BPS;
use crate::lottery::{old_enough, ticket_wins};
use crate::{Action, BaseUnits, Bps, Deadline, Moment, Refusal, TaskState, Verdict, next_state};

/// What an audit needs to know of its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditedRun {
    /// Its slot.
    pub slot: usize,
    /// When its root was shown.
    pub submitted_at: Moment,
    /// The probability of an audit that was pinned then; the whole once it is forced or the draw expired unseen.
    pub rate: Bps,
    /// The stake of all verifiers of the market, pinned then.
    pub verify_stake: BaseUnits,
    /// By how much chain and stake of a verifier must be older than the submission.
    pub draw_delay_slots: u16,
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
    /// Has a slot of the task (any: it would vote for its own root), or the authority of the run's provider.
    pub owns_run: bool,
    /// Its authority is the task's requester.
    pub owns_task: bool,
    /// When its chain was committed or its weight last grew, whichever is later.
    pub ticket_since: Moment,
    /// Its weight in the lottery.
    pub ticket_stake: BaseUnits,
}

/// An audit, claimed: from now on the verifier owes an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditClaim<R> {
    /// The task after it.
    pub task: TaskView<R>,
    /// Until when the verifier must answer.
    pub answer_until: Deadline,
    /// Whether it may earn the audit reward: its ticket won. An audit that was only claimed because somebody differs may
    /// win a share of a slash, never the reward: else a provider could stage a difference with a verifier of its own (whose
    /// lost lock it is paid) and then collect the reward with others, past the lottery.
    pub paid: bool,
}

/// A verifier takes an audit on. `ticket`: the first eight bytes of its ticket's hash, little-endian; needed while nobody
/// differs and the rate is not the whole, and to be paid.
///
/// While nobody differs the ticket must win, the claim comes before `audit_until`, and the challenge window waits for the
/// answer: at most until `audit_until` plus twice the execution. In a dispute anyone eligible may claim before
/// `challenge_until`, and must answer before it: a claim extends nothing there, so that no chain of claims can put a
/// settlement off.
pub fn plan_audit_claim<R: Copy + Eq>(
    task: &TaskView<R>,
    run: &AuditedRun,
    by: &Auditor,
    ticket: Option<u64>,
    now: Moment,
) -> Result<AuditClaim<R>, Refusal> {
    let mut next = task.moved(Action::AuditClaim)?;
    let disputed = task.state == TaskState::Disputed;
    let until = if disputed { task.challenge_until } else { task.audit_until };
    if until.passed(now) {
        return Err(Refusal::TooLate);
    }
    undecided(task, run.slot)?;
    by.may_audit(run)?;
    let drawn = |ticket| ticket_wins(ticket, run.rate, by.ticket_stake, run.verify_stake);
    let wins = run.rate.get() >= FULL_BPS || ticket.is_some_and(drawn);
    if !disputed && !wins {
        return Err(Refusal::TicketLost);
    }
    let answer = now.after(task.windows.execution_seconds.checked_mul(2).ok_or(Refusal::Overflow)?)?;
    let answer_until = if disputed { answer.earlier(task.challenge_until) } else { answer };
    next.challenge_until = task.challenge_until.later(answer_until);
    Ok(AuditClaim { task: next, answer_until, paid: wins })
}

/// An answer, accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditStep<R> {
    /// The task after it.
    pub task: TaskView<R>,
    /// What the answer says.
    pub verdict: Verdict,
    /// Whether this answer and the matching one refute the run.
    pub refutes: bool,
}

/// A verifier answers before its deadline: `None` that it agrees, or the root that it found instead.
///
/// `matching`: the caller showed an earlier answer on this run, by another verifier, with the same root. A run that is
/// refuted already still takes answers, so that nobody is made silent by others' haste; they change nothing.
pub fn plan_audit<R: Copy + Eq>(
    task: &TaskView<R>,
    slot: usize,
    answer_until: Deadline,
    differs: Option<R>,
    matching: bool,
    now: Moment,
) -> Result<AuditStep<R>, Refusal> {
    let verdict = if differs.is_some() { Verdict::Differs } else { Verdict::Agrees };
    let mut run = *task.slot(slot)?;
    let refuted = run.state == SlotState::Refuted;
    if !refuted && run.state != SlotState::Submitted {
        return Err(Refusal::WrongRunState);
    }
    let action = match verdict {
        _ if refuted => Action::AuditAgree,
        Verdict::Agrees => Action::AuditAgree,
        Verdict::Differs => Action::AuditDiffer,
    };
    let mut next = task.moved(action)?;
    if answer_until.passed(now) {
        return Err(Refusal::TooLate);
    }
    if differs == Some(run.root) {
        return Err(Refusal::AuditsNotDiffering);
    }
    let counter = if differs.is_some() { &mut run.differing } else { &mut run.agreeing };
    *counter = counter.checked_add(1).ok_or(Refusal::Overflow)?;
    next = next.with_slot(slot, run)?;
    let first_difference = task.state == TaskState::Submitted && next.state == TaskState::Disputed;
    if first_difference {
        next.challenge_until = task.challenge_until.later(now.after(task.windows.audit_seconds)?);
    }
    let refutes = matching && differs.is_some() && !refuted;
    let task = if refutes { next.refuted(run.root) } else { next };
    Ok(AuditStep { task, verdict, refutes })
}

/// An agreeing verifier opens a leaf in both trees: after the slot that picks it and before the challenge window has
/// passed. Whoever only copied a public root cannot, and is not paid.
pub fn plan_audit_open<R: Copy + Eq>(
    task: &TaskView<R>,
    slot: usize,
    verdict: Option<Verdict>,
    opened: bool,
    now: Moment,
) -> Result<(), Refusal> {
    next_state(task.state, Action::AuditOpen)?;
    task.slot_in(slot, SlotState::Submitted)?;
    if verdict != Some(Verdict::Agrees) {
        return Err(Refusal::NotAgreed);
    }
    if opened {
        return Err(Refusal::AlreadyOpened);
    }
    if task.challenge_until.passed(now) { Err(Refusal::TooLate) } else { Ok(()) }
}

/// The requester pays for an audit of a run, once, while audits can still be claimed; returns what it pays into the
/// escrow: as much as the task's audit reward, or `offered` and the market's minimum reward at least where that is zero.
pub fn plan_audit_force<R: Copy + Eq>(
    task: &TaskView<R>,
    slot: usize,
    forced: BaseUnits,
    audit_reward: BaseUnits,
    offered: BaseUnits,
    min_reward: BaseUnits,
    now: Moment,
) -> Result<BaseUnits, Refusal> {
    next_state(task.state, Action::AuditForce)?;
    undecided(task, slot)?;
    if task.audit_until.passed(now) {
        return Err(Refusal::TooLate);
    }
    if !forced.is_zero() {
        return Err(Refusal::AlreadyForced);
    }
    if !audit_reward.is_zero() {
        return Ok(audit_reward);
    }
    if offered < min_reward || offered.is_zero() { Err(Refusal::ForcedTooLow) } else { Ok(offered) }
}

fn undecided<R: Copy + Eq>(task: &TaskView<R>, slot: usize) -> Result<(), Refusal> {
    match task.slot(slot)?.state {
        SlotState::Submitted => Ok(()),
        SlotState::Refuted => Err(Refusal::AlreadyRefuted),
        _ => Err(Refusal::WrongRunState),
    }
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
        old_enough(self.ticket_since, run.submitted_at, run.draw_delay_slots)
    }
}
