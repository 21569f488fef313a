//! What a verifier sends beside its work: what is due, its ticket chain, balances.

use tessera_chain::due::{Crank, Due};
use tessera_chain::program::state::FULL_RATE;
use tessera_chain::rules::Outcome;
use tessera_chain::{Moment, Provider, Versioned};
use tessera_node::errands::{turn, waiting_balance};
use tessera_node::tickets::first_hour;
use tessera_node::{Errand, Errands};

use super::{Action, Committed, View};

/// Seconds between those who have a part in a transition: each gives the one before time to send it.
const TURN_SECONDS: i64 = 5;
/// Seconds that verifiers leave a draw to the run's provider; then they try one after the other, a second apart.
const DRAW_SECONDS: i64 = 2;

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
    let own = commitment(view, me, now).into_iter().chain(waiting_balance(view.world, me));
    errands.plan(own, now, |due| patience(view, me, due)).into_iter().map(Action::Errand)
}

/// A chain that is missing or spent is replaced by one that begins with the hour that has passed. Audits of what was
/// submitted before are then no longer this verifier's.
fn commitment(view: &View<'_>, me: &Versioned<Provider>, now: Moment) -> Option<Errand> {
    let spent = match view.chain {
        Committed::Searching => false,
        Committed::Unknown => true,
        Committed::Known(tickets) => tickets.is_spent(&me.ticket, now.unix),
    };
    (me.draws() && spent).then(|| Errand::Commit { verifier: me.key, hour: first_hour(now.unix) })
}

/// Seconds that this verifier leaves a due transition to others; `None`: for ever. A run's provider settles it first, then
/// its auditors in the order of their audits, then strangers. Whoever may have won records the draw.
fn patience(view: &View<'_>, me: &Versioned<Provider>, due: &Due) -> Option<i64> {
    let limits = &view.limits.cranks;
    if due.crank.task().is_none() {
        return limits.market_patience(view.world, me, due.crank);
    }
    if let Some(dispute) = due.crank.dispute().and_then(|key| view.world.disputes.get(&key)) {
        let own = dispute.challenger == me.authority;
        return if own { Some(0) } else { limits.stranger_patience(&view.me) };
    }
    let run = due.crank.run().and_then(|run| view.world.runs.get(&run));
    let place = run.and_then(|run| view.own_audit(run)).map(|audit| i64::from(audit.ordinal));
    let turns = |turns: i64| Some(turns.saturating_mul(TURN_SECONDS));
    match (due.crank, place) {
        // Every eligible ticket wins: nothing has to be drawn.
        (Crank::Draw { .. }, _) if run.is_some_and(|run| run.audit_rate_bps >= FULL_RATE) => None,
        (Crank::Draw { .. }, _) if me.draws() => Some(turn(&me.key).saturating_add(DRAW_SECONDS)),
        (Crank::Settle { outcome: Outcome::Slashed, .. } | Crank::CloseAudits { .. }, Some(place)) => turns(place),
        (Crank::Settle { .. }, Some(place)) => turns(place.saturating_add(2)),
        _ => limits.stranger_patience(&view.me),
    }
}
