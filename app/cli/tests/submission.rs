//! An interrupted submission is resumed and creates one task, whatever was lost on the way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;
use tessera_chain::fake::{FakeChain, fixture};
use tessera_chain::{ChainError, Keypair, MintInfo, Pubkey, Signer, TokenBalance, Windows, ix};
use tessera_cli::error::CliError;
use tessera_cli::order::{Order, Trust};
use tessera_cli::session::{Session, SignedSession};
use tessera_cli::submission::{Submitted, submit};
use tessera_jobs::{JobSpec, Table, prepare};
use tessera_node::{ContentStore, Locator};

const MARKET: u8 = 1;
const MINT: u8 = 2;
const TOKENS: u8 = 3;

struct Place {
    chain: Arc<FakeChain>,
    signed: SignedSession,
    store: ContentStore,
    files: TempDir,
}

impl Place {
    /// A market and a wallet with `base_units`.
    async fn with(base_units: u64) -> Self {
        let chain = Arc::new(FakeChain::new());
        let wallet = Keypair::new();
        let (mint, owner) = (fixture::key(MINT), wallet.pubkey());
        chain.put_market(fixture::key(MARKET), fixture::market(Pubkey::new_unique(), mint));
        let program = ix::TOKEN_PROGRAM;
        chain.put_mint(MintInfo { key: mint, decimals: 6, supply: base_units, program });
        chain.put_token(TokenBalance {
            key: fixture::key(TOKENS),
            owner,
            mint,
            amount: base_units,
            frozen: false,
            memo_required: false,
            program,
        });
        chain.set_lamports(owner, 1_000_000_000);
        let files = tempfile::tempdir().unwrap();
        let store = ContentStore::open(files.path().join("store").to_str().unwrap()).unwrap();
        let session = Session::of(chain.clone(), fixture::key(MARKET)).await.unwrap();
        Self { chain, signed: SignedSession { session, wallet: Arc::new(wallet) }, store, files }
    }

    fn notes(&self) -> PathBuf {
        self.files.path().join("notes")
    }

    fn files_in(&self, folder: &str) -> usize {
        std::fs::read_dir(self.files.path().join(folder)).map_or(0, Iterator::count)
    }

    async fn submit(&self, reward: u64) -> Result<Submitted, CliError> {
        submit(&self.signed, &self.store, &order(reward), &self.notes()).await
    }
}

fn order(reward: u64) -> Order {
    let table = Table::from_csv(b"a,b\n1,2\n3,4\n5,7\n").unwrap();
    let spec = JobSpec::from_label(r#"{"job":"kmeans","clusters":2,"iterations":2}"#).unwrap();
    Order {
        prepared: prepare(&spec, &table).unwrap(),
        reward,
        audit_reward: 0,
        crank_bounty: 0,
        windows: Windows {
            open_seconds: 60,
            execution_seconds: 5,
            audit_seconds: 10,
            challenge_seconds: 10,
            exclusive_seconds: 0,
            grace_seconds: 0,
            reveal_seconds: 0,
        },
        trust: Trust::OPTIMISTIC,
        model: None,
        public_store: None,
    }
}

fn lost() -> ChainError {
    ChainError::Timeout { what: "task_create".to_owned(), seconds: 1 }
}

/// The accounts and data of the transactions sent.
fn sent(chain: &FakeChain) -> Vec<Vec<u8>> {
    chain.sent().iter().map(|outgoing| outgoing.instructions[0].data.clone()).collect()
}

#[tokio::test]
async fn a_transaction_that_was_lost_is_sent_again_for_the_same_task() {
    let place = Place::with(10).await;
    place.chain.fail_next_send(lost());
    assert!(matches!(place.submit(5).await, Err(CliError::Chain(_))));
    let submitted = place.submit(5).await.unwrap();
    assert!(submitted.receipt.is_some());
    let sent = sent(&place.chain);
    assert_eq!((sent.len(), &sent[0]), (2, &sent[1]));
    assert_eq!(place.files_in("notes"), 0);
}

#[tokio::test]
async fn a_task_that_was_created_unseen_is_found_again() {
    let place = Place::with(10).await;
    place.chain.fail_next_send(lost());
    place.submit(5).await.unwrap_err();
    // The transaction had landed all the same.
    let task = place.chain.sent()[0].instructions[0].accounts[3].pubkey;
    place.chain.put_task(task, fixture::task(fixture::key(MARKET), place.signed.key(), 0));
    let submitted = place.submit(5).await.unwrap();
    assert_eq!((submitted.task, submitted.receipt), (task, None));
    assert_eq!(place.chain.sent().len(), 1);
}

#[tokio::test]
async fn another_price_is_another_task() {
    let place = Place::with(10).await;
    place.chain.fail_next_send(lost());
    place.submit(5).await.unwrap_err();
    place.submit(6).await.unwrap();
    let tasks: Vec<Pubkey> = place.chain.sent().iter().map(|sent| sent.instructions[0].accounts[3].pubkey).collect();
    assert_ne!(tasks[0], tasks[1]);
}

#[tokio::test]
async fn another_policy_at_the_same_price_is_another_task() {
    let place = Place::with(1_000).await;
    let trusting = |trust, reward| Order { trust, ..order(reward) };
    let one = trusting(Trust::OPTIMISTIC, 10);
    let two = trusting(Trust::redundant(2), 5);
    assert_eq!(one.escrow().unwrap(), two.escrow().unwrap());
    place.chain.fail_next_send(lost());
    submit(&place.signed, &place.store, &one, &place.notes()).await.unwrap_err();
    submit(&place.signed, &place.store, &two, &place.notes()).await.unwrap();
    let tasks: Vec<Pubkey> = place.chain.sent().iter().map(|sent| sent.instructions[0].accounts[3].pubkey).collect();
    assert_ne!(tasks[0], tasks[1]);
}

#[tokio::test]
async fn a_wallet_without_enough_tokens_sends_and_stores_nothing() {
    let place = Place::with(4).await;
    let error = place.submit(5).await.unwrap_err();
    assert!(error.to_string().contains("needs 0.000005"), "{error}");
    assert!(place.chain.sent().is_empty());
    assert_eq!((place.files_in("store"), place.files_in("notes")), (0, 0));
}

#[tokio::test]
async fn others_are_told_where_the_public_reads_the_data() {
    let place = Place::with(1_000).await;
    let public = Locator::parse_url("https://data.example.com/inputs").unwrap();
    let order = Order { public_store: Some(public.clone()), ..order(5) };
    submit(&place.signed, &place.store, &order, &place.notes()).await.unwrap();
    let told = public.to_string();
    assert!(sent(&place.chain)[0].windows(told.len()).any(|bytes| bytes == told.as_bytes()));
    assert!(place.files_in("store") > 0);
}
