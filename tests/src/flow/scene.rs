mod agents;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use tessera_chain::{BackendKind, Hardware, Roles};
use tessera_chain::{CancellationToken, Chain, Feed, Keypair, Outgoing, Pubkey, Signer, World, address, ix};
use tessera_cli::args::{Cli, Command, TaskCommand};
use tessera_cli::commands::provider::{Registration, ensure_registered};
use tessera_cli::error::CliError;
use tessera_cli::order::{Order, Request, Trust};
use tessera_cli::result::{TaskResult, result_of};
use tessera_cli::session::{Session, SignedSession};
use tessera_cli::submission::{Submitted, submit};
use tessera_compute::{Backend, ContentId};
use tessera_jobs::{JobSpec, Prepared, Table, prepare};
use tessera_node::dispute::{ChallengeTuning, Fault};
use tessera_node::{ContentStore, Shutdown};
use tessera_provider::{Provider, ProviderConfig};
use tessera_verifier::{Verifier, VerifierConfig};

use super::{Books, Flipping, Network, Wrong};

/// Base units at stake for each agent.
const STAKE: u64 = 1_000_000_000;
/// Beyond this a flow has failed; it is no pause.
const LIMIT: Duration = Duration::from_secs(180);
/// More than the draw delay of the local market on both clocks: a younger verifier may not audit a submission.
const SEASONING_SECONDS: u32 = 5;
/// The operator, who owns mint, market and treasury.
const OPERATOR: &str = "operator";

/// A market with named wallets on it.
pub struct Scene {
    pub(super) network: Network,
    /// A client.
    pub chain: Arc<dyn Chain>,
    /// The market.
    pub market: Pubkey,
    /// Its mint.
    pub mint: Pubkey,
    feed: Feed,
    /// Where providers serve, who do.
    served: BTreeMap<String, SocketAddr>,
    wallets: BTreeMap<&'static str, Keypair>,
    store: ContentStore,
    pub(super) files: tempfile::TempDir,
}

/// Agents at work; they share a request to end.
#[derive(Default)]
pub struct Agents {
    shutdown: Option<Shutdown>,
    providers: Vec<Provider>,
    verifiers: Vec<Verifier>,
}

impl Scene {
    /// A market and wallets of these names, with lamports and tokens.
    pub async fn open(names: &[&'static str]) -> Self {
        let mut wallets: BTreeMap<_, _> = names.iter().map(|name| (*name, Keypair::new())).collect();
        let operator = Keypair::new();
        let keys: Vec<Pubkey> = wallets.values().map(Signer::pubkey).collect();
        let (network, chain, market, mint) = Network::open(&operator, &keys).await;
        wallets.insert(OPERATOR, operator);
        let feed = chain.watch(market, CancellationToken::new()).await.expect("the market can be watched");
        let files = tempfile::tempdir().expect("a temporary folder");
        let store = ContentStore::open(&files.path().join("store").to_string_lossy()).expect("a store");
        Self { network, chain, market, mint, feed, served: BTreeMap::new(), wallets, store, files }
    }

    /// A wallet.
    pub fn wallet(&self, name: &str) -> &Keypair {
        &self.wallets[name]
    }

    /// The Provider account of a wallet.
    pub fn provider_of(&self, name: &str) -> Pubkey {
        address::provider(&self.market, &self.wallet(name).pubkey())
    }

    /// The associated token account of a wallet, in the market's mint.
    pub fn token_account(&self, name: &str) -> Pubkey {
        address::associated_token(&self.wallet(name).pubkey(), &self.mint, &ix::TOKEN_PROGRAM)
    }

    /// What a wallet has in its token account.
    pub async fn tokens(&self, name: &str) -> u64 {
        let account = self.token_account(name);
        self.chain.token_balance(account).await.expect("readable").expect("there").amount
    }

    /// What a wallet has to pay transactions and rent with.
    pub async fn lamports(&self, name: &str) -> u64 {
        self.chain.lamports(self.wallet(name).pubkey()).await.expect("readable")
    }

    /// What a wallet's Provider account has at stake: free and locked.
    pub async fn stake(&self, name: &str) -> (u64, u64) {
        let provider = self.chain.provider(self.provider_of(name)).await.expect("readable").expect("registered");
        (provider.stake.free, provider.stake.locked)
    }

    /// Everybody's money.
    pub async fn count(&self) -> Books {
        let keys: Vec<Pubkey> = self.wallets.values().map(Signer::pubkey).collect();
        Books::count(self.chain.as_ref(), self.market, &keys).await
    }

    /// The market as a wallet's commands see it.
    pub async fn session(&self, name: &str) -> SignedSession {
        let session = Session::of(self.chain.clone(), self.market).await.expect("the market is there");
        SignedSession { session, wallet: Arc::new(self.wallet(name).insecure_clone()) }
    }

    /// Submits a job on a CSV of the repository, as `task submit` does.
    pub async fn submit(&self, name: &str, spec: &JobSpec, csv: &[u8], reward: u64) -> Submitted {
        self.submit_with(name, spec, csv, reward, Trust::OPTIMISTIC).await
    }

    /// As [`Scene::submit`], with a policy, requirements and a shortlist.
    pub async fn submit_with(&self, name: &str, spec: &JobSpec, csv: &[u8], reward: u64, trust: Trust) -> Submitted {
        let prepared = prepare(spec, &Table::from_csv(csv).expect("a table")).expect("a job");
        let signed = self.session(name).await;
        self.order(&signed, prepared, reward, trust).await.expect("the task is created")
    }

    /// As [`Scene::submit`], for a wallet that may not be able to.
    pub async fn try_submit(
        &self,
        signed: &SignedSession,
        spec: &JobSpec,
        csv: &[u8],
        reward: u64,
    ) -> Result<Submitted, CliError> {
        let prepared = prepare(spec, &Table::from_csv(csv).expect("a table")).expect("a job");
        self.order(signed, prepared, reward, Trust::OPTIMISTIC).await
    }

    /// What a job as it is asked for on a command line, `task submit ...`, computes.
    pub fn prepared_as_typed(arguments: &[&str]) -> Prepared {
        Self::typed(arguments).sources.prepare().expect("a job")
    }

    fn typed(arguments: &[&str]) -> Request {
        match Cli::parse_from(arguments).command {
            Command::Task(TaskCommand::Submit(job)) => Request::from(*job),
            _ => panic!("{arguments:?} submits no task"),
        }
    }

    /// Submits a job as it was asked for on a command line, `task submit ...`.
    pub async fn submit_as_typed(&self, name: &str, arguments: &[&str]) -> Submitted {
        let request = Self::typed(arguments);
        let (signed, prepared) = (self.session(name).await, request.sources.prepare().expect("a job"));
        let reward = signed.session.base_units(request.submit.reward).expect("tokens");
        let trust = Trust::from(&request.submit.trust);
        self.order(&signed, prepared, reward, trust).await.expect("the task is created")
    }

    async fn order(
        &self,
        signed: &SignedSession,
        prepared: Prepared,
        reward: u64,
        trust: Trust,
    ) -> Result<Submitted, CliError> {
        let mut windows = self.network.windows();
        if trust.policy.runs() > 1 {
            windows.reveal_seconds = windows.execution_seconds;
        }
        let order = Order {
            prepared,
            reward,
            audit_reward: reward / 10,
            crank_bounty: reward / 100,
            windows,
            trust,
            model: None,
            public_store: None,
        };
        submit(signed, &self.store, &order, &self.files.path().join("submissions")).await
    }

    /// Takes an open task back, as `task cancel` does.
    pub async fn cancel(&self, name: &str, task: Pubkey) {
        let signed = self.session(name).await;
        let account = self.chain.task(task).await.expect("readable").expect("the task is there");
        let destination = self.token_account(name);
        let cancel = ix::task_cancel(&account, &signed.session.market, destination);
        let outgoing = Outgoing::new("task_cancel", vec![cancel]);
        self.chain.send(outgoing, &[self.wallet(name)]).await.expect("cancelled");
    }

    /// Flips a bit of a stored object, as a failing disk or a thief might.
    pub fn tamper_with(&self, id: &ContentId) {
        let path = self.files.path().join("store").join(id.to_string());
        let mut bytes = std::fs::read(&path).expect("the object is stored");
        *bytes.last_mut().expect("it has bytes") ^= 1;
        std::fs::write(&path, bytes).expect("writable");
    }

    /// The result of a task, fetched and checked as `task result` does.
    pub async fn result(&self, task: Pubkey) -> Result<TaskResult, CliError> {
        let session = Session::of(self.chain.clone(), self.market).await.expect("the market is there");
        result_of(&session, task, self.store.clone()).await
    }

    /// Waits until the chain shows something.
    pub async fn until<T>(&mut self, what: &str, mut shown: impl FnMut(&World) -> Option<T>) -> T {
        let seen = tokio::time::timeout(LIMIT, async {
            let mut world = self.feed.latest();
            loop {
                if let Some(found) = shown(&world) {
                    return found;
                }
                world = self.feed.changed().await.expect("the feed goes on");
            }
        });
        seen.await.unwrap_or_else(|_| panic!("the chain did not show within {LIMIT:?}: {what}"))
    }

    /// Waits until neither side of a dispute has a buffer.
    pub async fn until_no_buffers(&mut self, task: Pubkey, provider: &str, challenger: &str) {
        let run = address::run(&task, &self.provider_of(provider));
        let dispute = address::dispute(&run, &self.wallet(challenger).pubkey());
        let buffers = [provider, challenger].map(|name| address::buffer(&dispute, &self.wallet(name).pubkey()));
        let gone = tokio::time::timeout(LIMIT, async {
            for buffer in buffers {
                while self.chain.account_exists(buffer).await.expect("readable") {
                    self.feed.changed().await.expect("the feed goes on");
                }
            }
        });
        gone.await.expect("buffers are closed");
    }

    /// Waits until a task's account is closed.
    pub async fn until_closed(&mut self, task: Pubkey) {
        self.until("the task is closed", |world| (!world.tasks.contains_key(&task)).then_some(())).await;
    }

    /// Lets a window pass on the chain's clock.
    pub async fn pass(&mut self, window: impl Fn(tessera_chain::Windows) -> u32) {
        self.pass_seconds(window(self.network.windows())).await;
    }

    /// Whether time can be moved: else epochs would have to be waited for.
    pub const fn moves_time(&self) -> bool {
        matches!(self.network, Network::Embedded(_))
    }

    /// Lets fee epochs pass on the chain's clock.
    pub async fn pass_epochs(&mut self, epochs: u32) {
        let market = self.chain.market(self.market).await.expect("readable").expect("the market is there");
        self.pass_seconds(epochs * market.epoch_seconds).await;
    }

    /// Lets seconds pass on the chain's clock.
    pub async fn pass_seconds(&mut self, seconds: u32) {
        let since = self.chain.moment().await.expect("readable");
        let tokio_wait = tokio::time::timeout(LIMIT, async {
            let mut world = self.feed.latest();
            while !self.network.pass(seconds, since, &world) {
                world = self.feed.changed().await.expect("the feed goes on");
            }
        });
        tokio_wait.await.expect("the chain's clock moves");
    }

    /// Ends the agents and the chain, after looking that no task, run or audit of the market is left.
    pub async fn close(self, agents: Agents) {
        agents.end().await;
        let chain = self.chain.as_ref();
        assert!(chain.tasks(self.market).await.expect("readable").is_empty(), "every task is closed");
        self.feed.shutdown().await.expect("the feed ends");
        self.network.stop().await;
    }
}

impl Agents {
    fn shutdown(&mut self) -> Shutdown {
        self.shutdown.get_or_insert_with(Shutdown::new).clone()
    }

    /// Asks all to end, and waits for it.
    pub async fn end(self) {
        if let Some(shutdown) = self.shutdown {
            shutdown.request();
        }
        for provider in self.providers {
            provider.join().await.expect("the provider ends in order");
        }
        for verifier in self.verifiers {
            verifier.join().await.expect("the verifier ends in order");
        }
    }
}
