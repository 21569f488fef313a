//! Every account of every instruction, replaced by every other account of a busy world: two markets of one mint, two
//! tasks of the requester and one of a stranger in the same state, providers and verifiers in both markets, two epochs.
//!
//! What goes through is listed here, and nothing else does. Whatever is put in a signer's place signs. The books are checked
//! after everything that goes through.

mod scene;

use std::collections::BTreeSet;
use std::fmt::Debug;

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::{InstructionData, ToAccountMetas};
use scene::Scene;
use tessera::instructions::{OpenedTree, ProviderUpdateArgs};
use tessera::seeds::FEE_SHARDS;
use tessera::state::{MarketParams, ProviderStatus, Sink};
use tessera_tests::svm::{
    AuditRef, CANDIDATE_ROOT, COMPUTE, Call, EPOCH_SECONDS, MarketRef, OTHER_ROOT, TaskSpec, VERIFY, World, answer,
    market_params,
};

/// Who sends what anyone may send, and where it is paid if it can be.
const ANYONE: [&str; 4] = ["cranker", "payer", "cranker_token", "account_payer"];

/// Where nothing is insured the insurance vault is not read.
const UNINSURED: [&str; 1] = ["insurance_vault"];

/// Tries every replacement, and compares those that go through, as `position <- account`, with `allowed`. Positions in `free`
/// and [`ANYONE`] take what their holder chooses.
#[track_caller]
fn allows_only<A: ToAccountMetas + Debug, D: InstructionData>(
    scene: &Scene,
    call: Call<A, D>,
    free: &[&str],
    allowed: &[&str],
) {
    let names = names(&call);
    let instruction = call.instruction();
    assert_eq!(names.len(), instruction.accounts.len());
    assert!(free.iter().all(|name| names.iter().any(|other| other == name)), "a free position is misspelt");
    let mut world = scene.world.clone();
    world.send(call);
    let mut passed = BTreeSet::new();
    for (index, name) in names.iter().enumerate() {
        if free.contains(&name.as_str()) || ANYONE.contains(&name.as_str()) {
            continue;
        }
        let original = instruction.accounts[index].pubkey;
        // The program's own address stands for an absent account.
        let others = scene.accounts.iter().filter(|(_, key)| *key != original && original != tessera::ID);
        for (label, key) in others {
            if goes_through(&scene.world, &instruction, index, *key) {
                passed.insert(format!("{name} <- {label}"));
            }
        }
    }
    let allowed: BTreeSet<String> = allowed.iter().map(|text| (*text).to_owned()).collect();
    assert_eq!(passed, allowed);
}

fn goes_through(world: &World, instruction: &Instruction, index: usize, key: Pubkey) -> bool {
    let mut changed = instruction.clone();
    changed.accounts[index].pubkey = key;
    let mut world = world.clone();
    let sent = world.bank.send(&[changed]).is_ok();
    if sent {
        world.forget_gifts_to_closed();
        world.check_books();
    }
    sent
}

/// The names of a call's accounts, from the fields of their struct, then the positions of the remaining ones.
fn names<A: ToAccountMetas + Debug, D: InstructionData>(call: &Call<A, D>) -> Vec<String> {
    let text = format!("{:#?}", call.accounts);
    let fields = text.lines().filter_map(|line| line.strip_prefix("    "));
    let fields = fields.filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    let mut names: Vec<String> = fields.filter_map(|line| Some(line.split_once(':')?.0.to_owned())).collect();
    let groups = ["audit", "verifier", "vault", "wallet"];
    names.extend((0..call.remaining.len()).map(|index| format!("{}'s {}", index / 4, groups[index % 4])));
    names
}

#[test]
fn markets() {
    let scene = Scene::open();
    let world = &scene.world;
    let market = MarketRef::of(world.mint, world.market.creator, 7);
    allows_only(&scene, world.market_init(market, market_params()), &[], &[]);
    let params = MarketParams { reputation_cap: 11, ..market_params() };
    // Both markets have the same authority.
    allows_only(&scene, world.market_propose(params), &[], &["market <- other market"]);
    allows_only(&scene, world.market_pause(true), &[], &["market <- other market"]);
    allows_only(&scene, world.authority_offer(Some(world.requester.key)), &[], &["market <- other market"]);
}

#[test]
fn what_a_market_waits_for() {
    let mut scene = Scene::open();
    let params = MarketParams { reputation_cap: 11, ..market_params() };
    scene.world.send(scene.world.market_propose(params));
    scene.world.send(scene.world.authority_offer(Some(scene.world.requester.key)));
    scene.wait();
    let world = &scene.world;
    allows_only(&scene, world.market_withdraw(), &[], &[]);
    allows_only(&scene, world.market_apply(), &[], &[]);
    allows_only(&scene, world.authority_accept(world.requester.key), &[], &[]);
}

#[test]
fn epochs() {
    let scene = Scene::open();
    let (world, next) = (&scene.world, scene.past + 2);
    allows_only(&scene, world.pool_open(next), &[], &[]);
    allows_only(&scene, world.pool_fund(next - 1, 5), &[], &["funder_token <- modeller's second tokens"]);
    allows_only(&scene, world.share_open(world.verifiers[1], next - 1), &[], &[]);
    let mut scene = Scene::open();
    scene.world.send(scene.world.pool_open(next));
    allows_only(&scene, scene.world.fee_vault_open(next, 3), &[], &[]);
    let sweep = scene.world.fee_sweep(scene.past, scene.shard());
    allows_only(&scene, sweep, &[], &["treasury_token <- treasury's second tokens"]);
}

#[test]
fn a_past_epoch() {
    let mut scene = Scene::open();
    for shard in 0..FEE_SHARDS {
        scene.world.send(scene.world.fee_sweep(scene.past, shard));
    }
    allows_only(&scene, scene.world.pool_claim(scene.world.provider, scene.past), &[], &[]);
    let rival = tessera_tests::svm::Staker::of(scene.world.wallet("rival"), &scene.world.market.key);
    for by in [scene.world.provider, rival] {
        scene.world.send(scene.world.pool_claim(by, scene.past));
    }
    scene.world.warp(5 * EPOCH_SECONDS);
    allows_only(&scene, scene.world.pool_close(scene.past), &[], &[]);
}

#[test]
fn providers_and_their_stake() {
    let scene = Scene::open();
    let world = &scene.world;
    allows_only(&scene, world.provider_register(scene.candidate, COMPUTE), &[], &[]);
    let (provider, verifier) = (world.provider, world.verifiers[1]);
    allows_only(&scene, world.provider_update(provider, ProviderUpdateArgs::default()), &[], &[]);
    let chain = verifier.chain_at(world.bank.now().0);
    allows_only(&scene, world.verifier_commit(verifier, chain), &[], &[]);
    allows_only(&scene, world.stake_unbond(provider, 5), &[], &[]);
    let own = ["authority_token <- provider's second tokens"];
    allows_only(&scene, world.stake_deposit(provider, 5), &[], &own);
    allows_only(&scene, world.stake_withdraw(provider), &["authority_token"], &[]);
    allows_only(&scene, world.model_register(world.requester, [77; 32]), &[], &[]);
}

#[test]
fn dust() {
    let mut scene = Scene::open();
    scene.world.gift_tokens(scene.task.vault, 55);
    scene.wait();
    let call = scene.world.task_expire(scene.task);
    allows_only(&scene, call, &[], &["requester_token <- requester's second tokens"]);
}

#[test]
fn who_leaves() {
    let mut scene = Scene::open();
    let by = scene.world.verifiers[1];
    let free = scene.world.provider_of(by).stake.free;
    scene.world.send(scene.world.stake_unbond(by, free));
    scene.wait();
    scene.world.send(scene.world.stake_withdraw(by));
    allows_only(&scene, scene.world.provider_close(by), &[], &[]);
}

#[test]
fn an_open_task() {
    let scene = Scene::open();
    let world = &scene.world;
    let own = ["requester_token <- requester's second tokens"];
    let spec = TaskSpec { model: Some(Scene::model_key()), ..TaskSpec::nonce(77) };
    // A requester chooses its market; this one pays in the same mint.
    let chosen = ["market <- other market", "model <- stranger's model", own[0]];
    allows_only(&scene, world.task_create(spec), &[], &chosen);
    allows_only(&scene, world.task_cancel(scene.task), &[], &own);
    allows_only(&scene, world.task_claim(scene.task, world.provider), &[], &[]);
}

#[test]
fn an_unclaimed_task() {
    let mut scene = Scene::open();
    scene.wait();
    let call = scene.world.task_expire(scene.task);
    allows_only(&scene, call, &UNINSURED, &["requester_token <- requester's second tokens"]);
}

#[test]
fn a_claimed_task() {
    let mut scene = Scene::claimed();
    allows_only(&scene, scene.world.run_submit(scene.run()), &[], &[]);
    allows_only(&scene, scene.world.run_release(scene.run()), &[], &[]);
    scene.wait();
    let call = scene.world.run_expire(scene.run());
    allows_only(&scene, call, &UNINSURED, &["requester_token <- requester's second tokens"]);
}

#[test]
fn a_redundant_task() {
    let mut scene = Scene::redundant();
    let run = scene.run();
    allows_only(&scene, scene.world.run_seal(run, CANDIDATE_ROOT), &[], &[]);
    scene.world.send(scene.world.run_seal(run, CANDIDATE_ROOT));
    let (until, (unix, slot)) = (3_600, scene.world.bank.now());
    scene.world.bank.set_clock(unix + until, slot + 7_200);
    allows_only(&scene, scene.world.run_reveal(run, CANDIDATE_ROOT), &[], &[]);
    scene.wait();
    let call = scene.world.run_expire(run);
    allows_only(&scene, call, &[], &["requester_token <- requester's second tokens"]);
}

#[test]
fn a_submitted_run() {
    let scene = Scene::submitted(Sink::Insurance);
    let (world, run) = (&scene.world, scene.run());
    let others = ["run <- run of the foreign task", "run <- run of the sibling"];
    allows_only(&scene, world.audit_draw(run), &[], &others);
    allows_only(&scene, world.audit_claim(run, world.verifiers[2]), &[], &[]);
    let own = ["requester_token <- requester's second tokens"];
    allows_only(&scene, world.audit_force(run, 0), &[], &own);
    let [agreed, ..] = scene.audits();
    for tree in [OpenedTree::Output, OpenedTree::Keyed] {
        allows_only(&scene, world.audit_open(agreed, tree), &[], &[]);
    }
}

#[test]
fn a_claimed_audit() {
    let mut scene = Scene::submitted(Sink::Insurance);
    let [_, first, third] = scene.audits();
    scene.world.audit_claimed(third.run, third.verifier);
    let world = &scene.world;
    allows_only(&scene, world.audit_post(third, answer(third.verifier, CANDIDATE_ROOT)), &[], &[]);
    let call = world.audit_post(third, answer(third.verifier, OTHER_ROOT));
    allows_only(&scene, call.with(|call| call.accounts.matching = Some(first.key)), &[], &[]);
}

#[test]
fn an_upheld_run() {
    let mut scene = Scene::submitted(Sink::Insurance);
    scene.wait();
    let [a, b, _] = scene.audits();
    let token = scene.world.modeller.token;
    let call = scene.world.task_settle(scene.run(), &[a, b]).with(|call| {
        call.accounts.model = Some(Scene::model_key());
        call.accounts.model_token = Some(token);
    });
    let own = ["model_token <- modeller's second tokens", "requester_token <- requester's second tokens"];
    allows_only(&scene, call, &UNINSURED, &own);
}

#[test]
fn an_upheld_run_whose_payments_cannot_be_received() {
    let mut scene = Scene::submitted(Sink::Insurance);
    scene.wait();
    let run = scene.run();
    let fee_vault = scene.world.fee_vault(run.task);
    for token in [run.task.requester.token, scene.world.modeller.token, run.provider.vault, fee_vault] {
        scene.freeze(token);
    }
    let call = scene.world.task_settle_with_all(run, &[], Scene::model_key());
    let own = ["model_token <- modeller's second tokens", "requester_token <- requester's second tokens"];
    // Nothing is burned, so the mint is not needed once more; fees that are kept raise no share.
    allows_only(&scene, call, &UNINSURED, &own);
    scene.world.send(scene.world.task_settle_with_all(run, &[], Scene::model_key()));
    let owner = scene.world.requester;
    let claim = scene.world.balance_claim(owner);
    let to = scene.world.another_token(owner.key, 2);
    allows_only(&scene, claim.with(|call| call.accounts.to = to), &["to"], &[]);
}

#[test]
fn a_slashed_run() {
    let mut scene = Scene::submitted(Sink::Burn);
    let (run, [_, first, third]) = (scene.run(), scene.audits());
    let pair = [first, scene.world.refute(run, third.verifier, first)];
    let (mint, token) = (scene.world.mint, scene.world.modeller.token);
    let call = scene.world.task_settle(run, &pair).with(|call| {
        call.accounts.model = Some(Scene::model_key());
        call.accounts.model_token = Some(token);
        call.accounts.burn_mint = Some(mint);
    });
    // No fees and no model's share are paid.
    let unused = ["fee_vault", "share", "model_token", "insurance_vault"];
    allows_only(&scene, call, &unused, &["requester_token <- requester's second tokens"]);
}

#[test]
fn an_audit_that_is_closed_later() {
    let mut scene = Scene::submitted(Sink::Insurance);
    scene.wait();
    let (run, [a, b, _], token) = (scene.run(), scene.audits(), scene.world.modeller.token);
    let with_model = |world: &World, audits: &[AuditRef]| {
        world.task_settle(run, audits).with(|call| {
            call.accounts.model = Some(Scene::model_key());
            call.accounts.model_token = Some(token);
        })
    };
    scene.world.send(with_model(&scene.world, &[a]));
    let unused = ["fee_vault", "share", "model_token", "requester_token", "insurance_vault"];
    allows_only(&scene, with_model(&scene.world, &[b]), &unused, &[]);
}

#[test]
fn the_world_is_busy() {
    let scene = Scene::submitted(Sink::Insurance);
    assert!(scene.accounts.len() > 100, "{}", scene.accounts.len());
    let providers = scene.world.all::<tessera::state::Provider>();
    for roles in [COMPUTE, VERIFY] {
        assert!(providers.values().any(|provider| provider.roles == roles));
    }
    assert!(providers.values().all(|provider| provider.status == ProviderStatus::Active));
}
