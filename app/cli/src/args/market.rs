//! `market init|show|sweep`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tessera_chain::Pubkey;

/// Create, show or sweep a market.
#[derive(Debug, Subcommand)]
pub enum MarketCommand {
    /// Create a market with its fee vaults; done twice, it changes nothing
    Init(MarketInit),
    /// Show a market's mint and parameters
    Show,
    /// Move the market's fees to its treasury; anyone may
    Sweep,
}

/// Flags of `market init`.
#[derive(Debug, Args)]
pub struct MarketInit {
    /// Mint in which tasks are paid
    #[arg(long, value_name = "ADDRESS")]
    pub mint: Pubkey,
    /// Parameters, in the form of migrations/params.localnet.toml
    #[arg(long, value_name = "FILE")]
    pub params: PathBuf,
    /// Tells a wallet's markets in one mint apart
    #[arg(long, default_value_t = 0)]
    pub id: u16,
    /// Wallet that owns swept fees [default: the creator]
    #[arg(long, value_name = "ADDRESS")]
    pub treasury: Option<Pubkey>,
    /// Who may change parameters later, meant to be a multisig [default: the creator]
    #[arg(long, value_name = "ADDRESS")]
    pub authority: Option<Pubkey>,
}
