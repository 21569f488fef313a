//! Markets that pay in a Token-2022 mint: with extensions that only describe the token everything works as with any other
//! mint; with any other extension there is no market.

use anchor_spl::{token, token_2022};
use tessera::errors::TesseraError;
use tessera::events::{Payment, TaskSettled};
use tessera::state::{Balance, Market};
use tessera_tests::svm::{OTHER_ROOT, STAKE, TaskSpec, World, market_params, wallet};

/// Metadata pointer, token metadata, group pointer, token group, group member pointer, token group member: types and sizes.
const DESCRIBING: [(u16, usize); 6] = [(18, 64), (19, 96), (20, 64), (21, 80), (22, 64), (23, 72)];
/// The last type of Token-2022 that is known today.
const LAST_KNOWN: u16 = 28;
/// By which a token account's owner demands a memo.
const MEMO_TRANSFER: u16 = 8;
/// By which a token account says that only its owner ever holds it, as associated accounts do.
const IMMUTABLE_OWNER: u16 = 7;

fn describing() -> Vec<(u16, Vec<u8>)> {
    DESCRIBING.iter().map(|(kind, size)| (*kind, vec![0; *size])).collect()
}

/// From a stake to a slash, a payment, a sweep and a pool's close.
fn runs_end_to_end(mut world: World) {
    assert_eq!(world.read::<Market>(&world.market.key).token_program, token_2022::ID);
    let (epoch, [a, b, _], by) = (world.epoch(), world.verifiers, world.provider);
    world.send(world.share_open(by, epoch));
    world.send(world.pool_fund(epoch, 1_000_000));
    let run = world.submitted();
    let audit = world.prove(run, a);
    world.warp(1_800);
    let event: TaskSettled = world.send(world.task_settle(run, &[audit])).event();
    assert_eq!(event.provider_paid.amount, 4_250_003);

    let run = world.submitted_as(TaskSpec::nonce(2));
    world.send(world.audit_force(run, 0));
    let first = world.audit(run, a, OTHER_ROOT);
    let pair = [first, world.refute(run, b, first)];
    world.send(world.task_settle(run, &pair));

    let cancelled = world.open_as(TaskSpec::nonce(3));
    world.send(world.task_cancel(cancelled));
    let task = world.open_as(TaskSpec::nonce(4));
    let no_show = world.claim(task);
    world.warp(600);
    world.send(world.run_expire(no_show));
    world.warp(3_600);
    world.send(world.task_expire(task));

    world.end_epoch();
    for shard in 0..16 {
        world.send(world.fee_sweep(epoch, shard));
    }
    world.send(world.pool_claim(by, epoch));
    let free = world.provider_of(by).stake.free;
    assert!(free > STAKE - 13_000_000);
    world.send(world.stake_unbond(by, free));
    world.warp(17_700);
    world.send(world.stake_withdraw(by));
    world.send(world.provider_close(by));
}

#[test]
fn without_extensions_everything_works() {
    runs_end_to_end(World::of_token_2022(&[]));
}

#[test]
fn with_all_extensions_that_describe_it_everything_works() {
    runs_end_to_end(World::of_token_2022(&describing()));
}

#[test]
fn every_other_extension_is_refused_alone_and_among_allowed_ones() {
    let allowed: Vec<u16> = DESCRIBING.iter().map(|(kind, _)| *kind).collect();
    let others = (1..=LAST_KNOWN + 10).chain([999, u16::MAX]).filter(|kind| !allowed.contains(kind));
    for kind in others {
        for mut extensions in [Vec::new(), describing()] {
            extensions.push((kind, vec![0; 32]));
            let mut world = World::paying_in(token_2022::ID, &extensions);
            world.refuse(TesseraError::MintExtension, world.market_init(world.market, market_params()));
        }
    }
}

#[test]
fn a_mint_whose_extensions_make_no_sense_is_refused() {
    let mut world = World::paying_in(token_2022::ID, &describing());
    let mint = world.mint;
    let mut account = world.bank.account(&mint).unwrap();
    // A length that leads beyond the account.
    let at = account.data.len() - 72 - 2;
    account.data[at] = 0xff;
    world.bank.put(mint, account.clone());
    world.refuse(TesseraError::MintExtension, world.market_init(world.market, market_params()));
    // A token account, and a mint that is not initialised.
    account.data[165] = 2;
    world.bank.put(mint, account.clone());
    world.refuse(TesseraError::WrongMint, world.market_init(world.market, market_params()));
    account.data[165] = 1;
    account.data[45] = 0;
    world.bank.put(mint, account);
    world.refuse(TesseraError::WrongMint, world.market_init(world.market, market_params()));
}

#[test]
fn the_token_program_must_be_the_mints() {
    let mut world = World::of_token_2022(&[]);
    let calls = [
        world.task_create(TaskSpec::default()).with(|call| call.accounts.token_program = token::ID).instruction(),
        world.stake_deposit(world.provider, 5).with(|call| call.accounts.token_program = token::ID).instruction(),
        world.pool_open(world.epoch() + 1).with(|call| call.accounts.token_program = token::ID).instruction(),
    ];
    for call in calls {
        let failed = world.bank.send(&[call]).unwrap_err();
        assert_eq!(failed.code(), Some(TesseraError::WrongTokenProgram.into()), "{failed:#?}");
    }
}

/// The requester's associated account with these extensions, in place of the one that it has.
fn replace_requesters_account(world: &mut World, extensions: &[(u16, Vec<u8>)]) {
    let (owner, amount) = (world.requester, world.tokens(&world.requester.token));
    world.bank.close_token(owner.token);
    world.bank.make_token_with(owner.token, owner.key, world.mint, extensions);
    world.bank.mint_to(owner.token, amount);
}

#[test]
fn a_receiver_that_demands_memos_gets_a_balance() {
    let mut world = World::of_token_2022(&[]);
    let run = world.submitted();
    replace_requesters_account(&mut world, &[(IMMUTABLE_OWNER, vec![]), (MEMO_TRANSFER, vec![1])]);
    world.warp(1_800);
    world.refuse(TesseraError::BalanceMissing, world.task_settle(run, &[]));
    let owner = world.requester.key;
    let (balance, unclaimed) = (world.balance_of(&owner), world.market.unclaimed_vault);
    let call = world.task_settle(run, &[]).with(|call| {
        call.accounts.requester_balance = Some(balance);
        call.accounts.unclaimed_vault = Some(unclaimed);
    });
    let event: TaskSettled = world.send(call).event();
    let amount = 500_001 + 100_003 - 50_001;
    assert_eq!(event.requester_refunded, Payment { owner, amount, kept: true });
    assert_eq!(world.read::<Balance>(&balance).amount, amount);
}

#[test]
fn a_receiver_that_no_longer_demands_memos_is_paid() {
    let mut world = World::of_token_2022(&[]);
    let run = world.submitted();
    replace_requesters_account(&mut world, &[(IMMUTABLE_OWNER, vec![]), (MEMO_TRANSFER, vec![0])]);
    world.warp(1_800);
    let event: TaskSettled = world.send(world.task_settle(run, &[])).event();
    assert!(!event.requester_refunded.kept);
}

#[test]
fn a_mint_of_the_other_program_is_none_of_the_markets() {
    let mut world = World::of_token_2022(&[]);
    let (mint, token) = (wallet("other mint"), wallet("other token"));
    world.bank.make_mint(mint);
    world.bank.make_token(token, world.requester.key, mint, 100_000_000);
    world
        .refuse(TesseraError::WrongMint, world.task_create(TaskSpec::default()).with(|call| call.accounts.mint = mint));
    let run = world.submitted();
    world.warp(1_800);
    let call = world.task_settle(run, &[]);
    world.refuse(TesseraError::WrongTokenAccount, call.with(|call| call.accounts.requester_token = token));
}
