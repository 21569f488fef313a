//! What disputes are about: read from their accounts while they last, as the accounts are gone when they are over.

use std::collections::BTreeMap;
use std::convert::Infallible;

use tessera_chain::program::state::NO_CLAIM;
use tessera_chain::{Chain, Dispute, Feed, Pubkey};
use tessera_compute::referee::descriptor::Descriptor;
use tessera_compute::referee::dispute::Claim;

use super::LOOK;
use crate::error::CliError;

/// What a dispute was about, as far as it came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Matter {
    /// Operations of the graph.
    pub(super) operations: u16,
    /// The picked operation.
    pub(super) operation: Option<(u16, Descriptor)>,
    /// The picked element, row-major, and what was claimed of it last.
    pub(super) claim: Option<(u64, Claim)>,
}

impl Matter {
    fn of(dispute: &Dispute) -> Self {
        let operation = Descriptor::decode(&dispute.descriptor).ok();
        let claim = if dispute.claim == NO_CLAIM { None } else { Claim::decode(&dispute.claim) };
        Self {
            operations: dispute.operations,
            operation: operation.map(|descriptor| (dispute.operation, descriptor)),
            claim: claim.map(|claim| (dispute.element, claim)),
        }
    }
}

/// The disputes that were seen.
#[derive(Debug, Default)]
pub(super) struct Witness(BTreeMap<Pubkey, Matter>);

impl Witness {
    /// Looks at the market's disputes until the feed ends.
    ///
    /// # Errors
    /// When it ends.
    ///
    /// Cancel safety: what was seen is kept.
    pub(super) async fn look(&mut self, feed: &mut Feed) -> Result<Infallible, CliError> {
        loop {
            let world = feed.changed().await?;
            self.0.extend(world.disputes.iter().map(|(key, dispute)| (*key, Matter::of(dispute))));
        }
    }

    /// Waits until all that were seen are closed, and their money is paid.
    ///
    /// # Errors
    /// [`CliError`] when the chain cannot be read.
    pub(super) async fn until_closed(&mut self, chain: &dyn Chain) -> Result<(), CliError> {
        for (key, matter) in &mut self.0 {
            while let Some(dispute) = chain.dispute(*key).await? {
                *matter = Matter::of(&dispute);
                tokio::time::sleep(LOOK).await;
            }
        }
        Ok(())
    }

    /// What a dispute was about; nothing if it was never seen.
    pub(super) fn matter(&self, dispute: &Pubkey) -> Matter {
        self.0.get(dispute).copied().unwrap_or_default()
    }
}
