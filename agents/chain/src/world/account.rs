//! The accounts of a market, and news about them.

use anchor_lang::Discriminator;
use anchor_lang::prelude::Pubkey;
use tessera::state::{Audit, Balance, Dispute, EpochPool, Market, Moment, Provider, Run, Share, Task};

use crate::error::ChainError;
use crate::versioned::decode;

/// An account that belongs to a market.
#[derive(Clone, Debug)]
pub enum Account {
    /// The market itself.
    Market(Box<Market>),
    /// A provider or verifier.
    Provider(Box<Provider>),
    /// A task.
    Task(Box<Task>),
    /// A run.
    Run(Box<Run>),
    /// An audit.
    Audit(Box<Audit>),
    /// A dispute.
    Dispute(Box<Dispute>),
    /// The books of an epoch.
    Pool(Box<EpochPool>),
    /// A provider's share of an epoch.
    Share(Box<Share>),
    /// What somebody can claim.
    Balance(Box<Balance>),
}

/// The kinds of accounts that a world holds many of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountKind {
    /// Providers and verifiers.
    Provider,
    /// Tasks.
    Task,
    /// Runs.
    Run,
    /// Audits.
    Audit,
    /// Disputes.
    Dispute,
    /// Books of epochs.
    Pool,
    /// Shares of providers in epochs.
    Share,
    /// Claimable balances.
    Balance,
}

impl AccountKind {
    /// All kinds, in the order in which accounts come into being.
    pub const ALL: [Self; 8] =
        [Self::Provider, Self::Task, Self::Run, Self::Audit, Self::Dispute, Self::Pool, Self::Share, Self::Balance];

    /// The first bytes of every account of this kind.
    #[must_use]
    pub fn discriminator(self) -> &'static [u8] {
        match self {
            Self::Provider => Provider::DISCRIMINATOR,
            Self::Task => Task::DISCRIMINATOR,
            Self::Run => Run::DISCRIMINATOR,
            Self::Audit => Audit::DISCRIMINATOR,
            Self::Dispute => Dispute::DISCRIMINATOR,
            Self::Pool => EpochPool::DISCRIMINATOR,
            Self::Share => Share::DISCRIMINATOR,
            Self::Balance => Balance::DISCRIMINATOR,
        }
    }
}

impl Account {
    /// Decodes any account of the program that a world holds; `None` for other kinds (models, kinds of later versions).
    ///
    /// # Errors
    /// [`ChainError::Decode`] or [`ChainError::Layout`] if the discriminator is known and the rest does not fit.
    pub fn decode(key: Pubkey, bytes: &[u8]) -> Result<Option<Self>, ChainError> {
        if bytes.starts_with(Market::DISCRIMINATOR) {
            return decode(key, bytes).map(|account| Some(Self::Market(Box::new(account))));
        }
        let Some(kind) = AccountKind::ALL.into_iter().find(|kind| bytes.starts_with(kind.discriminator())) else {
            return Ok(None);
        };
        Ok(Some(match kind {
            AccountKind::Provider => Self::Provider(Box::new(decode(key, bytes)?)),
            AccountKind::Task => Self::Task(Box::new(decode(key, bytes)?)),
            AccountKind::Run => Self::Run(Box::new(decode(key, bytes)?)),
            AccountKind::Audit => Self::Audit(Box::new(decode(key, bytes)?)),
            AccountKind::Dispute => Self::Dispute(Box::new(decode(key, bytes)?)),
            AccountKind::Pool => Self::Pool(Box::new(decode(key, bytes)?)),
            AccountKind::Share => Self::Share(Box::new(decode(key, bytes)?)),
            AccountKind::Balance => Self::Balance(Box::new(decode(key, bytes)?)),
        }))
    }

    /// The market that it names; the market itself names none.
    pub(super) fn market(&self) -> Option<Pubkey> {
        match self {
            Self::Market(_) => None,
            Self::Provider(provider) => Some(provider.market),
            Self::Task(task) => Some(task.terms.market),
            Self::Run(run) => Some(run.market),
            Self::Audit(audit) => Some(audit.market),
            Self::Dispute(dispute) => Some(dispute.market),
            Self::Pool(pool) => Some(pool.market),
            Self::Share(share) => Some(share.market),
            Self::Balance(balance) => Some(balance.market),
        }
    }

    /// Its kind; `None` for the market.
    pub(super) fn kind(&self) -> Option<AccountKind> {
        match self {
            Self::Market(_) => None,
            Self::Provider(_) => Some(AccountKind::Provider),
            Self::Task(_) => Some(AccountKind::Task),
            Self::Run(_) => Some(AccountKind::Run),
            Self::Audit(_) => Some(AccountKind::Audit),
            Self::Dispute(_) => Some(AccountKind::Dispute),
            Self::Pool(_) => Some(AccountKind::Pool),
            Self::Share(_) => Some(AccountKind::Share),
            Self::Balance(_) => Some(AccountKind::Balance),
        }
    }
}

/// News about a market.
#[derive(Clone, Debug)]
pub enum Update {
    /// An account has this content at this slot.
    Account {
        /// Its address.
        key: Pubkey,
        /// The slot of the answer.
        slot: u64,
        /// Its content.
        account: Account,
    },
    /// There is no such account at this slot.
    Gone {
        /// Its address.
        key: Pubkey,
        /// The slot of the answer.
        slot: u64,
    },
    /// All accounts of a kind at this slot; what is known from before and not listed is gone.
    Listing {
        /// The kind.
        kind: AccountKind,
        /// The slot of the answer.
        slot: u64,
        /// The accounts; those of another kind are ignored.
        accounts: Vec<(Pubkey, Account)>,
    },
    /// The chain's clock.
    Moment(Moment),
}
