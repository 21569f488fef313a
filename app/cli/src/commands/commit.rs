//! `verifier commit`: the ticket chain from which a verifier's audits are drawn.

use std::fmt;

use serde::Serialize;
use tessera_chain::{TicketChain, ix};
use tessera_node::tickets::first_hour;
use tessera_node::{Secrets, Tickets};

use crate::commands::stake::send;
use crate::config::Config;
use crate::error::CliError;
use crate::output::Lines;
use crate::session::{SignedSession, found};
use crate::wallet::LocalWallet;

/// Commits the wallet's verifier to a new chain.
///
/// # Errors
/// [`CliError`].
pub async fn run(config: &Config) -> Result<(), CliError> {
    let signed = SignedSession::open(config, LocalWallet::Verifier).await?;
    config.printer.report(&commit(&signed).await?)
}

/// The chain that this wallet's verifier commits to now, the same that `verifier run` walks.
///
/// # Errors
/// [`CliError::Chain`] when the clock cannot be read, [`CliError::Failed`] when this process ends.
pub async fn chain_now(signed: &SignedSession) -> Result<TicketChain, CliError> {
    let hour = first_hour(signed.session.chain.moment().await?.unix);
    let (secrets, verifier) = (Secrets::new(signed.wallet.clone()), signed.session.provider_of(&signed.key()));
    // A year of hashes would hold up the async workers.
    let derived = tokio::task::spawn_blocking(move || Tickets::derive(&secrets, &verifier, hour).commitment());
    derived.await.map_err(|e| CliError::failed(format!("the ticket chain was not derived: {e}"), "try again"))
}

/// Commits to a chain of this hour.
///
/// # Errors
/// [`CliError::Config`] for a wallet that is no verifier.
pub async fn commit(signed: &SignedSession) -> Result<Committed, CliError> {
    let provider = signed.provider().await?;
    if !provider.roles.verify {
        return Err(CliError::config(
            format!("provider {} does not verify", provider.key),
            "give it the role with `tessera provider update --verify`",
        ));
    }
    let session = &signed.session;
    let chain = chain_now(signed).await?;
    let commit = ix::verifier_commit(signed.key(), session.market.key, chain);
    let receipt = send(signed, "verifier_commit", vec![commit]).await?;
    let provider = found(session.chain.provider(provider.key).await?, "provider", provider.key)?;
    Ok(Committed {
        provider: provider.key.to_string(),
        hour: chain.hour,
        since: provider.ticket_since.unix,
        weight: provider.ticket_stake,
        transaction: receipt.signature.to_string(),
        shown: session.tokens(provider.ticket_stake),
    })
}

/// A commitment.
#[derive(Debug, Serialize)]
pub struct Committed {
    /// The verifier's Provider account.
    pub provider: String,
    /// The chain's first hour, since 1970.
    pub hour: i64,
    /// Unix seconds: only runs submitted later are its to audit.
    pub since: i64,
    /// Its weight in draws, base units.
    pub weight: u64,
    /// The transaction.
    pub transaction: String,
    #[serde(skip)]
    shown: String,
}

impl fmt::Display for Committed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Lines::new()
            .line("verifier", &self.provider)
            .line("weight", format!("{} in draws of audits", self.shown))
            .line("draws for", format!("runs submitted after second {}", self.since))
            .line("transaction", &self.transaction)
            .fmt(f)
    }
}
