//! Which cluster a URL or one of Solana's monikers means, and where it announces changes.

use std::str::FromStr;

use url::Url;

/// A cluster's RPC address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster(Url);

/// Why a cluster was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClusterError {
    /// Neither a moniker nor an http(s) URL.
    #[error("`{0}` names no cluster: use localhost, devnet, testnet, mainnet-beta (or l, d, t, m), or an http(s) URL")]
    Unknown(String),
    /// The websocket address could not be derived.
    #[error("no websocket address follows from {0}: give one with --ws-url")]
    NoWebsocket(Url),
}

impl Cluster {
    /// The RPC address.
    #[must_use]
    pub const fn rpc(&self) -> &Url {
        &self.0
    }

    /// The websocket address by Solana's convention: the same host, `ws` for `http`, an explicit port plus one.
    ///
    /// # Errors
    /// [`ClusterError::NoWebsocket`] where that is no address (port 65535).
    pub fn websocket(&self) -> Result<Url, ClusterError> {
        let failed = || ClusterError::NoWebsocket(self.0.clone());
        let mut ws = self.0.clone();
        ws.set_scheme(if self.0.scheme() == "https" { "wss" } else { "ws" }).map_err(|()| failed())?;
        if let Some(port) = self.0.port() {
            let port = port.checked_add(1).ok_or_else(failed)?;
            ws.set_port(Some(port)).map_err(|()| failed())?;
        }
        Ok(ws)
    }

    /// A name for files about this cluster: host and port, with all spellings of this machine as `localhost`.
    #[must_use]
    pub fn file_stem(&self) -> String {
        let host = match self.0.host_str() {
            None | Some("127.0.0.1" | "[::1]" | "0.0.0.0") => "localhost",
            Some(host) => host,
        };
        let host: String = host.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
        match self.0.port_or_known_default() {
            Some(port) => format!("{host}-{port}"),
            None => host,
        }
    }
}

impl FromStr for Cluster {
    type Err = ClusterError;

    fn from_str(text: &str) -> Result<Self, ClusterError> {
        let address = match text {
            "l" | "localhost" => "http://localhost:8899",
            "d" | "devnet" => "https://api.devnet.solana.com",
            "t" | "testnet" => "https://api.testnet.solana.com",
            "m" | "mainnet-beta" => "https://api.mainnet-beta.solana.com",
            other => other,
        };
        let url = Url::parse(address).map_err(|_| ClusterError::Unknown(text.to_owned()))?;
        match url.scheme() {
            "http" | "https" if url.has_host() => Ok(Self(url)),
            _ => Err(ClusterError::Unknown(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn cluster(text: &str) -> Cluster {
        text.parse().unwrap()
    }

    #[test]
    fn monikers_and_their_letters_name_clusters() {
        for (letter, moniker) in [("l", "localhost"), ("d", "devnet"), ("t", "testnet"), ("m", "mainnet-beta")] {
            assert_eq!(cluster(letter), cluster(moniker));
        }
        assert_eq!(cluster("d").rpc().as_str(), "https://api.devnet.solana.com/");
    }

    #[test]
    fn what_is_no_cluster_is_refused() {
        for text in ["", "mainnet", "localhost:8899", "ws://localhost:8900", "http://", "file:///tmp"] {
            assert!(matches!(text.parse::<Cluster>(), Err(ClusterError::Unknown(_))), "{text:?}");
        }
    }

    #[test]
    fn websocket_address_follows_from_the_rpc_address() {
        assert_eq!(cluster("l").websocket().unwrap().as_str(), "ws://localhost:8900/");
        assert_eq!(cluster("d").websocket().unwrap().as_str(), "wss://api.devnet.solana.com/");
        assert!(matches!(cluster("http://h:65535").websocket(), Err(ClusterError::NoWebsocket(_))));
    }

    #[test]
    fn one_file_name_for_all_spellings_of_this_machine() {
        assert_eq!(cluster("l").file_stem(), "localhost-8899");
        assert_eq!(cluster("http://127.0.0.1:8899").file_stem(), "localhost-8899");
        assert_eq!(cluster("http://[::1]:8899/").file_stem(), "localhost-8899");
        assert_eq!(cluster("d").file_stem(), "api.devnet.solana.com-443");
    }
}
