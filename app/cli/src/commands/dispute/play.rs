//! `dispute open`, `dispute play`.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use tessera_chain::rules::DisputeVerdict;
use tessera_chain::{Chain, Signer};
use tessera_compute::CpuBackend;
use tessera_node::dispute::{Played, Player, Playing};
use tessera_node::{ContentStore, NodeTuning, Shutdown, Workbench};

use crate::args::StoreArgs;
use crate::config::Config;
use crate::error::CliError;
use crate::session::Session;
use crate::wallet::LocalWallet;

/// Plays until nothing is left to play, or Ctrl-C. What was not moved in time is lost.
pub(super) async fn run(config: &Config, playing: Playing) -> Result<(), CliError> {
    let wallet = config.wallet(LocalWallet::Verifier)?;
    let session = Session::open(config).await?;
    let journal = config.home.agent("disputes", &wallet.pubkey()).join("disputes.journal.jsonl");
    let own = ContentStore::open(&config.store(&StoreArgs::default())?.to_string())?;
    let fleet = Arc::new(CpuBackend::new()).into();
    let chain: Arc<dyn Chain> = session.chain.clone();
    let bench = Workbench::open(chain.clone(), wallet, fleet, &journal, vec![own], NodeTuning::default())
        .map_err(|error| CliError::failed(error.to_string(), "end what else plays with this wallet"))?;
    let shutdown = Shutdown::new();
    let market = session.market.key;
    let play = Player::play(bench, chain.as_ref(), market, playing, shutdown.clone());
    let played = match shutdown.guard(play).await {
        Ok(played) => played?,
        Err(interrupted) => {
            let hint = "a side that owes a move loses when its clock runs out: start this command again";
            return Err(CliError::failed(interrupted.to_string(), hint));
        }
    };
    if played.is_empty() && matches!(playing, Playing::Open(_)) {
        return Err(CliError::failed(
            "no dispute was opened",
            "this machine computes what the run says, or the run cannot be disputed any more; -v tells which",
        ));
    }
    config.printer.report(&Report { disputes: played.iter().map(Row::new).collect() })
}

#[derive(Debug, Serialize)]
struct Report {
    disputes: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    dispute: String,
    ended: &'static str,
    moves: u16,
}

impl Row {
    fn new(played: &Played) -> Self {
        let ended = match played.verdict {
            Some(DisputeVerdict::ChallengerWon) => "challenger won",
            Some(DisputeVerdict::ProviderWon) => "provider won",
            Some(DisputeVerdict::NoVerdict) => "no verdict",
            None => "without a verdict",
        };
        Self { dispute: played.dispute.to_string(), ended, moves: played.moves }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.disputes.is_empty() {
            return f.write_str("nothing to play");
        }
        let lines: Vec<String> =
            self.disputes.iter().map(|row| format!("{}: {}, {} moves", row.dispute, row.ended, row.moves)).collect();
        f.write_str(&lines.join("\n"))
    }
}
