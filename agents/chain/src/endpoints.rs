//! Where the cluster is.

use url::Url;

use crate::error::ChainError;

/// RPC and websocket URLs of nodes of one cluster, in order of preference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// JSON-RPC over HTTP; at least one.
    pub rpc: Vec<String>,
    /// Subscriptions; may be empty, then a feed lives on its sweeps alone.
    pub ws: Vec<String>,
}

impl Endpoints {
    /// Checks the URLs: `rpc` holds http(s), `ws` holds ws(s).
    ///
    /// # Errors
    /// [`ChainError::Config`] names the URL that does not fit.
    pub fn new(rpc: Vec<String>, ws: Vec<String>) -> Result<Self, ChainError> {
        if rpc.is_empty() {
            return Err(config("no RPC URL is given; pass one such as http://127.0.0.1:8899"));
        }
        for url in &rpc {
            parse(url, &["http", "https"])?;
        }
        for url in &ws {
            parse(url, &["ws", "wss"])?;
        }
        Ok(Self { rpc, ws })
    }

    /// One endpoint from a URL or one of Solana's monikers (`localhost`, `devnet`, `testnet`, `mainnet-beta`, or
    /// `l`, `d`, `t`, `m`), with its websocket URL derived as Solana's own tools do it: the same host, wss for https,
    /// and the next port where a port is given.
    ///
    /// # Errors
    /// [`ChainError::Config`] if it is neither.
    pub fn parse(url_or_moniker: &str) -> Result<Self, ChainError> {
        let rpc = match url_or_moniker {
            "l" | "localhost" => "http://127.0.0.1:8899",
            "d" | "devnet" => "https://api.devnet.solana.com",
            "t" | "testnet" => "https://api.testnet.solana.com",
            "m" | "mainnet-beta" => "https://api.mainnet-beta.solana.com",
            url => url,
        };
        let mut ws = parse(rpc, &["http", "https"])?;
        let scheme = if ws.scheme() == "https" { "wss" } else { "ws" };
        let port = match ws.port() {
            Some(u16::MAX) => {
                return Err(config(&format!("{rpc}: no port follows 65535 for the websocket; give its URL too")));
            }
            Some(port) => Some(port + 1),
            None => None,
        };
        if ws.set_scheme(scheme).is_err() || ws.set_port(port).is_err() {
            return Err(config(&format!("{rpc}: no websocket URL follows from it; give one too")));
        }
        Self::new(vec![rpc.to_owned()], vec![ws.to_string()])
    }
}

/// Scheme, host and port of a URL: what may be shown, since paths and queries often hold keys.
pub(crate) fn shown(url: &str) -> String {
    match Url::parse(url) {
        Ok(url) => {
            let host = url.host_str().unwrap_or("?");
            match url.port() {
                Some(port) => format!("{}://{host}:{port}", url.scheme()),
                None => format!("{}://{host}", url.scheme()),
            }
        }
        Err(_) => "an endpoint without a valid URL".to_owned(),
    }
}

fn parse(url: &str, schemes: &[&str]) -> Result<Url, ChainError> {
    let parsed = Url::parse(url).map_err(|error| {
        config(&format!("`{url}` is not a URL ({error}); pass one such as {}://127.0.0.1:8899", schemes[0]))
    })?;
    if !schemes.contains(&parsed.scheme()) || parsed.host().is_none() {
        return Err(config(&format!("`{url}` must begin with {}:// and name a host", schemes.join(":// or "))));
    }
    Ok(parsed)
}

fn config(reason: &str) -> ChainError {
    ChainError::Config { reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn monikers_and_urls_give_both_urls() {
        for (given, rpc, ws) in [
            ("l", "http://127.0.0.1:8899", "ws://127.0.0.1:8900/"),
            ("devnet", "https://api.devnet.solana.com", "wss://api.devnet.solana.com/"),
            ("http://localhost:1000", "http://localhost:1000", "ws://localhost:1001/"),
            (
                "https://rpc.example.com/?api-key=k",
                "https://rpc.example.com/?api-key=k",
                "wss://rpc.example.com/?api-key=k",
            ),
        ] {
            let endpoints = Endpoints::parse(given).unwrap();
            assert_eq!((endpoints.rpc[0].as_str(), endpoints.ws[0].as_str()), (rpc, ws));
        }
    }

    #[test]
    fn what_is_no_endpoint_is_refused() {
        for given in ["", "locahost", "ftp://host", "http://", "http://host:65535"] {
            assert!(matches!(Endpoints::parse(given), Err(ChainError::Config { .. })), "{given}");
        }
        assert!(Endpoints::new(vec![], vec![]).is_err());
        assert!(Endpoints::new(vec!["http://a".into()], vec!["http://a".into()]).is_err());
    }

    #[test]
    fn keys_in_urls_are_not_shown() {
        assert_eq!(shown("https://user:secret@rpc.example.com:8/v1/token?api-key=k"), "https://rpc.example.com:8");
    }
}
