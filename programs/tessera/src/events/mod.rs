//! One event per transition: a public interface for those who watch. Agents recover from accounts, not from events.
//! Amounts are base units; accounts are named by address.

mod epoch;
mod market;
mod payment;
mod provider;
mod run;
mod task;

pub use epoch::{FeeVaultOpened, FeesSwept, PoolClosed, PoolFunded, PoolOpened, ShareClaimed, ShareOpened};
pub use market::{
    AccountMigrated, AuthorityAccepted, AuthorityOffered, BalanceClaimed, MarketInitialised, MarketPaused, ModelRegistered,
    ParamsApplied, ParamsProposed, ParamsWithdrawn,
};
pub use payment::Payment;
pub use provider::{
    ProviderClosed, ProviderRegistered, ProviderUpdated, StakeDeposited, StakeUnbonded, StakeWithdrawn, TicketChainCommitted,
};
pub use run::{AuditClosed, AuditPosted, RunAbandoned, RunSubmitted, TaskClaimed, TaskSettled};
pub use task::{TaskCancelled, TaskCreated, TaskExpired};
