//! Transactions of the largest instructions, with all that a client adds, in what a cluster takes.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::{InstructionData, ToAccountMetas};
use tessera::addresses::model_address;
use tessera::instructions::{OpenedTree, TaskCreateArgs};
use tessera::state::Sink;
use tessera_tests::svm::{Bank, CANDIDATE_ROOT, Call, DRAW_SECONDS, OTHER_ROOT, TaskSpec, World, redundant_args};

/// Bytes of the largest transaction that a cluster takes.
const PACKET: usize = 1_232;
/// Bytes of a transaction's two compute budget instructions, with their program's address.
const BUDGET: usize = 32 + (3 + 5) + (3 + 9);
const MODEL_ROOT: [u8; 32] = [9; 32];

#[track_caller]
fn fits(instructions: &[Instruction]) {
    let size = Bank::size_of(instructions) + BUDGET;
    assert!(size <= PACKET, "{size} bytes");
}

fn one<A: ToAccountMetas, D: InstructionData>(call: &Call<A, D>) -> [Instruction; 1] {
    [call.instruction()]
}

/// A market that burns, a model, and two audits of a run that refute it.
#[test]
fn a_settlement_with_two_audits_and_every_option_fits() {
    let mut world = World::with_params(|params| params.sink = Sink::Burn);
    world.send(world.model_register(world.modeller, MODEL_ROOT));
    let model = model_address(&world.modeller.key, &MODEL_ROOT).0;
    let [a, b, _] = world.verifiers;
    let run = world.submitted_as(TaskSpec { model: Some(model), ..TaskSpec::default() });
    let first = world.audit(run, a, OTHER_ROOT);
    let pair = [first, world.refute(run, b, first)];
    // Without balances beside the compute budget's instructions, or with all of them by itself.
    let (mint, token) = (world.mint, world.modeller.token);
    let usual = world.task_settle(run, &pair).with(|call| {
        call.accounts.model = Some(model);
        call.accounts.model_token = Some(token);
        call.accounts.burn_mint = Some(mint);
    });
    fits(&one(&usual));
    let settle = world.task_settle_with_all(run, &pair, model);
    let size = Bank::size_of(&one(&settle));
    assert!(size <= PACKET, "{size} bytes");
    world.send(settle);
}

#[test]
fn a_settlement_with_every_balance_and_one_audit_fits() {
    let mut world = World::default();
    world.send(world.model_register(world.modeller, MODEL_ROOT));
    let model = model_address(&world.modeller.key, &MODEL_ROOT).0;
    let run = world.submitted_as(TaskSpec { model: Some(model), ..TaskSpec::default() });
    let audit = world.prove(run, world.verifiers[0]);
    world.warp(1_800);
    let settle = world.task_settle_with_all(run, &[audit], model);
    fits(&one(&settle));
    world.send(settle);
}

#[test]
fn a_settlement_with_two_audits_fits_beside_what_opens_its_epoch() {
    let mut world = World::default();
    let run = world.submitted();
    let audits = [world.prove(run, world.verifiers[0]), world.prove(run, world.verifiers[1])];
    world.end_epoch();
    let (epoch, shard) = (world.epoch(), tessera::addresses::fee_shard(&run.task.key));
    let instructions = [
        world.pool_open(epoch).instruction(),
        world.fee_vault_open(epoch, shard).instruction(),
        world.task_settle(run, &audits).instruction(),
    ];
    fits(&instructions);
    world.bank.send(&instructions).unwrap();
    world.check_books();
}

#[test]
fn an_expiry_with_every_option_fits() {
    let mut world = World::with_params(|params| params.sink = Sink::Burn);
    let task = world.open_as(TaskSpec::redundant(2));
    let run = world.sealed_by(task, world.provider, CANDIDATE_ROOT);
    world.warp(10_000);
    let balance = |owner: Pubkey| Some(world.balance_of(&owner));
    let (mint, unclaimed) = (world.mint, world.market.unclaimed_vault);
    let call = world.run_expire(run).with(|call| {
        call.accounts.burn_mint = Some(mint);
        call.accounts.unclaimed_vault = Some(unclaimed);
        call.accounts.requester_balance = balance(world.requester.key);
        call.accounts.treasury_balance = balance(world.treasury.key);
    });
    fits(&one(&call));
    world.send(call);
}

#[test]
fn the_longest_task_fits() {
    let mut world = World::default();
    world.send(world.model_register(world.modeller, MODEL_ROOT));
    let model = model_address(&world.modeller.key, &MODEL_ROOT).0;
    let args = redundant_args(3);
    let args = TaskCreateArgs {
        shortlist: (1..=4).map(|byte| Pubkey::new_from_array([byte; 32])).collect(),
        manifest_locator: "l".repeat(96),
        ..args
    };
    let call = world.task_create(TaskSpec { model: Some(model), ..TaskSpec::asking(args) });
    fits(&one(&call));
    world.send(call);
}

#[test]
fn an_opening_of_24_levels_fits() {
    // An output of 2 GiB (2^22 leaves of 512 bytes) among four, or of 512 MiB among sixteen, with the longest header.
    let mut world = World::default();
    let run = world.submitted();
    let audit = world.audit(run, world.verifiers[0], CANDIDATE_ROOT);
    world.warp(DRAW_SECONDS);
    for (leaf, output) in [(22, 2), (20, 4)] {
        let call = world.audit_open(audit, OpenedTree::Keyed).with(|call| {
            call.args.args.header = vec![0; 2 + 4 * 8];
            call.args.args.output_proof = vec![[1; 32]; output];
            call.args.args.leaf_proof = vec![[2; 32]; leaf];
        });
        fits(&one(&call));
    }
}

#[test]
fn claims_answers_and_sweeps_fit_beside_each_other() {
    let mut world = World::default();
    let run = world.submitted();
    let by = world.verifiers[0];
    world.warp(DRAW_SECONDS);
    let instructions = [
        world.audit_draw(run).instruction(),
        world.audit_claim(run, by).instruction(),
        world
            .audit_post(tessera_tests::svm::AuditRef::of(run, by), tessera_tests::svm::answer(by, OTHER_ROOT))
            .instruction(),
    ];
    fits(&instructions);
    world.bank.send(&instructions).unwrap();
    world.check_books();
}

#[test]
fn what_opens_a_dispute_fits_with_descriptors_of_jobs() {
    // Longer descriptors, or graphs of thousands of operations, go through a buffer.
    let mut world = World::default();
    let traced = tessera_tests::svm::disputes::honest();
    let run = world.submitted_trace(&traced);
    let call = world.dispute_open(run, world.modeller, traced.open()).with(|call| {
        let args = call.args.args.as_mut().unwrap();
        args.graph_header = vec![0; 37 + 2 * 4];
        args.last_descriptor = vec![0; 130];
        args.proof = vec![[0; 32]; 10];
    });
    fits(&one(&call));
}

#[test]
fn a_part_of_a_payload_fits_and_the_last_one_fits_beside_its_move() {
    let mut world = World::default();
    let traced = tessera_tests::svm::disputes::honest();
    let run = world.submitted_trace(&traced);
    let dispute = world.disputed(run, &traced);
    let by = world.modeller.key;
    fits(&one(&world.buffer_write(by, dispute.key, 10_162, 9_000, &[0; 880])));
    let step = world.dispute_step(dispute, tessera::instructions::DisputeStepArgs { leaves: Vec::new() });
    let step = step.with(|call| {
        call.accounts.mover = by;
        call.accounts.buffer = Some(tessera::addresses::buffer_address(&dispute.key, &by).0);
        call.args.args = None;
    });
    let instructions = [
        world.buffer_write(by, dispute.key, 10_162, 9_000, &[0; 760]).instruction(),
        step.instruction(),
        world.buffer_close(by, dispute.key).instruction(),
    ];
    fits(&instructions);
}
