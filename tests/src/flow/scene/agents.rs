//! Who works in a scene: registered, and started with a backend.

use super::*;

impl Scene {
    async fn register(&self, name: &str, roles: Roles) {
        let wanted = Registration {
            roles,
            hardware: Hardware {
                backend: BackendKind::Cpu,
                memory_mib: 1_024,
                compute_capability: 0,
                region: [0; 2],
                tier: 0,
            },
            price_floor: 0,
            max_runs: 4,
            endpoint: self.served.get(name).map_or_else(String::new, |address| format!("http://{address}")),
            stake: STAKE,
        };
        ensure_registered(&self.session(name).await, &wanted).await.expect("registered and staked");
    }

    /// Gives wallets the compute role and stake.
    pub async fn register_providers(&self, names: &[&str]) {
        for name in names {
            self.register(name, Roles { compute: true, verify: false }).await;
        }
    }

    /// As [`Scene::register_providers`], one that serves what is disputed.
    pub async fn register_serving_provider(&mut self, name: &str) {
        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        self.served.insert(name.to_owned(), free.expect("a free port"));
        self.register_providers(&[name]).await;
    }

    /// Gives wallets the verify role and stake, and lets the time pass after which they may audit what is submitted.
    pub async fn register_verifiers(&mut self, names: &[&str]) {
        for name in names {
            self.register(name, Roles { compute: false, verify: true }).await;
        }
        self.season().await;
    }

    /// Lets the time pass after which verifiers may audit what is submitted.
    pub async fn season(&mut self) {
        self.pass_seconds(SEASONING_SECONDS).await;
    }

    /// Starts a registered provider.
    pub async fn start_provider(&self, agents: &mut Agents, name: &str, backend: impl Backend + 'static) {
        self.spawn_provider(agents, name, backend, self.provider_config(name)).await;
    }

    /// Starts a registered provider that gives its work no time to finish once it is asked to end.
    pub async fn start_provider_for_a_moment(&self, agents: &mut Agents, name: &str, backend: impl Backend + 'static) {
        let mut config = self.provider_config(name);
        config.node.grace = Duration::ZERO;
        self.spawn_provider(agents, name, backend, config).await;
    }

    /// Starts a registered provider whose disputes have this fault; with one, its backend has the same.
    pub async fn start_disputed_provider(&self, agents: &mut Agents, name: &str, fault: Fault) {
        let mut config = self.provider_config(name);
        config.node.fault = fault.clone();
        config.serve.listen = self.served.get(name).copied();
        self.spawn_provider(agents, name, Flipping::new(fault), config).await;
    }

    /// Starts a registered verifier that challenges runs, as this fault shows them to it.
    pub async fn start_challenger(&self, agents: &mut Agents, name: &str, fault: Fault) {
        let mut config = self.verifier_config(name);
        config.node.challenge = ChallengeTuning::default();
        config.node.fault = fault.clone();
        self.spawn_verifier(agents, name, Flipping::new(fault), config).await;
    }

    fn provider_config(&self, name: &str) -> ProviderConfig {
        let mut config = ProviderConfig::new(self.market, self.files.path().join(name), self.store.clone());
        config.node.challenge.at_once = 0;
        config
    }

    /// One that opens no disputes.
    fn verifier_config(&self, name: &str) -> VerifierConfig {
        let mut config = VerifierConfig::new(self.market, self.files.path().join(name));
        config.node.challenge.at_once = 0;
        config
    }

    async fn spawn_provider(
        &self,
        agents: &mut Agents,
        name: &str,
        backend: impl Backend + 'static,
        mut config: ProviderConfig,
    ) {
        config.node.self_check = !is_wrong(&backend);
        let (chain, keypair, shutdown) = (self.chain.clone(), self.wallet(name).insecure_clone(), agents.shutdown());
        let backend: Arc<dyn Backend> = Arc::new(backend);
        let provider = Provider::spawn(config, chain, keypair, backend, shutdown).await;
        agents.providers.push(provider.expect("the provider starts"));
    }

    /// Starts a registered verifier.
    pub async fn start_verifier(&self, agents: &mut Agents, name: &str, backend: impl Backend + 'static) {
        self.spawn_verifier(agents, name, backend, self.verifier_config(name)).await;
    }

    async fn spawn_verifier(
        &self,
        agents: &mut Agents,
        name: &str,
        backend: impl Backend + 'static,
        mut config: VerifierConfig,
    ) {
        config.node.self_check = !is_wrong(&backend);
        let (chain, keypair, shutdown) = (self.chain.clone(), self.wallet(name).insecure_clone(), agents.shutdown());
        let backend: Arc<dyn Backend> = Arc::new(backend);
        let verifier = Verifier::spawn(config, chain, keypair, backend, shutdown).await;
        agents.verifiers.push(verifier.expect("the verifier starts"));
    }
}

/// Whether a backend is wrong on purpose: its operator does not look at what it gives.
fn is_wrong(backend: &impl Backend) -> bool {
    [Wrong::default().name(), Flipping::default().name()].contains(&backend.name())
}
