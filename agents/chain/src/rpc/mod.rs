//! The chain over JSON-RPC.

mod classify;
mod history;
mod pool;
mod read;
mod send;
mod status;
#[cfg(test)]
mod tests;
mod tokens;

use std::sync::Arc;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use async_trait::async_trait;
use solana_commitment_config::CommitmentConfig;
use solana_keypair::Keypair;
use solana_signature::Signature;
use tessera::slot_hashes::SlotHash;
use tessera::state::{
    Audit, Balance, Buffer, Dispute, EpochPool, LAYOUT_VERSION, Market, Model, Moment, Provider, Run, Share, Task, v1,
};
use tokio_util::sync::CancellationToken;

use self::pool::Pool;
use crate::chain::{Chain, HistoryPage, MintInfo, Outdated, Outgoing, Receipt, Simulated, TokenBalance};
use crate::endpoints::Endpoints;
use crate::error::ChainError;
use crate::feed::{Feed, FeedPolicy, Reader, Source};
use crate::filters::{self, PARENT};
use crate::retry::RetryPolicy;
use crate::versioned::Versioned;
use crate::world::{AccountKind, Update};

/// How transactions are sent and requests made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendPolicy {
    /// Priority fee in micro-lamports per compute unit; 0 adds no instruction for it.
    pub priority_fee_micro_lamports: u64,
    /// What is added to the simulated compute units, in percent.
    pub compute_margin_percent: u32,
    /// Blockhashes to use up before giving up.
    pub attempts: u32,
    /// The pause between two looks at a transaction's status.
    pub poll: Duration,
    /// The pause after which an unconfirmed transaction is sent once more, the same bytes.
    pub rebroadcast: Duration,
    /// The longest that a call of [`Chain::send`] waits; then the outcome is unknown.
    pub timeout: Duration,
    /// Retries of each request, over all endpoints.
    pub retry: RetryPolicy,
    /// The longest that a single request may take.
    pub request_timeout: Duration,
}

impl Default for SendPolicy {
    fn default() -> Self {
        Self {
            priority_fee_micro_lamports: 0,
            compute_margin_percent: 20,
            attempts: 3,
            poll: Duration::from_millis(200),
            rebroadcast: Duration::from_secs(2),
            timeout: Duration::from_secs(180),
            retry: RetryPolicy { first_delay: Duration::from_millis(100), ..RetryPolicy::default() },
            request_timeout: Duration::from_secs(30),
        }
    }
}

/// The real chain: nodes of one cluster over JSON-RPC and websockets.
#[derive(Debug)]
pub struct RpcChain {
    pool: Arc<Pool>,
    ws: Vec<String>,
    send: SendPolicy,
    feed: FeedPolicy,
}

/// Everything is read and confirmed at this commitment.
pub(crate) const COMMITMENT: CommitmentConfig = CommitmentConfig::confirmed();

impl RpcChain {
    /// A client of these endpoints. Does not touch the network.
    ///
    /// # Errors
    /// [`ChainError::Config`] if an endpoint does not hold what [`Endpoints::new`] asks for.
    pub fn connect(endpoints: Endpoints, send: SendPolicy, feed: FeedPolicy) -> Result<Self, ChainError> {
        let Endpoints { rpc, ws } = Endpoints::new(endpoints.rpc, endpoints.ws)?;
        choose_tls();
        let pool = Pool::connect(&rpc, send.request_timeout, send.retry.clone());
        Ok(Self { pool: Arc::new(pool), ws, send, feed })
    }

    /// Asks a local network or devnet for lamports and waits until they are there.
    ///
    /// # Errors
    /// [`ChainError::Rpc`] where the cluster gives none.
    pub async fn airdrop(&self, to: Pubkey, lamports: u64) -> Result<Signature, ChainError> {
        let signature = self.pool.airdrop(to, lamports).await?;
        send::confirm_airdrop(&self.pool, &self.send, signature).await
    }

    /// The hash that tells this cluster from all others.
    ///
    /// # Errors
    /// If no endpoint answers.
    pub async fn genesis_hash(&self) -> Result<String, ChainError> {
        self.pool.genesis_hash().await
    }
}

/// Chooses the process's TLS implementation, unless the program has chosen: two are linked in by different dependencies, and
/// without a choice the first `wss://` connection would panic.
fn choose_tls() {
    // An error says that there is a choice already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[async_trait]
impl Chain for RpcChain {
    async fn moment(&self) -> Result<Moment, ChainError> {
        self.pool.clock().await
    }

    async fn slot_hash(&self, slot: u64) -> Result<SlotHash, ChainError> {
        self.pool.slot_hash(slot).await
    }

    async fn market(&self, key: Pubkey) -> Result<Option<Versioned<Market>>, ChainError> {
        self.pool.stored(key).await
    }

    async fn provider(&self, key: Pubkey) -> Result<Option<Versioned<Provider>>, ChainError> {
        self.pool.stored(key).await
    }

    async fn model(&self, key: Pubkey) -> Result<Option<Versioned<Model>>, ChainError> {
        self.pool.stored(key).await
    }

    async fn task(&self, key: Pubkey) -> Result<Option<Versioned<Task>>, ChainError> {
        self.pool.stored(key).await
    }

    async fn run(&self, key: Pubkey) -> Result<Option<Versioned<Run>>, ChainError> {
        self.pool.stored(key).await
    }

    async fn audit(&self, key: Pubkey) -> Result<Option<Versioned<Audit>>, ChainError> {
        self.pool.stored(key).await
    }

    async fn dispute(&self, key: Pubkey) -> Result<Option<Versioned<Dispute>>, ChainError> {
        self.pool.stored(key).await
    }

    async fn buffer(&self, key: Pubkey) -> Result<Option<Versioned<Buffer>>, ChainError> {
        self.pool.stored(key).await
    }

    async fn pool(&self, key: Pubkey) -> Result<Option<Versioned<EpochPool>>, ChainError> {
        self.pool.stored(key).await
    }

    async fn share(&self, key: Pubkey) -> Result<Option<Versioned<Share>>, ChainError> {
        self.pool.stored(key).await
    }

    async fn balance(&self, key: Pubkey) -> Result<Option<Versioned<Balance>>, ChainError> {
        self.pool.stored(key).await
    }

    async fn markets(&self) -> Result<Vec<Versioned<Market>>, ChainError> {
        self.pool.all(filters::of::<Market>(LAYOUT_VERSION)).await
    }

    async fn providers(&self, market: Pubkey) -> Result<Vec<Versioned<Provider>>, ChainError> {
        self.pool.all(filters::filters(AccountKind::Provider, market)).await
    }

    async fn tasks(&self, market: Pubkey) -> Result<Vec<Versioned<Task>>, ChainError> {
        self.pool.all(filters::filters(AccountKind::Task, market)).await
    }

    async fn runs(&self, task: Pubkey) -> Result<Vec<Versioned<Run>>, ChainError> {
        self.pool.all(filters::of_with::<Run>(LAYOUT_VERSION, PARENT, task)).await
    }

    async fn audits(&self, run: Pubkey) -> Result<Vec<Versioned<Audit>>, ChainError> {
        self.pool.all(filters::of_with::<Audit>(LAYOUT_VERSION, PARENT, run)).await
    }

    async fn disputes(&self, run: Pubkey) -> Result<Vec<Versioned<Dispute>>, ChainError> {
        self.pool.all(filters::of_with::<Dispute>(LAYOUT_VERSION, PARENT, run)).await
    }

    async fn pools(&self, market: Pubkey) -> Result<Vec<Versioned<EpochPool>>, ChainError> {
        self.pool.all(filters::filters(AccountKind::Pool, market)).await
    }

    async fn shares(&self, market: Pubkey) -> Result<Vec<Versioned<Share>>, ChainError> {
        self.pool.all(filters::filters(AccountKind::Share, market)).await
    }

    async fn balances(&self, market: Pubkey) -> Result<Vec<Versioned<Balance>>, ChainError> {
        self.pool.all(filters::filters(AccountKind::Balance, market)).await
    }

    async fn outdated_markets(&self) -> Result<Vec<Versioned<v1::Market>>, ChainError> {
        self.pool.outdated_markets().await
    }

    async fn outdated(&self, market: Pubkey) -> Result<Vec<Outdated>, ChainError> {
        self.pool.outdated(market).await
    }

    async fn lamports(&self, key: Pubkey) -> Result<u64, ChainError> {
        Ok(self.pool.account(key).await?.1.map_or(0, |account| account.lamports))
    }

    async fn account_exists(&self, key: Pubkey) -> Result<bool, ChainError> {
        Ok(self.pool.account(key).await?.1.is_some())
    }

    async fn token_balance(&self, key: Pubkey) -> Result<Option<TokenBalance>, ChainError> {
        self.pool.token_balance(key).await
    }

    async fn token_accounts(&self, owner: Pubkey, mint: Pubkey) -> Result<Vec<TokenBalance>, ChainError> {
        self.pool.token_accounts(owner, mint).await
    }

    async fn mint(&self, key: Pubkey) -> Result<Option<MintInfo>, ChainError> {
        self.pool.mint(key).await
    }

    async fn rent_exempt(&self, bytes: usize) -> Result<u64, ChainError> {
        self.pool.rent_exempt(bytes).await
    }

    async fn simulate(&self, outgoing: &Outgoing, payer: Pubkey) -> Result<Simulated, ChainError> {
        send::simulate(&self.pool, &self.send, outgoing, payer).await
    }

    async fn send(&self, outgoing: Outgoing, signers: &[&Keypair]) -> Result<Receipt, ChainError> {
        send::send(&self.pool, &self.send, outgoing, signers).await
    }

    async fn history_page(
        &self,
        address: Pubkey,
        before: Option<Signature>,
        limit: usize,
    ) -> Result<HistoryPage, ChainError> {
        self.pool.history(address, before, limit).await
    }

    async fn watch(&self, market: Pubkey, cancel: CancellationToken) -> Result<Feed, ChainError> {
        let sources = self
            .ws
            .iter()
            .map(|url| Source { url: url.clone(), market, commitment: COMMITMENT, policy: self.feed.clone() })
            .collect();
        let reader: Arc<dyn Reader> = Arc::clone(&self.pool) as Arc<dyn Reader>;
        Feed::start(market, reader, sources, &self.feed, cancel).await
    }
}

#[async_trait]
impl Reader for Pool {
    async fn sweep(&self, market: Pubkey, floor: u64) -> Result<Vec<Update>, ChainError> {
        self.raise_floor(floor);
        let mut updates = vec![Update::Moment(self.clock().await?)];
        updates.extend(self.updates(vec![market]).await?);
        for kind in AccountKind::ALL {
            updates.push(self.listing(kind, market).await?);
        }
        Ok(updates)
    }

    async fn reread(&self, keys: Vec<Pubkey>, floor: u64) -> Result<Vec<Update>, ChainError> {
        self.raise_floor(floor);
        self.updates(keys).await
    }

    async fn clock(&self) -> Result<Moment, ChainError> {
        Pool::clock(self).await
    }
}
