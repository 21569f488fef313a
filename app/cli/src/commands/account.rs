//! `account migrate`.

use std::fmt;

use serde::Serialize;
use tessera_chain::{Chain, Keypair, Outdated, OutdatedKind, Outgoing, Pubkey, Signer, ix};

use crate::args::AccountCommand;
use crate::config::Config;
use crate::error::CliError;
use crate::wallet::LocalWallet;

/// Accounts brought up to date by one transaction.
const ACCOUNTS_PER_TRANSACTION: usize = 8;

/// Carries out an `account` command.
///
/// # Errors
/// [`CliError`].
pub async fn run(config: &Config, command: AccountCommand) -> Result<(), CliError> {
    let AccountCommand::Migrate { account } = command;
    let wallet = config.wallet(LocalWallet::Operator)?;
    // The market itself may be of the earlier layout, which a session could not read.
    let (chain, market) = (config.chain()?, config.market()?);
    config.printer.report(&migrate(&chain, market, account, &wallet).await?)
}

/// Brings the accounts of a market to the present layout, the market first; `only` one of them if it is named.
///
/// # Errors
/// [`CliError`]; what was migrated before the error stays.
pub async fn migrate(
    chain: &dyn Chain,
    market: Pubkey,
    only: Option<Pubkey>,
    payer: &Keypair,
) -> Result<AccountsMigrated, CliError> {
    let mut outdated = chain.outdated(market).await?;
    outdated.retain(|account| only.is_none_or(|only| account.key == only));
    outdated.sort_by_key(|account| account.kind);
    let mint = match outdated.iter().any(|account| account.kind == OutdatedKind::Market) {
        true => chain.outdated_markets().await?.iter().find(|found| found.key == market).map(|found| found.mint),
        false => None,
    };
    for chunk in outdated.chunks(ACCOUNTS_PER_TRANSACTION) {
        let migrate = |account: &Outdated| match (account.kind, mint) {
            (OutdatedKind::Market, Some(mint)) => ix::market_migrate(payer.pubkey(), account.key, mint),
            _ => ix::account_migrate(payer.pubkey(), account.key),
        };
        let instructions: Vec<_> = chunk.iter().map(migrate).collect();
        chain.send(Outgoing::new("account_migrate", instructions), &[payer]).await?;
    }
    Ok(AccountsMigrated { accounts: outdated.iter().map(|account| account.key.to_string()).collect() })
}

/// Accounts that have the present layout now.
#[derive(Debug, Serialize)]
pub struct AccountsMigrated {
    /// Their addresses.
    pub accounts: Vec<String>,
}

impl fmt::Display for AccountsMigrated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.accounts.is_empty() {
            return f.write_str("every account has the present layout already");
        }
        writeln!(f, "brought {} accounts to the present layout", self.accounts.len())?;
        self.accounts.iter().try_for_each(|account| writeln!(f, "  {account}"))
    }
}
