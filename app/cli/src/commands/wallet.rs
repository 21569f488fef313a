//! `wallet`, `wallet new`.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;
use tessera_chain::{Chain, Signer};
use tessera_migrations::units::tokens;

use crate::args::{WalletArgs, WalletCommand};
use crate::config::Config;
use crate::error::CliError;
use crate::output::Lines;
use crate::solana_config::default_keypair_path;
use crate::wallet::{self, LocalWallet};

/// Lamports of one SOL, as decimals.
const SOL_DECIMALS: u8 = 9;

/// Carries out a `wallet` command.
///
/// # Errors
/// [`CliError`].
pub async fn run(config: &Config, args: WalletArgs) -> Result<(), CliError> {
    match args.command {
        None | Some(WalletCommand::Show) => show(config).await,
        Some(WalletCommand::New { out }) => new(config, out),
    }
}

/// Shows SOL always, and tokens where a market is known.
async fn show(config: &Config) -> Result<(), CliError> {
    let path = config.keypair_path(LocalWallet::Requester)?;
    let key = wallet::read(&path)?.pubkey();
    let chain = config.chain()?;
    let lamports = chain.lamports(key).await?;
    let tokens = match config.market() {
        Ok(market) => match chain.market(market).await? {
            Some(market) => {
                let accounts = chain.token_accounts(key, market.mint).await?;
                let decimals = chain.mint(market.mint).await?.map_or(0, |mint| mint.decimals);
                let base_units = accounts.iter().fold(0_u64, |sum, account| sum.saturating_add(account.amount));
                Some(Tokens { mint: market.mint.to_string(), base_units, decimals })
            }
            None => None,
        },
        Err(_) => None,
    };
    config.printer.report(&WalletReport { address: key.to_string(), file: path, lamports, tokens })
}

fn new(config: &Config, out: Option<PathBuf>) -> Result<(), CliError> {
    let path = out
        .or_else(default_keypair_path)
        .ok_or_else(|| CliError::config("this user has no home directory", "say where with --out"))?;
    let address = wallet::create(&path)?.pubkey().to_string();
    config.printer.report(&NewWallet { address, file: path })
}

#[derive(Debug, Serialize)]
struct WalletReport {
    address: String,
    file: PathBuf,
    lamports: u64,
    tokens: Option<Tokens>,
}

#[derive(Debug, Serialize)]
struct Tokens {
    mint: String,
    base_units: u64,
    decimals: u8,
}

#[derive(Debug, Serialize)]
struct NewWallet {
    address: String,
    file: PathBuf,
}

impl fmt::Display for WalletReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.tokens.as_ref().map(|t| format!("{} of mint {}", tokens(t.base_units, t.decimals), t.mint));
        Lines::new()
            .line("address", &self.address)
            .line("file", self.file.display())
            .line("SOL", tokens(self.lamports, SOL_DECIMALS))
            .maybe("tokens", shown)
            .fmt(f)
    }
}

impl fmt::Display for NewWallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Lines::new().line("address", &self.address).line("file", self.file.display()).fmt(f)
    }
}
