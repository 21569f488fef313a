//! `market params propose|apply|withdraw|show`.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use tessera_chain::{MarketParams, ix, rules};
use tessera_migrations::{MigrationError, Params, differences, is_native};

use crate::args::ParamsCommand;
use crate::commands::stake::send;
use crate::config::Config;
use crate::error::CliError;
use crate::market_report::{ParamsReport, PendingReport};
use crate::output::Lines;
use crate::session::{Session, SignedSession};
use crate::wallet::LocalWallet;

/// Carries out a `market params` command.
///
/// # Errors
/// [`CliError`].
pub async fn run(config: &Config, command: ParamsCommand) -> Result<(), CliError> {
    match command {
        ParamsCommand::Propose { params } => {
            let wanted = read(&params)?;
            let signed = SignedSession::open(config, LocalWallet::Operator).await?;
            propose(&signed, &wanted).await?;
            report(config, &Session::open(config).await?).await
        }
        ParamsCommand::Apply => {
            let signed = SignedSession::open(config, LocalWallet::Operator).await?;
            apply(&signed).await?;
            report(config, &Session::open(config).await?).await
        }
        ParamsCommand::Withdraw => {
            let signed = SignedSession::open(config, LocalWallet::Operator).await?;
            withdraw(&signed).await?;
            report(config, &Session::open(config).await?).await
        }
        ParamsCommand::Show => report(config, &Session::open(config).await?).await,
    }
}

/// Reads a parameter file.
///
/// # Errors
/// [`CliError::File`] or [`CliError::Migration`].
pub(crate) fn read(path: &Path) -> Result<Params, CliError> {
    let text = std::fs::read_to_string(path).map_err(|e| CliError::file("read", path, e))?;
    Ok(Params::parse(&text).map_err(MigrationError::from)?)
}

/// Proposes parameters, in the place of those proposed before.
///
/// # Errors
/// [`CliError::Usage`] for what no market may have, or what is in force already; nothing was sent.
pub async fn propose(signed: &SignedSession, wanted: &Params) -> Result<(), CliError> {
    signed.require_authority()?;
    let session = &signed.session;
    let market = &session.market;
    let native = is_native(&market.mint);
    let proposed = wanted.on_chain(session.mint.decimals, native).map_err(wrong)?;
    let epoch_seconds = wanted.epoch_seconds().map_err(wrong)?;
    if epoch_seconds != market.epoch_seconds {
        return Err(CliError::usage(
            format!(
                "the market's epochs last {} s for good, and the file says {epoch_seconds} s",
                market.epoch_seconds
            ),
            "write the market's own length under [fees]; nothing was sent",
        ));
    }
    require_change(&proposed, &market.params)?;
    let now = session.chain.moment().await?;
    let (inforce, next) = (rules::MarketParams::from(market.params), rules::MarketParams::from(proposed));
    rules::plan_propose(&inforce, &next, native, now.into())
        .map_err(|refusal| wrong(format!("the market refuses these parameters: {refusal}")))?;
    send(signed, "market_propose", vec![ix::market_propose(signed.key(), market.key, proposed)]).await?;
    Ok(())
}

fn wrong(reason: impl fmt::Display) -> CliError {
    CliError::usage(reason.to_string(), "correct the file; nothing was sent")
}

fn require_change(proposed: &MarketParams, inforce: &MarketParams) -> Result<(), CliError> {
    match differences(proposed, inforce).is_empty() {
        true => Err(CliError::usage("these parameters are in force already", "change the file; nothing was sent")),
        false => Ok(()),
    }
}

/// Puts the proposed parameters into force; anyone may.
///
/// # Errors
/// [`CliError::NotYet`] when they have not waited long enough, [`CliError::Config`] when there are none.
pub async fn apply(signed: &SignedSession) -> Result<(), CliError> {
    let session = &signed.session;
    let now = session.chain.moment().await?;
    let pending = PendingReport::of(&session.market, session.mint.decimals, now).ok_or_else(nothing_proposed)?;
    let earliest = session.market.pending.map(|pending| pending.earliest.into());
    rules::plan_apply(earliest, now.into()).map_err(|_| CliError::NotYet {
        message: format!("the proposed parameters wait for the market's timelock: they {}", pending.when()),
        hint: "apply them then; anyone may".to_owned(),
    })?;
    send(signed, "market_apply", vec![ix::market_apply(session.market.key)]).await?;
    Ok(())
}

/// Drops the proposed parameters.
///
/// # Errors
/// [`CliError::Config`] when there are none, or for another wallet than the authority's.
pub async fn withdraw(signed: &SignedSession) -> Result<(), CliError> {
    signed.require_authority()?;
    let market = &signed.session.market;
    if market.pending.is_none() {
        return Err(nothing_proposed());
    }
    send(signed, "market_withdraw", vec![ix::market_withdraw(signed.key(), market.key)]).await?;
    Ok(())
}

fn nothing_proposed() -> CliError {
    CliError::config("no parameters are proposed", "propose some with `tessera market params propose --params FILE`")
}

async fn report(config: &Config, session: &Session) -> Result<(), CliError> {
    let now = session.chain.moment().await?;
    let (market, decimals) = (&session.market, session.mint.decimals);
    config.printer.report(&Shown {
        market: market.key.to_string(),
        params: ParamsReport::new(&market.params, decimals),
        pending: PendingReport::of(market, decimals, now),
    })
}

#[derive(Debug, Serialize)]
struct Shown {
    market: String,
    params: ParamsReport,
    pending: Option<PendingReport>,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Lines::new().line("market", &self.market).fmt(f)?;
        self.params.fmt(f)?;
        let proposed = self.pending.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
        Lines::new().line("proposed", proposed).fmt(f)
    }
}
