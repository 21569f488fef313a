//! What agents need of a chain, behind a trait, so that tests can do without one.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use async_trait::async_trait;
use solana_keypair::Keypair;
use solana_signature::Signature;
use tessera::slot_hashes::SlotHash;
use tessera::state::{
    Audit, Balance, Buffer, Dispute, EpochPool, Market, Model, Moment, Provider, Run, Share, Task, v1,
};
use tokio_util::sync::CancellationToken;

use crate::error::ChainError;
use crate::event::Event;
use crate::feed::Feed;
use crate::versioned::Versioned;

/// Instructions to be sent as one transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// What it does, for logs and errors, such as `task_claim`.
    pub label: String,
    /// The instructions, without those that set the compute budget.
    pub instructions: Vec<Instruction>,
    /// The compute units to ask for; `None` finds them by simulation, which also refuses what would fail without cost.
    pub compute_units: Option<u32>,
}

impl Outgoing {
    /// A transaction whose compute limit is found by simulation.
    pub fn new(label: impl Into<String>, instructions: impl Into<Vec<Instruction>>) -> Self {
        Self { label: label.into(), instructions: instructions.into(), compute_units: None }
    }

    /// Asks for this many compute units and sends without simulation.
    #[must_use]
    pub fn with_compute_units(mut self, units: u32) -> Self {
        self.compute_units = Some(units);
        self
    }
}

/// A transaction that succeeded and is confirmed.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// Its signature.
    pub signature: Signature,
    /// The slot that it landed in.
    pub slot: u64,
    /// What it cost and did; `None` if no node could tell in time (it has landed all the same).
    pub details: Option<Details>,
}

/// What a transaction cost and did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Details {
    /// Compute units used.
    pub compute_units: u64,
    /// The fee paid, in lamports.
    pub fee_lamports: u64,
    /// The program's events, in order.
    pub events: Vec<Event>,
    /// The log lines.
    pub logs: Vec<String>,
}

/// What a transaction would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulated {
    /// Compute units used.
    pub compute_units: u64,
    /// The program's events, in order.
    pub events: Vec<Event>,
    /// The log lines.
    pub logs: Vec<String>,
}

/// A transaction of the past.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Its signature.
    pub signature: Signature,
    /// The slot that it landed in.
    pub slot: u64,
    /// When its block was made, in unix seconds, if the node knows.
    pub time: Option<i64>,
    /// Why it failed, if it did.
    pub error: Option<ChainError>,
    /// What it cost and did, if the node still has it.
    pub details: Option<Details>,
}

/// A part of an address's history.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryPage {
    /// Its transactions, newest first.
    pub transactions: Vec<Recorded>,
    /// Where the next page begins; `None` if there are no earlier transactions.
    pub next: Option<Signature>,
}

/// An account of layout version 1, which `account_migrate` brings to the present one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outdated {
    /// Its address.
    pub key: Pubkey,
    /// What it is.
    pub kind: OutdatedKind,
}

/// What can be migrated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutdatedKind {
    /// A market; first, the others depend on it.
    Market,
    /// A provider or verifier.
    Provider,
    /// A model.
    Model,
}

/// A token account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenBalance {
    /// The token account.
    pub key: Pubkey,
    /// Who may spend from it.
    pub owner: Pubkey,
    /// Its mint.
    pub mint: Pubkey,
    /// Its balance in base units.
    pub amount: u64,
    /// Whether it can neither receive nor send.
    pub frozen: bool,
    /// Whether its owner demands a memo with what it receives (Token-2022).
    pub memo_required: bool,
    /// The program that it belongs to: Token or Token-2022.
    pub program: Pubkey,
}

impl TokenBalance {
    /// Whether the program's payments can reach it.
    #[must_use]
    pub fn can_receive(&self) -> bool {
        !self.frozen && !self.memo_required
    }
}

/// A mint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MintInfo {
    /// The mint.
    pub key: Pubkey,
    /// Base units are ten to this power of one token.
    pub decimals: u8,
    /// Base units in existence.
    pub supply: u64,
    /// The program that it belongs to: Token or Token-2022.
    pub program: Pubkey,
}

/// The chain as agents see it. Reads see what this client's confirmed transactions did.
///
/// Cancel safety: reads hold nothing, dropping one is harmless. [`Chain::send`] and [`Chain::watch`] say their own.
#[async_trait]
pub trait Chain: Send + Sync + 'static {
    /// The chain's clock: deadlines are judged by it, never by the machine's.
    async fn moment(&self) -> Result<Moment, ChainError>;

    /// The first recorded slot hash at or after `slot`, of the 512 that the cluster keeps.
    async fn slot_hash(&self, slot: u64) -> Result<SlotHash, ChainError>;

    /// The market at `key`; `None` if there is no account. An account of another kind is [`ChainError::Decode`], of another
    /// layout version [`ChainError::Layout`].
    async fn market(&self, key: Pubkey) -> Result<Option<Versioned<Market>>, ChainError>;
    /// The provider at `key`, as [`Chain::market`].
    async fn provider(&self, key: Pubkey) -> Result<Option<Versioned<Provider>>, ChainError>;
    /// The model at `key`, as [`Chain::market`].
    async fn model(&self, key: Pubkey) -> Result<Option<Versioned<Model>>, ChainError>;
    /// The task at `key`, as [`Chain::market`].
    async fn task(&self, key: Pubkey) -> Result<Option<Versioned<Task>>, ChainError>;
    /// The run at `key`, as [`Chain::market`].
    async fn run(&self, key: Pubkey) -> Result<Option<Versioned<Run>>, ChainError>;
    /// The audit at `key`, as [`Chain::market`].
    async fn audit(&self, key: Pubkey) -> Result<Option<Versioned<Audit>>, ChainError>;
    /// The dispute at `key`, as [`Chain::market`].
    async fn dispute(&self, key: Pubkey) -> Result<Option<Versioned<Dispute>>, ChainError>;
    /// The buffer at `key`, as [`Chain::market`].
    async fn buffer(&self, key: Pubkey) -> Result<Option<Versioned<Buffer>>, ChainError>;
    /// The books of an epoch at `key`, as [`Chain::market`].
    async fn pool(&self, key: Pubkey) -> Result<Option<Versioned<EpochPool>>, ChainError>;
    /// The share at `key`, as [`Chain::market`].
    async fn share(&self, key: Pubkey) -> Result<Option<Versioned<Share>>, ChainError>;
    /// The balance at `key`, as [`Chain::market`].
    async fn balance(&self, key: Pubkey) -> Result<Option<Versioned<Balance>>, ChainError>;

    /// All markets of the program, of the present layout, by address.
    async fn markets(&self) -> Result<Vec<Versioned<Market>>, ChainError>;
    /// All providers of a market, by address.
    async fn providers(&self, market: Pubkey) -> Result<Vec<Versioned<Provider>>, ChainError>;
    /// All tasks of a market, by address.
    async fn tasks(&self, market: Pubkey) -> Result<Vec<Versioned<Task>>, ChainError>;
    /// All runs of a task, by address.
    async fn runs(&self, task: Pubkey) -> Result<Vec<Versioned<Run>>, ChainError>;
    /// All audits of a run, by address.
    async fn audits(&self, run: Pubkey) -> Result<Vec<Versioned<Audit>>, ChainError>;
    /// All disputes over a run, by address.
    async fn disputes(&self, run: Pubkey) -> Result<Vec<Versioned<Dispute>>, ChainError>;
    /// The books of all epochs of a market that are not closed, by address.
    async fn pools(&self, market: Pubkey) -> Result<Vec<Versioned<EpochPool>>, ChainError>;
    /// All shares in epochs of a market, by address.
    async fn shares(&self, market: Pubkey) -> Result<Vec<Versioned<Share>>, ChainError>;
    /// All that can be claimed from a market, by address.
    async fn balances(&self, market: Pubkey) -> Result<Vec<Versioned<Balance>>, ChainError>;
    /// All markets of layout version 1, by address.
    async fn outdated_markets(&self) -> Result<Vec<Versioned<v1::Market>>, ChainError>;
    /// A market, its providers, and all models, as far as they have layout version 1.
    async fn outdated(&self, market: Pubkey) -> Result<Vec<Outdated>, ChainError>;

    /// The lamports at `key`; 0 if there is no account.
    async fn lamports(&self, key: Pubkey) -> Result<u64, ChainError>;
    /// Whether there is an account at `key`.
    async fn account_exists(&self, key: Pubkey) -> Result<bool, ChainError>;
    /// The token account at `key`; `None` if there is no account.
    async fn token_balance(&self, key: Pubkey) -> Result<Option<TokenBalance>, ChainError>;
    /// The token accounts of `owner` for `mint`, by address.
    async fn token_accounts(&self, owner: Pubkey, mint: Pubkey) -> Result<Vec<TokenBalance>, ChainError>;
    /// The mint at `key`; `None` if there is no account.
    async fn mint(&self, key: Pubkey) -> Result<Option<MintInfo>, ChainError>;
    /// The lamports that an account of `bytes` bytes must hold.
    async fn rent_exempt(&self, bytes: usize) -> Result<u64, ChainError>;

    /// What `outgoing` would do now if `payer` paid; a transaction that would fail is the error that it would fail with.
    async fn simulate(&self, outgoing: &Outgoing, payer: Pubkey) -> Result<Simulated, ChainError>;

    /// Sends a transaction, signed by `signers` of whom the first pays, and waits until it is confirmed.
    ///
    /// At most one of the attempts takes effect: a blockhash is renewed only when the last transaction can no longer land.
    ///
    /// # Errors
    /// A failure on chain comes as [`ChainError::Program`] or [`ChainError::Rejected`]. After [`ChainError::Timeout`] or
    /// [`ChainError::Unreachable`] the transaction may still land: read the state before doing it again.
    ///
    /// Cancel safety: not cancel safe; a dropped call may leave a transaction in flight.
    async fn send(&self, outgoing: Outgoing, signers: &[&Keypair]) -> Result<Receipt, ChainError>;

    /// At most `limit` transactions that touched `address`, newest first, from the one before `before` on.
    async fn history_page(
        &self,
        address: Pubkey,
        before: Option<Signature>,
        limit: usize,
    ) -> Result<HistoryPage, ChainError>;

    /// The last `limit` transactions that touched `address`, newest first.
    async fn history(&self, address: Pubkey, limit: usize) -> Result<Vec<Recorded>, ChainError> {
        Ok(self.history_page(address, None, limit).await?.transactions)
    }

    /// Follows a market until `cancel`; returns once its accounts have been read for the first time.
    ///
    /// Cancel safety: dropping the call ends what it had started.
    async fn watch(&self, market: Pubkey, cancel: CancellationToken) -> Result<Feed, ChainError>;
}
