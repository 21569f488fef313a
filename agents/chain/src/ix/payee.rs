//! Where a payment goes.

use anchor_lang::prelude::Pubkey;
use tessera::state::Market;

use crate::address;
use crate::versioned::Versioned;

/// A wallet that is paid, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payee {
    /// The wallet.
    pub owner: Pubkey,
    /// A token account of it.
    pub token: Pubkey,
    /// Whether its balance is passed too, for a token account that cannot receive.
    pub balance: bool,
}

impl Payee {
    /// Pays into `token`, a token account of `owner` that can receive.
    #[must_use]
    pub fn to(owner: Pubkey, token: Pubkey) -> Self {
        Self { owner, token, balance: false }
    }

    /// Pays into the owner's associated token account, or what that cannot receive into the owner's balance in the market.
    #[must_use]
    pub fn kept(owner: Pubkey, market: &Market) -> Self {
        Self { owner, token: address::market_token(&owner, market), balance: true }
    }

    /// The owner's balance in `market`, if it is to be passed.
    pub(super) fn balance_in(&self, market: &Versioned<Market>) -> Option<Pubkey> {
        self.balance.then(|| address::balance(&market.key, &self.owner))
    }
}
