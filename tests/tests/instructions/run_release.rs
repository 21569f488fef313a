use anchor_lang::error::ErrorCode as Anchor;
use tessera::errors::TesseraError;
use tessera::events::RunReleased;
use tessera::instructions::TaskCreateArgs;
use tessera::state::{Reputation, Run, SlotState, Task, TaskState, Windows};
use tessera_tests::svm::{CANDIDATE_ROOT, COMPUTE, TaskSpec, World, task_args};

#[test]
fn frees_the_lock_and_the_slot_and_returns_the_rent() {
    let mut world = World::default();
    let by = world.provider;
    let before = (world.provider_of(by).stake, world.lamports(&by.authority));
    let run = world.claimed();
    let lock = world.read::<Run>(&run.key).lock;
    world.warp(119);
    let event: RunReleased = world.send(world.run_release(run)).event();
    let wanted = RunReleased { task: run.task.key, run: run.key, provider: by.provider, released: lock };
    assert_eq!(event, wanted);
    let provider = world.provider_of(by);
    assert_eq!((provider.stake, world.lamports(&by.authority)), before);
    assert_eq!((provider.active_runs, provider.runs_unclosed), (0, 0));
    assert_eq!(provider.reputation, Reputation { good: 0, bad: 0 }, "nothing is held against it");
    let task: Task = world.read(&run.task.key);
    assert_eq!((task.state, task.runs_open, task.slots[0].state), (TaskState::Open, 0, SlotState::Free));
    assert!(world.is_closed(&run.key));
}

#[test]
fn excludes_the_provider_so_that_it_releases_once() {
    let mut world = World::default();
    let run = world.claimed();
    world.send(world.run_release(run));
    assert_eq!(world.read::<Task>(&run.task.key).excluded, [world.provider.provider]);
    world.refuse(TesseraError::ProviderExcluded, world.task_claim(run.task, world.provider));
    let other = world.newcomer("provider 2", COMPUTE);
    world.claim_by(run.task, other);
}

#[test]
fn only_within_the_grace_period_on_both_clocks() {
    let mut world = World::default();
    let run = world.claimed();
    let claimed = world.read::<Run>(&run.key).claimed_at;
    world.bank.set_clock(claimed.unix + 120, claimed.slot + 240);
    world.refuse(TesseraError::TooLate, world.run_release(run));
    // A halted cluster takes no grace away.
    world.bank.set_clock(claimed.unix + 120, claimed.slot + 239);
    world.send(world.run_release(run));
}

#[test]
fn never_where_the_task_has_no_grace() {
    let mut world = World::default();
    let windows = Windows { grace_seconds: 0, ..task_args().windows };
    let task = world.open_as(TaskSpec::asking(TaskCreateArgs { windows, ..task_args() }));
    let run = world.claim(task);
    world.refuse(TesseraError::TooLate, world.run_release(run));
}

#[test]
fn refuses_what_is_sealed_or_submitted() {
    let mut world = World::default();
    let run = world.submitted();
    world.refuse(TesseraError::WrongState, world.run_release(run));
    let task = world.open_as(TaskSpec { nonce: 2, ..TaskSpec::redundant(2) });
    let sealed = world.sealed_by(task, run.provider, CANDIDATE_ROOT);
    world.refuse(TesseraError::WrongRunState, world.run_release(sealed));
}

#[test]
fn the_eighth_release_leaves_nobody_to_claim_and_the_task_can_be_refunded() {
    let mut world = World::default();
    let task = world.open();
    for index in 0..8 {
        let by = world.newcomer(&format!("provider {index}"), COMPUTE);
        let run = world.claim_by(task, by);
        world.send(world.run_release(run));
    }
    world.refuse(TesseraError::ExclusionsFull, world.task_claim(task, world.provider));
    let before = world.tokens(&world.requester.token);
    world.send(world.task_expire(task));
    assert!(world.tokens(&world.requester.token) > before + task_args().reward);
}

#[test]
fn refuses_anyone_but_the_claimer_and_others_accounts() {
    let mut world = World::default();
    let (run, stranger) = (world.claimed(), world.cranker.key);
    let other = world.newcomer("provider 2", COMPUTE);
    let second = world.open_as(TaskSpec::nonce(2));
    let foreign = world.claim_by(second, other);
    let call = || world.run_release(run);
    let calls = [
        (TesseraError::WrongAuthority.into(), call().with(|call| call.accounts.authority = stranger)),
        (TesseraError::WrongAuthority.into(), call().with(|call| call.accounts.provider = other.provider)),
        (TesseraError::WrongRun.into(), call().with(|call| call.accounts.task = second.key)),
        (TesseraError::WrongAuthority.into(), call().with(|call| call.accounts.run = foreign.key)),
        (Anchor::AccountNotSigner as u32, call().unsigned_by(run.provider.authority)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
    world.send(world.run_release(run));
    world.refuse(Anchor::AccountNotInitialized, world.run_release(run));
}
