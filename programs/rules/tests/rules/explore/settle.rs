//! Settlements and the closing of audits, with the tokens that move.

use tessera_rules::*;

use super::step::Edge;
use super::world::*;
use crate::fixtures::{NOW, bps, params, units};

pub fn settle(world: &World, i: usize, pair_shown: bool) -> Option<Result<Edge, Refusal>> {
    if pair_shown && !world.sides[i].has_pair() {
        return None;
    }
    let all: u16 = world.sides.iter().map(|side| side.disputes).sum();
    let open_disputes = world.sides[i].disputes;
    let facts = SettleFacts { pair_shown, open_disputes, other_disputes: all - open_disputes };
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
        let differing = side.audits.iter().filter(|audit| matches!(audit, Audit::Differed(_))).count();
        let parts = slash_payout(units(RUN_LOCK), &params().slash, differing).unwrap();
        let all = [parts.first_auditor, parts.second_auditor, parts.requester, parts.sink];
        assert_eq!(all.iter().map(|part| part.get()).sum::<u64>(), RUN_LOCK);
    }
    for v in 0..AUDITS {
        next.sides[i].silent[v] = matches!(side.audits[v], Audit::Claimed(until, _) if until.passed(NOW));
    }
    let ended = if task.any(SlotState::Upheld) { TaskState::Settled } else { TaskState::Expired };
    assert!(if last { task.state == ended } else { task.state.holds_funds() }, "{world:?}");
    assert!(!last || next.held == next.kept, "the last settlement leaves only what auditors are owed: {world:?}");
    Edge { next, came: 0, went, lost_by_silence: None }
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
