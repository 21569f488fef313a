//! Settlements and the closing of audits, with the tokens that move.

use tessera_rules::*;

use super::disputed::Dispute;
use super::step::Edge;
use super::world::*;
use crate::fixtures::{NOW, bps, params, units};

pub fn settle(world: &World, i: usize, pair_shown: bool) -> Option<Result<Edge, Refusal>> {
    if pair_shown && !world.sides[i].has_pair() {
        return None;
    }
    let unsettled = |j: usize| world.sides[j].disputes.iter().filter(|dispute| dispute.is_unsettled()).count() as u16;
    let other_disputes = (0..MAX_RUNS).filter(|j| *j != i).map(unsettled).sum();
    let facts = SettleFacts { pair_shown, open_disputes: unsettled(i), other_disputes };
    match plan_settle(&world.task, i, &facts, NOW) {
        Ok(Settlement::Decide { task, outcome, last }) => Some(Ok(settled(world, i, task, outcome, last))),
        Ok(Settlement::Close(_)) => None,
        Err(refusal) => Some(Err(refusal)),
    }
}

/// Pays a decided run and pins what its auditors get.
pub fn settled(world: &World, i: usize, task: TaskView<Root>, outcome: Outcome, last: bool) -> Edge {
    let side = &world.sides[i];
    let proven = side.audits.iter().filter(|audit| **audit == Audit::Proven).count() as u16;
    let escrow = world.escrow(Some(i));
    let mut next = World { task, ..*world };
    let mut went = RUN_LOCK;
    if outcome == Outcome::Upheld {
        let paid = upheld_payout(&escrow, &params().splits, true, proven, last, true).unwrap();
        let out = [paid.provider, paid.treasury, paid.model, paid.cranker, paid.requester];
        went += out.iter().map(|part| part.get()).sum::<u64>();
        next.held = paid.kept.get();
        next.kept += paid.kept_for_auditors.get();
        next.sides[i].share = audit_share(escrow.audit_reward, proven).get();
    } else {
        let paid = lost_refund(&escrow, last, true).unwrap();
        went += paid.cranker.get() + paid.requester.get();
        next.held = paid.kept.get();
        went -= slash(&mut next.sides[i]);
    }
    for v in 0..AUDITS {
        next.sides[i].silent[v] = matches!(side.audits[v], Audit::Claimed(until, _) if until.passed(NOW));
    }
    let ended = if task.any(SlotState::Upheld) { TaskState::Settled } else { TaskState::Expired };
    assert!(if last { task.state == ended } else { task.state.holds_funds() }, "{world:?}");
    assert!(!last || next.held == next.kept, "the last settlement leaves only what auditors are owed: {world:?}");
    Edge { next, came: 0, went, lost_by_silence: None }
}

/// Shares the lock of a slashed run; returns what of it is paid into the bond vault of the dispute that refuted the run.
fn slash(side: &mut RunFacts) -> u64 {
    let (lock, shares) = (units(RUN_LOCK), params().slash);
    let differing = side.audits.iter().filter(|audit| matches!(audit, Audit::Differed(_))).count();
    let Some(share) = side.disputes.iter_mut().find_map(Dispute::share) else {
        let parts = slash_payout(lock, &shares, differing).unwrap();
        let all = [parts.first_auditor, parts.second_auditor, parts.requester, parts.sink];
        assert_eq!(all.iter().map(|part| part.get()).sum::<u64>(), RUN_LOCK);
        return 0;
    };
    let parts = dispute_slash_payout(lock, &shares, differing > 0).unwrap();
    let all = [parts.challenger, parts.auditor, parts.requester, parts.sink];
    assert_eq!(all.iter().map(|part| part.get()).sum::<u64>(), RUN_LOCK);
    let whole = shares.split(lock).unwrap().challenger.get();
    assert_eq!(parts.auditor.get(), if differing > 0 { whole / 2 } else { 0 }, "half for the first auditor");
    assert_eq!(*share, 0, "a run is slashed once");
    *share = parts.challenger.get();
    *share
}

pub fn close_audit(world: &World, i: usize, v: usize) -> Option<Result<Edge, Refusal>> {
    let outcome = match plan_settle(&world.task, i, &SettleFacts::default(), NOW) {
        Ok(Settlement::Close(outcome)) => outcome,
        Ok(Settlement::Decide { .. }) => return None,
        Err(refusal) => return Some(Err(refusal)),
    };
    let standing = match world.sides[i].audits[v] {
        Audit::None | Audit::Closed => return None,
        Audit::Claimed(..) if world.sides[i].silent[v] => AuditStanding::Silent,
        Audit::Claimed(..) => AuditStanding::Unanswered,
        Audit::Agreed | Audit::AgreedUndrawn => AuditStanding::Agreed,
        Audit::Proven => AuditStanding::Proven,
        Audit::Differed(_) => AuditStanding::Differed,
    };
    let end = audit_end(outcome, standing);
    let paid = audit_payout(end, units(AUDIT_LOCK), bps(SILENCE_BPS)).unwrap();
    let reward = if end == AuditEnd::Rewarded { world.sides[i].share } else { 0 };
    let mut next = *world;
    next.sides[i].audits[v] = Audit::Closed;
    next.held -= reward;
    next.kept -= reward;
    let went = paid.released.get() + paid.provider.get() + paid.sink.get() + reward;
    let lost = AUDIT_LOCK - paid.released.get();
    let silent = standing == AuditStanding::Silent && outcome != Outcome::Void;
    // Whoever did not answer gets nothing but what is left of its own lock.
    assert!(reward == 0 || standing == AuditStanding::Proven);
    Some(Ok(Edge { next, came: 0, went, lost_by_silence: silent.then_some(lost) }))
}

impl RunFacts {
    /// Whether two audits differ in the same way.
    fn has_pair(&self) -> bool {
        FOUND.into_iter().any(|root| self.audits.iter().filter(|audit| **audit == Audit::Differed(root)).count() >= 2)
    }
}
