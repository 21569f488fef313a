use anchor_lang::prelude::Pubkey;
use anchor_spl::token::spl_token::state::AccountState;
use tessera::addresses::model_address;
use tessera::errors::TesseraError;
use tessera::events::{AuditClosed, Payment, TaskSettled};
use tessera::state::{Balance, Share, Task};
use tessera_tests::svm::{OTHER_ROOT, RunRef, STAKE, TaskSpec, Wallet, World, task_args};

use super::{AUDIT_LOCK, CRANKER, MODEL, RUN_LOCK, TREASURY, escrow};

const ROOT: [u8; 32] = [9; 32];

fn freeze(world: &mut World, token: Pubkey) {
    world.bank.edit_token(token, |token| token.state = AccountState::Frozen);
}

/// A submitted run of a task with a model, after its challenge window.
fn ready() -> (World, RunRef, Pubkey) {
    let mut world = World::default();
    world.send(world.model_register(world.modeller, ROOT));
    let model = model_address(&world.modeller.key, &ROOT).0;
    let run = world.submitted_as(TaskSpec { model: Some(model), ..TaskSpec::default() });
    world.warp(1_800);
    (world, run, model)
}

fn balance(world: &World, owner: Pubkey) -> u64 {
    world.find::<Balance>(&world.balance_of(&owner)).map_or(0, |balance| balance.amount)
}

#[test]
fn every_leg_can_fail_and_none_stops_the_others() {
    let (mut world, run, model) = ready();
    let [who, modeller, cranker] = [world.requester, world.modeller, world.cranker];
    let (provider, treasury, fee_vault) = (run.provider, world.treasury.key, world.fee_vault(run.task));
    let stake = world.provider_of(provider).stake;
    for token in [who.token, modeller.token, cranker.token, provider.vault, fee_vault] {
        freeze(&mut world, token);
    }
    let before = world.tokens(&cranker.token);
    let event: TaskSettled = world.send(world.task_settle_with_all(run, &[], model)).event();
    let paid = task_args().reward - TREASURY - MODEL;
    let kept = |owner, amount| Payment { owner, amount, kept: true };
    assert_eq!(event.provider_paid, kept(provider.authority, paid));
    assert_eq!(event.treasury_paid, kept(treasury, TREASURY));
    assert_eq!(event.model_paid, kept(modeller.key, MODEL));
    let refund = escrow() - task_args().reward;
    assert_eq!(event.requester_refunded, kept(who.key, refund), "with the part that the cranker forgoes");
    assert_eq!((event.cranker_paid, world.tokens(&cranker.token)), (0, before));
    let owed = [provider.authority, treasury, modeller.key, who.key].map(|owner| balance(&world, owner));
    assert_eq!(owed, [paid, TREASURY, MODEL, refund]);
    // The lock is free, the state is final, everything is closed.
    assert_eq!(world.provider_of(provider).stake.free, stake.free + stake.locked);
    for closed in [run.key, run.task.key, run.task.vault] {
        assert!(world.is_closed(&closed));
    }
    // Each claims what it is owed, with an account of its choice.
    for owner in [Wallet { key: provider.authority, token: provider.token }, who, modeller, world.treasury] {
        let (amount, to) = (balance(&world, owner.key), world.another_token(owner.key, 1));
        world.send(world.balance_claim(owner).with(|call| call.accounts.to = to));
        assert_eq!(world.tokens(&to), amount);
    }
}

#[test]
fn closed_re_owned_and_frozen_accounts_make_balances() {
    let changes: [fn(&mut World, Pubkey); 3] = [
        |world, token| world.bank.close_token(token),
        |world, token| {
            let thief = world.cranker.key;
            world.bank.edit_token(token, |state| state.owner = thief);
        },
        freeze,
    ];
    for change in changes {
        let mut world = World::default();
        let (run, who) = (world.submitted(), world.requester);
        change(&mut world, who.token);
        world.warp(1_800);
        world.refuse(TesseraError::BalanceMissing, world.task_settle(run, &[]));
        let (key, unclaimed) = (world.balance_of(&who.key), world.market.unclaimed_vault);
        let partial = world.task_settle(run, &[]).with(|call| call.accounts.requester_balance = Some(key));
        world.refuse(TesseraError::BalanceMissing, partial);
        world.send(world.task_settle(run, &[]).with(|call| {
            call.accounts.requester_balance = Some(key);
            call.accounts.unclaimed_vault = Some(unclaimed);
        }));
        assert_eq!(balance(&world, who.key), escrow() - task_args().reward - CRANKER);
    }
}

#[test]
fn another_account_of_the_owner_may_be_paid_instead() {
    for closed in [false, true] {
        let mut world = World::default();
        let (run, first) = (world.submitted(), world.requester.token);
        if closed {
            world.bank.close_token(first);
        } else {
            freeze(&mut world, first);
        }
        world.warp(1_800);
        let second = world.another_token(world.requester.key, 1);
        world.send(world.task_settle(run, &[]).with(|call| call.accounts.requester_token = second));
        assert_eq!(world.tokens(&second), escrow() - task_args().reward - CRANKER);
    }
}

#[test]
fn a_bad_account_of_the_crankers_choice_diverts_nothing() {
    let (mut world, run, model) = ready();
    let frozen = world.another_token(world.requester.key, 1);
    freeze(&mut world, frozen);
    let foreign = world.provider.token;
    for wrong in [frozen, foreign, world.mint] {
        let call = world.task_settle_with_all(run, &[], model);
        world.refuse(TesseraError::WrongTokenAccount, call.with(|call| call.accounts.requester_token = wrong));
        let call = world.task_settle_with_all(run, &[], model);
        world.refuse(TesseraError::WrongTokenAccount, call.with(|call| call.accounts.model_token = Some(wrong)));
    }
}

#[test]
fn refuses_anothers_balance_and_other_vaults() {
    let (mut world, run, model) = ready();
    let (who, other) = (world.requester, world.other_market());
    freeze(&mut world, who.token);
    let own = world.balance_of(&world.cranker.key);
    let foreign = tessera::addresses::balance_address(&other.key, &who.key).0;
    for wrong in [own, foreign] {
        let call = world.task_settle_with_all(run, &[], model);
        world.refuse(TesseraError::WrongBalance, call.with(|call| call.accounts.requester_balance = Some(wrong)));
    }
    for wrong in [other.unclaimed_vault, world.market.insurance_vault, world.cranker.token] {
        let call = world.task_settle_with_all(run, &[], model);
        world.refuse(TesseraError::WrongVault, call.with(|call| call.accounts.unclaimed_vault = Some(wrong)));
    }
    world.send(world.task_settle_with_all(run, &[], model));
}

#[test]
fn one_wallet_in_several_roles_has_one_balance() {
    let mut world = World::default();
    // The provider's own task, of its own model, all of whose accounts are frozen.
    let by = world.provider;
    let own = Wallet { key: by.authority, token: by.token };
    world.send(world.model_register(own, ROOT));
    let model = model_address(&own.key, &ROOT).0;
    world.requester = own;
    let run = world.submitted_as(TaskSpec { model: Some(model), ..TaskSpec::default() });
    world.warp(1_800);
    for token in [own.token, by.vault] {
        freeze(&mut world, token);
    }
    let key = world.balance_of(&own.key);
    let call = world.task_settle_with_all(run, &[], model).with(|call| {
        call.accounts.model_token = Some(own.token);
        call.accounts.model_balance = Some(key);
    });
    world.send(call);
    assert_eq!(balance(&world, own.key), escrow() - TREASURY - CRANKER);
}

#[test]
fn fees_that_became_a_balance_count_for_no_share() {
    let (mut world, run, model) = ready();
    let epoch = world.epoch();
    world.send(world.share_open(run.provider, epoch));
    let fee_vault = world.fee_vault(run.task);
    freeze(&mut world, fee_vault);
    world.send(world.task_settle_with_all(run, &[], model));
    assert_eq!(world.read::<Share>(&world.share(run.provider, epoch)).fees, 0);
}

#[test]
fn a_fee_vault_that_is_not_open_is_no_reason_for_a_balance() {
    // Its provider would lose its part of the epoch by the cranker's carelessness.
    let (mut world, run, model) = ready();
    world.end_epoch();
    world.refuse(TesseraError::FeeVaultMissing, world.task_settle_with_all(run, &[], model));
}

#[test]
fn of_a_slashed_run_the_requesters_legs_become_one_balance() {
    let mut world = World::default();
    let ([a, b, _], who) = (world.verifiers, world.requester);
    let run = world.submitted();
    let first = world.audit(run, a, OTHER_ROOT);
    let pair = [first, world.refute(run, b, first)];
    freeze(&mut world, who.token);
    let (key, unclaimed) = (world.balance_of(&who.key), world.market.unclaimed_vault);
    world.send(world.task_settle(run, &pair).with(|call| {
        call.accounts.requester_balance = Some(key);
        call.accounts.unclaimed_vault = Some(unclaimed);
    }));
    assert_eq!(balance(&world, who.key), escrow() - CRANKER + RUN_LOCK / 10);
}

#[test]
fn a_winners_frozen_vault_forgoes_its_part_to_the_sink() {
    let mut world = World::default();
    let [a, b, _] = world.verifiers;
    let run = world.submitted();
    let first = world.audit(run, a, OTHER_ROOT);
    let pair = [first, world.refute(run, b, first)];
    freeze(&mut world, a.vault);
    let event: TaskSettled = world.send(world.task_settle(run, &pair)).event();
    assert_eq!(event.challengers_paid.len(), 1);
    assert_eq!(world.provider_of(a).stake.free, STAKE);
    let seconds = RUN_LOCK * 4 / 10 / 2;
    assert_eq!(world.provider_of(b).stake.free, STAKE + seconds);
    assert_eq!(event.sunk, RUN_LOCK - RUN_LOCK / 10 - seconds);
}

#[test]
fn an_auditors_frozen_vault_forgoes_its_reward_to_the_requester() {
    let mut world = World::default();
    let (run, by) = (world.submitted(), world.verifiers[0]);
    let audit = world.prove(run, by);
    world.warp(1_800);
    freeze(&mut world, by.vault);
    let before = world.tokens(&world.requester.token);
    let closed: AuditClosed = world.send(world.task_settle(run, &[audit])).event();
    assert_eq!((closed.paid, closed.released), (0, AUDIT_LOCK));
    let refund = escrow() - task_args().reward - CRANKER;
    assert_eq!(world.tokens(&world.requester.token) - before, refund);
    assert_eq!(world.provider_of(by).stake.free, STAKE);
}

#[test]
fn a_frozen_insurance_vault_sends_the_sinks_part_to_the_treasurys_balance() {
    let mut world = World::default();
    let [a, b, _] = world.verifiers;
    let run = world.submitted();
    let first = world.audit(run, a, OTHER_ROOT);
    let pair = [first, world.refute(run, b, first)];
    let (insurance, treasury) = (world.market.insurance_vault, world.treasury.key);
    freeze(&mut world, insurance);
    world.refuse(TesseraError::BalanceMissing, world.task_settle(run, &pair));
    let (key, unclaimed) = (world.balance_of(&treasury), world.market.unclaimed_vault);
    let event: TaskSettled = world
        .send(world.task_settle(run, &pair).with(|call| {
            call.accounts.treasury_balance = Some(key);
            call.accounts.unclaimed_vault = Some(unclaimed);
        }))
        .event();
    assert_eq!(balance(&world, treasury), event.sunk);
}

#[test]
fn with_a_frozen_insurance_vault_dust_goes_to_the_requester() {
    let mut world = World::default();
    let run = world.submitted();
    let insurance = world.market.insurance_vault;
    world.gift_tokens(run.task.vault, 55);
    freeze(&mut world, insurance);
    world.warp(1_800);
    let before = world.tokens(&world.requester.token);
    world.send(world.task_settle(run, &[]));
    let refund = escrow() - task_args().reward - CRANKER;
    assert_eq!(world.tokens(&world.requester.token) - before, refund + 55);
}

#[test]
fn a_frozen_unclaimed_vault_only_delays() {
    let (mut world, run, model) = ready();
    let (token, unclaimed) = (world.requester.token, world.market.unclaimed_vault);
    freeze(&mut world, token);
    freeze(&mut world, unclaimed);
    world.fail(world.task_settle_with_all(run, &[], model));
    world.bank.edit_token(unclaimed, |state| state.state = AccountState::Initialized);
    world.send(world.task_settle_with_all(run, &[], model));
    assert!(world.find::<Task>(&run.task.key).is_none());
}
