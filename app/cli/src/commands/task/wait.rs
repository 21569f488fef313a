//! `task wait ID`.

use tessera_chain::Pubkey;

use super::{own_store, wait_and_fetch};
use crate::args::StoreArgs;
use crate::config::Config;
use crate::error::CliError;
use crate::session::Session;

pub(super) async fn run(config: &Config, task: Pubkey) -> Result<(), CliError> {
    let session = Session::open(config).await?;
    let store = own_store(config, &StoreArgs::default())?;
    let result = wait_and_fetch(config, &session, task, store).await?;
    config.printer.report(&result)
}
