//! `stake deposit|unbond|withdraw`.

use std::fmt;

use serde::Serialize;
use tessera_chain::{Instruction, Outgoing, Receipt, ix};

use crate::args::StakeCommand;
use crate::config::Config;
use crate::error::CliError;
use crate::output::Lines;
use crate::session::{SignedSession, found};
use crate::wallet::LocalWallet;

/// Carries out a `stake` command.
///
/// # Errors
/// [`CliError`].
pub async fn run(config: &Config, command: StakeCommand) -> Result<(), CliError> {
    let signed = SignedSession::open(config, LocalWallet::Provider).await?;
    signed.provider().await?;
    let session = &signed.session;
    let (key, market) = (signed.key(), &session.market);
    let (label, instructions) = match command {
        StakeCommand::Deposit { tokens } => {
            let amount = session.base_units(tokens)?;
            let source = session.token_account_with(&key, amount).await?;
            ("stake_deposit", vec![ix::stake_deposit(key, market, source, amount)])
        }
        StakeCommand::Unbond { tokens } => {
            let amount = session.base_units(tokens)?;
            ("stake_unbond", vec![ix::stake_unbond(key, market.key, amount)])
        }
        StakeCommand::Withdraw => {
            let (account, create) = signed.own_token_account();
            ("stake_withdraw", vec![create, ix::stake_withdraw(key, market, account)])
        }
    };
    let receipt = send(&signed, label, instructions).await?;
    let report = StakeReport::read(&signed, &receipt).await?;
    config.printer.report(&report)
}

/// Sends instructions that the wallet signs.
pub(crate) async fn send(
    signed: &SignedSession,
    label: &str,
    instructions: Vec<Instruction>,
) -> Result<Receipt, CliError> {
    Ok(signed.session.chain.send(Outgoing::new(label, instructions), &[&signed.wallet]).await?)
}

/// A provider's stake after a transaction, in base units.
#[derive(Debug, Serialize)]
struct StakeReport {
    provider: String,
    free: u64,
    locked: u64,
    unbonding: u64,
    transaction: String,
    #[serde(skip)]
    shown: [String; 3],
}

impl StakeReport {
    async fn read(signed: &SignedSession, receipt: &Receipt) -> Result<Self, CliError> {
        let key = signed.session.provider_of(&signed.key());
        let provider = found(signed.session.chain.provider(key).await?, "provider", key)?;
        let stake = &provider.stake;
        let unbonding = stake.unbonding.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.amount));
        Ok(Self {
            provider: key.to_string(),
            free: stake.free,
            locked: stake.locked,
            unbonding,
            transaction: receipt.signature.to_string(),
            shown: [stake.free, stake.locked, unbonding].map(|amount| signed.session.tokens(amount)),
        })
    }
}

impl fmt::Display for StakeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [free, locked, unbonding] = &self.shown;
        Lines::new()
            .line("provider", &self.provider)
            .line("free", free)
            .line("locked", locked)
            .line("unbonding", unbonding)
            .line("transaction", &self.transaction)
            .fmt(f)
    }
}
