//! What can go wrong between an agent and the chain, and what to do about it.

use anchor_lang::prelude::Pubkey;
use tessera::errors::TesseraError;
use thiserror::Error;

use crate::failure::ProgramFailure;

/// What a caller should do with a [`ChainError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The same call may succeed later, or at another endpoint.
    Retry,
    /// The chain answered, and the answer is no: read the state again and plan anew.
    GiveUp,
    /// Configuration, keys or versions are wrong: a person has to act.
    Fatal,
}

/// An error of the client. Messages say what to do next; URLs appear without paths and queries, which may hold keys.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ChainError {
    /// No connection, a broken one, or an answer that is not the protocol.
    #[error("{url} cannot be reached ({reason}); check the URL and the network, or add another endpoint")]
    Unreachable {
        /// Scheme, host and port of the endpoint.
        url: String,
        /// What the transport said.
        reason: String,
    },
    /// HTTP 429.
    #[error("{url} limits the rate of requests; wait, or use an endpoint of your own")]
    RateLimited {
        /// Scheme, host and port of the endpoint.
        url: String,
    },
    /// No answer in time.
    #[error("{what} took longer than {seconds} s; try again, or use a faster endpoint")]
    Timeout {
        /// What was asked for.
        what: String,
        /// The limit in seconds.
        seconds: u64,
    },
    /// The endpoint answers from a slot before one that this client has already seen.
    #[error("{url} lags behind (slot {wanted} is known here); try again, or use an endpoint that keeps up")]
    Behind {
        /// Scheme, host and port of the endpoint.
        url: String,
        /// The slot that the answer should have reached.
        wanted: u64,
        /// The slot that it came from, where it said so.
        got: Option<u64>,
    },
    /// The node says that it is not fit to serve.
    #[error("{url} is unhealthy; try again later, or use another endpoint")]
    Unhealthy {
        /// Scheme, host and port of the endpoint.
        url: String,
    },
    /// The cluster could not take the transaction just now: a lock, a full block, a restart.
    #[error("the cluster is busy ({reason}); try again, with a higher priority fee if it lasts")]
    Busy {
        /// What the runtime said.
        reason: String,
    },
    /// Every attempt's blockhash expired before the transaction was confirmed, and none of them landed.
    #[error(
        "`{label}` was not confirmed in {attempts} attempts and can no longer land; try again with a higher priority fee"
    )]
    Expired {
        /// The label of the [`crate::Outgoing`].
        label: String,
        /// How many blockhashes were used up.
        attempts: u32,
    },
    /// The payer cannot pay fee or rent.
    #[error(
        "{payer} has {have} lamports and needs at least {need}; send it SOL (`solana airdrop` on a local network or devnet)"
    )]
    InsufficientFunds {
        /// Who pays.
        payer: Pubkey,
        /// Lamports that the transaction takes at least.
        need: u64,
        /// Lamports that the payer has.
        have: u64,
    },
    /// A program refused an instruction.
    #[error(transparent)]
    Program(Box<ProgramFailure>),
    /// The runtime refused the transaction as a whole.
    #[error("the transaction was rejected: {reason}; read the accounts again before you send another")]
    Rejected {
        /// What the runtime said.
        reason: String,
        /// The log lines, if it ran.
        logs: Vec<String>,
    },
    /// The node refused a request by an error of its own.
    #[error("{url} refused the request ({code}: {message}); check that the node supports it")]
    Rpc {
        /// Scheme, host and port of the endpoint.
        url: String,
        /// The JSON-RPC error code.
        code: i64,
        /// The node's words.
        message: String,
    },
    /// An account that the call needs does not exist.
    #[error("there is no {what} at {key}; check the address and the cluster")]
    NotFound {
        /// What was expected there.
        what: String,
        /// Where.
        key: Pubkey,
    },
    /// Bytes do not hold what they should: another program's account, or another version's.
    #[error("{key} does not hold a {what} ({reason}); check the address, the cluster and this program's version")]
    Decode {
        /// What was expected there.
        what: String,
        /// The account.
        key: Pubkey,
        /// What the decoder said.
        reason: String,
    },
    /// Another version of the program wrote the account.
    #[error(
        "the {what} {key} has layout version {version}, which this program does not read; bring the market's accounts up to \
         date with `tessera account migrate`, or use the client of that version"
    )]
    Layout {
        /// What it is.
        what: String,
        /// The account.
        key: Pubkey,
        /// Its version.
        version: u8,
    },
    /// The client was given something that it cannot work with.
    #[error("{reason}")]
    Config {
        /// What, and how to mend it.
        reason: String,
    },
    /// The signers do not fit the instructions.
    #[error("`{label}` cannot be signed ({reason}); pass the key of every account that must sign, the payer first")]
    Signing {
        /// The label of the [`crate::Outgoing`].
        label: String,
        /// What the signer said.
        reason: String,
    },
    /// A feed has ended, because it was cancelled or shut down.
    #[error("the feed has ended; start a new one with `watch`")]
    Closed,
}

impl ChainError {
    /// What to do about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unreachable { .. }
            | Self::RateLimited { .. }
            | Self::Timeout { .. }
            | Self::Behind { .. }
            | Self::Unhealthy { .. }
            | Self::Busy { .. }
            | Self::Expired { .. } => ErrorKind::Retry,
            Self::Program(failure) => failure.kind(),
            Self::InsufficientFunds { .. }
            | Self::Rejected { .. }
            | Self::Rpc { .. }
            | Self::NotFound { .. }
            | Self::Closed => ErrorKind::GiveUp,
            Self::Decode { .. } | Self::Layout { .. } | Self::Config { .. } | Self::Signing { .. } => ErrorKind::Fatal,
        }
    }

    /// The failure of a program, if that is what happened.
    #[must_use]
    pub fn program_failure(&self) -> Option<&ProgramFailure> {
        match self {
            Self::Program(failure) => Some(failure),
            _ => None,
        }
    }

    /// The error of the `tessera` program, if that is what happened.
    #[must_use]
    pub fn tessera(&self) -> Option<TesseraError> {
        self.program_failure().and_then(ProgramFailure::tessera)
    }

    /// The log lines of a transaction that failed, for debugging.
    #[must_use]
    pub fn logs(&self) -> &[String] {
        match self {
            Self::Program(failure) => &failure.logs,
            Self::Rejected { logs, .. } => logs,
            _ => &[],
        }
    }
}
