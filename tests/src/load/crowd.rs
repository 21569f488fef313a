//! Who takes part: wallets that a seed fixes, and the agents of those that work.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tessera_chain::{
    BackendKind, Chain, Endpoints, FeedPolicy, Hardware, Keypair, Pubkey, Roles, RpcChain, SendPolicy, Signer, address,
};
use tessera_cli::bootstrap::Bootstrap;
use tessera_cli::commands::provider::{Registration, ensure_registered};
use tessera_cli::error::CliError;
use tessera_compute::CpuBackend;
use tessera_node::{ContentStore, Shutdown};
use tessera_provider::{Provider, ProviderConfig};
use tessera_verifier::{Verifier, VerifierConfig};
use tokio::task::JoinSet;

use super::orders::Random;
use super::{Plan, failed};

/// Base units at stake for each agent: 10,000 tokens.
const STAKE: u64 = 10_000_000_000;
/// Runs that each provider may have unsettled.
const MAX_RUNS: u16 = 64;
/// Audits that each verifier works on at the same time.
const MAX_AUDITS: u16 = 8;
/// Registrations at the same time.
const AT_ONCE: usize = 8;

/// Everybody's wallet.
pub(super) struct Crowd {
    pub(super) operator: Keypair,
    pub(super) requesters: Vec<Keypair>,
    pub(super) providers: Vec<Keypair>,
    pub(super) verifiers: Vec<Keypair>,
}

impl Crowd {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut random = Random::of(plan.seed, usize::MAX);
        let mut keypair = || {
            let mut secret = [0; 32];
            secret.chunks_exact_mut(8).for_each(|part| part.copy_from_slice(&random.next().to_le_bytes()));
            Keypair::new_from_array(secret)
        };
        let mut several = |count: u16| (0..count).map(|_| keypair()).collect::<Vec<_>>();
        Self {
            requesters: several(plan.requesters),
            providers: several(plan.providers),
            verifiers: several(plan.verifiers),
            operator: keypair(),
        }
    }

    /// Everybody but the operator.
    pub(super) fn wallets(&self) -> Vec<Pubkey> {
        self.requesters.iter().chain(&self.providers).chain(&self.verifiers).map(Signer::pubkey).collect()
    }

    /// Those with a Provider account.
    pub(super) fn agents(&self) -> impl Iterator<Item = &Keypair> {
        self.providers.iter().chain(&self.verifiers)
    }

    /// The wallet behind a Provider account; a wallet is its own.
    pub(super) fn owner_of(&self, market: &Pubkey, key: Pubkey) -> Pubkey {
        let owner = self.agents().find(|agent| address::provider(market, &agent.pubkey()) == key);
        owner.map_or(key, Signer::pubkey)
    }

    /// Registers the agents and deposits their stake.
    pub(super) async fn register(&self, bootstrap: &Bootstrap) -> Result<(), CliError> {
        let verifiers = self.verifiers.iter().map(|keypair| (keypair, true));
        let all: Vec<_> = self.providers.iter().map(|keypair| (keypair, false)).chain(verifiers).collect();
        for some in all.chunks(AT_ONCE) {
            let mut registering = JoinSet::new();
            for (keypair, verify) in some {
                let wanted = Registration {
                    roles: Roles { compute: !verify, verify: *verify },
                    hardware: Hardware {
                        backend: BackendKind::Cpu,
                        memory_mib: 1_024,
                        compute_capability: 0,
                        region: [0; 2],
                        tier: 0,
                    },
                    price_floor: 0,
                    max_runs: MAX_RUNS,
                    endpoint: String::new(),
                    stake: STAKE,
                };
                let session = bootstrap.session(keypair).await?;
                registering.spawn(async move { ensure_registered(&session, &wanted).await.map(drop) });
            }
            for registered in registering.join_all().await {
                registered?;
            }
        }
        Ok(())
    }

    /// Starts the agents, each with a folder, a connection and one compute thread of its own.
    pub(super) async fn start(
        &self,
        bootstrap: &Bootstrap,
        store: &ContentStore,
        files: &Path,
    ) -> Result<Agents, CliError> {
        let market = bootstrap.migrated.market;
        let mut agents = Agents::default();
        for (number, keypair) in self.providers.iter().enumerate() {
            let folder = files.join(format!("provider{number}"));
            let config = ProviderConfig::new(market, folder, store.clone());
            let (chain, backend) = (connect(bootstrap)?, Arc::new(CpuBackend::new().with_threads(1)));
            let shutdown = agents.shutdown.clone();
            agents.providers.push(Provider::spawn(config, chain, keypair.insecure_clone(), backend, shutdown).await?);
        }
        for (number, keypair) in self.verifiers.iter().enumerate() {
            let mut config = VerifierConfig::new(market, files.join(format!("verifier{number}")));
            // Somebody must send what those whom it concerns leave undone.
            config.node.crank_others = true;
            config.work.max_audits = MAX_AUDITS;
            let (chain, backend) = (connect(bootstrap)?, Arc::new(CpuBackend::new().with_threads(1)));
            let shutdown = agents.shutdown.clone();
            agents.verifiers.push(Verifier::spawn(config, chain, keypair.insecure_clone(), backend, shutdown).await?);
        }
        Ok(agents)
    }

    /// What each wallet is, for the count of locks.
    pub(super) fn roles(&self) -> BTreeMap<Pubkey, &'static str> {
        let role = |keypairs: &[Keypair], role| keypairs.iter().map(|key| (key.pubkey(), role)).collect::<Vec<_>>();
        let mut roles: BTreeMap<_, _> = role(&self.requesters, "requester").into_iter().collect();
        roles.extend(role(&self.providers, "provider"));
        roles.extend(role(&self.verifiers, "verifier"));
        roles.insert(self.operator.pubkey(), "operator");
        roles
    }
}

/// A client of one's own, as an agent in a process of its own would have.
fn connect(bootstrap: &Bootstrap) -> Result<Arc<dyn Chain>, CliError> {
    let localnet = &bootstrap.localnet;
    let endpoints = Endpoints::new(vec![localnet.rpc_url().to_owned()], vec![localnet.ws_url().to_owned()])?;
    Ok(Arc::new(RpcChain::connect(endpoints, SendPolicy::default(), FeedPolicy::default())?))
}

/// The agents at work.
#[derive(Default)]
pub(super) struct Agents {
    providers: Vec<Provider>,
    verifiers: Vec<Verifier>,
    shutdown: Shutdown,
}

impl Agents {
    /// Asks all to end, and waits for it.
    pub(super) async fn end(self) -> Result<(), CliError> {
        self.shutdown.request();
        let mut ends = Vec::new();
        for provider in self.providers {
            ends.push(provider.join().await.map_err(|e| failed(format!("a provider ended: {e}"))));
        }
        for verifier in self.verifiers {
            ends.push(verifier.join().await.map_err(|e| failed(format!("a verifier ended: {e}"))));
        }
        ends.into_iter().collect()
    }
}
