//! `load`: many tasks by many real agents on the embedded chain; prints what was counted, and fails if something is wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use tessera_cli::output::{Format, Printer};
use tessera_node::logs::{self, LogFormat};
use tessera_tests::load::{self, Plan};

/// Many tasks by many real agents on the embedded chain.
#[derive(Debug, Parser)]
struct Args {
    /// Tasks to submit.
    #[arg(long, default_value_t = 1_000)]
    tasks: usize,
    /// Agents that compute.
    #[arg(long, default_value_t = 20)]
    providers: u16,
    /// Agents that check.
    #[arg(long, default_value_t = 3)]
    verifiers: u16,
    /// Wallets that submit, one task at a time each.
    #[arg(long, default_value_t = 8)]
    requesters: u16,
    /// Fixes wallets and data.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Tasks submitted per second, at most.
    #[arg(long, default_value_t = 20)]
    rate: u32,
    /// Tasks under way at the same time, at most.
    #[arg(long, default_value_t = 300)]
    at_once: usize,
    /// One task in so many asks for two runs; 0: none.
    #[arg(long, default_value_t = 10)]
    redundant_every: usize,
    /// Long windows, over which the chain's clock is moved once all is run and checked, as after a halt of the cluster.
    #[arg(long)]
    hurry: bool,
    /// A report for people, or one JSON value.
    #[arg(long, value_enum, default_value_t)]
    output: Format,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let printer = Printer::new(args.output);
    let filter = std::env::var("RUST_LOG").unwrap_or_else(|_| "error".to_owned());
    logs::init(LogFormat::Human, &filter).expect("a filter of the logs, as RUST_LOG takes it");
    let measure = Plan::measure(args.tasks, args.providers, args.verifiers, args.seed);
    let brief = Plan::brief(args.tasks, args.providers, args.verifiers);
    let plan = Plan {
        windows: if args.hurry { brief.windows } else { measure.windows },
        hurry: if args.hurry { brief.hurry } else { measure.hurry },
        requesters: args.requesters.max(1),
        rate: args.rate.max(1),
        at_once: args.at_once.max(1),
        redundant_every: args.redundant_every,
        ..measure
    };
    let report = match load::run(&plan, |line: &str| printer.note(line)).await {
        Ok(report) => report,
        Err(error) => {
            printer.error(&error);
            return ExitCode::FAILURE;
        }
    };
    if let Err(error) = printer.report(&report) {
        printer.error(&error);
        return ExitCode::FAILURE;
    }
    let closing =
        format!("load: {} tasks, {} ended, {} violations", report.tasks, report.ended, report.violations.len());
    // With JSON the report is all of standard output.
    let written = match args.output {
        Format::Human => writeln!(std::io::stdout(), "{closing}"),
        Format::Json => writeln!(std::io::stderr(), "{closing}"),
    };
    if written.is_err() || !report.violations.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
