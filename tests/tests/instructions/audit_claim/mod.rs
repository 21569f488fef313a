//! Audit claims: in `tickets` who is drawn, in `windows` when a claim is possible, in `verifiers` who may audit.

mod tickets;
mod verifiers;
mod windows;

use anchor_lang::Space;
use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::AuditClaimed;
use tessera::state::{Audit, AuditState, Deadline, Moment, Opened, Run, Task, TaskState};
use tessera_tests::svm::{AuditRef, TaskSpec, World};

use crate::{ALREADY_IN_USE, DISCRIMINATOR};

#[test]
fn locks_stake_and_owes_an_answer() {
    let mut world = World::default();
    let (run, by) = (world.submitted(), world.verifiers[0]);
    let (before, lamports) = (world.provider_of(by), world.lamports(&by.authority));
    let task: Task = world.read(&run.task.key);
    let sent = world.send(world.audit_claim(run, by));

    let (unix, slot) = world.bank.now();
    let (lock, key) = (task.terms.audit_lock, AuditRef::of(run, by).key);
    // Twice the execution's time.
    let answer_until = Deadline { unix: unix + 1_200, slot: slot + 2_400 };
    let audit: Audit = world.read(&key);
    assert_eq!((audit.version, audit.market, audit.run), (2, world.market.key, run.key));
    assert_eq!((audit.verifier, audit.authority, audit.lock), (by.provider, by.authority, lock));
    assert_eq!((audit.state, audit.opened, audit.leaf), (AuditState::Claimed, Opened::default(), None));
    assert_eq!((audit.claimed_at, audit.answer_until), (Moment { unix, slot }, answer_until));
    let after = world.provider_of(by);
    assert_eq!((after.stake.free, after.stake.locked), (before.stake.free - lock, lock));
    assert_eq!((after.active_audits, after.ticket_stake), (1, before.ticket_stake));
    assert_eq!((world.read::<Run>(&run.key).audits_open, world.state_of(run.task)), (1, TaskState::Submitted));
    assert_eq!(lamports - world.lamports(&by.authority), world.bank.rent(DISCRIMINATOR + Audit::INIT_SPACE));
    let event: AuditClaimed = sent.event();
    let wanted = AuditClaimed {
        task: run.task.key,
        run: run.key,
        audit: key,
        verifier: by.provider,
        lock,
        drawn: true,
        answer_until,
        challenge_until: task.challenge_until,
    };
    assert_eq!(event, wanted);
}

#[test]
fn a_verifier_claims_a_run_once() {
    let mut world = World::default();
    let run = world.submitted();
    world.audit_claimed(run, world.verifiers[0]);
    world.refuse(ALREADY_IN_USE, world.audit_claim(run, world.verifiers[0]));
}

#[test]
fn refuses_too_little_free_stake() {
    let mut world = World::default();
    let (run, by) = (world.submitted(), world.verifiers[0]);
    let lock = world.read::<Task>(&run.task.key).terms.audit_lock;
    let free = world.provider_of(by).stake.free;
    world.send(world.stake_unbond(by, free - lock + 1));
    world.refuse(TesseraError::FreeStakeTooLow, world.audit_claim(run, by));
}

#[test]
fn refuses_anyone_but_the_verifiers_authority_and_others_accounts() {
    let mut world = World::default();
    let (run, by, stranger) = (world.submitted(), world.verifiers[0], world.cranker.key);
    let other = world.submitted_as(TaskSpec::nonce(2));
    let foreign = AuditRef::of(other, by).key;
    let call = || world.audit_claim(run, by);
    let calls = [
        (TesseraError::WrongAuthority.into(), call().with(|call| call.accounts.authority = stranger)),
        (Anchor::AccountNotSigner as u32, call().unsigned_by(by.authority)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.audit = foreign)),
        (TesseraError::WrongRun.into(), call().with(|call| call.accounts.run = other.key)),
        (TesseraError::WrongRun.into(), call().with(|call| call.accounts.task = other.task.key)),
        (TesseraError::WrongSysvar.into(), call().with(|call| call.accounts.slot_hashes = stranger)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
}

#[test]
fn lamports_sent_to_its_address_before_do_not_prevent_it() {
    let mut world = World::default();
    let (run, by) = (world.submitted(), world.verifiers[0]);
    world.gift_lamports(AuditRef::of(run, by).key, 1);
    world.audit_claimed(run, by);
}
