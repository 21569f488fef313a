//! `dispute list`.

use std::fmt;

use serde::Serialize;
use tessera_chain::{Dispute, Signer, Versioned};

use super::phase::{owes_name, phase_name};
use crate::config::Config;
use crate::error::CliError;
use crate::output::Columns;
use crate::session::Session;
use crate::wallet::LocalWallet;

/// By run. Disputes that are over and paid are closed, and not listed.
pub(super) async fn run(config: &Config, mine: bool) -> Result<(), CliError> {
    let only = mine.then(|| config.wallet(LocalWallet::Verifier)).transpose()?.map(|wallet| wallet.pubkey());
    let session = Session::open(config).await?;
    let mut disputes = Vec::new();
    for task in session.chain.tasks(session.market.key).await? {
        for run in session.chain.runs(task.key).await? {
            disputes.extend(session.chain.disputes(run.key).await?);
        }
    }
    disputes.retain(|dispute| only.is_none_or(|wallet| dispute.side_of(&wallet).is_some()));
    let disputes = disputes.iter().map(Row::new).collect();
    config.printer.report(&DisputeList { disputes })
}

#[derive(Debug, Serialize)]
struct DisputeList {
    disputes: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    dispute: String,
    run: String,
    challenger: String,
    provider: String,
    phase: &'static str,
    /// Who moves.
    owes: &'static str,
    /// Unix seconds.
    until: i64,
    moves: u16,
}

impl Row {
    fn new(dispute: &Versioned<Dispute>) -> Self {
        Self {
            dispute: dispute.key.to_string(),
            run: dispute.run.to_string(),
            challenger: dispute.challenger.to_string(),
            provider: dispute.provider.to_string(),
            phase: phase_name(dispute.phase),
            owes: owes_name(dispute.phase),
            until: dispute.clocks.until.unix,
            moves: dispute.moves,
        }
    }
}

impl fmt::Display for DisputeList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.disputes.is_empty() {
            return f.write_str("no disputes");
        }
        let mut columns = Columns::new(&["dispute", "phase", "owes", "moves", "run"]);
        for row in &self.disputes {
            columns.row(vec![
                row.dispute.clone(),
                row.phase.to_owned(),
                row.owes.to_owned(),
                row.moves.to_string(),
                row.run.clone(),
            ]);
        }
        columns.fmt(f)
    }
}
