use tessera::errors::TesseraError;
use tessera::instructions::ProviderUpdateArgs;
use tessera::state::{ProviderStatus, Roles, Run};
use tessera_tests::svm::{CANDIDATE_ROOT, COMPUTE, OTHER_ROOT, Staker, TaskSpec, VERIFY, Wallet, World};

const BOTH: Roles = Roles { compute: true, verify: true };

#[test]
fn refuses_who_is_draining_or_no_verifier() {
    let mut world = World::default();
    let (run, by) = (world.submitted(), world.verifiers[0]);
    let status = |status| ProviderUpdateArgs { status: Some(status), ..Default::default() };
    world.update(by, status(ProviderStatus::Draining));
    world.refuse(TesseraError::ProviderDraining, world.audit_claim(run, by));
    // Back again it is younger than the run.
    world.update(by, status(ProviderStatus::Active));
    world.refuse(TesseraError::VerifierTooYoung, world.audit_claim(run, by));
    let other = world.newcomer("provider 2", COMPUTE);
    world.refuse(TesseraError::RoleMissing, world.audit_claim(run, other));
}

#[test]
fn chain_and_stake_are_older_than_the_submission_by_more_than_the_draw_delay() {
    // Four slots, and so two seconds.
    for (seconds, slots, allowed) in [(3, 5, true), (3, 4, false), (2, 5, false)] {
        let mut world = World::default();
        let task = world.open();
        let run = world.claim(task);
        let young = world.newcomer("verifier 4", VERIFY);
        let (unix, slot) = world.bank.now();
        world.bank.set_clock(unix + seconds, slot + slots);
        world.send(world.run_submit(run));
        let call = world.audit_claim(run, young);
        if allowed {
            world.send(call);
        } else {
            world.refuse(TesseraError::VerifierTooYoung, call);
        }
    }
}

#[test]
fn refuses_the_runs_provider() {
    let mut world = World::default();
    world.update(world.provider, ProviderUpdateArgs { roles: Some(BOTH), ..Default::default() });
    world.warp(60);
    let run = world.submitted();
    world.refuse(TesseraError::AuditOfOwnRun, world.audit_claim(run, world.provider));
}

#[test]
fn refuses_whoever_has_another_run_of_the_task() {
    let mut world = World::default();
    let second = world.newcomer("provider 2", BOTH);
    let third = world.newcomer("provider 3", BOTH);
    world.warp(60);
    let (first, task) = (world.provider, world.open_as(TaskSpec::redundant(3)));
    let runs = [first, second, third].map(|by| world.sealed_by(task, by, CANDIDATE_ROOT));
    for run in &runs[..2] {
        world.send(world.run_reveal(*run, CANDIDATE_ROOT));
    }
    world.warp(300);
    world.send(world.run_expire(runs[2]));
    world.refuse(TesseraError::AuditOfOwnRun, world.audit_claim(runs[0], second));
    // Also one that was slashed for its silence.
    world.refuse(TesseraError::AuditOfOwnRun, world.audit_claim(runs[0], third));
    world.audit_claimed(runs[0], world.verifiers[0]);
}

#[test]
fn refuses_the_tasks_requester() {
    let mut world = World::default();
    let own = Staker::of(world.requester, &world.market.key);
    world.enlist(own, VERIFY);
    world.warp(60);
    let run = world.submitted();
    world.refuse(TesseraError::AuditOfOwnTask, world.audit_claim(run, own));
}

#[test]
fn refuses_a_verifier_of_another_market() {
    let mut world = World::default();
    let other = world.other_market();
    let wallet = Wallet { key: world.verifiers[0].authority, token: world.verifiers[0].token };
    let abroad = world.enlist_in(&other, wallet, VERIFY);
    world.warp(60);
    let run = world.submitted();
    world.refuse(TesseraError::OtherMarket, world.audit_claim(run, abroad));
}

#[test]
fn refuses_a_run_that_is_refuted_or_not_shown() {
    let mut world = World::default();
    let [a, b, c] = world.verifiers;
    let run = world.claimed();
    world.refuse(TesseraError::WrongState, world.audit_claim(run, a));
    world.send(world.run_submit(run));
    let first = world.audit(run, a, OTHER_ROOT);
    world.refute(run, b, first);
    world.refuse(TesseraError::AlreadyRefuted, world.audit_claim(run, c));
}

#[test]
fn refuses_a_run_that_is_decided() {
    let mut world = World::default();
    let run = world.submitted();
    world.audit(run, world.verifiers[0], CANDIDATE_ROOT);
    world.warp(1_800);
    world.send(world.task_settle(run, &[]));
    world.refuse(TesseraError::WrongState, world.audit_claim(run, world.verifiers[1]));
    assert_eq!(world.read::<Run>(&run.key).audits_open, 1);
}
