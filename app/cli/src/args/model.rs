//! `model register`.

use clap::{Args, Subcommand};
use tessera_chain::Pubkey;
use tessera_compute::Root;

/// Register a model, whose creator earns a share of tasks that name it.
#[derive(Debug, Subcommand)]
pub enum ModelCommand {
    /// Register a model; its address is what `task submit --model` takes
    Register(ModelRegister),
}

/// Flags of `model register`.
#[derive(Debug, Args)]
pub struct ModelRegister {
    /// Root of the model's tensors, 64 hexadecimal digits
    #[arg(long, value_name = "HEX")]
    pub root: Root,
    /// Wallet that earns [default: the one that registers]
    #[arg(long, value_name = "ADDRESS")]
    pub payout: Option<Pubkey>,
}
