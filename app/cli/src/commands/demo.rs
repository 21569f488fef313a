//! `demo`.

use crate::config::Config;
use crate::demo;
use crate::error::CliError;

/// Runs the demo and prints what happened and what it cost.
///
/// # Errors
/// [`CliError`] when not all tasks were settled or the sums do not agree.
pub async fn run(config: &Config) -> Result<(), CliError> {
    let report = demo::run(config.printer).await?;
    config.printer.report(&report)
}
