#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use tessera::state::{Model, Task};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::chain::TokenBalance;
use crate::fake::FakeChain;
use crate::fake::fixture::{self, key, moment};
use crate::versioned::Stored;

const MARKET: u8 = 1;
const TASK: u8 = 2;
const REQUESTER: u8 = 9;
const CRANKER: u8 = 11;
const MINT: u8 = 8;
/// The epoch of second 700, of a day.
const EPOCH: u64 = 0;

/// A chain with a submitted run whose windows have passed.
struct Bench {
    chain: FakeChain,
    run: Pubkey,
}

fn bench(change: impl FnOnce(&mut Task)) -> Bench {
    let chain = FakeChain::new();
    let mut task = fixture::task(key(MARKET), key(REQUESTER), 0);
    let run = fixture::submitted(key(MARKET), key(TASK), key(3), key(4));
    fixture::with_run(&mut task, &run);
    change(&mut task);
    let at = address::run(&key(TASK), &key(3));
    chain.put_market(key(MARKET), fixture::market(key(5), key(MINT)));
    chain.put_task(key(TASK), task);
    chain.put_run(at, run);
    chain.set_moment(moment(700));
    Bench { chain, run: at }
}

impl Bench {
    fn token(&self, owner: Pubkey, key: Pubkey) -> TokenBalance {
        let program = ix::TOKEN_PROGRAM;
        let (mint, amount) = (self::key(MINT), 0);
        let token = TokenBalance { key, owner, mint, amount, frozen: false, memo_required: false, program };
        self.chain.put_token(token);
        token
    }

    fn associated(&self, owner: Pubkey) -> Pubkey {
        address::associated_token(&owner, &key(MINT), &ix::TOKEN_PROGRAM)
    }

    /// Opens the books of the epoch and the fee vault that the task needs.
    fn open(&self) {
        let mut pool = fixture::pool(key(MARKET), EPOCH);
        pool.opened = 1 << address::fee_shard(&key(TASK));
        self.chain.put_pool(address::pool(&key(MARKET), EPOCH), pool);
    }

    async fn world(&self) -> std::sync::Arc<World> {
        self.chain.watch(key(MARKET), CancellationToken::new()).await.unwrap().latest()
    }

    /// The transactions of the only thing that is due for the task.
    async fn crank(&self) -> Vec<Outgoing> {
        let world = self.world().await;
        let task = &world.tasks[&key(TASK)];
        let due = due::of_task(&world, task, world.moment);
        assert_eq!(due.len(), 1, "{due:?}");
        crank(&self.chain, &world, &due[0], key(CRANKER)).await.unwrap()
    }
}

fn keys(instruction: &Instruction) -> Vec<Pubkey> {
    instruction.accounts.iter().map(|account| account.pubkey).collect()
}

fn labels(sent: &[Outgoing]) -> Vec<&str> {
    sent.iter().map(|outgoing| outgoing.label.as_str()).collect()
}

#[tokio::test]
async fn where_nothing_is_missing_a_settlement_is_one_instruction() {
    let bench = bench(|_| {});
    bench.open();
    let token = bench.token(key(REQUESTER), bench.associated(key(REQUESTER)));
    let sent = bench.crank().await;
    assert_eq!((labels(&sent), sent[0].instructions.len()), (vec!["task_settle"], 1));
    assert!(keys(&sent[0].instructions[0]).contains(&token.key));
    assert!(!keys(&sent[0].instructions[0]).contains(&address::unclaimed_vault(&key(MARKET))));
}

#[tokio::test]
async fn missing_books_vault_and_token_account_are_made_in_the_same_transaction() {
    let bench = bench(|_| {});
    let market = bench.world().await.market.clone().unwrap();
    let sent = bench.crank().await;
    assert_eq!(labels(&sent), ["task_settle"]);
    let shard = address::fee_shard(&key(TASK));
    let before = [
        ix::pool_open(key(CRANKER), &market, EPOCH),
        ix::fee_vault_open(key(CRANKER), &market, EPOCH, shard),
        ix::ata_create(key(CRANKER), key(REQUESTER), key(MINT), ix::TOKEN_PROGRAM),
    ];
    assert_eq!(sent[0].instructions[..3], before);
    assert!(transaction_size(&sent[0].instructions, &key(CRANKER)) <= MAX_TRANSACTION);
}

#[tokio::test]
async fn books_that_the_world_has_not_seen_yet_are_not_opened_twice() {
    let bench = bench(|_| {});
    bench.token(key(REQUESTER), bench.associated(key(REQUESTER)));
    let world = bench.world().await;
    bench.open();
    let due = due::of_task(&world, &world.tasks[&key(TASK)], world.moment);
    let sent = crank(&bench.chain, &world, &due[0], key(CRANKER)).await.unwrap();
    assert_eq!(sent[0].instructions.len(), 1);
}

#[tokio::test]
async fn a_run_that_is_not_paid_needs_no_fee_vault() {
    let bench = bench(|task| task.slots[0].state = tessera::state::SlotState::Refuted);
    bench.token(key(REQUESTER), bench.associated(key(REQUESTER)));
    assert_eq!(bench.crank().await[0].instructions.len(), 1);
}

#[tokio::test]
async fn another_account_of_the_owner_serves_where_the_associated_one_cannot_receive() {
    let bench = bench(|_| {});
    bench.open();
    let frozen = TokenBalance { frozen: true, ..bench.token(key(REQUESTER), bench.associated(key(REQUESTER))) };
    bench.chain.put_token(frozen);
    let other = bench.token(key(REQUESTER), key(70));
    let settle = bench.crank().await;
    assert!(keys(&settle[0].instructions[0]).contains(&other.key));
    assert!(!keys(&settle[0].instructions[0]).contains(&frozen.key));
}

#[tokio::test]
async fn what_cannot_receive_becomes_a_balance() {
    for (frozen, memo_required, owner) in [(true, false, REQUESTER), (false, true, REQUESTER), (false, false, 77)] {
        let bench = bench(|_| {});
        bench.open();
        // The last case: its owner gave it to somebody else.
        let token = bench.token(key(owner), bench.associated(key(REQUESTER)));
        bench.chain.put_token(TokenBalance { frozen, memo_required, ..token });
        let settle = &bench.crank().await[0].instructions;
        assert_eq!(settle.len(), 1, "nothing can be created there");
        let passed = keys(&settle[0]);
        assert!(passed.contains(&token.key) && passed.contains(&address::unclaimed_vault(&key(MARKET))));
        assert!(passed.contains(&address::balance(&key(MARKET), &key(REQUESTER))));
        assert!(!passed.contains(&address::balance(&key(MARKET), &key(4))));
    }
}

#[tokio::test]
async fn a_frozen_stake_vault_pays_the_providers_balance() {
    let bench = bench(|_| {});
    bench.open();
    bench.token(key(REQUESTER), bench.associated(key(REQUESTER)));
    let vault = bench.token(key(3), address::stake_vault(&key(3)));
    bench.chain.put_token(TokenBalance { frozen: true, ..vault });
    let settle = &bench.crank().await[0].instructions;
    assert!(keys(&settle[0]).contains(&address::balance(&key(MARKET), &key(4))));
}

#[tokio::test]
async fn with_four_balances_one_audit_waits_for_the_next_transaction() {
    let bench = bench(|task| task.terms.model = Some(key(60)));
    bench.open();
    let model = Model {
        version: tessera::state::LAYOUT_VERSION,
        bump: 255,
        creator: key(61),
        model_root: [1; 32],
        payout: key(62),
        reserved: [0; 64],
    };
    bench.chain.put_model(key(60), model);
    let shard = address::fee_shard(&key(TASK));
    for (owner, at) in [
        (key(REQUESTER), bench.associated(key(REQUESTER))),
        (key(62), bench.associated(key(62))),
        (key(3), address::stake_vault(&key(3))),
        (key(MARKET), address::fee_vault(&key(MARKET), EPOCH, shard)),
    ] {
        let token = bench.token(owner, at);
        bench.chain.put_token(TokenBalance { frozen: true, ..token });
    }
    bench.token(key(CRANKER), bench.associated(key(CRANKER)));
    for verifier in [50, 51] {
        let state = AuditState::Agreed { keyed_root: [1; 32] };
        bench.chain.put_audit(key(verifier), fixture::audit(bench.run, key(MARKET), key(verifier + 100), state));
    }
    let sent = bench.crank().await;
    assert_eq!(labels(&sent), ["task_settle"]);
    assert!(transaction_size(&sent[0].instructions, &key(CRANKER)) <= MAX_TRANSACTION);
    let passed = keys(&sent[0].instructions[0]);
    assert_eq!([50, 51].iter().filter(|verifier| passed.contains(&key(**verifier))).count(), 1);
}

#[tokio::test]
async fn a_world_without_the_run_is_told_what_is_missing() {
    let bench = bench(|_| {});
    let world = bench.world().await;
    let (task, run) = (key(TASK), key(99));
    let due = Due { crank: Crank::Settle { task, run, outcome: Outcome::Upheld }, since: 0 };
    let error = crank(&bench.chain, &world, &due, key(CRANKER)).await.unwrap_err();
    assert_eq!(error, missing(Run::NAME, key(99)));
}

#[tokio::test]
async fn what_needs_no_token_account_is_sent_as_it_is() {
    let bench = bench(|_| {});
    let world = bench.world().await;
    for (what, label) in [
        (Crank::Draw { task: key(TASK), run: bench.run }, "audit_draw"),
        (Crank::ApplyParams, "market_apply"),
        (Crank::Recount { provider: key(3) }, "stake_recount"),
    ] {
        let sent = crank(&bench.chain, &world, &Due { crank: what, since: 0 }, key(CRANKER)).await.unwrap();
        assert_eq!((labels(&sent), sent[0].instructions.len()), (vec![label], 1));
    }
}

#[tokio::test]
async fn the_insurance_vault_is_named_where_strangers_sent_tokens_to_the_tasks() {
    let bench = bench(|_| {});
    bench.open();
    bench.token(key(REQUESTER), bench.associated(key(REQUESTER)));
    let insurance = address::insurance_vault(&key(MARKET));
    let escrow = bench.world().await.tasks[&key(TASK)].escrow;
    let vault = bench.token(key(TASK), address::task_vault(&key(TASK)));
    for (amount, is_named) in [(escrow, false), (escrow + 1, true)] {
        bench.chain.put_token(TokenBalance { amount, ..vault });
        assert_eq!(keys(&bench.crank().await[0].instructions[0]).contains(&insurance), is_named);
    }
}

#[tokio::test]
async fn what_somebody_else_has_sent_is_found_by_reading_the_account_again() {
    let bench = bench(|_| {});
    bench.open();
    let world = bench.world().await;
    let done = |crank| done_since(&bench.chain, &world, crank);
    let (task, run, pool) = (key(TASK), bench.run, address::pool(&key(MARKET), EPOCH));
    let settle = Crank::Settle { task, run, outcome: Outcome::Upheld };
    let sweep = |shard| Crank::SweepFees { epoch: EPOCH, shard };
    let provider = address::provider(&key(MARKET), &key(4));
    bench.chain.put_provider(provider, fixture::provider(key(MARKET), key(4)));
    let share = address::share(&provider, EPOCH);
    bench.chain.put_share(share, fixture::share(key(MARKET), provider, EPOCH));
    let all = [
        settle,
        sweep(3),
        Crank::Expire { task, run: None },
        Crank::ClaimShare { share },
        Crank::ClosePool { epoch: EPOCH },
    ];
    for crank in all {
        assert_eq!(done(crank).await, Ok(None), "{crank:?}");
    }
    assert!(done(Crank::Recount { provider }).await.unwrap().is_some(), "it weighs no more than its stake");

    let mut books = bench.chain.pool(pool).await.unwrap().unwrap().data;
    books.swept = 1 << 3;
    bench.chain.put_pool(pool, books);
    assert!(done(sweep(3)).await.unwrap().is_some_and(|slot| slot > world.slot()));
    assert_eq!(done(sweep(4)).await, Ok(None), "another shard");
    let mut decided = bench.chain.run(run).await.unwrap().unwrap().data;
    decided.state = RunState::Upheld;
    bench.chain.put_run(run, decided);
    assert!(done(settle).await.unwrap().is_some_and(|slot| slot > world.slot()));
    let close = Crank::CloseAudits { task, run };
    assert_eq!(done(close).await, Ok(None), "its audits are not closed");
    for closed in [run, task, share, pool] {
        bench.chain.remove(closed);
    }
    for crank in all.into_iter().chain([close]) {
        assert_eq!(done(crank).await, Ok(Some(world.slot())), "{crank:?}: the account is gone");
    }
}
