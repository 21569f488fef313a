//! `provider register|update|run|hardware|show`, `stake deposit|unbond|withdraw`, `verifier run`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tessera_chain::Pubkey;
use tessera_node::BackendChoice;

use super::StoreArgs;
use tessera_migrations::units::Amount;

/// Register, run or show a provider.
#[derive(Debug, Subcommand)]
pub enum ProviderCommand {
    /// Register the wallet as a provider, or add a role to it; done twice, it changes nothing
    Register(ProviderRegister),
    /// Change what the provider says about itself; what is not given stays
    Update(ProviderUpdate),
    /// Claim, run and submit tasks until Ctrl-C
    Run(AgentArgs),
    /// Show what this machine has, as `register` and `update --hardware` announce it
    Hardware {
        /// What executes: auto, cpu, cuda, or cuda:0,1
        #[arg(long, value_name = "BACKEND", default_value_t = BackendChoice::Auto)]
        backend: BackendChoice,
    },
    /// Show a provider's stake, roles and reputation
    Show {
        /// The provider's address [default: the wallet's own]
        provider: Option<Pubkey>,
    },
}

/// Flags of `provider register`.
#[derive(Debug, Args)]
pub struct ProviderRegister {
    /// Run tasks [default, unless --verify is given]
    #[arg(long)]
    pub compute: bool,
    /// Check other providers' runs
    #[arg(long)]
    pub verify: bool,
    /// Tokens to deposit as stake until this much is staked [default: 1000 with `tessera localnet`, else none]
    #[arg(long, value_name = "TOKENS")]
    pub stake: Option<Amount>,
    /// Smallest reward to take
    #[arg(long, value_name = "TOKENS", default_value = "0")]
    pub price_floor: Amount,
    /// Runs at the same time
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    pub max_runs: u16,
    /// What executes, to be announced: auto (GPUs where there are some), cpu, cuda, or cuda:0,1
    #[arg(long, value_name = "BACKEND", default_value_t = BackendChoice::Auto)]
    pub backend: BackendChoice,
    /// Memory to offer, in MiB [default: that of this machine or its largest chosen GPU]
    #[arg(long, value_name = "MIB")]
    pub memory_mib: Option<u32>,
    /// Where the provider can be reached, as others should see it
    #[arg(long, default_value = "", value_name = "URL")]
    pub endpoint: String,
}

/// Flags of `provider update`.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct ProviderUpdate {
    /// Run tasks or not
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub compute: Option<bool>,
    /// Check other providers' runs or not
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub verify: Option<bool>,
    /// Take nothing new (true), or work on (false)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub draining: Option<bool>,
    /// Announce what this machine has: auto, cpu, cuda, or cuda:0,1
    #[arg(long, value_name = "BACKEND", num_args = 0..=1, default_missing_value = "auto")]
    pub hardware: Option<BackendChoice>,
    /// Smallest reward to take
    #[arg(long, value_name = "TOKENS")]
    pub price_floor: Option<Amount>,
    /// Runs at the same time
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
    pub max_runs: Option<u16>,
    /// Where the provider can be reached
    #[arg(long, value_name = "URL")]
    pub endpoint: Option<String>,
}

/// Flags of `provider run` and `verifier run`.
#[derive(Debug, Args)]
pub struct AgentArgs {
    /// Content store of this agent's own objects.
    #[command(flatten)]
    pub store: StoreArgs,
    /// What executes: auto (GPUs where there are some, else the CPU), cpu, cuda (all GPUs), or cuda:0,1 [default: auto]
    #[arg(long, value_name = "BACKEND")]
    pub backend: Option<BackendChoice>,
    /// Settings file (TOML); flags win over it
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
}

/// Move tokens in and out of a provider's stake.
#[derive(Debug, Subcommand)]
pub enum StakeCommand {
    /// Deposit tokens from the wallet
    Deposit {
        /// How many
        tokens: Amount,
    },
    /// Start to take free stake out; it can be withdrawn after the market's unbonding time
    Unbond {
        /// How many
        tokens: Amount,
    },
    /// Withdraw what has finished unbonding
    Withdraw,
}

/// Check other providers' runs.
#[derive(Debug, Subcommand)]
pub enum VerifierCommand {
    /// Re-execute submitted runs and post what they give, until Ctrl-C
    Run(AgentArgs),
}
