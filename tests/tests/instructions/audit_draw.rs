use tessera::errors::TesseraError;
use tessera::events::AuditDrawn;
use tessera::state::{Draw, Run};
use tessera_tests::svm::{CANDIDATE_ROOT, DRAW_SECONDS, TaskSpec, World, slot_hash};

#[test]
fn records_the_hash_of_the_draw_slot() {
    let mut world = World::default();
    let run = world.submitted();
    let slot = world.read::<Run>(&run.key).draw_slot;
    world.warp(DRAW_SECONDS);
    let event: AuditDrawn = world.send(world.audit_draw(run)).event();
    let draw = Draw::Hash(slot_hash(slot));
    assert_eq!(event, AuditDrawn { task: run.task.key, run: run.key, draw, audit_rate_bps: 10_000 });
    assert_eq!(world.read::<Run>(&run.key).draw, draw);
}

#[test]
fn refuses_until_the_slot_is_made_and_its_hash_recorded() {
    let mut world = World::default();
    let run = world.submitted();
    let slot = world.read::<Run>(&run.key).draw_slot;
    let unix = world.bank.now().0;
    // The hash of a slot is known in the slots after it.
    for now in [slot - 1, slot] {
        world.bank.set_clock(unix, now);
        world.refuse(TesseraError::SlotHashNotYet, world.audit_draw(run));
    }
    world.bank.set_clock(unix, slot + 1);
    world.send(world.audit_draw(run));
}

#[test]
fn a_skipped_slot_is_drawn_by_the_next_that_was_made() {
    let mut world = World::default();
    let run = world.submitted();
    let slot = world.read::<Run>(&run.key).draw_slot;
    world.warp(10);
    world.bank.skip_slots(slot..slot + 3);
    world.send(world.audit_draw(run));
    assert_eq!(world.read::<Run>(&run.key).draw, Draw::Hash(slot_hash(slot + 3)));
}

#[test]
fn while_all_slots_since_are_skipped_nothing_is_drawn() {
    let mut world = World::default();
    let run = world.submitted();
    let slot = world.read::<Run>(&run.key).draw_slot;
    world.warp(10);
    world.bank.skip_slots(slot..);
    world.refuse(TesseraError::SlotHashNotYet, world.audit_draw(run));
    world.bank.put_slot_hashes(&[]);
    world.refuse(TesseraError::SlotHashNotYet, world.audit_draw(run));
}

#[test]
fn the_oldest_recorded_slot_still_draws_and_a_dropped_one_has_expired() {
    let mut world = World::default();
    let run = world.submitted();
    let slot = world.read::<Run>(&run.key).draw_slot;
    let unix = world.bank.now().0;
    let mut late = world.clone();
    world.bank.set_clock(unix, slot + 512);
    world.send(world.audit_draw(run));
    assert_eq!(world.read::<Run>(&run.key).draw, Draw::Hash(slot_hash(slot)));
    late.bank.set_clock(unix, slot + 513);
    let event: AuditDrawn = late.send(late.audit_draw(run)).event();
    assert_eq!((event.draw, event.audit_rate_bps), (Draw::Expired, 10_000));
}

#[test]
fn an_expired_draw_raises_a_known_providers_rate_to_the_whole() {
    let mut world = World::with_params(|params| params.newcomer_weight = 0);
    let run = world.submitted();
    assert_eq!(world.read::<Run>(&run.key).audit_rate_bps, 9_250);
    world.warp(300);
    world.send(world.audit_draw(run));
    let state: Run = world.read(&run.key);
    assert_eq!((state.draw, state.audit_rate_bps), (Draw::Expired, 10_000));
}

#[test]
fn nothing_that_comes_later_changes_it() {
    let mut world = World::default();
    let run = world.submitted();
    world.warp(DRAW_SECONDS);
    world.send(world.audit_draw(run));
    world.refuse(TesseraError::DrawnAlready, world.audit_draw(run));
    let before = world.read::<Run>(&run.key).draw;
    world.warp(300);
    world.refuse(TesseraError::DrawnAlready, world.audit_draw(run));
    world.audit_claimed(run, world.verifiers[0]);
    assert_eq!(world.read::<Run>(&run.key).draw, before);
}

#[test]
fn refuses_a_run_that_is_not_submitted_or_decided() {
    let mut world = World::default();
    let run = world.claimed();
    world.refuse(TesseraError::WrongState, world.audit_draw(run));
    world.send(world.run_submit(run));
    world.audit(run, world.verifiers[0], CANDIDATE_ROOT);
    world.warp(1_800);
    world.send(world.task_settle(run, &[]));
    world.refuse(TesseraError::WrongState, world.audit_draw(run));
    let task = world.open_as(TaskSpec { nonce: 2, ..TaskSpec::redundant(2) });
    let sealed = world.sealed_by(task, run.provider, CANDIDATE_ROOT);
    world.refuse(TesseraError::WrongState, world.audit_draw(sealed));
}

#[test]
fn refuses_another_account_in_the_sysvars_place() {
    let mut world = World::default();
    let run = world.submitted();
    world.warp(DRAW_SECONDS);
    let genuine = world.bank.account(&tessera::slot_hashes::SYSVAR).unwrap();
    let forged = tessera_tests::svm::wallet("forged");
    world.bank.put(forged, genuine);
    let call = world.audit_draw(run);
    world.refuse(TesseraError::WrongSysvar, call.with(|call| call.accounts.slot_hashes = forged));
}

#[test]
fn a_revealed_run_can_be_drawn_before_the_others_reveal() {
    let mut world = World::default();
    let second = world.newcomer("provider 2", tessera_tests::svm::COMPUTE);
    let task = world.open_as(TaskSpec::redundant(2));
    let runs = [world.provider, second].map(|by| world.sealed_by(task, by, CANDIDATE_ROOT));
    world.send(world.run_reveal(runs[0], CANDIDATE_ROOT));
    world.warp(DRAW_SECONDS);
    world.send(world.audit_draw(runs[0]));
}
