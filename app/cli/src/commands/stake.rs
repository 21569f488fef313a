//! `stake deposit|unbond|withdraw|show`.

use std::fmt;

use serde::Serialize;
use tessera_chain::{Instruction, Moment, Outgoing, Provider, Receipt, Versioned, ix};
use tessera_migrations::units::Window;

use crate::args::StakeCommand;
use crate::commands::provider;
use crate::config::Config;
use crate::error::CliError;
use crate::output::Lines;
use crate::session::{Session, SignedSession, found};
use crate::wallet::LocalWallet;

/// Carries out a `stake` command.
///
/// # Errors
/// [`CliError`].
pub async fn run(config: &Config, command: StakeCommand) -> Result<(), CliError> {
    if let StakeCommand::Show { provider } = command {
        let session = Session::open(config).await?;
        let provider = provider::named(config, &session, provider).await?;
        let now = session.chain.moment().await?;
        return config.printer.report(&StakeReport::new(&provider, &session, now, None));
    }
    let signed = SignedSession::open(config, LocalWallet::Provider).await?;
    let staked = signed.provider().await?.stake;
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
            if amount > staked.free {
                return Err(CliError::usage(
                    format!("{} tokens are free, {tokens} cannot leave", session.tokens(staked.free)),
                    "what is locked is free again once its runs and audits are decided; nothing was sent",
                ));
            }
            ("stake_unbond", vec![ix::stake_unbond(key, market.key, amount)])
        }
        // Answered above, without a wallet.
        StakeCommand::Show { .. } => return Ok(()),
        StakeCommand::Withdraw => {
            let now = session.chain.moment().await?;
            let leaving = staked.unbonding.iter().filter(|entry| entry.amount > 0);
            if let Some(first) = leaving.map(|entry| entry.until).min().filter(|until| *until > now.unix) {
                let wait = first.saturating_sub(now.unix);
                return Err(CliError::NotYet {
                    message: format!("the first part of the stake has unbonded in {wait} s"),
                    hint: "`tessera stake show` lists what is leaving, and when".to_owned(),
                });
            }
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

/// A provider's stake, in base units.
#[derive(Debug, Serialize)]
struct StakeReport {
    provider: String,
    free: u64,
    locked: u64,
    unbonding: u64,
    /// What is leaving, by when.
    leaving: Vec<Leaving>,
    /// Of what is leaving, what can be withdrawn now.
    withdrawable: u64,
    /// A verifier's weight in draws.
    ticket_stake: u64,
    transaction: Option<String>,
    #[serde(skip)]
    shown: [String; 5],
}

#[derive(Debug, Serialize)]
struct Leaving {
    amount: u64,
    /// Unix seconds.
    until: i64,
    /// Seconds from now; zero if it can be withdrawn.
    wait: i64,
    #[serde(skip)]
    shown: String,
}

impl StakeReport {
    async fn read(signed: &SignedSession, receipt: &Receipt) -> Result<Self, CliError> {
        let (session, key) = (&signed.session, signed.session.provider_of(&signed.key()));
        let provider = found(session.chain.provider(key).await?, "provider", key)?;
        let now = session.chain.moment().await?;
        Ok(Self::new(&provider, session, now, Some(receipt)))
    }

    fn new(provider: &Versioned<Provider>, session: &Session, now: Moment, receipt: Option<&Receipt>) -> Self {
        let stake = &provider.stake;
        let mut leaving: Vec<Leaving> = stake
            .unbonding
            .iter()
            .filter(|entry| entry.amount > 0)
            .map(|entry| Leaving {
                amount: entry.amount,
                until: entry.until,
                wait: entry.until.saturating_sub(now.unix).max(0),
                shown: session.tokens(entry.amount),
            })
            .collect();
        leaving.sort_by_key(|entry| entry.until);
        let sum = |ripe: bool| {
            let chosen = leaving.iter().filter(|entry| !ripe || entry.wait == 0);
            chosen.fold(0_u64, |sum, entry| sum.saturating_add(entry.amount))
        };
        let (unbonding, withdrawable) = (sum(false), sum(true));
        let amounts = [stake.free, stake.locked, unbonding, withdrawable, provider.ticket_stake];
        Self {
            provider: provider.key.to_string(),
            free: stake.free,
            locked: stake.locked,
            unbonding,
            leaving,
            withdrawable,
            ticket_stake: provider.ticket_stake,
            transaction: receipt.map(|receipt| receipt.signature.to_string()),
            shown: amounts.map(|amount| session.tokens(amount)),
        }
    }
}

impl fmt::Display for StakeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [free, locked, unbonding, withdrawable, weight] = &self.shown;
        let mut lines = Lines::new()
            .line("provider", &self.provider)
            .line("free", free)
            .line("locked", locked)
            .line("unbonding", unbonding);
        for entry in &self.leaving {
            let when = match u32::try_from(entry.wait) {
                Ok(0) => "now".to_owned(),
                Ok(seconds) => format!("in {}", Window::seconds(seconds)),
                Err(_) => format!("in {} s", entry.wait),
            };
            lines = lines.line("leaves", format!("{} {when}", entry.shown));
        }
        lines
            .maybe("withdrawable", (self.withdrawable > 0).then_some(withdrawable))
            .maybe("weight", (self.ticket_stake > 0).then(|| format!("{weight} in draws of audits")))
            .maybe("transaction", self.transaction.as_ref())
            .fmt(f)
    }
}
