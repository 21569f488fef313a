use anchor_lang::error::ErrorCode as Anchor;
use anchor_spl::token::spl_token::state::AccountState;
use tessera::errors::TesseraError;
use tessera::events::{DisputeClosed, DisputeSettled};
use tessera::state::{Balance, DisputePhase, DisputeVerdict, Sink};
use tessera_tests::svm::committed::Traced;
use tessera_tests::svm::disputes::{MAP, honest, wrong};
use tessera_tests::svm::{DisputeRef, TaskSpec, World};

const REWARD: u64 = 5_000_003;

fn over(mut world: World, traced: &Traced) -> (World, DisputeRef) {
    let run = world.submitted_trace(traced);
    let dispute = world.disputed_by(run, world.modeller, traced);
    let right = traced.output_root() == honest().output_root();
    let verdict = if right { DisputeVerdict::ProviderWon } else { DisputeVerdict::ChallengerWon };
    world.play_until(dispute, traced, MAP, DisputePhase::Over(verdict));
    (world, dispute)
}

fn freeze(world: &mut World, token: anchor_lang::prelude::Pubkey) {
    world.bank.edit_token(token, |state| state.state = AccountState::Frozen);
}

#[test]
fn half_of_a_lost_bond_is_burned_where_the_task_says_so() {
    let (mut world, dispute) = over(World::with_params(|params| params.sink = Sink::Burn), &honest());
    world.refuse(TesseraError::BurnMintMissing, world.dispute_settle(dispute));
    let (supply, mint) = (world.supply(), world.mint);
    world.send(world.dispute_settle(dispute).with(|call| call.accounts.burn_mint = Some(mint)));
    assert_eq!(supply - world.supply(), REWARD / 2);
}

#[test]
fn a_lost_bond_needs_the_markets_own_insurance_vault() {
    let (mut world, dispute) = over(World::default(), &honest());
    let call = world.dispute_settle(dispute).with(|call| call.accounts.insurance_vault = None);
    world.refuse(TesseraError::InsuranceMissing, call);
    let call =
        world.dispute_settle(dispute).with(|call| call.accounts.insurance_vault = Some(dispute.challenger.token));
    world.refuse(TesseraError::WrongVault, call);
}

#[test]
fn a_stake_vault_that_cannot_receive_stops_nothing() {
    let (mut world, dispute) = over(World::default(), &honest());
    freeze(&mut world, dispute.run.provider.vault);
    world.refuse(TesseraError::BalanceMissing, world.dispute_settle(dispute));
    let (balance, unclaimed) = (world.balance_of(&dispute.run.provider.authority), world.market.unclaimed_vault);
    let call = world.dispute_settle(dispute).with(|call| {
        call.accounts.provider_balance = Some(balance);
        call.accounts.unclaimed_vault = Some(unclaimed);
    });
    let settled: DisputeSettled = world.send(call).event();
    assert!(settled.provider_paid.kept);
    assert_eq!(world.read::<Balance>(&balance).amount, REWARD / 2 + 1);
}

#[test]
fn a_challenger_that_cannot_receive_gets_a_balance() {
    let (mut world, dispute) = over(World::default(), &wrong(MAP));
    world.send(world.dispute_settle(dispute));
    let vault = Some(dispute.vault);
    world.send(world.task_settle(dispute.run, &[]).with(|call| call.accounts.challenger_vault = vault));
    freeze(&mut world, dispute.challenger.token);
    world.refuse(TesseraError::BalanceMissing, world.dispute_close(dispute));
    let (balance, unclaimed) = (world.balance_of(&dispute.challenger.key), world.market.unclaimed_vault);
    let call = world.dispute_close(dispute).with(|call| {
        call.accounts.challenger_balance = Some(balance);
        call.accounts.unclaimed_vault = Some(unclaimed);
    });
    let closed: DisputeClosed = world.send(call).event();
    assert!(closed.challenger_paid.kept);
    assert_eq!(world.read::<Balance>(&balance).amount, closed.challenger_paid.amount);
}

#[test]
fn refuses_before_there_is_a_verdict_twice_and_with_others_accounts() {
    let (mut world, traced) = (World::default(), honest());
    let run = world.submitted_trace(&traced);
    let other = world.submitted_trace_as(TaskSpec { nonce: 2, ..TaskSpec::asking(traced.task()) }, &traced);
    let dispute = world.disputed_by(run, world.modeller, &traced);
    let second = world.disputed_by(run, world.requester, &traced);
    world.refuse(TesseraError::DisputeRunning, world.dispute_settle(dispute));
    world.refuse(TesseraError::NotSettled, world.dispute_close(dispute));
    world.play_until(dispute, &traced, MAP, DisputePhase::Over(DisputeVerdict::ProviderWon));
    let call = || world.dispute_settle(dispute);
    let calls = [
        (TesseraError::WrongRun.into(), call().with(|call| call.accounts.task = other.task.key)),
        (TesseraError::WrongRun.into(), call().with(|call| call.accounts.run = other.key)),
        (TesseraError::WrongProvider.into(), call().with(|call| call.accounts.provider = world.verifiers[0].provider)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.stake_vault = world.verifiers[0].vault)),
        (Anchor::ConstraintSeeds as u32, call().with(|call| call.accounts.bond_vault = second.vault)),
        (TesseraError::WrongWallet.into(), call().with(|call| call.accounts.challenger = world.cranker.key)),
        (TesseraError::WrongMint.into(), call().with(|call| call.accounts.mint = world.cranker.key)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
    world.send(world.dispute_settle(dispute));
    world.refuse(Anchor::AccountNotInitialized, world.dispute_settle(dispute));
}

#[test]
fn a_dispute_that_refuted_is_closed_only_once_its_run_is_slashed_and_pays_its_challenger_alone() {
    let (mut world, dispute) = over(World::default(), &wrong(MAP));
    // An audit that is not closed keeps the run's account.
    world.audit_claimed(dispute.run, world.verifiers[0]);
    world.send(world.dispute_settle(dispute));
    world.refuse(TesseraError::SlashFirst, world.dispute_close(dispute));
    let vault = Some(dispute.vault);
    world.send(world.task_settle(dispute.run, &[]).with(|call| call.accounts.challenger_vault = vault));
    let call = || world.dispute_close(dispute);
    let stranger = world.cranker;
    let calls = [
        (TesseraError::WrongWallet, call().with(|call| call.accounts.challenger = stranger.key)),
        (TesseraError::WrongRun, call().with(|call| call.accounts.run = stranger.key)),
        (TesseraError::WrongTokenAccount, call().with(|call| call.accounts.challenger_token = stranger.token)),
    ];
    for (code, call) in calls {
        world.refuse(code, call);
    }
    world.send(world.dispute_close(dispute));
    world.refuse(Anchor::AccountNotInitialized, world.dispute_close(dispute));
}
