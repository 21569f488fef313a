use tessera::errors::TesseraError;
use tessera::events::{AuditClosed, TaskSettled};
use tessera::state::{Run, Task};
use tessera_tests::svm::{CANDIDATE_ROOT, OTHER_ROOT, World, task_args};

use super::AUDIT_LOCK;

#[test]
fn audits_are_closed_later_in_several_calls() {
    let mut world = World::default();
    let wallets = [world.requester.key, world.cranker.key, world.provider.authority, world.verifiers[0].authority];
    let lamports = |world: &World| wallets.map(|key| world.lamports(&key));
    let before = lamports(&world);
    let run = world.submitted();
    let by = world.verifiers;
    let audits =
        [world.prove(run, by[0]), world.audit(run, by[1], CANDIDATE_ROOT), world.audit(run, by[2], OTHER_ROOT)];
    world.warp(2_000);
    world.send(world.task_settle(run, &[]));
    world.refuse(TesseraError::NothingToClose, world.task_settle(run, &[]));

    let closed: AuditClosed = world.send(world.task_settle(run, &[audits[2]])).event();
    assert_eq!((closed.audit, closed.provider_paid.amount), (audits[2].key, AUDIT_LOCK));
    assert_eq!(world.read::<Run>(&run.key).audits_open, 2);
    let closed: AuditClosed = world.send(world.task_settle(run, &[audits[1]])).event();
    assert_eq!((closed.paid, closed.released), (0, AUDIT_LOCK));
    assert_eq!(world.read::<Task>(&run.task.key).escrow, task_args().audit_reward);

    let sent = world.send(world.task_settle(run, &[audits[0]]));
    assert_eq!(sent.event::<AuditClosed>().paid, task_args().audit_reward);
    assert!(sent.events::<TaskSettled>().is_empty());
    for closed in [run.key, run.task.key, run.task.vault, audits[0].key, audits[1].key, audits[2].key] {
        assert!(world.is_closed(&closed));
    }
    assert_eq!(lamports(&world), before);
}

#[test]
fn a_closed_audit_cannot_be_closed_again() {
    let mut world = World::default();
    let run = world.submitted();
    let [a, b, _] = world.verifiers;
    let audits = [world.audit(run, a, CANDIDATE_ROOT), world.audit(run, b, CANDIDATE_ROOT)];
    world.warp(1_800);
    world.send(world.task_settle(run, &audits[..1]));
    world.refuse(anchor_lang::error::ErrorCode::AccountNotInitialized, world.task_settle(run, &audits[..1]));
    world.refuse(anchor_lang::error::ErrorCode::AccountNotInitialized, world.task_settle(run, &audits));
    world.send(world.task_settle(run, &audits[1..]));
}

#[test]
fn settlements_that_insure_nothing_do_without_the_insurance_vault() {
    let mut world = World::default();
    let run = world.submitted();
    let audits = world.verifiers.map(|verifier| world.prove(run, verifier));
    world.warp(1_800);
    for group in audits.chunks(2) {
        world.send(world.task_settle(run, group).with(|call| call.accounts.insurance_vault = None));
    }
    assert!(world.is_closed(&run.task.key));
}

#[test]
fn dust_goes_to_the_insurance_vault_with_the_last_audit() {
    let mut world = World::default();
    let run = world.submitted();
    let audit = world.prove(run, world.verifiers[0]);
    world.gift_tokens(run.task.vault, 55);
    world.warp(1_800);
    world.send(world.task_settle(run, &[]));
    assert_eq!(world.tokens(&run.task.vault), task_args().audit_reward + 55);
    world.gift_tokens(run.task.vault, 11);
    world.send(world.task_settle(run, &[audit]));
    assert_eq!(world.tokens(&world.market.insurance_vault), 66);
    assert!(world.is_closed(&run.task.vault));
}

#[test]
fn dust_in_every_vault_changes_no_payment() {
    let mut plain = World::default();
    let mut dusty = World::default();
    let settle = |world: &mut World, dust: bool| {
        let run = world.submitted();
        let audit = world.prove(run, world.verifiers[0]);
        if dust {
            for vault in [run.task.vault, world.fee_vault(run.task), run.provider.vault, audit.verifier.vault] {
                world.gift_tokens(vault, 77);
                world.gift_lamports(vault, 88);
            }
        }
        world.warp(1_800);
        world.send(world.task_settle(run, &[audit])).event::<TaskSettled>()
    };
    assert_eq!(settle(&mut plain, false), settle(&mut dusty, true));
}

#[test]
fn lamports_of_strangers_go_with_the_rent() {
    let mut world = World::default();
    let run = world.submitted();
    let audit = world.prove(run, world.verifiers[0]);
    let receivers = [
        (audit.key, audit.verifier.authority),
        (run.key, run.provider.authority),
        (run.task.key, run.task.requester.key),
        (run.task.vault, run.task.requester.key),
    ];
    for (account, _) in receivers {
        world.gift_lamports(account, 1_000);
    }
    let held = |world: &World| receivers.map(|(account, _)| world.lamports(&account));
    let total = |world: &World| -> u64 {
        let wallets = [audit.verifier.authority, run.provider.authority, run.task.requester.key];
        wallets.iter().map(|wallet| world.lamports(wallet)).sum()
    };
    let before = (held(&world), total(&world));
    world.warp(1_800);
    world.send(world.task_settle(run, &[audit]));
    assert_eq!(total(&world) - before.1, before.0.iter().sum::<u64>());
}

#[test]
fn a_wallet_that_became_a_program_does_not_block_its_own_end() {
    let mut world = World::default();
    let run = world.submitted();
    let audit = world.prove(run, world.verifiers[0]);
    for wallet in [audit.verifier.authority, run.provider.authority] {
        world.bank.deploy(wallet);
    }
    let rent = world.lamports(&audit.key) + world.lamports(&run.key);
    let before = world.lamports(&world.cranker.key);
    world.warp(1_800);
    world.send(world.task_settle(run, &[audit]));
    assert_eq!(world.lamports(&world.cranker.key) - before, rent);
}
