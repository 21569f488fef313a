//! Starting and ending a verifier.

use std::sync::Arc;

use tessera_chain::{CancellationToken, Chain, Keypair, Pubkey, Signer, address};
use tessera_node::{Fleet, Running, Shutdown, StopPolicy, Workbench, follow};

use crate::actor::Actor;
use crate::config::VerifierConfig;
use crate::error::VerifierError;

/// A running verifier. Dropping it aborts it; [`Verifier::join`] waits for its orderly end.
#[derive(Debug)]
pub struct Verifier {
    key: Pubkey,
    running: Running<VerifierError>,
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
        fleet: impl Into<Fleet>,
        shutdown: Shutdown,
    ) -> Result<Self, VerifierError> {
        let authority = keypair.pubkey();
        let market = config.market;
        let key = address::provider(&market, &authority);
        let account = chain.provider(key).await?.ok_or(VerifierError::NotRegistered { authority, market })?;
        if !account.roles.verify {
            return Err(VerifierError::NoVerifyRole(key));
        }
        let limits = config.limits();
        let stop = StopPolicy::new(config.node.grace);
        let journal = config.data_dir.join("verifier.journal.jsonl");
        let bench = Workbench::open(chain.clone(), keypair, fleet.into(), &journal, Vec::new(), config.node)?;
        let actor = Actor::new(bench, limits, key);
        // Not the shutdown's token: the feed must outlive the request, to see whether an audit is still possible.
        let feed = chain.watch(market, CancellationToken::new()).await?;
        tracing::info!(verifier = %key, %authority, %market, "verifier started");

        let running = Running::spawn(async move {
            follow(actor, feed, &shutdown, stop).await?;
            tracing::info!(verifier = %key, "verifier stopped");
            Ok(())
        });
        Ok(Self { key, running })
    }

    /// The address of its account.
    pub fn key(&self) -> Pubkey {
        self.key
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// Why it ended before a shutdown was requested; a panic is [`VerifierError::Lost`].
    pub async fn join(self) -> Result<(), VerifierError> {
        self.running.join().await
    }
}
