//! `task cancel ID`.

use std::fmt;

use serde::Serialize;
use tessera_chain::{Pubkey, ix, rules};

use crate::commands::stake::send;
use crate::config::Config;
use crate::error::CliError;
use crate::output::Lines;
use crate::result::state_name;
use crate::session::{SignedSession, found};
use crate::wallet::LocalWallet;

/// Refuses what the chain would refuse before anything is sent; the chain has the last word.
pub(super) async fn run(config: &Config, key: Pubkey) -> Result<(), CliError> {
    let signed = SignedSession::open(config, LocalWallet::Requester).await?;
    let task = found(signed.session.chain.task(key).await?, "task", key)?;
    if task.terms.requester != signed.key() {
        return Err(CliError::config(
            format!("task {key} belongs to {}, not to {}", task.terms.requester, signed.key()),
            "name its requester's wallet with --keypair",
        ));
    }
    // A task with a claimed slot is open as long as another slot is free.
    if rules::plan_cancel(&task.view()).is_err() {
        return Err(CliError::failed(
            format!("task {key} is {} and can no longer be cancelled", state_name(task.state)),
            format!("wait for it with `tessera task wait {key}`"),
        ));
    }
    let (account, create) = signed.own_token_account();
    let cancel = ix::task_cancel(&task, &signed.session.market, account);
    let receipt = send(&signed, "task_cancel", vec![create, cancel]).await?;
    config.printer.report(&CancelReport {
        task: key.to_string(),
        refunded: task.escrow,
        transaction: receipt.signature.to_string(),
        shown: signed.session.tokens(task.escrow),
    })
}

#[derive(Debug, Serialize)]
struct CancelReport {
    task: String,
    /// Base units.
    refunded: u64,
    transaction: String,
    #[serde(skip)]
    shown: String,
}

impl fmt::Display for CancelReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Lines::new()
            .line("cancelled", &self.task)
            .line("refunded", format!("{} tokens", self.shown))
            .line("transaction", &self.transaction)
            .fmt(f)
    }
}
