use std::sync::Arc;
use std::time::Duration;

use tessera_chain::Windows;
use tessera_chain::{Chain, Endpoints, FeedPolicy, Keypair, Moment, Pubkey, RpcChain, SendPolicy, Signer, World};
use tessera_cli::bootstrap::{Bootstrap, LAMPORTS, Ports, furnish};
use tessera_localnet::Localnet;

/// Where Anchor says that a cluster is.
const PROVIDER_URL: &str = "ANCHOR_PROVIDER_URL";
/// Blocks often enough that a transaction confirms soon.
const SLOT_TIME: Duration = Duration::from_millis(100);

/// The chain that a flow runs on.
pub enum Network {
    /// In this process; time can be moved.
    Embedded(Localnet),
    /// One that is there already at this address, with the program; time must be waited for.
    Cluster(String),
}

impl Network {
    /// The chain that `ANCHOR_PROVIDER_URL` names, else an embedded one; with a market of `operator`, and wallets with
    /// lamports and tokens. Returns the network, a client, market and mint.
    pub async fn open(operator: &Keypair, wallets: &[Pubkey]) -> (Self, Arc<dyn Chain>, Pubkey, Pubkey) {
        let Some(url) = std::env::var(PROVIDER_URL).ok().filter(|url| !url.is_empty()) else {
            let ports = Ports { rpc: None, ws: None, slot_time: SLOT_TIME };
            let there = Bootstrap::start(ports, operator, wallets).await.expect("the embedded chain starts");
            return (Self::Embedded(there.localnet), there.chain, there.migrated.market, there.migrated.mint);
        };
        let endpoints = Endpoints::parse(&url).expect("ANCHOR_PROVIDER_URL is an endpoint");
        let chain =
            RpcChain::connect(endpoints, SendPolicy::default(), FeedPolicy::default()).expect("policies are valid");
        for wallet in std::iter::once(&operator.pubkey()).chain(wallets) {
            chain.airdrop(*wallet, LAMPORTS).await.expect("the cluster gives lamports");
        }
        let migrated = furnish(&chain, operator, wallets).await.expect("the program is deployed");
        (Self::Cluster(url), Arc::new(chain), migrated.market, migrated.mint)
    }

    /// Where its RPC is, and its websocket where that does not follow from it.
    pub fn urls(&self) -> (String, Option<String>) {
        match self {
            Self::Embedded(localnet) => (localnet.rpc_url().to_owned(), Some(localnet.ws_url().to_owned())),
            Self::Cluster(url) => (url.clone(), None),
        }
    }

    /// Windows that are long where time can be moved, so that no busy machine misses one, and short where it must be
    /// waited for.
    pub const fn windows(&self) -> Windows {
        let (open_seconds, execution_seconds, audit_seconds) = match self {
            Self::Embedded(_) => (600, 120, 300),
            Self::Cluster(_) => (60, 4, 8),
        };
        Windows {
            open_seconds,
            execution_seconds,
            audit_seconds,
            challenge_seconds: audit_seconds,
            exclusive_seconds: 0,
            grace_seconds: 0,
            reveal_seconds: 0,
        }
    }

    /// Lets `seconds` pass on the chain's clock, or returns whether `world` shows that they have passed since `since`.
    pub fn pass(&self, seconds: u32, since: Moment, world: &World) -> bool {
        match self {
            Self::Embedded(localnet) => {
                localnet.advance(seconds.into()).expect("time moves");
                true
            }
            Self::Cluster(_) => {
                let seconds = u64::from(seconds);
                let until = since.unix.saturating_add(i64::try_from(seconds).unwrap_or(i64::MAX));
                world.moment.unix >= until && world.moment.slot >= since.slot + 2 * seconds
            }
        }
    }

    /// Ends an embedded chain.
    pub async fn stop(self) {
        if let Self::Embedded(localnet) = self {
            let stopped = tokio::task::spawn_blocking(move || localnet.stop()).await;
            stopped.expect("no panic").expect("the chain ends");
        }
    }
}
