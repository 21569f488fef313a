//! Every account of every instruction, replaced by every other account of a busy world: two markets of one mint, two
//! tasks of the requester and one of a stranger in the same state, providers and verifiers in both markets.
//!
//! What goes through is listed here, and nothing else does. A wallet put in a signer's place signs.

mod scene;

use std::collections::BTreeSet;
use std::fmt::Debug;

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::{InstructionData, ToAccountMetas};
use scene::Scene;
use tessera::instructions::ProviderUpdateArgs;
use tessera::state::Sink;
use tessera_tests::svm::{AuditRef, CANDIDATE_ROOT, COMPUTE, Call, OTHER_ROOT, VERIFY, World, market_params};

/// Tries every replacement, and compares those that go through, as `position <- account`, with `allowed`.
#[track_caller]
fn allows_only<A: ToAccountMetas + Debug, D: InstructionData>(scene: &Scene, call: Call<A, D>, allowed: &[&str]) {
    let names = names(&call);
    let instruction = call.instruction();
    assert_eq!(names.len(), instruction.accounts.len());
    let mut world = scene.world.clone();
    world.send(call);
    let mut passed = BTreeSet::new();
    for (index, name) in names.iter().enumerate() {
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
fn market_init() {
    let scene = Scene::open();
    let market = tessera_tests::svm::MarketRef::of(scene.world.mint, scene.world.market.creator, 7);
    allows_only(&scene, scene.world.market_init(market, market_params()), &[]);
}

#[test]
fn fee_vaults() {
    let scene = Scene::open();
    let world = scene.world.clone();
    allows_only(&scene, world.fee_sweep(scene.shard()), &["treasury_token <- treasury's second tokens"]);
}

#[test]
fn providers_and_their_stake() {
    let scene = Scene::open();
    let world = &scene.world;
    let newcomer = scene.candidate;
    allows_only(&scene, world.provider_register(newcomer, COMPUTE), &[]);
    let provider = world.provider;
    let own = ["provider <- provider as a provider of the other market"];
    allows_only(&scene, world.provider_update(provider, ProviderUpdateArgs::default()), &own);
    allows_only(&scene, world.stake_unbond(provider, 5), &[]);
    let own = ["authority_token <- provider's second tokens"];
    allows_only(&scene, world.stake_deposit(provider, 5), &own);
    allows_only(&scene, world.stake_withdraw(provider), &own);
    allows_only(&scene, world.model_register(world.requester, [77; 32]), &[]);
}

#[test]
fn an_open_task() {
    let scene = Scene::open();
    let world = &scene.world;
    let own = ["requester_token <- requester's second tokens"];
    allows_only(&scene, world.task_create(scene.spec(77)), &["model <- stranger's model", own[0]]);
    allows_only(&scene, world.task_cancel(scene.task), &own);
    allows_only(&scene, world.task_claim(scene.task, world.provider), &[]);
}

#[test]
fn an_unclaimed_task() {
    let mut scene = Scene::open();
    scene.world.warp(20_000);
    let call = scene.world.task_expire(scene.task);
    allows_only(
        &scene,
        call,
        &["cranker_token <- cranker's second tokens", "requester_token <- requester's second tokens"],
    );
}

#[test]
fn a_claimed_task() {
    let mut scene = Scene::claimed();
    allows_only(&scene, scene.world.run_submit(scene.run()), &[]);
    scene.world.warp(20_000);
    let call = scene.world.run_expire(scene.run());
    allows_only(
        &scene,
        call,
        &["cranker_token <- cranker's second tokens", "requester_token <- requester's second tokens"],
    );
}

#[test]
fn a_submitted_run() {
    let scene = Scene::submitted(Sink::Insurance);
    let [_, _, third] = scene.world.verifiers;
    allows_only(&scene, scene.world.audit_post(scene.run(), third, CANDIDATE_ROOT), &[]);
    let first = AuditRef::of(scene.run(), scene.world.verifiers[1]);
    let call = scene.world.audit_post(scene.run(), third, OTHER_ROOT);
    allows_only(&scene, call.with(|call| call.accounts.matching = Some(first.key)), &[]);
}

#[test]
fn an_upheld_run() {
    let mut scene = Scene::submitted(Sink::Insurance);
    scene.world.warp(20_000);
    let (model, token) = scene.model();
    let [a, b, _] = scene.world.verifiers.map(|by| AuditRef::of(scene.run(), by));
    let call = scene.world.task_settle(scene.run(), &[a, b]).with(|call| {
        call.accounts.model = Some(model);
        call.accounts.model_token = Some(token);
    });
    let free = [
        "cranker_token <- cranker's second tokens",
        "model_token <- modeller's second tokens",
        "requester_token <- requester's second tokens",
    ];
    allows_only(&scene, call, &free);
}

#[test]
fn a_slashed_run() {
    let mut scene = Scene::submitted(Sink::Burn);
    let (run, [_, second, third]) = (scene.run(), scene.world.verifiers);
    let first = AuditRef::of(run, second);
    let pair = [first, scene.world.refute(run, third, first)];
    let (model, token) = scene.model();
    let mint = scene.world.mint;
    let call = scene.world.task_settle(run, &pair).with(|call| {
        call.accounts.model = Some(model);
        call.accounts.model_token = Some(token);
        call.accounts.burn_mint = Some(mint);
    });
    let free = [
        "cranker_token <- cranker's second tokens",
        "model_token <- modeller's second tokens",
        "requester_token <- requester's second tokens",
    ];
    allows_only(&scene, call, &free);
}

#[test]
fn the_world_is_busy() {
    let scene = Scene::submitted(Sink::Insurance);
    assert!(scene.accounts.len() > 60, "{}", scene.accounts.len());
    let roles = [COMPUTE, VERIFY];
    assert!(
        roles.iter().all(|roles| scene.world.all::<tessera::state::Provider>().values().any(|p| p.roles == *roles))
    );
}
