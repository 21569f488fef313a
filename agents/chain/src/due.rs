//! Which transitions anyone may send now, by the rules that the program applies.

use anchor_lang::prelude::Pubkey;
use tessera::seeds::FEE_SHARDS;
use tessera::state::{Audit, AuditState, Dispute, Draw, Moment, Run, RunState, SlotState, Task};
use tessera_rules::{
    Outcome, SettleFacts, Settlement, SilentRun, plan_dispute_settle, plan_expire, plan_settle, plan_timeout,
    pool_closable, pool_final, reveal_phase,
};

use crate::versioned::Versioned;
use crate::world::World;

#[cfg(test)]
mod tests;

/// A transition that waits for somebody to send it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Which one.
    pub crank: Crank,
    /// Unix seconds since when it waits, as far as the accounts tell.
    pub since: i64,
}

/// The permissionless transitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Crank {
    /// `task_expire`: nobody claimed (no run), a claimer did not submit or seal, or did not show what it sealed.
    Expire {
        /// The task.
        task: Pubkey,
        /// The silent run.
        run: Option<Pubkey>,
    },
    /// `task_settle`: the run can be decided.
    Settle {
        /// The task.
        task: Pubkey,
        /// The run.
        run: Pubkey,
        /// How it will end, as far as the accounts tell.
        outcome: Outcome,
    },
    /// `task_settle`: the run is decided and has audits that are not closed.
    CloseAudits {
        /// The task.
        task: Pubkey,
        /// The run.
        run: Pubkey,
    },
    /// `audit_draw`: the slot that draws the run's audits has been made, and nobody has recorded its hash.
    Draw {
        /// The task.
        task: Pubkey,
        /// The run.
        run: Pubkey,
    },
    /// `dispute_timeout`: the side that owes a move has let its deadline pass.
    TimeOutDispute {
        /// The task.
        task: Pubkey,
        /// The run.
        run: Pubkey,
        /// The dispute.
        dispute: Pubkey,
    },
    /// `dispute_settle`: there is a verdict, or the run was refuted by others.
    SettleDispute {
        /// The task.
        task: Pubkey,
        /// The run.
        run: Pubkey,
        /// The dispute.
        dispute: Pubkey,
    },
    /// `dispute_close`: the run that the dispute refuted was slashed.
    CloseDispute {
        /// The task, which may be closed.
        task: Pubkey,
        /// The run, which may be closed.
        run: Pubkey,
        /// The dispute.
        dispute: Pubkey,
    },
    /// `market_apply`: proposed parameters have waited.
    ApplyParams,
    /// `stake_recount`: a verifier weighs more in draws than it has at stake.
    Recount {
        /// The verifier, by its Provider account.
        provider: Pubkey,
    },
    /// `fee_sweep`: the epoch has ended.
    SweepFees {
        /// Which epoch.
        epoch: u64,
        /// Whose vault, 0 to 15.
        shard: u8,
    },
    /// `pool_claim`: the epoch has ended and its fees are swept.
    ClaimShare {
        /// The share.
        share: Pubkey,
    },
    /// `pool_close`: the epoch is long over and its shares are claimed.
    ClosePool {
        /// Which epoch.
        epoch: u64,
    },
}

impl Crank {
    /// The task that it is about, if it is about one.
    #[must_use]
    pub fn task(&self) -> Option<Pubkey> {
        match self {
            Self::Expire { task, .. }
            | Self::Settle { task, .. }
            | Self::CloseAudits { task, .. }
            | Self::Draw { task, .. }
            | Self::TimeOutDispute { task, .. }
            | Self::SettleDispute { task, .. }
            | Self::CloseDispute { task, .. } => Some(*task),
            Self::ApplyParams
            | Self::Recount { .. }
            | Self::SweepFees { .. }
            | Self::ClaimShare { .. }
            | Self::ClosePool { .. } => None,
        }
    }

    /// The run that it is about, if it is about one.
    #[must_use]
    pub fn run(&self) -> Option<Pubkey> {
        match self {
            Self::Expire { run, .. } => *run,
            Self::Settle { run, .. }
            | Self::CloseAudits { run, .. }
            | Self::Draw { run, .. }
            | Self::TimeOutDispute { run, .. }
            | Self::SettleDispute { run, .. }
            | Self::CloseDispute { run, .. } => Some(*run),
            Self::ApplyParams
            | Self::Recount { .. }
            | Self::SweepFees { .. }
            | Self::ClaimShare { .. }
            | Self::ClosePool { .. } => None,
        }
    }

    /// The dispute that it is about, if it is about one.
    #[must_use]
    pub fn dispute(&self) -> Option<Pubkey> {
        match self {
            Self::TimeOutDispute { dispute, .. }
            | Self::SettleDispute { dispute, .. }
            | Self::CloseDispute { dispute, .. } => Some(*dispute),
            _ => None,
        }
    }

    /// The program's instruction that does it.
    #[must_use]
    pub fn label(&self) -> &'static str {
        match self {
            Self::Expire { .. } => "task_expire",
            Self::Settle { .. } | Self::CloseAudits { .. } => "task_settle",
            Self::Draw { .. } => "audit_draw",
            Self::TimeOutDispute { .. } => "dispute_timeout",
            Self::SettleDispute { .. } => "dispute_settle",
            Self::CloseDispute { .. } => "dispute_close",
            Self::ApplyParams => "market_apply",
            Self::Recount { .. } => "stake_recount",
            Self::SweepFees { .. } => "fee_sweep",
            Self::ClaimShare { .. } => "pool_claim",
            Self::ClosePool { .. } => "pool_close",
        }
    }
}

/// All that is due in a market.
#[must_use]
pub fn all(world: &World, now: Moment) -> Vec<Due> {
    let tasks = world.tasks.values().flat_map(|task| of_task(world, task, now));
    let disputes = world.disputes.values().filter_map(|dispute| of_dispute(world, dispute, now));
    tasks.chain(disputes).chain(of_market(world, now)).collect()
}

/// What is due for a task: at most one transition for each of its runs, or one for the task as a whole.
#[must_use]
pub fn of_task(world: &World, task: &Versioned<Task>, now: Moment) -> Vec<Due> {
    let view = task.view();
    if plan_expire(&view, None, now.into()).is_ok() {
        // Without a run the open window ended it, or the last exclusion did, which may have been before.
        let since = task.open_until.unix.min(now.unix);
        return vec![Due { crank: Crank::Expire { task: task.key, run: None }, since }];
    }
    world.runs_of(task.key).filter_map(|run| of_run(world, task, run, now)).collect()
}

fn of_run(world: &World, task: &Versioned<Task>, run: &Versioned<Run>, now: Moment) -> Option<Due> {
    let view = task.view();
    let slot = task.slot_of(&run.provider).ok()?;
    let (key, about) = (task.key, run.key);
    match task.slots.get(slot)?.state {
        SlotState::Claimed | SlotState::Sealed => {
            let silent = SilentRun { slot, execute_until: run.execute_until.into() };
            plan_expire(&view, Some(silent), now.into()).ok()?;
            let until = match run.state {
                RunState::Sealed => reveal_phase(&view, now.into()).ok().flatten()?.unix,
                _ => run.execute_until.unix,
            };
            Some(Due { crank: Crank::Expire { task: key, run: Some(about) }, since: until })
        }
        SlotState::Free => None,
        _ => {
            let pair = refuting_pair(world, run);
            let facts = facts(task, run, pair.is_some());
            match plan_settle(&view, slot, &facts, now.into()) {
                Ok(Settlement::Decide { outcome, .. }) => {
                    let refuted = pair.map(|(_, second)| second.posted_at.unix).filter(|_| outcome == Outcome::Slashed);
                    let since = refuted.unwrap_or(task.challenge_until.unix).min(now.unix);
                    Some(Due { crank: Crank::Settle { task: key, run: about, outcome }, since })
                }
                Ok(Settlement::Close(_)) if run.audits_open > 0 => {
                    let since = task.challenge_until.unix.min(now.unix);
                    Some(Due { crank: Crank::CloseAudits { task: key, run: about }, since })
                }
                Ok(Settlement::Close(_)) | Err(_) => draw(task, run, now),
            }
        }
    }
}

/// What is due for a dispute.
#[must_use]
pub fn of_dispute(world: &World, dispute: &Versioned<Dispute>, now: Moment) -> Option<Due> {
    let (task, run, key) = (dispute.task, dispute.run, dispute.key);
    let its_run = world.runs.get(&run);
    if dispute.settled {
        let waits = its_run.is_some_and(|run| run.refuted_by() == Some(key) && run.state != RunState::Slashed);
        let decided = its_run.map_or(now.unix, |run| run.decided_at.unix);
        let crank = Crank::CloseDispute { task, run, dispute: key };
        return (!waits).then_some(Due { crank, since: decided.min(now.unix) });
    }
    let (its_task, its_run) = (world.tasks.get(&task)?, its_run?);
    let slot = its_task.slot_of(&its_run.provider).ok()?;
    let since = dispute.clocks.until.unix.min(now.unix);
    if plan_dispute_settle(&its_task.view(), slot, dispute.phase.into(), its_run.open_disputes).is_ok() {
        return Some(Due { crank: Crank::SettleDispute { task, run, dispute: key }, since });
    }
    plan_timeout(&dispute.view(), now.into()).ok()?;
    Some(Due { crank: Crank::TimeOutDispute { task, run, dispute: key }, since })
}

/// How a run ended, or would end if it were settled now; `None` while it cannot be settled. `pair_shown`: the settlement
/// passes two audits that refute the run.
#[must_use]
pub fn outcome(task: &Task, run: &Run, pair_shown: bool, now: Moment) -> Option<Outcome> {
    match plan_settle(&task.view(), task.slot_of(&run.provider).ok()?, &facts(task, run, pair_shown), now.into()) {
        Ok(Settlement::Decide { outcome, .. } | Settlement::Close(outcome)) => Some(outcome),
        Err(_) => None,
    }
}

fn facts(task: &Task, run: &Run, pair_shown: bool) -> SettleFacts {
    let other_disputes = task.open_disputes.saturating_sub(run.open_disputes);
    SettleFacts { pair_shown, open_disputes: run.open_disputes, other_disputes }
}

/// The draw of a run, while somebody could still win it.
fn draw(task: &Versioned<Task>, run: &Versioned<Run>, now: Moment) -> Option<Due> {
    // A slot's hash is recorded with the next slot.
    let drawable = run.state == RunState::Submitted && run.draw == Draw::Pending && now.slot > run.draw_slot;
    // Before the windows run, audits cannot be claimed; the draw must be recorded all the same before it is dropped.
    let useful = task.challenge_until.slot == 0 || !task.audit_until.passed(now);
    let crank = Crank::Draw { task: task.key, run: run.key };
    (drawable && useful).then_some(Due { crank, since: run.submitted_at.unix })
}

/// What is due for the market as a whole.
#[must_use]
pub fn of_market(world: &World, now: Moment) -> Vec<Due> {
    let Some(market) = &world.market else { return Vec::new() };
    let seconds = market.epoch_seconds;
    let end = |epoch: u64| i64::try_from(epoch.saturating_add(1).saturating_mul(seconds.into())).unwrap_or(i64::MAX);
    let mut due = Vec::new();
    if let Some(pending) = market.pending.filter(|pending| pending.earliest.passed(now)) {
        due.push(Due { crank: Crank::ApplyParams, since: pending.earliest.unix });
    }
    for provider in world.providers.values() {
        if provider.ticket_stake > provider.stake.free.saturating_add(provider.stake.locked) {
            due.push(Due { crank: Crank::Recount { provider: provider.key }, since: now.unix });
        }
    }
    for pool in world.pools.values() {
        let (epoch, since) = (pool.epoch, end(pool.epoch));
        if since <= now.unix {
            let open = |shard: &u8| (pool.opened & !pool.swept) >> shard & 1 == 1;
            let sweeps = (0..FEE_SHARDS).filter(open).map(|shard| Crank::SweepFees { epoch, shard });
            due.extend(sweeps.map(|crank| Due { crank, since }));
        }
        let finished = pool_final(epoch, pool.opened, pool.swept, now.unix, seconds).is_ok();
        if finished {
            let shares = world.shares.values().filter(|share| share.epoch == epoch);
            due.extend(shares.map(|share| Due { crank: Crank::ClaimShare { share: share.key }, since }));
        }
        if finished && pool.shares_open == 0 && pool_closable(epoch, now.unix, seconds).is_ok() {
            let since = end(epoch.saturating_add(tessera_rules::POOL_EPOCHS));
            due.push(Due { crank: Crank::ClosePool { epoch }, since });
        }
    }
    due
}

/// The first two audits, in the order in which they were answered, that differ from the run in the same way and are of
/// different authorities.
#[must_use]
pub fn refuting_pair<'a>(
    world: &'a World,
    run: &Versioned<Run>,
) -> Option<(&'a Versioned<Audit>, &'a Versioned<Audit>)> {
    first_pair(world.audits_of(run.key))
}

/// [`refuting_pair`] among the given audits of one run.
pub(crate) fn first_pair<'a>(
    audits: impl Iterator<Item = &'a Versioned<Audit>>,
) -> Option<(&'a Versioned<Audit>, &'a Versioned<Audit>)> {
    let mut differing: Vec<_> = audits.filter_map(|audit| Some((found(audit)?, audit))).collect();
    differing.sort_by_key(|(_, audit)| audit.ordinal);
    differing.iter().enumerate().find_map(|(place, (root, second))| {
        let (_, first) = differing
            .iter()
            .take(place)
            .find(|(earlier, first)| earlier == root && first.authority != second.authority)?;
        Some((*first, *second))
    })
}

/// The root that a differing audit found.
fn found(audit: &Audit) -> Option<[u8; 32]> {
    match audit.state {
        AuditState::Differs { root } => Some(root),
        AuditState::Claimed | AuditState::Agreed { .. } => None,
    }
}
