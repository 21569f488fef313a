use tessera::errors::TesseraError;
use tessera::events::{RunSilent, TaskExpired, WindowsStarted};
use tessera::state::{Reputation, Run, Sink, SlotState, Task, TaskState};
use tessera_tests::svm::{CANDIDATE_ROOT, COMPUTE, RunRef, STAKE, Staker, TaskRef, TaskSpec, World, redundant_args};

/// A task of so many runs, all sealed.
fn sealed<const N: usize>(mut world: World) -> (World, TaskRef, [RunRef; N]) {
    let names = ["provider 2", "provider 3"];
    let mut providers = vec![world.provider];
    providers.extend(names.map(|name| world.newcomer(name, COMPUTE)));
    let task = world.open_as(TaskSpec::redundant(u8::try_from(N).unwrap()));
    let by: [Staker; N] = providers[..N].try_into().unwrap();
    let runs = by.map(|by| world.sealed_by(task, by, CANDIDATE_ROOT));
    (world, task, runs)
}

fn reputation_of(world: &World, run: RunRef) -> Reputation {
    world.provider_of(run.provider).reputation
}

#[test]
fn a_sealed_root_that_is_not_shown_costs_the_whole_lock() {
    let (mut world, task, [silent, shown]) = sealed(World::default());
    world.send(world.run_reveal(shown, CANDIDATE_ROOT));
    let lock = world.read::<Run>(&silent.key).lock;
    let (requester, supply) = (world.tokens(&world.requester.token), world.supply());
    let lamports = world.lamports(&silent.provider.authority);
    let rent = world.lamports(&silent.key);
    world.warp(300);
    let sent = world.send(world.run_expire(silent));
    let event: RunSilent = sent.event();
    // A tenth is the requester's; what a challenger would get is sunk, too.
    let compensation = lock / 10;
    assert_eq!((event.slashed, event.requester_compensated.amount), (lock, compensation));
    assert_eq!(event.sunk, lock - compensation);
    assert_eq!(world.tokens(&world.market.insurance_vault), lock - compensation);
    let args = redundant_args(2);
    let part = args.crank_bounty / 2 / 2;
    let refund = event.requester_refunded.amount;
    assert_eq!((refund, event.cranker_paid), (args.reward + args.audit_reward, part));
    assert_eq!(world.tokens(&world.requester.token) - requester, compensation + refund);
    assert_eq!(world.supply(), supply);
    let provider = world.provider_of(silent.provider);
    assert_eq!((provider.stake.free, provider.stake.locked), (STAKE - lock, 0));
    assert_eq!(reputation_of(&world, silent), Reputation { good: 0, bad: 5_000_003 });
    assert_eq!((provider.active_runs, provider.runs_unclosed), (0, 0));
    assert!(world.is_closed(&silent.key));
    assert_eq!(world.lamports(&silent.provider.authority), lamports + rent);
    let state: Task = world.read(&task.key);
    assert_eq!((state.state, state.slots[0].state), (TaskState::Submitted, SlotState::Slashed));
    // The lone revealer's windows start now.
    assert_eq!(sent.event::<WindowsStarted>().challenge_until, state.challenge_until);
    world.warp(1_800);
    world.send(world.task_settle(shown, &[]));
    assert!(world.is_closed(&task.key));
}

#[test]
fn nobody_reveals_and_the_task_is_refunded() {
    let (mut world, task, runs) = sealed::<3>(World::default());
    let before = world.tokens(&world.requester.token);
    let lock = world.read::<Run>(&runs[0].key).lock;
    world.warp(300);
    for run in &runs[..2] {
        let sent = world.send(world.run_expire(*run));
        assert!(sent.events::<TaskExpired>().is_empty());
    }
    let event: TaskExpired = world.send(world.run_expire(runs[2])).event();
    assert_eq!(event.task, task.key);
    let args = redundant_args(3);
    let escrow = 3 * (args.reward + args.audit_reward) + args.crank_bounty;
    let cranked = 3 * (args.crank_bounty / 2 / 3);
    assert_eq!(world.tokens(&world.requester.token) - before, escrow - cranked + 3 * (lock / 10));
    for closed in [task.key, task.vault, runs[0].key, runs[1].key, runs[2].key] {
        assert!(world.is_closed(&closed));
    }
}

#[test]
fn two_of_three_reveal_and_their_equal_roots_shorten_the_windows() {
    let (mut world, task, [a, b, silent]) = sealed(World::default());
    for run in [a, b] {
        world.send(world.run_reveal(run, CANDIDATE_ROOT));
    }
    world.warp(300);
    world.send(world.run_expire(silent));
    let (unix, state) = (world.bank.now().0, world.read::<Task>(&task.key));
    assert_eq!(state.challenge_until.unix, unix + 600);
}

#[test]
fn where_the_market_burns_the_sinks_part_is_burned() {
    let world = World::with_params(|params| params.sink = Sink::Burn);
    let (mut world, _, [silent, _]) = sealed(world);
    let (lock, supply, mint) = (world.read::<Run>(&silent.key).lock, world.supply(), world.mint);
    world.warp(300);
    world.refuse(TesseraError::BurnMintMissing, world.run_expire(silent));
    world.send(world.run_expire(silent).with(|call| call.accounts.burn_mint = Some(mint)));
    assert_eq!(supply - world.supply(), lock - lock / 10);
}

#[test]
fn refuses_before_the_reveal_is_over_on_both_clocks() {
    let (mut world, task, [silent, _]) = sealed(World::default());
    let from = world.read::<Task>(&task.key).reveal_from;
    for (unix, slot) in [(from.unix + 299, from.slot + 600), (from.unix + 300, from.slot + 599)] {
        world.bank.set_clock(unix, slot);
        world.refuse(TesseraError::TooEarly, world.run_expire(silent));
    }
    world.bank.set_clock(from.unix + 300, from.slot + 600);
    world.send(world.run_expire(silent));
}

#[test]
fn refuses_while_the_reveal_is_not_open() {
    let mut world = World::default();
    let task = world.open_as(TaskSpec::redundant(2));
    let run = world.sealed_by(task, world.provider, CANDIDATE_ROOT);
    world.warp(3_599);
    world.refuse(TesseraError::RevealNotOpen, world.run_expire(run));
    // From the end of the open window there are 300 seconds.
    world.warp(300);
    world.refuse(TesseraError::TooEarly, world.run_expire(run));
    world.warp(1);
    world.send(world.run_expire(run));
    assert!(world.is_closed(&task.key));
}

#[test]
fn refuses_whoever_has_shown_its_root() {
    let (mut world, _, [shown, silent]) = sealed(World::default());
    world.send(world.run_reveal(shown, CANDIDATE_ROOT));
    world.warp(300);
    world.refuse(TesseraError::WrongRunState, world.run_expire(shown));
    world.send(world.run_expire(silent));
    world.refuse(TesseraError::WrongRunState, world.run_expire(shown));
}
