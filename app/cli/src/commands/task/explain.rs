//! `task explain ID`.

use tessera_chain::Pubkey;

use crate::config::Config;
use crate::error::CliError;
use crate::explanation::Explanation;
use crate::session::Session;

pub(super) async fn run(config: &Config, task: Pubkey, limit: usize) -> Result<(), CliError> {
    let session = Session::open(config).await?;
    let told = Explanation::read(session.chain.as_ref(), task, limit, session.mint.decimals).await?;
    if told.is_empty() {
        return Err(CliError::NotFound { what: "task", key: task });
    }
    config.printer.report(&told)
}
