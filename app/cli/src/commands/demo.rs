//! `demo`.

use tessera_node::Shutdown;

use crate::config::Config;
use crate::demo;
use crate::error::CliError;

/// Runs the demo and prints what happened and what it cost. Ctrl-C ends it and removes its files.
///
/// # Errors
/// [`CliError`] when not all tasks were settled or the sums do not agree.
pub async fn run(config: &Config) -> Result<(), CliError> {
    let shutdown = Shutdown::new();
    let demo = async {
        tokio::select! {
            biased;
            () = shutdown.requested() => Err(interrupted()),
            report = demo::run(config.printer) => report,
        }
    };
    let report = shutdown.guard(demo).await.unwrap_or_else(|_| Err(interrupted()))?;
    config.printer.report(&report)
}

fn interrupted() -> CliError {
    CliError::failed("the demo was interrupted", "nothing is left of it; run it again")
}
