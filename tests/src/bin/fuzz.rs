//! Random instruction sequences against the program, beside a model made of the rules: see [`tessera_tests::fuzz`].
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use tessera_tests::fuzz;

/// Steps between two lines of progress.
const REPORT_EVERY: u64 = 20_000;

/// Sends random instruction sequences to the program and its model.
#[derive(Parser)]
struct Arguments {
    /// How many steps to take at least.
    #[arg(long, default_value_t = 20_000)]
    steps: u64,
    /// Where to begin. The same seed takes the same steps.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A violation that shows as a panic is reported with its sequence.
    std::panic::set_hook(Box::new(|_| {}));
    let begun = Instant::now();
    let (mut next, mut failures) = (REPORT_EVERY, 0);
    let report = fuzz::run(arguments.steps, arguments.seed, |report| {
        for failure in &report.failures[failures..] {
            println!("{failure}");
        }
        failures = report.failures.len();
        if report.steps >= next {
            next = report.steps + REPORT_EVERY;
            println!(
                "{} of {} steps in {} sequences, {} transactions succeeded, {} were refused, {} s",
                report.steps,
                arguments.steps,
                report.sequences,
                report.succeeded,
                report.refused,
                begun.elapsed().as_secs()
            );
        }
    });
    match report {
        Ok(report) => {
            for (kind, (succeeded, refused)) in &report.kinds {
                println!("{kind:>14}: {succeeded:>8} succeeded, {refused:>8} refused");
            }
            println!("fuzz: {} steps, {} violations", report.steps, report.failures.len());
            if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(violation) => {
            println!("the scene cannot be made: {violation}");
            ExitCode::FAILURE
        }
    }
}
