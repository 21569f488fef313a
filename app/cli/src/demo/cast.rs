//! Who takes part in the demo.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tessera_chain::{BackendKind, Hardware, Keypair, Pubkey, Roles, Signer, address};
use tessera_compute::{Backend, CpuBackend};
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
/// Runs at the same time, on chain and in each agent.
const RUNS: u16 = 4;

/// Everybody's wallet, made for this demo.
pub(super) struct Cast {
    pub(super) operator: Keypair,
    pub(super) requester: Keypair,
    /// Two providers that work.
    pub(super) providers: [Keypair; 2],
    /// A provider that claims and never delivers.
    pub(super) absent: Keypair,
    /// A provider whose results are wrong in one bit.
    pub(super) wrong: Keypair,
    pub(super) verifier: Keypair,
}

impl Cast {
    pub(super) fn new() -> Self {
        Self {
            operator: Keypair::new(),
            requester: Keypair::new(),
            providers: [Keypair::new(), Keypair::new()],
            absent: Keypair::new(),
            wrong: Keypair::new(),
            verifier: Keypair::new(),
        }
    }

    /// Everybody but the operator.
    pub(super) fn wallets(&self) -> Vec<Pubkey> {
        let agents = self.agents().into_iter().map(|(_, keypair)| keypair.pubkey());
        std::iter::once(self.requester.pubkey()).chain(agents).collect()
    }

    /// Everybody.
    pub(super) fn everybody(&self) -> Vec<Pubkey> {
        let mut wallets = self.wallets();
        wallets.push(self.operator.pubkey());
        wallets
    }

    /// Those with a Provider account, by name.
    fn agents(&self) -> [(&'static str, &Keypair); 5] {
        let [first, second] = &self.providers;
        [
            ("provider 1", first),
            ("provider 2", second),
            ("the absent provider", &self.absent),
            ("the wrong provider", &self.wrong),
            ("the verifier", &self.verifier),
        ]
    }

    /// What people call the owner of a Provider account.
    pub(super) fn name_of(&self, market: &Pubkey, provider: &Pubkey) -> Option<&'static str> {
        let of = |keypair: &Keypair| address::provider(market, &keypair.pubkey());
        self.agents().into_iter().find(|(_, keypair)| of(keypair) == *provider).map(|(name, _)| name)
    }

    /// What people call the owner of a wallet or of a Provider account.
    pub(super) fn called(&self, market: &Pubkey, owner: &Pubkey) -> Option<&'static str> {
        let others = [("the requester", &self.requester), ("the operator", &self.operator)];
        let wallets = others.into_iter().chain(self.agents());
        let by_wallet = wallets.into_iter().find(|(_, keypair)| keypair.pubkey() == *owner).map(|(name, _)| name);
        by_wallet.or_else(|| self.name_of(market, owner))
    }

    pub(super) async fn register(&self, bootstrap: &Bootstrap) -> Result<(), CliError> {
        for (_, keypair) in self.agents() {
            let verify = *keypair == self.verifier;
            let hardware = Hardware {
                backend: BackendKind::Cpu,
                memory_mib: memory_mib(),
                compute_capability: 0,
                region: [0; 2],
                tier: 0,
            };
            let wanted = Registration {
                roles: Roles { compute: !verify, verify },
                hardware,
                price_floor: 0,
                max_runs: RUNS,
                endpoint: String::new(),
                stake: STAKE,
            };
            ensure_registered(&bootstrap.session(keypair).await?, &wanted).await?;
        }
        Ok(())
    }
}

/// The agents at work, each with a directory of its own below `files`.
pub(super) struct Agents<'a> {
    bootstrap: &'a Bootstrap,
    store: &'a ContentStore,
    files: &'a Path,
    providers: Vec<Provider>,
    verifiers: Vec<Verifier>,
    shutdown: Shutdown,
}

impl<'a> Agents<'a> {
    pub(super) fn new(bootstrap: &'a Bootstrap, store: &'a ContentStore, files: &'a Path) -> Self {
        let shutdown = Shutdown::new();
        Self { bootstrap, store, files, providers: Vec::new(), verifiers: Vec::new(), shutdown }
    }

    pub(super) async fn provider(
        &mut self,
        keypair: &Keypair,
        backend: impl Backend + 'static,
    ) -> Result<(), CliError> {
        self.start(keypair, backend, true).await
    }

    /// One whose operator has switched off the check of its own results.
    pub(super) async fn careless(
        &mut self,
        keypair: &Keypair,
        backend: impl Backend + 'static,
    ) -> Result<(), CliError> {
        self.start(keypair, backend, false).await
    }

    async fn start(
        &mut self,
        keypair: &Keypair,
        backend: impl Backend + 'static,
        self_check: bool,
    ) -> Result<(), CliError> {
        let market = self.bootstrap.migrated.market;
        let files = self.files.join(keypair.pubkey().to_string());
        let mut config = ProviderConfig::new(market, files, self.store.clone());
        config.work.max_runs = RUNS;
        // One that computes for ever has no end to wait for.
        config.node.grace = Duration::ZERO;
        config.node.self_check = self_check;
        // What the demo shows is decided by runs and audits: its wrong backend could not even play a dispute.
        config.node.challenge.at_once = 0;
        let (chain, keypair, shutdown) =
            (self.bootstrap.chain.clone(), keypair.insecure_clone(), self.shutdown.clone());
        let backend: Arc<dyn Backend> = Arc::new(backend);
        self.providers.push(Provider::spawn(config, chain, keypair, backend, shutdown).await?);
        Ok(())
    }

    pub(super) async fn verifier(&mut self, keypair: &Keypair) -> Result<(), CliError> {
        let mut config = VerifierConfig::new(self.bootstrap.migrated.market, self.files.join("verifier"));
        config.node.challenge.at_once = 0;
        let (chain, keypair, shutdown) =
            (self.bootstrap.chain.clone(), keypair.insecure_clone(), self.shutdown.clone());
        let backend: Arc<dyn Backend> = Arc::new(CpuBackend::new());
        self.verifiers.push(Verifier::spawn(config, chain, keypair, backend, shutdown).await?);
        Ok(())
    }

    /// Asks all to end and waits for it.
    pub(super) async fn end(self) -> Result<(), CliError> {
        self.shutdown.request();
        for provider in self.providers {
            provider.join().await?;
        }
        for verifier in self.verifiers {
            verifier.join().await?;
        }
        Ok(())
    }
}
