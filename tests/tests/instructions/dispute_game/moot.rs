use tessera::errors::TesseraError;
use tessera::events::{DisputeCause, DisputeEnded, DisputeSettled};
use tessera::state::{DisputePhase, Run, SlotState, Task};
use tessera_tests::svm::committed::Traced;
use tessera_tests::svm::disputes::{MAP, PRODUCT, wrong};
use tessera_tests::svm::{COMPUTE, OTHER_ROOT, TaskSpec, World};

use super::{LOST, REWARD, WON, collect, disputed, purses};

#[test]
fn a_run_that_two_verifiers_refuted_ends_disputes_in_any_phase() {
    let traced = wrong(PRODUCT);
    for phase in [DisputePhase::Trace, DisputePhase::OpenTensors, DisputePhase::PickPart] {
        let (mut world, run, dispute) = disputed(&traced);
        world.play_until(dispute, &traced, PRODUCT, phase);
        world.refuse(TesseraError::DisputeRunning, world.dispute_settle(dispute));
        let [a, b, _] = world.verifiers;
        let first = world.audit(run, a, OTHER_ROOT);
        let pair = [first, world.refute(run, b, first)];
        world.refuse(TesseraError::DisputesOpen, world.task_settle(run, &pair));
        let before = world.tokens(&dispute.challenger.token);
        let sent = world.send(world.dispute_settle(dispute));
        let (ended, settled): (DisputeEnded, DisputeSettled) = (sent.event(), sent.event());
        assert_eq!((ended.verdict, ended.because), (None, DisputeCause::Moot));
        assert_eq!((settled.refutes, settled.challenger_paid.amount), (false, REWARD));
        assert_eq!(world.tokens(&dispute.challenger.token) - before, REWARD);
        assert!(world.is_closed(&dispute.key) && world.is_closed(&dispute.vault));
        world.send(world.task_settle(run, &pair));
    }
}

#[test]
fn a_second_challenger_gets_its_bond_back_once_the_first_has_won() {
    let traced = wrong(MAP);
    let (mut world, run, first) = disputed(&traced);
    let second = world.disputed_by(run, world.requester, &traced);
    world.play_until(first, &traced, MAP, WON);
    world.play_until(second, &traced, MAP, WON);
    world.send(world.dispute_settle(first));
    world.refuse(TesseraError::SettledAlready, world.dispute_settle(first));
    let vault = Some(first.vault);
    let call = world.task_settle(run, &[]).with(|call| call.accounts.challenger_vault = vault);
    world.refuse(TesseraError::DisputesOpen, call);
    let settled: DisputeSettled = world.send(world.dispute_settle(second)).event();
    assert_eq!((settled.refutes, settled.challenger_paid.amount), (false, REWARD));
    world.refuse(TesseraError::SlashFirst, world.dispute_close(first));
    world.send(world.task_settle(run, &[]).with(|call| call.accounts.challenger_vault = vault));
    world.send(world.dispute_close(first));
}

#[test]
fn a_lost_dispute_costs_nothing_once_the_run_has_fallen() {
    let traced = wrong(PRODUCT);
    let (mut world, run, first) = disputed(&traced);
    let second = world.disputed_by(run, world.requester, &traced);
    world.play_until(first, &traced, PRODUCT, WON);
    // The map is right, given the wrong product.
    world.play_until(second, &traced, MAP, LOST);
    world.send(world.dispute_settle(first));
    let settled: DisputeSettled = world.send(world.dispute_settle(second)).event();
    assert_eq!((settled.challenger_paid.amount, settled.provider_paid.amount, settled.sunk), (REWARD, 0, 0));
}

#[test]
fn a_run_is_not_settled_while_it_or_another_run_of_its_task_is_disputed() {
    let mut world = World::default();
    let second = world.newcomer("provider 2", COMPUTE);
    let traced = wrong(MAP);
    let args = tessera::instructions::TaskCreateArgs {
        policy: tessera::state::Policy::Redundant { runs: 2 },
        windows: tessera_tests::svm::redundant_args(2).windows,
        ..traced.task()
    };
    let roots = [&traced; 2].map(Traced::output_root);
    let runs = world.revealed(TaskSpec::asking(args), [world.provider, second], roots);
    let dispute = world.disputed_by(runs[0], world.modeller, &traced);
    world.warp(1_800);
    for run in runs {
        world.refuse(TesseraError::DisputesOpen, world.task_settle(run, &[]));
    }
    world.play_until(dispute, &traced, MAP, WON);
    world.send(world.dispute_settle(dispute));
    // With the one run every other of its root falls; nobody is paid for that one.
    let slots = world.read::<Task>(&runs[0].task.key).slots;
    assert_eq!((slots[0].state, slots[1].state), (SlotState::Refuted, SlotState::Refuted));
    assert_eq!(world.read::<Run>(&runs[1].key).refuted_by(), None);
    world.send(world.task_settle(runs[1], &[]));
    let vault = Some(dispute.vault);
    world.send(world.task_settle(runs[0], &[]).with(|call| call.accounts.challenger_vault = vault));
    world.send(world.dispute_close(dispute));
}

#[test]
fn the_slash_is_paid_into_the_winners_vault_alone() {
    let traced = wrong(MAP);
    let (mut world, run, dispute) = disputed(&traced);
    world.play_until(dispute, &traced, MAP, WON);
    world.send(world.dispute_settle(dispute));
    world.refuse(TesseraError::BondVaultMissing, world.task_settle(run, &[]));
    for wrong in [dispute.challenger.token, world.market.insurance_vault, run.provider.vault] {
        let call = world.task_settle(run, &[]).with(|call| call.accounts.challenger_vault = Some(wrong));
        world.refuse(TesseraError::WrongVault, call);
    }
}

#[test]
fn tokens_that_strangers_sent_to_a_bond_go_with_it() {
    let traced = wrong(MAP);
    let (mut world, run, dispute) = disputed(&traced);
    world.gift_tokens(dispute.vault, 77);
    world.play_until(dispute, &traced, MAP, WON);
    let before = (world.tokens(&dispute.challenger.token), purses(&world));
    world.send(world.dispute_settle(dispute));
    world.send(world.task_settle(run, &[]).with(|call| call.accounts.challenger_vault = Some(dispute.vault)));
    world.send(world.dispute_close(dispute));
    assert!(world.tokens(&dispute.challenger.token) > before.0 + REWARD + 77);
    let mut world = World::default();
    let run = world.submitted_trace(&traced);
    let lost = world.disputed_by(run, world.modeller, &traced);
    world.gift_tokens(lost.vault, 77);
    world.play_until(lost, &traced, PRODUCT, LOST);
    let settled: DisputeSettled = world.send(world.dispute_settle(lost)).event();
    assert_eq!(settled.sunk, REWARD / 2 + 77);
    let again = world.disputed_by(run, world.modeller, &traced);
    world.play_until(again, &traced, MAP, WON);
    collect(&mut world, run, again);
}
