//! What the runs of a market ask of this verifier.

use tessera_chain::program::state::FULL_RATE;
use tessera_chain::{AccountKind, AuditState, Deadline, Moment, Provider, Run, SlotState, Task, TaskState, Versioned};
use tessera_node::eligibility::may_audit;

use super::{AuditStage, Committed, View, is_live, is_unopened};
use crate::config::Watch;

/// Slots for which the cluster keeps a hash, if every slot has a block; longer if not.
const KEPT_SLOTS: u64 = 512;

/// What is needed for a run's audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// The answer, which is owed.
    Answer,
    /// The opening of the picked leaf; `ready` once it is picked.
    Opening { ready: bool },
    /// The claim, with this element shown.
    Claim { element: Option<[u8; 32]> },
    /// What it gives, to see whether the run is right.
    Watch,
}

/// A run that asks something of this verifier.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item<'a> {
    pub task: &'a Versioned<Task>,
    pub run: &'a Versioned<Run>,
    pub need: Need,
    /// When it is too late; of a claim, when the answer would be.
    pub until: Deadline,
}

impl Item<'_> {
    /// What is owed comes first, then what earns, then claims: those of disputes, where an answer decides about stake, and
    /// then what ends first.
    fn urgency(&self) -> (u8, bool, i64, [u8; 32]) {
        let kind = match self.need {
            Need::Answer => 0,
            Need::Opening { .. } => 1,
            Need::Claim { .. } => 2,
            Need::Watch => 3,
        };
        (kind, self.task.state != TaskState::Disputed, self.until.unix, self.run.key.to_bytes())
    }
}

/// All runs that ask something of this verifier now, the most urgent first.
pub(super) fn work<'a>(view: &View<'a>, me: &Versioned<Provider>, now: Moment) -> Vec<Item<'a>> {
    let runs = view.world.runs.values().filter(|run| is_live(view.world, run));
    let mut items: Vec<Item<'a>> = runs
        .filter_map(|run| {
            let task = view.world.tasks.get(&run.task)?;
            match view.own_audit(run) {
                Some(audit) if audit.state == AuditState::Claimed => {
                    let item = Item { task, run, need: Need::Answer, until: audit.answer_until };
                    (!audit.answer_until.passed(now)).then_some(item)
                }
                Some(audit) if is_unopened(audit) => {
                    let slot = task.slots.get(task.slot_of(&run.provider).ok()?)?;
                    // A hash that has been used once is kept in the audit.
                    let kept = audit.pick.is_some() || now.slot < audit.pick_slot.saturating_add(KEPT_SLOTS);
                    let open = slot.state == SlotState::Submitted && kept && !task.challenge_until.passed(now);
                    let need = Need::Opening { ready: now.slot > audit.pick_slot };
                    open.then_some(Item { task, run, need, until: task.challenge_until })
                }
                Some(_) => None,
                None if is_claim_unseen(view, run) => None,
                None => claim(view, me, task, run, now).or_else(|| watch(view, task, run, now)),
            }
        })
        .collect();
    items.sort_by_key(Item::urgency);
    items
}

/// A run that is nobody's audit here, as long as it can be challenged.
fn watch<'a>(view: &View<'a>, task: &'a Versioned<Task>, run: &'a Versioned<Run>, now: Moment) -> Option<Item<'a>> {
    let slot = task.slots.get(task.slot_of(&run.provider).ok()?)?;
    let open = slot.state == SlotState::Submitted && !task.challenge_until.passed(now);
    let watched = view.limits.watch == Watch::All && run.authority != view.authority()?;
    (open && watched).then_some(Item { task, run, need: Need::Watch, until: task.challenge_until })
}

/// The claim of an audit that this verifier has won, or that everybody may have.
fn claim<'a>(
    view: &View<'a>,
    me: &Versioned<Provider>,
    task: &'a Versioned<Task>,
    run: &'a Versioned<Run>,
    now: Moment,
) -> Option<Item<'a>> {
    if task.state == TaskState::Disputed && !view.limits.disputes {
        return None;
    }
    let ticket = match view.chain {
        Committed::Known(tickets) => tickets.ticket(run, &me.ticket),
        Committed::Searching | Committed::Unknown => None,
    };
    let claim = may_audit(task, run, me, ticket.map(|ticket| ticket.number), now).ok()?;
    // An element is shown only where it wins something. At the full rate every ticket wins unseen.
    let shows = claim.paid && run.audit_rate_bps < FULL_RATE;
    let element = ticket.filter(|_| shows).map(|ticket| ticket.element);
    Some(Item { task, run, need: Need::Claim { element }, until: claim.answer_until.into() })
}

/// Whether a claim is on its way, or landed and its audit is not among the accounts yet. Only a later listing of the audits
/// without it says that it was on a fork that is gone: the run, which counts its audits, may be read again before them.
pub(super) fn is_claim_unseen(view: &View<'_>, run: &Versioned<Run>) -> bool {
    let Some(task) = view.world.tasks.get(&run.task) else { return false };
    match view.audit_note(task, run).stage {
        AuditStage::Claiming => true,
        AuditStage::Claimed(slot) | AuditStage::Posted(slot) | AuditStage::Opened(slot) => {
            view.own_audit(run).is_none() && view.world.listed_at(AccountKind::Audit) <= slot
        }
        AuditStage::Idle | AuditStage::Posting | AuditStage::Opening | AuditStage::GivenUp => false,
    }
}
