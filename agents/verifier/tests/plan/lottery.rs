//! Who audits: tickets, draws and chains.

use tessera_chain::due::Crank;
use tessera_chain::rules::ticket_wins;
use tessera_chain::{Draw, Moment, Run, TicketChain};
use tessera_node::{Errand, ErrandStage, Ticket};
use tessera_verifier::Watch;
use tessera_verifier::plan::{Action, Committed, Stage};

use crate::accounts::{NOW, at, key};
use crate::scene::{
    A, AUTHORITY, DIFFERENT, SHORT, Scene, TICKETS, claim, disputed, due, me, run, run_key, submission,
};

/// At this rate a verifier with 50 of 1,000 base units wins every twentieth draw times the rate.
const RATE: u16 = 5_000;

fn drawn(hash: u8) -> Run {
    Run { audit_rate_bps: RATE, draw: Draw::Hash([hash; 32]), ..run() }
}

fn ticket(run: &Run) -> Ticket {
    TICKETS.ticket(&at(run_key(), 1, run.clone()), &TICKETS.commitment()).unwrap()
}

fn wins(run: &Run) -> bool {
    ticket_wins(ticket(run).number, RATE.into(), 50.into(), 1_000.into())
}

/// The first draw that this verifier wins, or loses.
fn draw_that(wins_it: bool) -> Run {
    (0..=255).map(drawn).find(|run| wins(run) == wins_it).expect("one of 256 draws")
}

fn scene(run: Run) -> Scene {
    Scene::new().task(A).run(run).knows(Stage::Fetched(SHORT))
}

#[test]
fn a_winning_ticket_is_shown_and_a_losing_one_claims_nothing() {
    let (won, lost) = (draw_that(true), draw_that(false));
    let element = ticket(&won).element;
    assert_eq!(scene(won.clone()).plan(), claim(Some(element)));
    assert_eq!(scene(lost.clone()).plan(), [Action::Stop(key(A))], "its data are not needed");
    let unfetched = Scene::new().task(A).run(lost.clone());
    assert_eq!(unfetched.plan(), [], "nor fetched");
    assert_eq!(
        scene(lost).me(|me| (me.ticket_stake, me.stake.free) = (2_000, 2_000)).plan().len(),
        1,
        "with all the stake it wins"
    );
    assert_eq!(scene(won).me(|me| me.ticket_stake = 0).plan(), [Action::Stop(key(A))], "without weight it does not");
}

#[test]
fn before_the_draw_nothing_is_claimed_and_the_draw_is_recorded_in_turn() {
    let undrawn = || Scene::new().task(A).run(Run { audit_rate_bps: RATE, draw: Draw::Pending, ..run() });
    let record = due(Crank::Draw { task: key(A), run: run_key() }, 970);
    assert_eq!(undrawn().plan(), [record]);
    let turn = i64::from(me().to_bytes()[0] % 8) + 2;
    let at = |seconds| Moment { unix: 970 + seconds, slot: 1_990 };
    assert_eq!(undrawn().plan_at(at(turn - 1)), [], "it is left to the provider, and to those before");
    assert_eq!(undrawn().plan_at(at(turn)), [record]);
    let full = || Scene::new().task(A).run(Run { draw: Draw::Pending, ..run() });
    assert_eq!(full().plan(), [Action::Fetch(key(A))], "where every ticket wins nothing is drawn");
    assert_eq!(full().knows(Stage::Fetched(SHORT)).plan(), claim(None));
}

#[test]
fn in_a_dispute_everybody_audits_and_only_a_winning_ticket_is_shown() {
    let (won, lost) = (draw_that(true), draw_that(false));
    let element = ticket(&won).element;
    let fought = |run: Run| disputed().alter_run(|old| *old = run).knows(Stage::Fetched(SHORT));
    assert_eq!(fought(won).plan(), claim(Some(element)));
    assert_eq!(fought(lost.clone()).plan(), claim(None));
    assert_eq!(fought(lost).limits(|limits| limits.disputes = false).plan(), [Action::Stop(key(A))]);
}

#[test]
fn without_its_chain_only_what_everybody_may_audit_is_claimed() {
    let won = || draw_that(true);
    for chain in [Committed::Searching, Committed::Unknown] {
        let mut lottery = scene(won());
        let mut certain = submission().knows(Stage::Fetched(SHORT));
        (lottery.chain, certain.chain) = (chain, chain);
        let claims = |scene: &Scene| scene.plan().into_iter().any(|action| matches!(action, Action::Claim { .. }));
        assert!(!claims(&lottery) && claims(&certain));
    }
}

#[test]
fn a_chain_is_committed_to_when_it_is_missing_or_spent() {
    let hours = |hours: i64| Moment { unix: hours * 3_600, slot: 20_000_000 };
    let commit = |hour| Action::Errand(Errand::Commit { verifier: me(), hour });
    assert_eq!(Scene::new().plan(), []);
    assert_eq!(Scene::new().plan_at(hours(695)), []);
    assert_eq!(Scene::new().plan_at(hours(696)), [commit(695)], "from the hour before on");
    let mut missing = Scene::new().me(|me| me.ticket = TicketChain::NONE);
    missing.chain = Committed::Unknown;
    assert_eq!(missing.plan_at(hours(10)), [commit(9)]);
    missing.errands.set(Errand::Commit { verifier: me(), hour: 9 }.key(), [0; 32], ErrandStage::Sent(1));
    assert_eq!(missing.plan_at(hours(10)), [], "until it is seen");
    let mut searching = Scene::new().me(|me| me.ticket = TicketChain { head: [1; 32], hour: 0 });
    searching.chain = Committed::Searching;
    assert_eq!(searching.plan_at(hours(10)), []);
    searching.chain = Committed::Unknown;
    assert_eq!(searching.plan_at(hours(10)), [commit(9)], "it is another key's");
    let mut idle = Scene::new().me(|me| (me.roles.verify, me.ticket, me.ticket_stake) = (false, TicketChain::NONE, 0));
    idle.chain = Committed::Unknown;
    assert_eq!(idle.plan(), [], "it does not verify");
    assert_eq!(NOW.unix, 1_000);
}

#[test]
fn weights_above_the_stake_are_lowered() {
    let mut scene = Scene::new();
    let heavy = crate::accounts::account_of(&key(77));
    let mut other = crate::accounts::provider(key(77));
    (other.stake.free, other.ticket_stake) = (10, 50);
    scene.world.providers.insert(heavy, at(heavy, 1, other));
    let recounts = |now| {
        let actions = scene.plan_at(now).into_iter();
        actions.filter(|action| matches!(action, Action::Errand(Errand::Due(due)) if due.crank == Crank::Recount { provider: heavy })).count()
    };
    let later = Moment { unix: NOW.unix + 60, slot: NOW.slot + 120 };
    assert_eq!(recounts(later), 1);
}

#[test]
fn who_watches_all_executes_what_it_does_not_audit_and_claims_nothing() {
    let watching = |run: Run| Scene::new().task(A).run(run).limits(|limits| limits.watch = Watch::All);
    let lost = draw_that(false);
    assert_eq!(watching(lost.clone()).plan(), [Action::Fetch(key(A))]);
    let until = watching(lost.clone()).world.tasks[&key(A)].challenge_until;
    let fetched = watching(lost.clone()).knows(Stage::Fetched(SHORT));
    assert_eq!(fetched.plan(), [Action::Execute { task: key(A), until }]);
    assert_eq!(watching(lost.clone()).knows(Stage::Computed(DIFFERENT)).plan(), []);
    assert_eq!(watching(lost.clone()).stopping().plan(), []);
    let over = tessera_chain::Moment { unix: until.unix, slot: until.slot };
    assert_eq!(
        watching(lost.clone()).plan_at(over).iter().filter(|action| **action == Action::Fetch(key(A))).count(),
        0
    );
    let own = Run { authority: key(AUTHORITY), ..lost };
    assert_eq!(watching(own).plan(), []);
}
