use std::{io, time::Duration};

/// Why the local network could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum LocalnetError {
    /// A chosen port is taken.
    #[error("port {port} on 127.0.0.1 is in use; choose another one or stop what listens there")]
    PortInUse {
        /// The port asked for.
        port: u16,
    },
    /// No port could be opened on loopback.
    #[error("opening a port on 127.0.0.1 failed")]
    Port(#[source] io::Error),
    /// A thread or its runtime could not be started.
    #[error("starting the local network's threads failed; the system may be out of threads or memory")]
    Thread(#[source] io::Error),
    /// The options make no sense.
    #[error("the slot time is {0:?}, it must be between 1 ms and 60 s")]
    SlotTime(Duration),
    /// Surfpool refused to start or ended by itself.
    #[error("the local network ended: {0}")]
    Ended(String),
    /// Surfpool did not answer in time.
    #[error("the local network did not {what} within {limit:?}; the machine may be overloaded, try again")]
    Timeout {
        /// What was waited for.
        what: &'static str,
        /// How long it was waited for.
        limit: Duration,
    },
    /// Surfpool refused an operation.
    #[error("{what} failed: {reason}")]
    Refused {
        /// The operation.
        what: &'static str,
        /// Surfpool's words.
        reason: String,
    },
}
