//! One event per transition: a public interface for those who watch. Agents recover from accounts, not from events.
//! Amounts are base units; accounts are named by address.

mod audit;
mod dispute;
mod epoch;
mod market;
mod payment;
mod provider;
mod run;
mod task;

pub use audit::{AuditClaimed, AuditClosed, AuditDrawn, AuditForced, AuditOpened, AuditPosted};
pub use dispute::{DisputeCause, DisputeClosed, DisputeEnded, DisputeMoved, DisputeOpened, DisputeSettled};
pub use epoch::{FeeVaultOpened, FeesSwept, PoolClosed, PoolFunded, PoolOpened, ShareClaimed, ShareOpened};
pub use market::{
    AccountMigrated, AuthorityAccepted, AuthorityOffered, BalanceClaimed, MarketInitialised, MarketPaused,
    ModelRegistered, ParamsApplied, ParamsProposed, ParamsWithdrawn,
};
pub use payment::Payment;
pub use provider::{
    ProviderClosed, ProviderRegistered, ProviderUpdated, StakeDeposited, StakeRecounted, StakeUnbonded, StakeWithdrawn,
    TicketChainCommitted,
};
pub use run::{
    Because, ReputationChanged, RunAbandoned, RunOutcome, RunReleased, RunSealed, RunSilent, RunSubmitted, TaskClaimed,
    TaskSettled, WindowsStarted,
};
pub use task::{TaskCancelled, TaskClosed, TaskCreated, TaskExpired};
