//! The command line `tessera`: one binary for requesters, providers, verifiers and markets.
//!
//! [`args`] is what was typed, [`config`] the one resolved configuration, [`commands`] what is done with it. Commands
//! return a [`CliError`](error::CliError) with a hint and an exit code; [`output`] prints it.

pub mod args;
pub mod bench;
pub mod bootstrap;
pub mod cluster;
pub mod commands;
pub mod config;
pub mod demo;
pub mod earnings;
pub mod error;
pub mod explanation;
mod files;
mod follow;
mod hardware;
pub mod home;
mod market_report;
pub mod order;
pub mod output;
mod provider_report;
pub mod record;
pub mod result;
pub mod session;
pub mod solana_config;
pub mod sources;
pub mod story;
pub mod submission;
pub mod upkeep;
pub mod wallet;

use std::ffi::OsString;

use clap::Parser;
use clap::error::{ContextKind, ContextValue};
use tessera_jobs::JobError;

use crate::args::{Cli, Command};
use crate::config::Config;
use crate::error::{CliError, EXIT_FAILED, EXIT_OK, EXIT_USAGE, ErrorReport};
use crate::output::{Format, Printer};

/// Parses the command line, carries the command out, prints, and returns the process's exit code.
#[must_use]
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => return usage(&error, &args),
    };
    let printer = Printer::new(cli.global.output);
    match carry_out(cli) {
        Ok(()) => EXIT_OK,
        Err(error) => {
            printer.error(&error);
            error.exit_code()
        }
    }
}

fn carry_out(cli: Cli) -> Result<(), CliError> {
    if let Command::Completions { shell } = cli.command {
        commands::completions::print(shell);
        return Ok(());
    }
    let config = Config::resolve(cli.global)?;
    tessera_node::logs::init(config.log_format, log_filter(&cli.command, config.verbosity))
        .map_err(|e| CliError::config(e.to_string(), "correct RUST_LOG"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| CliError::failed(format!("cannot start the runtime: {e}"), "free some memory and threads"))?;
    runtime.block_on(commands::run(cli.command, &config))
}

/// Daemons say what they do; other commands only what goes wrong.
fn log_filter(command: &Command, verbosity: u8) -> &'static str {
    let is_daemon = matches!(
        command,
        Command::Provider(args::ProviderCommand::Run(_)) | Command::Verifier(args::VerifierCommand::Run(_))
    );
    match (is_daemon, verbosity) {
        (false, 0) => "error",
        (true, 0) => {
            "warn,tessera_provider=info,tessera_verifier=info,tessera_node=info,tessera_chain=info,tessera_cli=info"
        }
        (false, 1) => {
            "warn,tessera_provider=info,tessera_verifier=info,tessera_node=info,tessera_chain=info,tessera_cli=info"
        }
        (true, 1) | (false, 2) => {
            "warn,tessera_provider=debug,tessera_verifier=debug,tessera_node=debug,tessera_chain=debug,tessera_cli=debug"
        }
        _ => "debug",
    }
}

/// Help and version are no errors; errors of usage are JSON for programs.
fn usage(error: &clap::Error, args: &[OsString]) -> u8 {
    if !error.use_stderr() {
        return if error.print().is_ok() { EXIT_OK } else { EXIT_FAILED };
    }
    let format = if wants_json(args) { Format::Json } else { Format::Human };
    if let Some(unknown) = unknown_job(error, args) {
        Printer::new(format).error_report(&ErrorReport {
            error: unknown.to_string(),
            code: "usage",
            hint: Some("see `tessera help task submit`".to_owned()),
        });
    } else if format == Format::Json {
        let text = error.to_string();
        let message = text.strip_prefix("error: ").unwrap_or(&text).trim().to_owned();
        Printer::new(format).error_report(&ErrorReport {
            error: message,
            code: "usage",
            hint: Some("see `tessera help`".to_owned()),
        });
    } else {
        // Nobody is left to be told when stderr is closed.
        let _ = error.print();
    }
    EXIT_USAGE
}

/// The error of `task submit <job>` for a job that does not exist, which lists those that do.
fn unknown_job(error: &clap::Error, args: &[OsString]) -> Option<JobError> {
    let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidSubcommand) else { return None };
    let follows_submit = args.windows(2).any(|pair| pair[0] == "submit" && pair[1] == name.as_str());
    follows_submit.then(|| JobError::UnknownJob(name.clone()))
}

/// Whether JSON was asked for on a command line that could not be parsed.
fn wants_json(args: &[OsString]) -> bool {
    args.iter().any(|arg| arg == "--output=json")
        || args.windows(2).any(|pair| pair[0] == "--output" && pair[1] == "json")
}
