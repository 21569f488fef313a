//! The only Solana client of the project: typed reads, a followed market, transactions with at most one effect, and the
//! program's instructions. Other crates need no Solana crate of their own.

pub mod address;
mod chain;
mod crank;
pub mod due;
mod endpoints;
mod error;
mod event;
mod failure;
pub mod fake;
mod feed;
mod filters;
pub mod ix;
mod retry;
mod rpc;
mod task_history;
mod versioned;
mod world;

pub use anchor_lang::prelude::Pubkey;
pub use anchor_lang::solana_program::instruction::{AccountMeta, Instruction};
pub use solana_keypair::{self, Keypair};
pub use solana_signature::Signature;
pub use solana_signer::Signer;
pub use tessera as program;
pub use tessera::errors::TesseraError;
pub use tessera::instructions::{
    Answer, AuditOpenArgs, DisputeInputArgs, DisputeOpenArgs, DisputeOperationArgs, DisputePartsArgs,
    DisputeRevealArgs, DisputeShowArgs, DisputeStepArgs, DisputeTensorsArgs, DisputeTraceArgs, MarketInitArgs,
    OpenedTree, ProviderRegisterArgs, ProviderUpdateArgs, RunRevealArgs, RunSubmitArgs, StepLeaf, TaskCreateArgs,
    TensorOpening, TraceOutput,
};
pub use tessera::slot_hashes::SlotHash;
pub use tessera::state::{
    Audit, AuditState, BackendKind, BackendNeed, Balance, Buffer, Deadline, Decision, Differing, Dispute,
    DisputeClocks, DisputePhase, DisputeTerms, DisputeVerdict, Draw, EpochPool, Hardware, Market, MarketParams, Model,
    Moment, Opened, PendingParams, Policy, Provider, ProviderStatus, Reputation, Requirements, RewardSplits, Roles,
    Run, RunState, Share, Sink, SlashShares, Slot, SlotState, Stake, Task, TaskState, Terms, TicketChain, TreeNode,
    Unbonding, Windows, Winners,
};
pub use tessera_rules as rules;
pub use tokio_util::sync::CancellationToken;

pub use crate::chain::{
    Chain, Details, HistoryPage, MintInfo, Outdated, OutdatedKind, Outgoing, Receipt, Recorded, Simulated, TokenBalance,
};
pub use crate::crank::{crank, done_since};
pub use crate::endpoints::Endpoints;
pub use crate::error::{ChainError, ErrorKind};
pub use crate::event::{Event, events};
pub use crate::failure::ProgramFailure;
pub use crate::fake::FakeChain;
pub use crate::feed::{Feed, FeedPolicy};
pub use crate::retry::{RetryPolicy, retry};
pub use crate::rpc::{RpcChain, SendPolicy};
pub use crate::task_history::{TaskHistory, TaskStep, task_history};
pub use crate::versioned::{Stored, Versioned, decode};
pub use crate::world::{Account, AccountKind, Update, World};
