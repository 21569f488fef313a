use tessera::errors::TesseraError;
use tessera::events::AuditClaimed;
use tessera::hashes::{chain_hour, ticket_hash};
use tessera::instructions::ProviderUpdateArgs;
use tessera::state::{Draw, Run, TicketChain};
use tessera_tests::svm::{
    COMPUTE, DRAW_SECONDS, OTHER_ROOT, RunRef, STAKE, Staker, TaskSpec, VERIFY, World, slot_hash,
};

/// A world in which providers are known from their first run on, at a rate of 9,250 bps.
fn with_lottery() -> World {
    World::with_params(|params| params.newcomer_weight = 0)
}

/// Whether a verifier's ticket for a run wins, computed here anew: `ticket / 2^64 < rate x stake / all`.
fn wins(world: &World, run: RunRef, by: Staker, drawn: &[u8; 32]) -> bool {
    let state: Run = world.read(&run.key);
    let element = by.element(chain_hour(state.submitted_at.unix));
    let hash = ticket_hash(&run.key, &element, drawn);
    let ticket = u64::from_le_bytes(hash[..8].try_into().unwrap());
    let share = f64::from(state.audit_rate_bps) / 1e4 * world.provider_of(by).ticket_stake as f64;
    (ticket as f64) / 2_f64.powi(64) < share / state.verify_stake as f64
}

/// A run, and a slot hash by which the tickets of the first verifiers win or lose as wanted.
fn drawn(world: &mut World, wanted: &[bool]) -> RunRef {
    let run = world.submitted();
    let slot = world.read::<Run>(&run.key).draw_slot;
    world.warp(DRAW_SECONDS);
    let fits = |hash: &[u8; 32]| {
        let verifiers = world.verifiers.iter().zip(wanted);
        verifiers.into_iter().all(|(by, wanted)| wins(world, run, *by, hash) == *wanted)
    };
    let hash = (0..=u8::MAX).map(|byte| [byte; 32]).find(fits).unwrap();
    world.bank.put_slot_hashes(&[(slot, hash), (slot - 1, [0; 32])]);
    run
}

#[test]
fn a_winning_ticket_claims_and_a_losing_one_does_not() {
    let mut world = with_lottery();
    let run = drawn(&mut world, &[true]);
    world.audit_claimed(run, world.verifiers[0]);
    let mut world = with_lottery();
    let run = drawn(&mut world, &[false]);
    world.refuse(TesseraError::TicketLost, world.audit_claim(run, world.verifiers[0]));
}

#[test]
fn the_draw_decides_for_each_verifier_apart() {
    // Over many runs each verifier wins about as often as its share of the stake and the rate say: 0.308 of the runs.
    let mut world = with_lottery();
    let (mut won, mut tried) = (0, 0);
    for nonce in 1..=20 {
        let run = world.submitted_as(TaskSpec::nonce(nonce));
        let slot = world.read::<Run>(&run.key).draw_slot;
        world.warp(DRAW_SECONDS);
        for by in world.verifiers {
            tried += 1;
            let expected = wins(&world, run, by, &slot_hash(slot));
            let call = world.audit_claim(run, by);
            if expected {
                won += 1;
                world.send(call);
            } else {
                world.refuse(TesseraError::TicketLost, call);
            }
        }
        world.warp(3_600);
        let audits: Vec<_> = world
            .verifiers
            .iter()
            .map(|by| tessera_tests::svm::AuditRef::of(run, *by))
            .filter(|audit| !world.is_closed(&audit.key))
            .collect();
        world.send(world.task_settle(run, &audits));
    }
    assert!((10..=27).contains(&won), "{won} of {tried} tickets won");
}

#[test]
fn in_a_dispute_who_was_not_drawn_may_audit_but_not_earn() {
    // A provider could stage a difference by its own verifier, and collect the audit reward past the lottery.
    let mut world = with_lottery();
    let run = drawn(&mut world, &[false, true, true]);
    let [not_drawn, stager, winner] = world.verifiers;
    world.refuse(TesseraError::TicketLost, world.audit_claim(run, not_drawn));
    world.audit(run, stager, OTHER_ROOT);
    let event: AuditClaimed = world.send(world.audit_claim(run, not_drawn)).event();
    assert!(!event.drawn);
    // Whoever was drawn shows its ticket to earn.
    let mut without = world.clone();
    let event: AuditClaimed = world.send(world.audit_claim(run, winner)).event();
    assert!(event.drawn);
    let call = without.audit_claim(run, winner).with(|call| call.args.element = None);
    assert!(!without.send(call).event::<AuditClaimed>().drawn);
}

#[test]
fn a_claim_records_the_draw_where_nobody_has() {
    let mut world = with_lottery();
    let run = drawn(&mut world, &[true]);
    assert_eq!(world.read::<Run>(&run.key).draw, Draw::Pending);
    world.audit_claimed(run, world.verifiers[0]);
    assert!(matches!(world.read::<Run>(&run.key).draw, Draw::Hash(_)));
}

#[test]
fn refuses_while_the_draw_slot_has_not_been_made() {
    let mut world = with_lottery();
    let run = world.submitted();
    world.refuse(TesseraError::SlotHashNotYet, world.audit_claim(run, world.verifiers[0]));
}

#[test]
fn at_the_full_rate_everybody_wins_and_needs_no_element_nor_draw() {
    // The provider is a newcomer.
    let mut world = World::default();
    let run = world.submitted();
    for by in world.verifiers {
        world.send(world.audit_claim(run, by).with(|call| call.args.element = None));
    }
    assert_eq!(world.read::<Run>(&run.key).audits_open, 3);
}

#[test]
fn a_forced_audit_lets_everybody_win() {
    let mut world = with_lottery();
    let run = drawn(&mut world, &[false]);
    world.refuse(TesseraError::TicketLost, world.audit_claim(run, world.verifiers[0]));
    world.send(world.audit_force(run, 0));
    world.send(world.audit_claim(run, world.verifiers[0]).with(|call| call.args.element = None));
}

#[test]
fn an_expired_draw_lets_everybody_win() {
    let mut world = with_lottery();
    let run = world.submitted();
    world.warp(300);
    for by in world.verifiers {
        world.send(world.audit_claim(run, by).with(|call| call.args.element = None));
    }
    assert_eq!(world.read::<Run>(&run.key).draw, Draw::Expired);
}

#[test]
fn without_an_element_a_ticket_is_lost() {
    let mut world = with_lottery();
    let run = drawn(&mut world, &[true]);
    let call = world.audit_claim(run, world.verifiers[0]);
    world.refuse(TesseraError::TicketLost, call.with(|call| call.args.element = None));
}

#[test]
fn another_element_than_the_hours_is_refused() {
    let mut world = with_lottery();
    let run = drawn(&mut world, &[true]);
    let [by, other, _] = world.verifiers;
    let hour = chain_hour(world.read::<Run>(&run.key).submitted_at.unix);
    for element in [by.element(hour - 1), by.element(hour + 1), other.element(hour), [7; 32]] {
        let call = world.audit_claim(run, by);
        world.refuse(TesseraError::ChainElementWrong, call.with(|call| call.args.element = Some(element)));
    }
}

#[test]
fn a_shown_element_becomes_the_chains_head() {
    let mut world = with_lottery();
    world.warp(5 * 3_600);
    let run = drawn(&mut world, &[true]);
    let by = world.verifiers[0];
    let hour = chain_hour(world.read::<Run>(&run.key).submitted_at.unix);
    assert!(world.provider_of(by).ticket.hour < hour - 4);
    world.audit_claimed(run, by);
    assert_eq!(world.provider_of(by).ticket, TicketChain { head: by.element(hour), hour });
}

#[test]
fn an_element_behind_the_head_serves_too_and_does_not_move_it() {
    // Two runs: the later one's claim has moved the head past the earlier one's hour.
    let mut world = with_lottery();
    let run = drawn(&mut world, &[true]);
    let by = world.verifiers[0];
    let ahead = by.chain_at(world.bank.now().0 + 3 * 3_600);
    let mut account = world.bank.account(&by.provider).unwrap();
    let mut provider = world.provider_of(by);
    provider.ticket = ahead;
    let mut data = Vec::new();
    anchor_lang::AccountSerialize::try_serialize(&provider, &mut data).unwrap();
    account.data[..data.len()].copy_from_slice(&data);
    world.bank.put(by.provider, account);
    world.audit_claimed(run, by);
    assert_eq!(world.provider_of(by).ticket, ahead);
}

#[test]
fn a_chain_is_walked_720_hours_at_most() {
    for (hours, allowed) in [(719, true), (720, false)] {
        let mut world = with_lottery();
        // The chain begins with the hour before the world's first.
        world.warp(hours * 3_600);
        world.open_epoch();
        let run = drawn(&mut world, &[true]);
        let call = world.audit_claim(run, world.verifiers[0]);
        if allowed {
            world.send(call);
        } else {
            world.refuse(TesseraError::ChainElementWrong, call);
        }
    }
}

#[test]
fn who_has_no_chain_wins_nothing_but_may_audit_at_the_full_rate() {
    let mut world = with_lottery();
    let by = Staker::of(world.endow("chainless"), &world.market.key);
    world.send(world.provider_register(by, VERIFY).with(|call| call.args.args.ticket = None));
    world.send(world.stake_deposit(by, STAKE));
    world.warp(60);
    let run = world.submitted();
    world.warp(DRAW_SECONDS);
    world.refuse(TesseraError::ChainElementWrong, world.audit_claim(run, by));
    world.send(world.audit_force(run, 0));
    world.audit_claimed(run, by);
}

#[test]
fn a_heavier_verifier_wins_where_a_lighter_one_loses() {
    let mut world = with_lottery();
    let by = world.verifiers[0];
    // All the stake there is: its chance is the rate itself.
    let args = ProviderUpdateArgs { roles: Some(COMPUTE), ..Default::default() };
    for other in [world.verifiers[1], world.verifiers[2]] {
        world.update(other, args.clone());
    }
    let run = world.submitted();
    assert_eq!(world.read::<Run>(&run.key).verify_stake, STAKE);
    let state: Run = world.read(&run.key);
    let (slot, element) = (state.draw_slot, by.element(chain_hour(state.submitted_at.unix)));
    world.warp(DRAW_SECONDS);
    let hash = (0..=u8::MAX).map(|byte| [byte; 32]).find(|hash| {
        let ticket = ticket_hash(&run.key, &element, hash);
        let ticket = u64::from_le_bytes(ticket[..8].try_into().unwrap()) as f64 / 2_f64.powi(64);
        // Would lose with a third of the stake.
        (0.4..0.9).contains(&ticket)
    });
    world.bank.put_slot_hashes(&[(slot, hash.unwrap())]);
    world.audit_claimed(run, by);
}
