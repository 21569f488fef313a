//! `model register`.

use std::fmt;

use serde::Serialize;
use tessera_chain::{Chain, Outgoing, Signer, address, ix};

use crate::args::ModelCommand;
use crate::config::Config;
use crate::error::CliError;
use crate::output::Lines;
use crate::wallet::LocalWallet;

/// Registers a model. Done twice, it changes nothing.
///
/// # Errors
/// [`CliError`].
pub async fn run(config: &Config, command: ModelCommand) -> Result<(), CliError> {
    let ModelCommand::Register(args) = command;
    let wallet = config.wallet(LocalWallet::Requester)?;
    let chain = config.chain()?;
    let model = address::model(&wallet.pubkey(), &args.root.0);
    let payout = match chain.model(model).await? {
        Some(existing) => existing.payout,
        None => {
            let payout = args.payout.unwrap_or_else(|| wallet.pubkey());
            let register = ix::model_register(wallet.pubkey(), args.root.0, payout);
            chain.send(Outgoing::new("model_register", vec![register]), &[&wallet]).await?;
            payout
        }
    };
    config.printer.report(&ModelReport {
        model: model.to_string(),
        root: args.root.to_string(),
        payout: payout.to_string(),
    })
}

#[derive(Debug, Serialize)]
struct ModelReport {
    model: String,
    root: String,
    payout: String,
}

impl fmt::Display for ModelReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Lines::new().line("model", &self.model).line("root", &self.root).line("payout", &self.payout).fmt(f)
    }
}
