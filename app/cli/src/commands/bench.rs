//! `bench`.

use crate::args::BenchArgs;
use crate::bench::{Name, Plan, measure};
use crate::config::Config;
use crate::error::CliError;

/// Measures and prints the figures; results that differ from a peer's are an error after that.
///
/// # Errors
/// [`CliError::Usage`] when `embedding` is asked for without an encoder, [`CliError::Bench`] when something was not measured.
pub fn run(config: &Config, args: BenchArgs) -> Result<(), CliError> {
    if args.names.contains(&Name::Embedding) && args.model.is_none() {
        return Err(CliError::usage(
            "`embedding` needs an encoder",
            "give its folder with --model; tools/minilm/fetch fetches one and prints where it is",
        ));
    }
    if cfg!(debug_assertions) {
        config
            .printer
            .note("this build does not optimise the peers that it links: `cargo run --release -- bench` does");
    }
    let report = measure(&Plan::from(args), &mut |line| config.printer.note(line))?;
    config.printer.report(&report)?;
    report.disagreement().map_or(Ok(()), |error| Err(error.into()))
}
