//! The seeds with which the program signs for its own accounts.

use anchor_lang::prelude::*;

use crate::seeds;
use crate::state::{Dispute, Market, Provider, Task};

/// Signs for a market: its insurance and fee vaults.
pub(crate) struct MarketSigner<'a> {
    market: &'a Market,
    id: [u8; 2],
    bump: [u8; 1],
}

impl<'a> MarketSigner<'a> {
    pub(crate) fn new(market: &'a Market) -> Self {
        Self { market, id: market.id.to_le_bytes(), bump: [market.bump] }
    }

    pub(crate) fn seeds(&self) -> [&[u8]; 5] {
        [seeds::MARKET, self.market.mint.as_ref(), self.market.creator.as_ref(), &self.id, &self.bump]
    }
}

/// Signs for a provider: its stake vault.
pub(crate) struct ProviderSigner {
    market: Pubkey,
    authority: Pubkey,
    bump: [u8; 1],
}

impl ProviderSigner {
    pub(crate) fn new(provider: &Provider) -> Self {
        Self { market: provider.market, authority: provider.authority, bump: [provider.bump] }
    }

    pub(crate) fn seeds(&self) -> [&[u8]; 4] {
        [seeds::PROVIDER, self.market.as_ref(), self.authority.as_ref(), &self.bump]
    }
}

/// Signs for a task: its vault.
pub(crate) struct TaskSigner {
    requester: Pubkey,
    nonce: [u8; 8],
    bump: [u8; 1],
}

impl TaskSigner {
    pub(crate) fn new(task: &Task) -> Self {
        Self { requester: task.terms.requester, nonce: task.terms.nonce.to_le_bytes(), bump: [task.bump] }
    }

    pub(crate) fn seeds(&self) -> [&[u8]; 4] {
        [seeds::TASK, self.requester.as_ref(), &self.nonce, &self.bump]
    }
}

/// Signs for a dispute: its bond vault.
pub(crate) struct DisputeSigner {
    run: Pubkey,
    challenger: Pubkey,
    bump: [u8; 1],
}

impl DisputeSigner {
    pub(crate) fn new(dispute: &Dispute) -> Self {
        Self { run: dispute.run, challenger: dispute.challenger, bump: [dispute.bump] }
    }

    pub(crate) fn seeds(&self) -> [&[u8]; 4] {
        [seeds::DISPUTE, self.run.as_ref(), self.challenger.as_ref(), &self.bump]
    }
}
