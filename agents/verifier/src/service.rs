//! Starting and ending a verifier.

use std::sync::Arc;

use tessera_chain::{CancellationToken, Chain, ChainError, Feed, Keypair, Pubkey, Signer, World, address};
use tessera_compute::Backend;
use tessera_node::{Journal, Shutdown, StopPolicy, Stores, Tasks, Worlds, drive};

use crate::actor::Actor;
use crate::config::VerifierConfig;
use crate::error::VerifierError;
use crate::jobs::Bench;

/// A running verifier. Dropping it aborts it; [`Verifier::join`] waits for its orderly end.
#[derive(Debug)]
pub struct Verifier {
    key: Pubkey,
    task: Tasks<(), Result<(), VerifierError>>,
}

impl Verifier {
    /// Starts a verifier once it is certain that it can work: registered with the verify role, its journal its own, the
    /// market's accounts read.
    ///
    /// It ends when `shutdown` is requested: it begins nothing more, posts what it is computing if that ends within
    /// `node.grace`, waits a few seconds for transactions in flight, and closes feed and journal.
    ///
    /// # Errors
    /// [`VerifierError`], which says what to mend.
    pub async fn spawn(
        config: VerifierConfig,
        chain: Arc<dyn Chain>,
        keypair: Keypair,
        backend: Arc<dyn Backend>,
        shutdown: Shutdown,
    ) -> Result<Self, VerifierError> {
        let authority = keypair.pubkey();
        let market = config.market;
        let key = address::provider(&market, &authority);
        let account = chain.provider(key).await?.ok_or(VerifierError::NotRegistered { authority, market })?;
        if !account.roles.verify {
            return Err(VerifierError::NoVerifyRole(key));
        }
        let (journal, open) = Journal::open(&config.data_dir.join("verifier.journal.jsonl"))?;
        for entry in open {
            tracing::info!(
                subject = entry.subject,
                action = entry.action,
                "an earlier process did not see the end of this; the chain decides"
            );
        }
        let limits = config.limits();
        let stop = StopPolicy::new(config.node.grace);
        let bench = Bench {
            chain: chain.clone(),
            keypair: Arc::new(keypair),
            backend,
            journal,
            stores: Arc::new(Stores::new(Vec::new(), config.node.fetch_from.clone())),
            node: config.node,
        };
        let mut actor = Actor::new(bench, limits, key);
        // Not the shutdown's token: the feed must outlive the request, to see whether an audit is still possible.
        let feed = chain.watch(market, CancellationToken::new()).await?;
        tracing::info!(verifier = %key, %authority, %market, "verifier started");

        let mut task = Tasks::new();
        task.spawn((), async move {
            let mut worlds = Following(feed);
            let driven = drive(&mut actor, &mut worlds, &shutdown, stop).await;
            let closed = worlds.0.shutdown().await;
            driven?;
            closed?;
            tracing::info!(verifier = %key, "verifier stopped");
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
    /// Why it ended before a shutdown was requested; a panic is [`VerifierError::Lost`].
    pub async fn join(mut self) -> Result<(), VerifierError> {
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
