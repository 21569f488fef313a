use anchor_lang::error::ErrorCode as Anchor;
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::AccountMeta;
use tessera::accounts::TaskSettle;
use tessera::addresses::fee_shard;
use tessera::errors::TesseraError;
use tessera::instructions::ProviderUpdateArgs;
use tessera::state::Roles;
use tessera_tests::svm::{
    AuditRef, CANDIDATE_ROOT, COMPUTE, OTHER_ROOT, RunRef, TaskSpec, VERIFY, Wallet, World, wallet,
};

/// A run with an agreeing audit, ready to be upheld.
fn ready(world: &mut World) -> (RunRef, AuditRef) {
    let run = world.submitted();
    let audit = world.audit(run, world.verifiers[0], CANDIDATE_ROOT);
    world.warp(1_800);
    (run, audit)
}

#[test]
fn refuses_other_accounts_in_place_of_its_own() {
    let mut world = World::default();
    let other_provider = world.newcomer("provider 2", COMPUTE);
    let foreign_task = world.open_as(TaskSpec::nonce(2));
    let foreign = world.claim_by(foreign_task, other_provider);
    world.send(world.run_submit(foreign));
    let (run, audit) = ready(&mut world);
    let (market, mint, cranker) = (world.other_market(), wallet("other mint"), world.cranker);
    world.bank.make_mint(mint);
    let fake_token = wallet("other token");
    world.bank.make_token(fake_token, world.requester.key, mint, 0);
    let other_shard = world.fee_vault_at(world.epoch(), (fee_shard(&run.task.key) + 1) % 16);
    let other_epoch = world.fee_vault_at(world.epoch() + 1, fee_shard(&run.task.key));
    let (share, next_share) =
        (world.share(other_provider, world.epoch()), world.share(run.provider, world.epoch() + 1));

    type Change<'a> = Box<dyn Fn(&mut TaskSettle) + 'a>;
    let seeds = Anchor::ConstraintSeeds as u32;
    let cases: Vec<(u32, Change)> = vec![
        (TesseraError::WrongMarket.into(), Box::new(|a| a.market = market.key)),
        (TesseraError::WrongMint.into(), Box::new(|a| a.mint = mint)),
        (TesseraError::WrongRun.into(), Box::new(|a| a.run = foreign.key)),
        (TesseraError::WrongVault.into(), Box::new(|a| a.task_vault = foreign_task.vault)),
        (
            TesseraError::WrongProvider.into(),
            Box::new(|a| {
                a.provider = other_provider.provider;
                a.stake_vault = other_provider.vault;
            }),
        ),
        (seeds, Box::new(|a| a.stake_vault = other_provider.vault)),
        (seeds, Box::new(|a| a.stake_vault = cranker.token)),
        (TesseraError::WrongWallet.into(), Box::new(|a| a.run_authority = cranker.key)),
        (TesseraError::WrongVault.into(), Box::new(|a| a.fee_vault = other_shard)),
        (TesseraError::WrongVault.into(), Box::new(|a| a.fee_vault = other_epoch)),
        (TesseraError::WrongVault.into(), Box::new(|a| a.fee_vault = cranker.token)),
        (TesseraError::WrongShare.into(), Box::new(|a| a.share = share)),
        (TesseraError::WrongShare.into(), Box::new(|a| a.share = next_share)),
        (TesseraError::WrongRequester.into(), Box::new(|a| a.requester = cranker.key)),
        (TesseraError::WrongTokenAccount.into(), Box::new(|a| a.requester_token = cranker.token)),
        (TesseraError::WrongTokenAccount.into(), Box::new(|a| a.requester_token = fake_token)),
        (Anchor::InvalidProgramId as u32, Box::new(|a| a.token_program = mint)),
        (Anchor::AccountDiscriminatorMismatch as u32, Box::new(|a| a.run = audit.key)),
        (Anchor::AccountDiscriminatorMismatch as u32, Box::new(|a| a.task = run.key)),
    ];
    for (number, (code, change)) in cases.into_iter().enumerate() {
        let call = world.task_settle(run, &[audit]).with(|call| change(&mut call.accounts));
        let failed = world.fail(call);
        assert_eq!(failed.code(), Some(code), "case {number}: {failed:#?}");
    }
    let call = world.task_settle(run, &[audit]);
    world.refuse(Anchor::AccountNotSigner, call.unsigned_by(cranker.key));
    world.send(world.task_settle(run, &[audit]));
}

#[test]
fn refuses_another_insurance_vault_where_something_is_insured() {
    // Dust, and the sink's part of a lock.
    let mut world = World::default();
    let [a, b, _] = world.verifiers;
    let (other, stranger) = (world.other_market(), world.cranker.token);
    let refuted = world.submitted_as(TaskSpec::nonce(2));
    let first = world.audit(refuted, a, OTHER_ROOT);
    let pair = [first, world.refute(refuted, b, first)];
    let (dusty, audit) = ready(&mut world);
    world.gift_tokens(dusty.task.vault, 55);
    for wrong in [other.insurance_vault, stranger, world.market.unclaimed_vault] {
        for call in [world.task_settle(refuted, &pair), world.task_settle(dusty, &[audit])] {
            world.refuse(TesseraError::WrongVault, call.with(|call| call.accounts.insurance_vault = Some(wrong)));
        }
    }
    for call in [world.task_settle(refuted, &pair), world.task_settle(dusty, &[audit])] {
        world.refuse(TesseraError::InsuranceMissing, call.with(|call| call.accounts.insurance_vault = None));
    }
}

#[test]
fn refuses_a_foreign_task_with_its_own_run() {
    let mut world = World::default();
    let foreign = world.submitted_as(TaskSpec::nonce(2));
    let (run, _) = ready(&mut world);
    let call = world.task_settle(run, &[]).with(|call| {
        call.accounts.task = foreign.task.key;
        call.accounts.task_vault = foreign.task.vault;
    });
    world.refuse(TesseraError::WrongRun, call);
}

#[test]
fn refuses_groups_that_are_not_four_accounts() {
    let mut world = World::default();
    let (run, audit) = ready(&mut world);
    for length in 1..4 {
        let call = world.task_settle(run, &[audit]).with(|call| call.remaining.truncate(length));
        world.refuse(TesseraError::AuditGroups, call);
    }
    let call = world.task_settle(run, &[audit]).with(|call| call.remaining.push(AccountMeta::new(run.key, false)));
    world.refuse(TesseraError::AuditGroups, call);
}

#[test]
fn refuses_read_only_groups() {
    let mut world = World::default();
    let (run, audit) = ready(&mut world);
    for position in 0..4 {
        let call = world.task_settle(run, &[audit]).with(|call| call.remaining[position].is_writable = false);
        world.refuse(Anchor::ConstraintMut, call);
    }
}

#[test]
fn refuses_the_same_audit_twice() {
    let mut world = World::default();
    let (run, audit) = ready(&mut world);
    world.refuse(TesseraError::DuplicateAccount, world.task_settle(run, &[audit, audit]));
    world.send(world.task_settle(run, &[]));
    world.refuse(TesseraError::DuplicateAccount, world.task_settle(run, &[audit, audit]));
}

#[test]
fn the_same_audit_twice_is_no_pair() {
    let mut world = World::default();
    let run = world.submitted();
    let audit = world.audit(run, world.verifiers[0], OTHER_ROOT);
    world.refuse(TesseraError::DuplicateAccount, world.task_settle(run, &[audit, audit]));
}

#[test]
fn refuses_an_audit_of_another_run() {
    let mut world = World::default();
    let other = world.submitted_as(TaskSpec::nonce(2));
    let foreign = world.audit(other, world.verifiers[1], CANDIDATE_ROOT);
    let (run, audit) = ready(&mut world);
    world.refuse(TesseraError::AuditOfOtherRun, world.task_settle(run, &[foreign]));
    world.refuse(TesseraError::AuditOfOtherRun, world.task_settle(run, &[audit, foreign]));
}

#[test]
fn a_pair_needs_two_audits_of_the_same_run() {
    let mut world = World::default();
    let [a, b, _] = world.verifiers;
    let other = world.submitted_as(TaskSpec::nonce(2));
    let foreign = world.audit(other, b, OTHER_ROOT);
    let run = world.submitted();
    let audit = world.audit(run, a, OTHER_ROOT);
    world.refuse(TesseraError::AuditOfOtherRun, world.task_settle(run, &[audit, foreign]));
}

#[test]
fn refuses_members_of_a_group_that_do_not_belong_together() {
    let mut world = World::default();
    let (run, audit) = ready(&mut world);
    let (other, stranger) = (world.verifiers[1], world.cranker);
    let cases: [(usize, Pubkey, u32); 8] = [
        (1, other.provider, TesseraError::WrongProvider.into()),
        (1, run.provider.provider, TesseraError::WrongProvider.into()),
        (2, other.vault, TesseraError::WrongVault.into()),
        (2, stranger.token, TesseraError::WrongVault.into()),
        (2, run.task.vault, TesseraError::WrongVault.into()),
        (3, stranger.key, TesseraError::WrongWallet.into()),
        (0, run.key, Anchor::AccountDiscriminatorMismatch as u32),
        (0, stranger.key, Anchor::AccountOwnedByWrongProgram as u32),
    ];
    for (position, key, code) in cases {
        let call = world.task_settle(run, &[audit]).with(|call| call.remaining[position].pubkey = key);
        world.refuse(code, call);
    }
}

#[test]
fn the_runs_provider_is_never_taken_for_a_verifier() {
    // Its account is written by the framework and, as a verifier's, by the handler: one of both writes would be lost.
    let mut world = World::default();
    let both = ProviderUpdateArgs { roles: Some(Roles { compute: true, verify: true }), ..Default::default() };
    world.update(world.provider, both);
    world.warp(60);
    let audited = world.newcomer("provider 2", COMPUTE);
    let task = world.open_as(TaskSpec::nonce(2));
    let other = world.claim_by(task, audited);
    world.send(world.run_submit(other));
    // The provider audits another's run, and that audit is passed to the settlement of its own.
    let foreign = world.audit(other, world.provider, CANDIDATE_ROOT);
    let (run, audit) = ready(&mut world);
    world.refuse(TesseraError::AuditOfOtherRun, world.task_settle(run, &[audit, foreign]));
    world.send(world.task_settle(run, &[audit]));
    world.send(world.task_settle(other, &[foreign]));
}

#[test]
fn a_wallet_in_two_markets_keeps_its_stakes_apart() {
    let mut world = World::default();
    let market = world.other_market();
    let wallet = Wallet { key: world.verifiers[0].authority, token: world.verifiers[0].token };
    let abroad = world.enlist_in(&market, wallet, VERIFY);
    let (run, audit) = ready(&mut world);
    for (position, key) in [(1, abroad.provider), (2, abroad.vault)] {
        let call = world.task_settle(run, &[audit]).with(|call| call.remaining[position].pubkey = key);
        world.fail(call);
    }
    let call = world.task_settle(run, &[audit]).with(|call| {
        call.remaining[1].pubkey = abroad.provider;
        call.remaining[2].pubkey = abroad.vault;
    });
    world.refuse(TesseraError::WrongProvider, call);
}
