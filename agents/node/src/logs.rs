//! Where log lines go: to stderr, for a person or for a machine.

use serde::Deserialize;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;
use tracing_subscriber::util::TryInitError;

/// The form of a log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One readable line per event; colours when stderr is a terminal.
    #[default]
    Human,
    /// One JSON object per event.
    Json,
}

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter is not one.
    #[error("log filter {filter:?} is not valid ({reason}); write it like `info` or `info,tessera_provider=debug`")]
    Filter {
        /// What was given.
        filter: String,
        /// What the parser said.
        reason: String,
    },
    /// A subscriber exists already.
    #[error("logging was already set up in this process: call logs::init once, in main")]
    Twice(#[source] TryInitError),
}

/// Sends this process's log events to stderr. `RUST_LOG`, where set, wins over `filter`.
///
/// # Errors
/// [`LogError::Filter`] for a filter that does not parse, [`LogError::Twice`] when called a second time.
pub fn init(format: LogFormat, filter: &str) -> Result<(), LogError> {
    let chosen = std::env::var(EnvFilter::DEFAULT_ENV).unwrap_or_else(|_| filter.to_owned());
    let parsed = EnvFilter::builder()
        .parse(&chosen)
        .map_err(|error| LogError::Filter { filter: chosen, reason: error.to_string() })?;
    let registry = tracing_subscriber::registry().with(parsed);
    let ansi = std::io::IsTerminal::is_terminal(&std::io::stderr());
    match format {
        LogFormat::Human => {
            registry.with(fmt::layer().with_writer(std::io::stderr).with_ansi(ansi).with_target(false)).try_init()
        }
        LogFormat::Json => {
            registry.with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr)).try_init()
        }
    }
    .map_err(LogError::Twice)
}
