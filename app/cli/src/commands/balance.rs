//! `balance show|claim`.

use std::fmt;

use serde::Serialize;
use tessera_chain::{Pubkey, Signer, address, ix};

use crate::args::BalanceCommand;
use crate::commands::stake::send;
use crate::config::Config;
use crate::error::CliError;
use crate::output::Lines;
use crate::session::{Session, SignedSession};
use crate::wallet::LocalWallet;

/// Carries out a `balance` command.
///
/// # Errors
/// [`CliError`].
pub async fn run(config: &Config, command: BalanceCommand) -> Result<(), CliError> {
    match command {
        BalanceCommand::Show { owner } => show(config, owner).await,
        BalanceCommand::Claim { to } => {
            let signed = SignedSession::open(config, LocalWallet::Requester).await?;
            config.printer.report(&claim(&signed, to).await?)
        }
    }
}

async fn show(config: &Config, owner: Option<Pubkey>) -> Result<(), CliError> {
    let session = Session::open(config).await?;
    let owner = match owner {
        Some(owner) => owner,
        None => config.wallet(LocalWallet::Requester)?.pubkey(),
    };
    let balance = session.chain.balance(address::balance(&session.market.key, &owner)).await?;
    let amount = balance.map_or(0, |balance| balance.amount);
    config.printer.report(&BalanceReport { owner: owner.to_string(), amount, shown: session.tokens(amount) })
}

/// Takes what waits for the wallet, into `to` or its associated token account.
///
/// # Errors
/// [`CliError::Config`] when nothing waits, or the token account cannot receive either.
pub async fn claim(signed: &SignedSession, to: Option<Pubkey>) -> Result<Claimed, CliError> {
    let (session, key) = (&signed.session, signed.key());
    let balance = session.chain.balance(address::balance(&session.market.key, &key)).await?.ok_or_else(|| {
        CliError::config(
            format!("nothing waits for {key} in market {}", session.market.key),
            "only payments that a token account could not receive are kept; nothing has to be done",
        )
    })?;
    let (own, create) = signed.own_token_account();
    let (to, mut instructions) = match to {
        Some(named) => (named, Vec::new()),
        None => (own, vec![create]),
    };
    let there = session.chain.token_balance(to).await?;
    // The wallet's own address for tokens may have been given to somebody else; only a named account may be another's.
    if to == own && there.is_some_and(|account| account.owner != key) {
        return Err(CliError::config(
            format!("the token account {to} belongs to somebody else now"),
            "name one that receives with --to; the tokens stay where they are until then",
        ));
    }
    if there.is_some_and(|account| !account.can_receive()) {
        return Err(CliError::config(
            format!("the token account {to} cannot receive: it is frozen or demands memos"),
            "name another one with --to; the tokens stay where they are until then",
        ));
    }
    instructions.push(ix::balance_claim(&session.market, &balance, to));
    let receipt = send(signed, "balance_claim", instructions).await?;
    Ok(Claimed {
        to: to.to_string(),
        amount: balance.amount,
        transaction: receipt.signature.to_string(),
        shown: session.tokens(balance.amount),
    })
}

#[derive(Debug, Serialize)]
struct BalanceReport {
    owner: String,
    /// Base units.
    amount: u64,
    #[serde(skip)]
    shown: String,
}

impl fmt::Display for BalanceReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let next = (self.amount > 0).then_some("`tessera balance claim` takes it");
        Lines::new()
            .line("owner", &self.owner)
            .line("waits", format!("{} tokens", self.shown))
            .maybe("next", next)
            .fmt(f)
    }
}

/// A balance that was taken.
#[derive(Debug, Serialize)]
pub struct Claimed {
    /// The token account that received it.
    pub to: String,
    /// Base units.
    pub amount: u64,
    /// The transaction.
    pub transaction: String,
    #[serde(skip)]
    shown: String,
}

impl fmt::Display for Claimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Lines::new()
            .line("claimed", format!("{} tokens", self.shown))
            .line("to", &self.to)
            .line("transaction", &self.transaction)
            .fmt(f)
    }
}
