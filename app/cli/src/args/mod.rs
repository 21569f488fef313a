//! The command line as typed. It is turned into one [`Config`](crate::config::Config) before anything is done.

mod account;
mod bench;
mod demands;
mod dispute;
mod global;
mod market;
mod model;
mod network;
mod provider;
mod task;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

pub use account::{AccountCommand, BalanceCommand};
pub use bench::BenchArgs;
pub use demands::{Need, PolicyChoice, Region, TrustArgs};
pub use dispute::DisputeCommand;
pub use global::{Global, LogStyle, StoreArgs};
pub use market::{AuthorityCommand, EpochChoice, MarketCommand, MarketInit, ParamsCommand, PoolCommand};
pub use model::{ModelCommand, ModelRegister};
pub use network::{Activation, EmbeddingArgs, MatmulArgs, MlpArgs, OutputActivation, Precision};
pub use provider::{AgentArgs, ProviderCommand, ProviderRegister, ProviderUpdate, StakeCommand, VerifierCommand};
pub use task::{
    DataArgs, Job, KmeansArgs, LinearRegressionArgs, PcaArgs, StateFilter, SubmitArgs, TaskCommand, WindowArgs,
};

/// Compute marketplace on Solana: tasks are escrowed, run, checked bit for bit, and paid only if right.
#[derive(Debug, Parser)]
#[command(name = "tessera", version, propagate_version = true, max_term_width = 110)]
pub struct Cli {
    /// Flags of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the whole market on an embedded chain: three jobs, two providers, one verifier
    Demo,
    /// Run a chain on this machine with program, market and funded wallets, until Ctrl-C
    Localnet(LocalnetArgs),
    /// Create, show and keep a market: parameters, authority, fees, pools
    #[command(subcommand)]
    Market(MarketCommand),
    /// Register, run, show or close a provider, and what it earned
    #[command(subcommand)]
    Provider(ProviderCommand),
    /// Move tokens in and out of a provider's stake
    #[command(subcommand)]
    Stake(StakeCommand),
    /// Check other providers' runs
    #[command(subcommand)]
    Verifier(VerifierCommand),
    /// List, show, open and play disputes over runs
    #[command(subcommand)]
    Dispute(DisputeCommand),
    /// Submit tasks and follow them to their results
    #[command(subcommand)]
    Task(TaskCommand),
    /// Register a model that earns a share
    #[command(subcommand)]
    Model(ModelCommand),
    /// What payments could not deliver and keep for the wallet
    #[command(subcommand)]
    Balance(BalanceCommand),
    /// Bring accounts of an earlier layout up to date
    #[command(subcommand)]
    Account(AccountCommand),
    /// Show the wallet's address and balances, or make a new wallet
    Wallet(WalletArgs),
    /// Measure this machine's CPU next to other libraries
    Bench(BenchArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// Flags of `localnet`.
#[derive(Debug, Args)]
pub struct LocalnetArgs {
    /// RPC port on 127.0.0.1
    #[arg(long, default_value_t = 8899)]
    pub rpc_port: u16,
    /// Websocket port on 127.0.0.1 [default: the RPC port + 1]
    #[arg(long)]
    pub ws_port: Option<u16>,
    /// Directory for wallets and the content store, kept between starts [default: localnet in Tessera's home]
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
}

/// Flags of `wallet`.
#[derive(Debug, Args)]
pub struct WalletArgs {
    /// What to do; shows the wallet when left out.
    #[command(subcommand)]
    pub command: Option<WalletCommand>,
}

/// What to do with a wallet.
#[derive(Debug, Subcommand)]
pub enum WalletCommand {
    /// Show address, SOL and tokens
    Show,
    /// Make a new keypair file; an existing one is never overwritten
    New {
        /// Where [default: ~/.config/solana/id.json]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn arguments_are_consistent() {
        Cli::command().debug_assert();
    }
}
