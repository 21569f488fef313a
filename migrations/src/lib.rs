//! Deploying the program and bringing a market into being, so that running it twice changes nothing.
//!
//! The binary does it for a cluster, from `migrations/params.<cluster>.toml`; `tessera localnet`, `tessera market init`
//! and the demo use the library.

mod deploy;
mod differences;
mod market;
mod params;
pub mod units;

pub use deploy::{Deployed, Deployment, ensure_program};
pub use differences::{Difference, differences};
pub use market::{Migrated, MigrationError, MintChoice, Wanted, is_native, migrate};
pub use params::{Params, ParamsError};
