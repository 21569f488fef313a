//! Errors of the RPC client as errors of this one.

use solana_rpc_client_api::client_error::{Error, ErrorKind};
use solana_rpc_client_api::custom_error as code;
use solana_rpc_client_api::request::{RpcError, RpcResponseErrorData};
use solana_rpc_client_api::response::RpcSimulateTransactionResult;
use solana_transaction_error::TransactionError;

use crate::error::ChainError;

/// HTTP's "too many requests", which some providers also use as a JSON-RPC code.
const TOO_MANY_REQUESTS: u16 = 429;

/// What an endpoint's error means; `wanted` is the lowest slot that the request asked for.
pub(super) fn classify(url: &str, wanted: u64, error: &Error) -> ChainError {
    let url = url.to_owned();
    match error.kind() {
        ErrorKind::RpcError(RpcError::RpcResponseError { code, message, data }) => match *code {
            code::JSON_RPC_SERVER_ERROR_MIN_CONTEXT_SLOT_NOT_REACHED => ChainError::Behind { url, wanted, got: None },
            code::JSON_RPC_SERVER_ERROR_NODE_UNHEALTHY
            | code::JSON_RPC_SERVER_ERROR_BLOCK_STATUS_NOT_AVAILABLE_YET
            | code::JSON_RPC_SERVER_ERROR_LONG_TERM_STORAGE_UNREACHABLE => ChainError::Unhealthy { url },
            rate if rate == i64::from(TOO_MANY_REQUESTS) => ChainError::RateLimited { url },
            _ if matches!(data, RpcResponseErrorData::NodeUnhealthy { .. }) => ChainError::Unhealthy { url },
            code => ChainError::Rpc { url, code, message: message.clone() },
        },
        ErrorKind::Reqwest(error) if error.status().is_some_and(|status| status.as_u16() == TOO_MANY_REQUESTS) => {
            ChainError::RateLimited { url }
        }
        ErrorKind::Reqwest(error) => {
            // The transport's own text names the whole URL, with any key in it; its source does not.
            let reason = match (error.status(), std::error::Error::source(error)) {
                (Some(status), _) => format!("HTTP {status}"),
                (None, Some(source)) => source.to_string(),
                (None, None) => "the request failed".to_owned(),
            };
            ChainError::Unreachable { url, reason }
        }
        ErrorKind::Io(_) | ErrorKind::Middleware(_) | ErrorKind::SerdeJson(_) | ErrorKind::RpcError(_) => {
            ChainError::Unreachable { url, reason: error.to_string() }
        }
        ErrorKind::SigningError(_) | ErrorKind::TransactionError(_) | ErrorKind::Custom(_) => {
            ChainError::Config { reason: error.to_string() }
        }
    }
}

/// The runtime's verdict on a transaction that a node refused to pass on, and the log lines.
pub(super) fn refused(error: &Error) -> Option<(TransactionError, Vec<String>)> {
    let ErrorKind::RpcError(RpcError::RpcResponseError { data, .. }) = error.kind() else {
        return None;
    };
    match data {
        RpcResponseErrorData::SendTransactionPreflightFailure(RpcSimulateTransactionResult {
            err: Some(err),
            logs,
            ..
        }) => Some((err.clone().into(), logs.clone().unwrap_or_default())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::error::ErrorKind as Kind;

    fn response(code: i64) -> Error {
        // The words are those of another error, to show that only the code counts.
        let message = "Minimum context slot has not been reached, 429, unhealthy".to_owned();
        RpcError::RpcResponseError { code, message, data: RpcResponseErrorData::Empty }.into()
    }

    #[test]
    fn errors_are_told_apart_by_code() {
        let classified = |code| classify("http://node", 9, &response(code));
        assert_eq!(classified(-32016), ChainError::Behind { url: "http://node".into(), wanted: 9, got: None });
        assert_eq!(classified(-32005), ChainError::Unhealthy { url: "http://node".into() });
        assert_eq!(classified(429), ChainError::RateLimited { url: "http://node".into() });
        assert!(matches!(classified(-32601), ChainError::Rpc { code: -32601, .. }));
        assert_eq!(classified(-32601).kind(), Kind::GiveUp);
    }

    #[test]
    fn transport_errors_are_worth_another_endpoint() {
        let error: Error = std::io::Error::from(std::io::ErrorKind::ConnectionRefused).into();
        assert_eq!(classify("http://node", 0, &error).kind(), Kind::Retry);
        let error: Error = RpcError::ParseError("Hash".into()).into();
        assert_eq!(classify("http://node", 0, &error).kind(), Kind::Retry);
    }
}
