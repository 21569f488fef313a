//! `bench`.

use tessera_compute::Cancel;
use tessera_node::Shutdown;

use crate::args::BenchArgs;
use crate::bench::{BenchError, Name, Plan, measure};
use crate::config::Config;
use crate::error::CliError;

/// Measures and prints the figures; results that differ from a peer's are an error after that. Ctrl-C ends it and removes its files.
///
/// # Errors
/// [`CliError::Usage`] when `embedding` is asked for without an encoder, [`CliError::Bench`] when something was not measured.
pub async fn run(config: &Config, args: BenchArgs) -> Result<(), CliError> {
    if args.names.contains(&Name::Embedding) && args.model.is_none() {
        return Err(CliError::usage(
            "`embedding` needs an encoder",
            "give its folder with --model; tools/minilm/fetch fetches one and prints where it is",
        ));
    }
    let printer = config.printer;
    if cfg!(debug_assertions) {
        printer.note("this build does not optimise the peers that it links: `cargo run --release -- bench` does");
    }
    let (shutdown, cancel, plan) = (Shutdown::new(), Cancel::new(), Plan::from(args));
    let mut measuring = tokio::task::spawn_blocking({
        let cancel = cancel.clone();
        move || measure(&plan, &cancel, &mut |line| printer.note(line))
    });
    let measured = async {
        tokio::select! {
            biased;
            report = &mut measuring => report,
            () = shutdown.requested() => {
                cancel.cancel();
                measuring.await
            }
        }
    };
    let measured = shutdown.guard(measured).await.map_err(|_| BenchError::Interrupted)?;
    let report =
        measured.map_err(|lost| CliError::failed(format!("the measuring broke off: {lost}"), "report this"))?;
    if cancel.is_cancelled() {
        // Peers are interrupted too, whatever they make of it.
        return Err(BenchError::Interrupted.into());
    }
    let report = report?;
    printer.report(&report)?;
    report.disagreement().map_or(Ok(()), |error| Err(error.into()))
}
