//! Starting and ending a provider.

use std::pin::Pin;
use std::sync::Arc;

use tessera_chain::{CancellationToken, Chain, Keypair, Pubkey, Signer, address};
use tessera_node::dispute::{Shelf, listen};
use tessera_node::{Fleet, Records, Running, Shutdown, StopPolicy, Workbench, follow};

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
    running: Running<ProviderError>,
}

impl Provider {
    /// Starts a provider once it is certain that it can work: registered with the compute role, its journal its own, its
    /// store writable, the market's accounts read.
    ///
    /// It ends when `shutdown` is requested: it claims nothing more, finishes runs that it has claimed for at most
    /// `node.grace`, sealed runs whose reveal has not opened included, stops computing what is left (those runs end as no-shows unless a restart finishes them in time), waits
    /// a few seconds for transactions in flight, and closes feed and journal.
    ///
    /// # Errors
    /// [`ProviderError`], which says what to mend.
    pub async fn spawn(
        config: ProviderConfig,
        chain: Arc<dyn Chain>,
        keypair: Keypair,
        fleet: impl Into<Fleet>,
        shutdown: Shutdown,
    ) -> Result<Self, ProviderError> {
        let authority = keypair.pubkey();
        let market = config.market;
        let key = address::provider(&market, &authority);
        let account = chain.provider(key).await?.ok_or(ProviderError::NotRegistered { authority, market })?;
        if !account.roles.compute {
            return Err(ProviderError::NoComputeRole(key));
        }
        let fleet = fleet.into();
        let (is, says) = (fleet.hardware(account.hardware.memory_mib), account.hardware);
        if (is.backend, is.compute_capability) != (says.backend, says.compute_capability) {
            tracing::warn!(
                ?is,
                ?says,
                "registered with other hardware; `tessera provider update --hardware` corrects it"
            );
        }
        config.public_store.check_fits_account()?;
        config.store.put(PROBE).await?;
        let limits = config.limits();
        let stop = StopPolicy::new(config.node.grace);
        let journal = config.data_dir.join("provider.journal.jsonl");
        let base = Workbench::open(chain.clone(), keypair, fleet, &journal, vec![config.store.clone()], config.node)?;
        let seals = Records::open(&config.data_dir.join("sealed"))?;
        let bench = Bench { base, store: config.store, public_store: config.public_store, seals };
        let mut shelf = None;
        let mut serving: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(std::future::pending());
        if let Some(address) = config.serve.listen {
            let shown = Shelf::new(bench.base.clone());
            let (bound, service) = listen(shown.clone(), address, shutdown.clone()).await?;
            tracing::info!(provider = %key, address = %bound, "serves what is disputed");
            (shelf, serving) = (Some(shown), Box::pin(service));
        }
        let actor = Actor::new(bench, limits, key, shelf);
        // Not the shutdown's token: the feed must outlive the request, to see what is still owed.
        let feed = chain.watch(market, CancellationToken::new()).await?;
        tracing::info!(provider = %key, %authority, %market, "provider started");

        let running = Running::spawn(async move {
            let agent = follow(actor, feed, &shutdown, stop);
            tokio::pin!(agent);
            tokio::select! {
                biased;
                ended = &mut agent => ended?,
                // It ends with the shutdown's request, and the agent with what is owed.
                () = serving => agent.await?,
            }
            tracing::info!(provider = %key, "provider stopped");
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
    /// Why it ended before a shutdown was requested; a panic is [`ProviderError::Lost`].
    pub async fn join(self) -> Result<(), ProviderError> {
        self.running.join().await
    }
}
