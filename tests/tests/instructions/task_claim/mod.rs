//! Claims: in `assignment` who may claim when, in `requirements` what a provider must have.

mod assignment;
mod requirements;

use anchor_lang::Space;
use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::TaskClaimed;
use tessera::instructions::{ProviderUpdateArgs, TaskCreateArgs};
use tessera::state::{
    Deadline, Moment, Provider, ProviderStatus, Roles, Run, RunState, Slot, SlotState, Task, TaskState,
};
use tessera_tests::svm::{COMPUTE, RunRef, Staker, TaskSpec, Wallet, World, task_args};

use crate::DISCRIMINATOR;

#[test]
fn locks_stake_and_starts_the_clock() {
    let mut world = World::default();
    let (task, by) = (world.open(), world.provider);
    world.warp(10);
    let (stake, lamports) = (world.read::<Provider>(&by.provider).stake, world.lamports(&by.authority));
    let sent = world.send(world.task_claim(task, by));

    let (run, (unix, slot)) = (RunRef::of(task, by), world.bank.now());
    let state: Run = world.read(&run.key);
    let lock = world.read::<Task>(&task.key).terms.run_lock;
    assert_eq!((state.version, state.task, state.provider, state.authority), (2, task.key, by.provider, by.authority));
    assert_eq!((state.state, state.lock, state.claimed_at), (RunState::Claimed, lock, Moment { unix, slot }));
    assert_eq!(state.execute_until, Deadline { unix: unix + 600, slot: slot + 1_200 });
    let provider: Provider = world.read(&by.provider);
    assert_eq!((provider.stake.free, provider.stake.locked), (stake.free - lock, lock));
    assert_eq!((provider.active_runs, provider.runs_unclosed), (1, 1));
    let claimed: Task = world.read(&task.key);
    assert_eq!((claimed.state, claimed.runs_open), (TaskState::Claimed, 1));
    assert_eq!(claimed.slots[0], Slot { provider: by.provider, state: SlotState::Claimed, ..Slot::FREE });
    assert_eq!(lamports - world.lamports(&by.authority), world.bank.rent(DISCRIMINATOR + Run::INIT_SPACE));
    let event: TaskClaimed = sent.event();
    assert_eq!((event.task, event.run, event.lock), (task.key, run.key, lock));
}

#[test]
fn refuses_stale_terms() {
    let mut world = World::default();
    let task = world.open();
    let replayed = world.task_claim(task, world.provider);
    // Bait and switch: the same address, other terms. Creation time alone would do.
    world.send(world.task_cancel(task));
    let args = TaskCreateArgs { inputs_root: [99; 32], ..task_args() };
    world.open_as(TaskSpec::asking(args));
    world.refuse(TesseraError::TermsChanged, replayed);
    world.claim(task);
}

#[test]
fn refuses_a_claim_of_the_same_terms_at_another_time() {
    let mut world = World::default();
    let task = world.open();
    let replayed = world.task_claim(task, world.provider);
    world.send(world.task_cancel(task));
    world.warp(1);
    world.open();
    world.refuse(TesseraError::TermsChanged, replayed);
}

#[test]
fn refuses_when_the_open_window_has_passed_on_both_clocks() {
    let mut world = World::default();
    let task = world.open();
    let until = world.read::<Task>(&task.key).open_until;
    world.bank.set_clock(until.unix, until.slot);
    world.refuse(TesseraError::TooLate, world.task_claim(task, world.provider));
    // A cluster that was halted, or whose clock ran ahead, closes no window.
    world.bank.set_clock(until.unix, until.slot - 1);
    world.claim(task);
}

#[test]
fn refuses_a_second_claim() {
    let mut world = World::default();
    let run = world.claimed();
    let other = world.newcomer("provider 2", COMPUTE);
    world.refuse(TesseraError::WrongState, world.task_claim(run.task, other));
    world.refuse(TesseraError::WrongState, world.task_claim(run.task, world.provider));
}

#[test]
fn refuses_a_submitted_or_settled_task() {
    let mut world = World::default();
    let run = world.submitted();
    let other = world.newcomer("provider 2", COMPUTE);
    world.refuse(TesseraError::WrongState, world.task_claim(run.task, other));
    let call = world.task_claim(run.task, other);
    world.warp(1_800);
    world.send(world.task_settle(run, &[]));
    world.refuse(Anchor::AccountNotInitialized, call);
}

#[test]
fn refuses_who_is_draining_full_too_dear_or_no_provider() {
    let mut world = World::default();
    let (task, by) = (world.open(), world.provider);
    let cases = [
        (
            ProviderUpdateArgs { status: Some(ProviderStatus::Draining), ..Default::default() },
            ProviderUpdateArgs { status: Some(ProviderStatus::Active), ..Default::default() },
            TesseraError::ProviderDraining,
        ),
        (
            ProviderUpdateArgs { roles: Some(Roles { compute: false, verify: true }), ..Default::default() },
            ProviderUpdateArgs { roles: Some(COMPUTE), ..Default::default() },
            TesseraError::RoleMissing,
        ),
        (
            ProviderUpdateArgs { price_floor: Some(task_args().reward + 1), ..Default::default() },
            ProviderUpdateArgs { price_floor: Some(task_args().reward), ..Default::default() },
            TesseraError::BelowPriceFloor,
        ),
    ];
    for (prevents, allows, error) in cases {
        world.send(world.provider_update(by, prevents));
        world.refuse(error, world.task_claim(task, by));
        world.send(world.provider_update(by, allows));
    }
    world.refuse(TesseraError::RoleMissing, world.task_claim(task, world.verifiers[0]));
    world.claim(task);
}

#[test]
fn refuses_more_runs_than_its_maximum() {
    let mut world = World::default();
    world.send(world.provider_update(world.provider, ProviderUpdateArgs { max_runs: Some(1), ..Default::default() }));
    let run = world.claimed();
    let second = world.open_as(TaskSpec::nonce(2));
    world.refuse(TesseraError::RunsFull, world.task_claim(second, world.provider));
    world.send(world.run_submit(run));
    world.refuse(TesseraError::RunsFull, world.task_claim(second, world.provider));
    world.warp(1_800);
    world.send(world.task_settle(run, &[]));
    world.claim(second);
}

#[test]
fn refuses_who_failed_it_before() {
    let mut world = World::default();
    let run = world.claimed();
    world.warp(600);
    world.send(world.run_expire(run));
    world.refuse(TesseraError::ProviderExcluded, world.task_claim(run.task, world.provider));
    let other = world.newcomer("provider 2", COMPUTE);
    world.claim_by(run.task, other);
}

#[test]
fn refuses_too_little_free_stake() {
    let mut world = World::default();
    let task = world.open();
    let lock = world.read::<Task>(&task.key).terms.run_lock;
    let free = world.read::<Provider>(&world.provider.provider).stake.free;
    // Unbonding stake backs no new lock.
    world.send(world.stake_unbond(world.provider, free - lock + 1));
    world.refuse(TesseraError::FreeStakeTooLow, world.task_claim(task, world.provider));
    world.send(world.stake_deposit(world.provider, 1));
    world.claim(task);
    assert_eq!(world.read::<Provider>(&world.provider.provider).stake.free, 0);
}

#[test]
fn refuses_a_provider_of_another_market() {
    let mut world = World::default();
    let other = world.other_market();
    let wallet = Wallet { key: world.provider.authority, token: world.provider.token };
    let abroad = world.enlist_in(&other, wallet, COMPUTE);
    let task = world.open();
    world.refuse(TesseraError::OtherMarket, world.task_claim(task, abroad));
    let call = world.task_claim(task, abroad);
    world.refuse(TesseraError::WrongMarket, call.with(|call| call.accounts.market = other.key));
}

#[test]
fn refuses_anyone_but_the_providers_authority() {
    let mut world = World::default();
    let (task, stranger, authority) = (world.open(), world.cranker.key, world.provider.authority);
    let call = world.task_claim(task, world.provider);
    world.refuse(TesseraError::WrongAuthority, call.with(|call| call.accounts.authority = stranger));
    world.refuse(Anchor::AccountNotSigner, world.task_claim(task, world.provider).unsigned_by(authority));
}

#[test]
fn refuses_other_accounts_in_place_of_its_own() {
    let mut world = World::default();
    let task = world.open();
    let second = world.open_as(TaskSpec::nonce(2));
    let (other_run, market) = (RunRef::of(second, world.provider).key, world.market.key);
    let call = |world: &World| world.task_claim(task, world.provider);
    world.refuse(Anchor::ConstraintSeeds, call(&world).with(|call| call.accounts.run = other_run));
    world.refuse(Anchor::ConstraintSeeds, call(&world).with(|call| call.accounts.task = second.key));
    world.refuse(Anchor::AccountDiscriminatorMismatch, call(&world).with(|call| call.accounts.task = market));
    world.refuse(Anchor::AccountDiscriminatorMismatch, call(&world).with(|call| call.accounts.provider = task.key));
}

#[test]
fn a_requester_may_execute_its_own_task() {
    let mut world = World::default();
    let own = Staker::of(world.requester, &world.market.key);
    world.send(world.provider_register(own, COMPUTE));
    world.send(world.stake_deposit(own, 50_000_000));
    let task = world.open();
    world.claim_by(task, own);
}

#[test]
fn lamports_sent_to_its_address_before_do_not_prevent_it() {
    let mut world = World::default();
    let task = world.open();
    world.gift_lamports(RunRef::of(task, world.provider).key, 1);
    world.claim(task);
}
