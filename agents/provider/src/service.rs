//! Starting and ending a provider.

use std::sync::Arc;

use tessera_chain::{Chain, ChainError, Feed, Keypair, Pubkey, Signer, World, address};
use tessera_compute::Backend;
use tessera_node::{Journal, Shutdown, StopPolicy, Stores, Tasks, Worlds, drive};

use crate::actor::Actor;
use crate::config::ProviderConfig;
use crate::error::ProviderError;
use crate::jobs::Bench;

/// Stored at the start, so that a store that cannot be written to is found before anything is staked.
const PROBE: &[u8] = b"written by a tessera provider to see whether its store works\n";

/// A running provider. Dropping it aborts it; [`Provider::join`] waits for its orderly end.
#[derive(Debug)]
pub struct Provider {
    key: Pubkey,
    task: Tasks<(), Result<(), ProviderError>>,
}

impl Provider {
    /// Starts a provider once it is certain that it can work: registered with the compute role, its journal its own, its
    /// store writable, the market's accounts read.
    ///
    /// It ends when `shutdown` is requested: it claims nothing more, finishes runs that it has claimed for at most
    /// `node.grace`, stops computing what is left (those runs end as no-shows unless a restart finishes them in time), waits
    /// a few seconds for transactions in flight, and closes feed and journal.
    ///
    /// # Errors
    /// [`ProviderError`], which says what to mend.
    pub async fn spawn(
        config: ProviderConfig,
        chain: Arc<dyn Chain>,
        keypair: Keypair,
        backend: Arc<dyn Backend>,
        shutdown: Shutdown,
    ) -> Result<Self, ProviderError> {
        let authority = keypair.pubkey();
        let market = config.market;
        let key = address::provider(&market, &authority);
        let account = chain.provider(key).await?.ok_or(ProviderError::NotRegistered { authority, market })?;
        if !account.roles.compute {
            return Err(ProviderError::NoComputeRole(key));
        }
        config.public_store.check_fits_account()?;
        config.store.put(PROBE).await?;
        let (journal, open) = Journal::open(&config.data_dir.join("provider.journal.jsonl"))?;
        for entry in open {
            tracing::info!(
                subject = entry.subject,
                action = entry.action,
                "an earlier process did not see the end of this; the chain decides"
            );
        }
        let limits = config.limits();
        let stop = StopPolicy::new(config.node.grace);
        let stores = Stores::new(vec![config.store.clone()], config.node.fetch_from.clone());
        let bench = Bench {
            chain: chain.clone(),
            keypair: Arc::new(keypair),
            backend,
            journal,
            stores: Arc::new(stores),
            store: config.store,
            public_store: config.public_store,
            node: config.node,
        };
        let mut actor = Actor::new(bench, limits, key);
        // Not the shutdown's token: the feed must outlive the request, to see what is still owed.
        let feed = chain.watch(market, tessera_chain::CancellationToken::new()).await?;
        tracing::info!(provider = %key, %authority, %market, "provider started");

        let mut task = Tasks::new();
        task.spawn((), async move {
            let mut worlds = Following(feed);
            let driven = drive(&mut actor, &mut worlds, &shutdown, stop).await;
            let closed = worlds.0.shutdown().await;
            driven?;
            closed?;
            tracing::info!(provider = %key, "provider stopped");
            Ok(())
        });
        Ok(Self { key, task })
    }

    /// The address of its account.
    pub fn key(&self) -> Pubkey {
        self.key
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// Why it ended before a shutdown was requested; a panic is [`ProviderError::Lost`].
    pub async fn join(mut self) -> Result<(), ProviderError> {
        match self.task.next().await {
            Some(ended) => ended.outcome?,
            None => Ok(()),
        }
    }
}

struct Following(Feed);

impl Worlds for Following {
    type World = World;
    type Error = ChainError;

    fn latest(&self) -> Arc<World> {
        self.0.latest()
    }

    async fn changed(&mut self) -> Result<Arc<World>, ChainError> {
        self.0.changed().await
    }
}
