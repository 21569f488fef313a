//! Who takes part in the demo.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tessera_chain::{BackendKind, Hardware, Keypair, Pubkey, Roles, Signer, address};
use tessera_compute::CpuBackend;
use tessera_node::{ContentStore, Shutdown};
use tessera_provider::{Provider, ProviderConfig};
use tessera_verifier::{Verifier, VerifierConfig};

use crate::bootstrap::{Bootstrap, Ports};
use crate::commands::provider::{Registration, ensure_registered};
use crate::error::CliError;
use crate::hardware::memory_mib;

/// Free ports, and blocks often enough that a transaction confirms soon.
pub(super) const PORTS: Ports = Ports { rpc: None, ws: None, slot_time: Duration::from_millis(100) };
/// Base units at stake for each agent: 1,000 tokens.
const STAKE: u64 = 1_000_000_000;

/// Everybody's wallet, made for this demo.
pub(super) struct Cast {
    pub(super) operator: Keypair,
    pub(super) requester: Keypair,
    pub(super) providers: [Keypair; 2],
    pub(super) verifier: Keypair,
}

impl Cast {
    pub(super) fn new() -> Self {
        Self {
            operator: Keypair::new(),
            requester: Keypair::new(),
            providers: [Keypair::new(), Keypair::new()],
            verifier: Keypair::new(),
        }
    }

    /// Everybody but the operator.
    pub(super) fn wallets(&self) -> Vec<Pubkey> {
        let agents = self.agents().into_iter().map(|(_, keypair)| keypair.pubkey());
        std::iter::once(self.requester.pubkey()).chain(agents).collect()
    }

    /// Those with a Provider account, by name.
    pub(super) fn agents(&self) -> [(&'static str, &Keypair); 3] {
        let [first, second] = &self.providers;
        [("provider 1", first), ("provider 2", second), ("verifier", &self.verifier)]
    }

    /// What people call the owner of a Provider account.
    pub(super) fn name_of(&self, market: &Pubkey, provider: &Pubkey) -> Option<&'static str> {
        let of = |keypair: &Keypair| address::provider(market, &keypair.pubkey());
        self.agents().into_iter().find(|(_, keypair)| of(keypair) == *provider).map(|(name, _)| name)
    }

    pub(super) async fn register(&self, bootstrap: &Bootstrap) -> Result<(), CliError> {
        for (name, keypair) in self.agents() {
            let verify = name == "verifier";
            let wanted = Registration {
                roles: Roles { compute: !verify, verify },
                hardware: Hardware { backend: BackendKind::Cpu, memory_mib: memory_mib(), compute_capability: 0 },
                price_floor: 0,
                max_runs: 4,
                endpoint: String::new(),
                stake: STAKE,
            };
            ensure_registered(&bootstrap.session(keypair).await?, &wanted).await?;
        }
        Ok(())
    }

    /// Starts the agents, each with a directory of its own below `files`.
    pub(super) async fn start(
        &self,
        bootstrap: &Bootstrap,
        store: &ContentStore,
        files: &Path,
    ) -> Result<Agents, CliError> {
        let market = bootstrap.migrated.market;
        let shutdown = Shutdown::new();
        let backend = Arc::new(CpuBackend::new());
        let mut providers = Vec::new();
        for (number, keypair) in self.providers.iter().enumerate() {
            let config = ProviderConfig::new(market, files.join(format!("provider{number}")), store.clone());
            let (chain, keypair) = (bootstrap.chain.clone(), keypair.insecure_clone());
            providers.push(Provider::spawn(config, chain, keypair, backend.clone(), shutdown.clone()).await?);
        }
        let config = VerifierConfig::new(market, files.join("verifier"));
        let (chain, keypair) = (bootstrap.chain.clone(), self.verifier.insecure_clone());
        let verifier = Verifier::spawn(config, chain, keypair, backend, shutdown.clone()).await?;
        Ok(Agents { providers, verifier, shutdown })
    }
}

/// The agents at work.
pub(super) struct Agents {
    providers: Vec<Provider>,
    verifier: Verifier,
    shutdown: Shutdown,
}

impl Agents {
    /// Asks all to end and waits for it.
    pub(super) async fn end(self) -> Result<(), CliError> {
        self.shutdown.request();
        for provider in self.providers {
            provider.join().await?;
        }
        Ok(self.verifier.join().await?)
    }
}
