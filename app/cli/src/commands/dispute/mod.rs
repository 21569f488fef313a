//! `dispute list|show|open|play`.

mod list;
mod phase;
mod play;
mod show;

use tessera_node::dispute::Playing;

use crate::args::DisputeCommand;
use crate::config::Config;
use crate::error::CliError;

/// Carries out a `dispute` command.
///
/// # Errors
/// [`CliError`].
pub async fn run(config: &Config, command: DisputeCommand) -> Result<(), CliError> {
    match command {
        DisputeCommand::List { mine } => list::run(config, mine).await,
        DisputeCommand::Show { dispute } => show::run(config, dispute).await,
        DisputeCommand::Open { run } => play::run(config, Playing::Open(run)).await,
        DisputeCommand::Play { dispute } => play::run(config, dispute.map_or(Playing::All, Playing::One)).await,
    }
}
