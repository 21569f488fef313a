//! One event per transition: a public interface for those who watch. Agents recover from accounts, not from events.
//! Amounts are base units; accounts are named by address.

mod market;
mod payment;
mod provider;
mod run;
mod task;

pub use market::{FeeVaultOpened, FeesSwept, MarketInitialised, ModelRegistered};
pub use payment::Payment;
pub use provider::{ProviderRegistered, ProviderUpdated, StakeDeposited, StakeUnbonded, StakeWithdrawn};
pub use run::{AuditClosed, AuditPosted, RunAbandoned, RunSubmitted, TaskClaimed, TaskSettled};
pub use task::{TaskCancelled, TaskCreated, TaskExpired};
