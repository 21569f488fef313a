//! `task audit ID`.

use std::fmt;

use serde::Serialize;
use tessera_chain::{Chain, Pubkey, Run, RunState, Task, Versioned, ix, rules};
use tessera_migrations::units::Amount;

use crate::commands::stake::send;
use crate::config::Config;
use crate::error::CliError;
use crate::output::Lines;
use crate::session::{SignedSession, found};
use crate::wallet::LocalWallet;

/// Refuses what the chain would refuse before anything is sent; the chain has the last word.
pub(super) async fn run(
    config: &Config,
    key: Pubkey,
    provider: Option<Pubkey>,
    pay: Option<Amount>,
) -> Result<(), CliError> {
    let signed = SignedSession::open(config, LocalWallet::Requester).await?;
    let offered = pay.map(|amount| signed.session.base_units(amount)).transpose()?;
    config.printer.report(&force(&signed, key, provider, offered).await?)
}

/// Pays for an audit of a submitted run of the wallet's own task. `offered` in base units; without it the task's audit
/// reward, or the market's smallest reward.
///
/// # Errors
/// [`CliError`]; nothing was sent unless it is [`CliError::Chain`].
pub async fn force(
    signed: &SignedSession,
    key: Pubkey,
    provider: Option<Pubkey>,
    offered: Option<u64>,
) -> Result<Forced, CliError> {
    let session = &signed.session;
    let task = found(session.chain.task(key).await?, "task", key)?;
    if task.terms.requester != signed.key() {
        return Err(CliError::config(
            format!("task {key} belongs to {}, not to {}", task.terms.requester, signed.key()),
            "name its requester's wallet with --keypair",
        ));
    }
    let now = session.chain.moment().await?;
    let run = choose(session.chain.as_ref(), &task, provider).await?;
    let least = session.market.params.min_reward;
    let offered = offered.unwrap_or_else(|| task.terms.audit_reward.max(least));
    let slot = task.slot_of(&run.provider).unwrap_or(usize::MAX);
    let amount = rules::plan_audit_force(
        &task.view(),
        slot,
        run.forced.into(),
        task.terms.audit_reward.into(),
        offered.into(),
        least.into(),
        now.into(),
    );
    let amount = amount.map(rules::BaseUnits::get).map_err(|refusal| {
        CliError::failed(
            format!("the run of {} cannot be audited by force: {refusal}", run.provider),
            format!(
                "a run can be forced once, while `tessera task show {key}` shows it submitted and its audit window is \
                 open, for at least {} tokens where the task has no audit reward",
                session.tokens(least)
            ),
        )
    })?;
    let source = session.token_account_with(&signed.key(), amount).await?;
    let force = ix::audit_force(&task, &session.market, run.key, source, amount);
    let receipt = send(signed, "audit_force", vec![force]).await?;
    Ok(Forced {
        task: key.to_string(),
        run: run.key.to_string(),
        provider: run.provider.to_string(),
        paid: amount,
        transaction: receipt.signature.to_string(),
        shown: session.tokens(amount),
    })
}

/// The run that was named, or the only one that is submitted.
async fn choose(
    chain: &dyn Chain,
    task: &Versioned<Task>,
    provider: Option<Pubkey>,
) -> Result<Versioned<Run>, CliError> {
    let mut runs = chain.runs(task.key).await?;
    runs.retain(|run| run.state == RunState::Submitted && provider.is_none_or(|named| run.provider == named));
    match (runs.pop(), runs.is_empty()) {
        (Some(run), true) => Ok(run),
        (Some(_), false) => Err(CliError::usage(
            format!("task {} has several submitted runs", task.key),
            "say whose with --provider; `tessera task show` lists them",
        )),
        (None, _) => Err(CliError::NotYet {
            message: format!("task {} has no such run that is submitted", task.key),
            hint: format!("see `tessera task show {}`", task.key),
        }),
    }
}

/// A run that will be audited.
#[derive(Debug, Serialize)]
pub struct Forced {
    /// The task.
    pub task: String,
    /// The run.
    pub run: String,
    /// Who executed it: the Provider account.
    pub provider: String,
    /// Base units, added to the run's audit reward.
    pub paid: u64,
    /// The transaction.
    pub transaction: String,
    #[serde(skip)]
    shown: String,
}

impl fmt::Display for Forced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Lines::new()
            .line("run", format!("{} by {}", self.run, self.provider))
            .line("paid", format!("{} tokens; every verifier may take the audit now", self.shown))
            .line("transaction", &self.transaction)
            .fmt(f)
    }
}
