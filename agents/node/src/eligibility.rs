//! What an agent may claim, by the functions that the program calls.

use tessera_chain::rules::{
    AuditClaim, AuditedRun, Auditor, ClaimStep, Refusal, plan_audit_claim, plan_claim, plan_release,
};
use tessera_chain::{Market, Moment, Provider, Run, Task, Versioned};

/// Whether a provider may claim a run of a task now; stake apart.
///
/// # Errors
/// Why not.
pub fn may_claim(
    market: &Market,
    task: &Versioned<Task>,
    me: &Versioned<Provider>,
    now: Moment,
) -> Result<ClaimStep<[u8; 32]>, Refusal> {
    let (facts, by) = (task.claim_terms(market.paused)?, task.claimant(&me.key, me));
    plan_claim(&task.view(), &facts, &by, now.into())
}

/// Whether a claimed run may be given back now without a loss.
pub fn may_release(task: &Task, run: &Run, now: Moment) -> bool {
    let Ok(slot) = task.slot_of(&run.provider) else { return false };
    plan_release(&task.view(), slot, run.claimed_at.into(), now.into()).is_ok()
}

/// Whether a verifier may take the audit of a run on now; stake apart. `ticket`: the number that it would show, if any.
///
/// # Errors
/// Why not.
pub fn may_audit(
    task: &Task,
    run: &Run,
    me: &Versioned<Provider>,
    ticket: Option<u64>,
    now: Moment,
) -> Result<AuditClaim<[u8; 32]>, Refusal> {
    let facts = AuditedRun {
        slot: task.slot_of(&run.provider).map_err(|_| Refusal::WrongRunState)?,
        submitted_at: run.submitted_at.into(),
        rate: run.audit_rate_bps.into(),
        verify_stake: run.verify_stake.into(),
        draw_delay_slots: task.terms.draw_delay_slots,
    };
    let by = Auditor {
        active: me.is_active(),
        verify: me.roles.verify,
        same_market: me.market == task.terms.market,
        owns_run: task.has_slot(&me.key) || me.authority == run.authority,
        owns_task: me.authority == task.terms.requester,
        ticket_since: me.ticket_since.into(),
        ticket_stake: me.ticket_stake.into(),
    };
    plan_audit_claim(&task.view(), &facts, &by, ticket, now.into())
}
