use tessera::errors::TesseraError;
use tessera::instructions::{ProviderUpdateArgs, TaskCreateArgs};
use tessera::state::{BackendKind, BackendNeed, Hardware, Requirements};
use tessera_tests::svm::{HARDWARE, TaskSpec, World, task_args};

fn asking(nonce: u64, requirements: Requirements) -> TaskSpec {
    TaskSpec { nonce, ..TaskSpec::asking(TaskCreateArgs { requirements, ..task_args() }) }
}

/// What the providers of a world just meet.
const EXACT: Requirements = Requirements {
    backend: BackendNeed::Cuda,
    min_memory_mib: HARDWARE.memory_mib,
    min_compute_capability: HARDWARE.compute_capability,
    region: HARDWARE.region,
    min_tier: HARDWARE.tier,
    min_score: 500_000,
};

#[test]
fn each_requirement_is_checked_against_the_providers_record() {
    let cases = [
        (Requirements { backend: BackendNeed::Cpu, ..EXACT }, TesseraError::BackendMissing),
        (Requirements { min_memory_mib: EXACT.min_memory_mib + 1, ..EXACT }, TesseraError::MemoryTooLow),
        (
            Requirements { min_compute_capability: EXACT.min_compute_capability + 1, ..EXACT },
            TesseraError::ComputeCapabilityTooLow,
        ),
        (Requirements { region: *b"FR", ..EXACT }, TesseraError::RegionDiffers),
        (Requirements { min_tier: EXACT.min_tier + 1, ..EXACT }, TesseraError::TierTooLow),
        (Requirements { min_score: EXACT.min_score + 1, ..EXACT }, TesseraError::ScoreTooLow),
    ];
    let mut world = World::default();
    let mut nonce = 0;
    for (requirements, error) in cases {
        nonce += 1;
        let task = world.open_as(asking(nonce, requirements));
        world.refuse(error, world.task_claim(task, world.provider));
    }
    let task = world.open_as(asking(99, EXACT));
    world.claim(task);
}

#[test]
fn a_task_for_processors_refuses_gpus_and_the_other_way_round() {
    let mut world = World::default();
    let [any, cpu, cuda] = [BackendNeed::Any, BackendNeed::Cpu, BackendNeed::Cuda]
        .map(|backend| Requirements { backend, ..Requirements::NONE });
    let tasks = [world.open_as(asking(1, any)), world.open_as(asking(2, cpu)), world.open_as(asking(3, cuda))];
    let hardware = Hardware { backend: BackendKind::Cpu, compute_capability: 0, ..HARDWARE };
    world.update(world.provider, ProviderUpdateArgs { hardware: Some(hardware), ..Default::default() });
    world.refuse(TesseraError::BackendMissing, world.task_claim(tasks[2], world.provider));
    world.claim(tasks[0]);
    world.claim(tasks[1]);
}

#[test]
fn an_unsaid_region_meets_only_tasks_that_ask_for_none() {
    let mut world = World::default();
    let hardware = Hardware { region: [0; 2], ..HARDWARE };
    world.update(world.provider, ProviderUpdateArgs { hardware: Some(hardware), ..Default::default() });
    let task = world.open_as(asking(1, Requirements { region: *b"DE", ..Requirements::NONE }));
    world.refuse(TesseraError::RegionDiffers, world.task_claim(task, world.provider));
    let task = world.open_as(TaskSpec::nonce(2));
    world.claim(task);
}

#[test]
fn a_score_is_earned_by_runs_that_others_checked() {
    let mut world = World::default();
    let spec = asking(2, Requirements { min_score: 600_000, ..Requirements::NONE });
    let task = world.open_as(spec);
    world.refuse(TesseraError::ScoreTooLow, world.task_claim(task, world.provider));
    let run = world.submitted();
    let audit = world.prove(run, world.verifiers[0]);
    world.warp(1_800);
    world.send(world.task_settle(run, &[audit]));
    world.claim(task);
}

#[test]
fn the_price_floor_is_the_reward_itself() {
    let mut world = World::default();
    let task = world.open();
    let floor = |price_floor| ProviderUpdateArgs { price_floor: Some(price_floor), ..Default::default() };
    world.update(world.provider, floor(task_args().reward + 1));
    world.refuse(TesseraError::BelowPriceFloor, world.task_claim(task, world.provider));
    world.update(world.provider, floor(task_args().reward));
    world.claim(task);
}
