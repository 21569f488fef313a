//! `balance show|claim`, `account migrate`.

use clap::Subcommand;
use tessera_chain::Pubkey;

/// What payments could not deliver, kept for the wallet.
#[derive(Debug, Subcommand)]
pub enum BalanceCommand {
    /// Show what waits for a wallet
    Show {
        /// The owner [default: the wallet]
        owner: Option<Pubkey>,
    },
    /// Take what waits for the wallet
    Claim {
        /// Token account that receives it [default: the wallet's own, made if it is not there]
        #[arg(long, value_name = "ADDRESS")]
        to: Option<Pubkey>,
    },
}

/// Accounts of an earlier layout.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Bring the market, its providers and all models of an earlier layout to the present one; anyone may
    Migrate {
        /// Only this account
        account: Option<Pubkey>,
    },
}
