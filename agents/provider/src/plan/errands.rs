//! What a provider sends beside its work: what is due, shares, balances.

use tessera_chain::due::{Crank, Due};
use tessera_chain::program::state::FULL_RATE;
use tessera_chain::rules::Outcome;
use tessera_chain::{Moment, Provider, Pubkey, RunState, Versioned};
use tessera_node::errands::waiting_balance;
use tessera_node::{Errand, Errands};

use super::{Action, View};

/// Seconds that the providers of a task leave each other's runs to their owners, and then to each other in turn.
const TURN_SECONDS: i64 = 5;

pub(super) fn plan<'a>(
    view: &View<'a>,
    me: &'a Versioned<Provider>,
    now: Moment,
) -> impl Iterator<Item = Action> + use<'a> {
    let errands = Errands {
        world: view.world,
        me: view.me,
        memory: view.errands,
        limits: &view.limits.cranks,
        uptime: view.uptime,
    };
    let own = waiting_balance(view.world, me).into_iter().chain(share(view, now));
    errands.plan(own, now, |due| patience(view, me, due)).into_iter().map(Action::Errand)
}

/// The share in this epoch's pool, if the operator wants it and a run can be settled in the epoch.
fn share(view: &View<'_>, now: Moment) -> Option<Errand> {
    let (world, market) = (view.world, view.world.market.as_ref()?);
    let epoch = market.epoch(now);
    let end = epoch.saturating_add(1).saturating_mul(market.epoch_seconds.into());
    let may_settle = |task: Pubkey| {
        let until = world.tasks.get(&task).map(|task| task.challenge_until);
        // Windows that have not begun stand at zero.
        until.is_some_and(|until| until.slot > 0 && u64::try_from(until.unix).is_ok_and(|until| until < end))
    };
    let mut submitted = world.runs.values().filter(|run| run.provider == view.me && run.state == RunState::Submitted);
    let wanted = view.limits.open_shares && world.share(view.me, epoch).is_none();
    (wanted && submitted.any(|run| may_settle(run.task))).then_some(Errand::OpenShare { epoch })
}

/// Seconds that this provider leaves a due transition to others; `None`: for ever. Those who gain by it are first: the run's
/// provider, then the task's other providers, whose own runs wait for it.
fn patience(view: &View<'_>, me: &Versioned<Provider>, due: &Due) -> Option<i64> {
    let limits = &view.limits.cranks;
    let Some(task) = due.crank.task() else { return limits.market_patience(view.world, me, due.crank) };
    let dispute = due.crank.dispute().and_then(|key| view.world.disputes.get(&key));
    if dispute.is_some_and(|dispute| dispute.challenger == me.authority) {
        return Some(0);
    }
    let run = due.crank.run().and_then(|run| view.world.runs.get(&run));
    let is_mine = run.is_some_and(|run| run.provider == view.me);
    let place = view.world.tasks.get(&task).and_then(|task| task.slot_of(&view.me).ok());
    let turn = place.and_then(|place| i64::try_from(place).ok()).map(|place| place.saturating_add(1) * TURN_SECONDS);
    match due.crank {
        // Every eligible ticket wins: nothing has to be drawn.
        Crank::Draw { .. } if run.is_some_and(|run| run.audit_rate_bps >= FULL_RATE) => None,
        Crank::Settle { outcome: Outcome::Slashed, .. } if is_mine => limits.stranger_patience(&view.me),
        _ if is_mine => Some(0),
        Crank::Expire { run: Some(_), .. } | Crank::Settle { .. } if turn.is_some() => turn,
        _ => limits.stranger_patience(&view.me),
    }
}
