//! Flags that every command takes, declared once.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};
use tessera_chain::Pubkey;
use tessera_node::logs::LogFormat;
use url::Url;

use crate::cluster::Cluster;
use crate::output::Format;

/// Flags of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// Cluster: localhost, devnet, testnet, mainnet-beta (or l, d, t, m), or an RPC URL
    /// [default: as in Solana's configuration file, else localhost]
    #[arg(short, long, global = true, value_name = "URL_OR_MONIKER")]
    pub url: Option<Cluster>,
    /// Websocket URL [default: follows from the RPC URL]
    #[arg(long, global = true, value_name = "URL")]
    pub ws_url: Option<Url>,
    /// Wallet: a keypair file, or with `tessera localnet` one of its wallets by name: requester, provider, provider2,
    /// verifier, verifier2 [default: there the wallet of the command's role, else as in Solana's configuration file]
    #[arg(short, long, global = true, value_name = "FILE_OR_NAME")]
    pub keypair: Option<PathBuf>,
    /// Solana's configuration file [default: ~/.config/solana/cli/config.yml]
    #[arg(short = 'C', long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Market's address [default: the one recorded on this machine for the cluster]
    #[arg(long, global = true, value_name = "ADDRESS", env = "TESSERA_MARKET")]
    pub market: Option<Pubkey>,
    /// Form of the output
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human")]
    pub output: Format,
    /// Form of log lines on stderr
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human")]
    pub log_format: LogStyle,
    /// More log lines; twice for all of Tessera's. RUST_LOG, where set, decides instead
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// Priority fee in micro-lamports per compute unit
    #[arg(long, global = true, value_name = "MICRO_LAMPORTS", default_value_t = 0)]
    pub priority_fee: u64,
}

/// Form of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogStyle {
    /// Readable lines.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

impl From<LogStyle> for LogFormat {
    fn from(style: LogStyle) -> Self {
        match style {
            LogStyle::Human => Self::Human,
            LogStyle::Json => Self::Json,
        }
    }
}

/// Where tasks' data and results are kept.
#[derive(Clone, Debug, Default, Args)]
pub struct StoreArgs {
    /// Content store: a folder, file:///folder, s3://bucket/folder or https://host/folder
    /// [default: the store recorded for the cluster, else `store` in Tessera's home]
    #[arg(long, value_name = "LOCATOR")]
    pub store: Option<String>,
    /// Where others read what is stored there, as for a folder or bucket behind a web server; at most 96 bytes
    /// [default: the store itself]
    #[arg(long, value_name = "URL")]
    pub public_store: Option<String>,
}
