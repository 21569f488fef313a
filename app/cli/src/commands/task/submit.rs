//! `task submit <job>`.

use std::fmt;

use serde::Serialize;
use tessera_chain::Pubkey;

use super::{own_store, wait_and_fetch};
use crate::args::Job;
use crate::config::Config;
use crate::error::CliError;
use crate::order::Request;
use crate::output::Lines;
use crate::session::{Session, SignedSession, found};
use crate::submission::{Submitted, submit};
use crate::wallet::LocalWallet;

/// Reads and checks the data first, so that bad data need neither wallet nor network to be found out.
pub(super) async fn run(config: &Config, job: Job) -> Result<(), CliError> {
    let mut request = Request::from(job);
    let prepared = request.sources.prepare()?;
    let signed = SignedSession::open(config, LocalWallet::Requester).await?;
    request.submit.trust.shortlist = providers(&signed.session, &request.submit.trust.shortlist).await?;
    let order = request.price(prepared, &signed.session, config.is_local())?;
    let store = own_store(config, &request.submit.store)?;
    let submitted = submit(&signed, &store, &order, &config.home.submissions()).await?;
    let report = SubmitReport::new(&submitted, order.escrow()?, &signed);
    if !request.submit.wait {
        return config.printer.report(&report);
    }
    config.printer.note(&report);
    let result = wait_and_fetch(config, &signed.session, submitted.task, store).await?;
    config.printer.report(&result)
}

/// The Provider accounts that were named by themselves or by their wallets.
async fn providers(session: &Session, named: &[Pubkey]) -> Result<Vec<Pubkey>, CliError> {
    let mut providers = Vec::new();
    for key in named {
        let of_wallet = session.provider_of(key);
        let provider = match session.chain.provider(of_wallet).await? {
            Some(provider) => provider,
            None => found(session.chain.provider(*key).await?, "provider", *key)?,
        };
        if provider.market != session.market.key {
            return Err(CliError::usage(
                format!("provider {key} belongs to market {}", provider.market),
                "a shortlist names providers of the task's own market",
            ));
        }
        providers.push(provider.key);
    }
    Ok(providers)
}

#[derive(Debug, Serialize)]
struct SubmitReport {
    task: String,
    manifest_id: String,
    /// Base units.
    escrow: u64,
    /// An earlier, interrupted submission had created the task.
    resumed: bool,
    transaction: Option<String>,
    #[serde(skip)]
    shown: String,
}

impl SubmitReport {
    fn new(submitted: &Submitted, escrow: u64, signed: &SignedSession) -> Self {
        Self {
            task: submitted.task.to_string(),
            manifest_id: submitted.manifest_id.to_string(),
            escrow,
            resumed: submitted.receipt.is_none(),
            transaction: submitted.receipt.as_ref().map(|receipt| receipt.signature.to_string()),
            shown: signed.session.tokens(escrow),
        }
    }
}

impl fmt::Display for SubmitReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let note = self.resumed.then_some("created by an earlier submission that was interrupted");
        Lines::new()
            .line("task", &self.task)
            .line("in escrow", format!("{} tokens", self.shown))
            .maybe("transaction", self.transaction.as_ref())
            .maybe("note", note)
            .fmt(f)
    }
}
