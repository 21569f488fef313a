use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::MarketPaused;
use tessera::instructions::ProviderUpdateArgs;
use tessera::state::{Market, MarketParams};
use tessera_tests::svm::{CANDIDATE_ROOT, COMPUTE, OTHER_ROOT, RunRef, TaskSpec, World, market_params, task_args};

#[test]
fn stops_new_tasks_and_claims_until_it_is_lifted() {
    let mut world = World::default();
    let task = world.open();
    let event: MarketPaused = world.send(world.market_pause(true)).event();
    assert_eq!(event, MarketPaused { market: world.market.key, paused: true });
    world.refuse(TesseraError::MarketPaused, world.task_create(TaskSpec::nonce(2)));
    world.refuse(TesseraError::MarketPaused, world.task_claim(task, world.provider));
    world.send(world.market_pause(false));
    assert!(!world.read::<Market>(&world.market.key).paused);
    world.open_as(TaskSpec::nonce(2));
    world.claim(task);
}

#[test]
fn what_has_begun_goes_on_and_money_can_leave() {
    let mut world = World::default();
    let second = world.newcomer("provider 2", COMPUTE);
    let third = world.newcomer("provider 3", COMPUTE);
    let cancelled = world.open();
    let unclaimed = world.open_as(TaskSpec::nonce(2));
    let claimed = world.open_as(TaskSpec::nonce(3));
    let [submitted, no_show] = [world.claim(claimed), {
        let task = world.open_as(TaskSpec::nonce(4));
        world.claim_by(task, second)
    }];
    let released = world.open_as(TaskSpec::nonce(5));
    let released = world.claim_by(released, third);
    let sealed = world.open_as(TaskSpec { nonce: 6, ..TaskSpec::redundant(2) });
    let sealed = [world.claim_by(sealed, second), world.claim_by(sealed, third)];
    world.send(world.stake_unbond(world.provider, 1_000));

    world.send(world.market_pause(true));
    world.send(world.task_cancel(cancelled));
    world.send(world.run_release(released));
    world.send(world.run_submit(submitted));
    for run in sealed {
        world.send(world.run_seal(run, CANDIDATE_ROOT));
    }
    for run in sealed {
        world.send(world.run_reveal(run, CANDIDATE_ROOT));
    }
    world.warp(3);
    world.send(world.audit_draw(submitted));
    world.send(world.audit_force(submitted, 0));
    let audits = [world.prove(submitted, world.verifiers[0]), world.audit(submitted, world.verifiers[1], OTHER_ROOT)];
    world.warp(3_600);
    world.send(world.run_expire(no_show));
    world.send(world.task_expire(unclaimed));
    world.send(world.task_settle(submitted, &audits));
    for run in sealed {
        world.send(world.task_settle(run, &[]));
    }
    world.send(world.stake_deposit(world.provider, 5));
    world.send(world.provider_update(world.provider, ProviderUpdateArgs::default()));
    world.warp(17_700);
    world.send(world.stake_withdraw(world.provider));
    world.send(world.market_propose(MarketParams { reputation_cap: 11, ..market_params() }));
    let epoch = world.epoch();
    world.end_epoch();
    world.send(world.fee_sweep(epoch, tessera::addresses::fee_shard(&submitted.task.key)));
}

#[test]
fn only_the_authority_pauses_and_resumes() {
    let mut world = World::default();
    let (stranger, authority) = (world.market.creator, world.authority);
    for paused in [true, false] {
        let call = world.market_pause(paused);
        world.refuse(TesseraError::WrongAuthority, call.with(|call| call.accounts.authority = stranger));
        let call = world.market_pause(paused);
        world.refuse(Anchor::AccountNotSigner, call.unsigned_by(authority));
    }
}

#[test]
fn pauses_one_market_alone() {
    let mut world = World::default();
    let other = world.other_market();
    world.send(world.market_pause(true));
    world.market = other;
    let task = world.open();
    assert_eq!(RunRef::of(task, world.provider).task, task);
    assert!(world.tokens(&task.vault) > task_args().reward);
}
