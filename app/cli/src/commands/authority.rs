//! `market authority offer|accept`, `market pause|resume`.

use std::fmt;

use serde::Serialize;
use tessera_chain::{Pubkey, ix};

use crate::args::AuthorityCommand;
use crate::commands::stake::send;
use crate::config::Config;
use crate::error::CliError;
use crate::output::Lines;
use crate::session::SignedSession;
use crate::wallet::LocalWallet;

/// Carries out a `market authority` command.
///
/// # Errors
/// [`CliError`].
pub async fn run(config: &Config, command: AuthorityCommand) -> Result<(), CliError> {
    let signed = SignedSession::open(config, LocalWallet::Operator).await?;
    let report = match command {
        AuthorityCommand::Offer { to, withdraw } => {
            let report = offer(&signed, if withdraw { None } else { to }).await?;
            config
                .printer
                .note("the authority stays who it is until the offer is accepted with `market authority accept`");
            report
        }
        AuthorityCommand::Accept => accept(&signed).await?,
    };
    config.printer.report(&report)
}

/// Offers the authority's place to `to`, or takes the offer back.
///
/// # Errors
/// [`CliError::Config`] for another wallet than the authority's; nothing was sent.
pub async fn offer(signed: &SignedSession, to: Option<Pubkey>) -> Result<AuthorityReport, CliError> {
    signed.require_authority()?;
    let market = &signed.session.market;
    let offer = ix::authority_offer(signed.key(), market.key, to);
    let receipt = send(signed, "authority_offer", vec![offer]).await?;
    Ok(AuthorityReport {
        market: market.key.to_string(),
        authority: market.authority.to_string(),
        offered_to: to.map(|to| to.to_string()),
        transaction: receipt.signature.to_string(),
    })
}

/// Takes the place that was offered to the wallet.
///
/// # Errors
/// [`CliError::Config`] for a wallet to which it was not offered; nothing was sent.
pub async fn accept(signed: &SignedSession) -> Result<AuthorityReport, CliError> {
    let (market, key) = (&signed.session.market, signed.key());
    if market.pending_authority != Some(key) {
        let offered = match market.pending_authority {
            Some(other) => format!("it is offered to {other}"),
            None => "it is offered to nobody".to_owned(),
        };
        return Err(CliError::config(
            format!("the market's authority is not offered to the wallet {key}: {offered}"),
            "the authority offers it with `tessera market authority offer ADDRESS`",
        ));
    }
    let receipt = send(signed, "authority_accept", vec![ix::authority_accept(key, market.key)]).await?;
    Ok(AuthorityReport {
        market: market.key.to_string(),
        authority: key.to_string(),
        offered_to: None,
        transaction: receipt.signature.to_string(),
    })
}

/// Stops new tasks and claims, or lets them be made again. Done twice, it changes nothing.
///
/// # Errors
/// [`CliError::Config`] for another wallet than the authority's; nothing was sent.
pub async fn pause(config: &Config, paused: bool) -> Result<(), CliError> {
    let signed = SignedSession::open(config, LocalWallet::Operator).await?;
    signed.require_authority()?;
    let market = &signed.session.market;
    if market.paused != paused {
        send(&signed, "market_pause", vec![ix::market_pause(signed.key(), market.key, paused)]).await?;
    }
    config.printer.report(&PauseReport { market: market.key.to_string(), paused })
}

/// Who the authority is, and to whom it is offered.
#[derive(Debug, Serialize)]
pub struct AuthorityReport {
    /// The market.
    pub market: String,
    /// Its authority.
    pub authority: String,
    /// Who may accept.
    pub offered_to: Option<String>,
    /// The transaction.
    pub transaction: String,
}

impl fmt::Display for AuthorityReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Lines::new()
            .line("market", &self.market)
            .line("authority", &self.authority)
            .line("offered to", self.offered_to.as_deref().unwrap_or("nobody"))
            .line("transaction", &self.transaction)
            .fmt(f)
    }
}

#[derive(Debug, Serialize)]
struct PauseReport {
    market: String,
    paused: bool,
}

impl fmt::Display for PauseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.paused {
            true => "paused: no new tasks and claims; what is under way goes on",
            false => "takes tasks and claims",
        };
        Lines::new().line("market", &self.market).line("state", state).fmt(f)
    }
}
