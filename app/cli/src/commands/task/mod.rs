//! `task submit|list|show|wait|result|cancel|audit|explain`.

pub mod audit;
mod cancel;
mod explain;
mod list;
mod show;
mod submit;
mod wait;

use std::path::Path;

use tessera_chain::Pubkey;
use tessera_node::ContentStore;

use crate::args::{StoreArgs, TaskCommand};
use crate::config::Config;
use crate::error::CliError;
use crate::files;
use crate::follow::{UNHURRIED, until_over};
use crate::result::{TaskResult, result_of};
use crate::session::Session;

/// Carries out a `task` command.
///
/// # Errors
/// [`CliError`].
pub async fn run(config: &Config, command: TaskCommand) -> Result<(), CliError> {
    match command {
        TaskCommand::Submit(job) => submit::run(config, *job).await,
        TaskCommand::List { mine, state } => list::run(config, mine, state.map(Into::into)).await,
        TaskCommand::Show { task } => show::run(config, task).await,
        TaskCommand::Wait { task } => wait::run(config, task).await,
        TaskCommand::Result { task, out } => result(config, task, out.as_deref()).await,
        TaskCommand::Cancel { task } => cancel::run(config, task).await,
        TaskCommand::Audit { task, provider, pay } => audit::run(config, task, provider, pay).await,
        TaskCommand::Explain { task, limit } => explain::run(config, task, limit).await,
    }
}

async fn result(config: &Config, task: Pubkey, out: Option<&Path>) -> Result<(), CliError> {
    let session = Session::open(config).await?;
    let result = result_of(&session, task, own_store(config, &StoreArgs::default())?).await?;
    if let Some(path) = out {
        let text = serde_json::to_vec_pretty(&result.result)
            .map_err(|e| CliError::failed(format!("the result has no JSON form: {e}"), "leave --out away"))?;
        files::replace(path, &text)?;
        config.printer.note(format_args!("wrote {}", path.display()));
    }
    config.printer.report(&result)
}

/// The store that is read with this user's credentials.
fn own_store(config: &Config, flag: &StoreArgs) -> Result<ContentStore, CliError> {
    Ok(ContentStore::open(&config.store(flag)?.to_string())?)
}

/// Waits for a task's end and fetches its result.
async fn wait_and_fetch(
    config: &Config,
    session: &Session,
    task: Pubkey,
    store: ContentStore,
) -> Result<TaskResult, CliError> {
    until_over(session.chain.as_ref(), task, Some(config.printer), UNHURRIED).await?;
    result_of(session, task, store).await
}
