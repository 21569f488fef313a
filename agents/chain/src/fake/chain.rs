//! The fake's answers.

use std::sync::{Arc, PoisonError};

use anchor_lang::prelude::Pubkey;
use async_trait::async_trait;
use solana_keypair::Keypair;
use solana_signature::Signature;
use solana_signer::Signer;
use tessera::slot_hashes::{SlotHash, first_at_or_after};
use tessera::state::{
    Audit, Balance, Buffer, Dispute, EpochPool, Market, Model, Moment, Provider, Run, Share, Task, v1,
};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::{FakeChain, Stored};
use crate::chain::{
    Chain, Details, HistoryPage, MintInfo, Outdated, Outgoing, Receipt, Recorded, Simulated, TokenBalance,
};
use crate::error::ChainError;
use crate::feed::Feed;
use crate::versioned::Versioned;
use crate::world::{Account, Update, World};

macro_rules! pick {
    ($account:ident) => {
        |stored: &Stored| match stored {
            Stored::Watched(Account::$account(data)) => Some((**data).clone()),
            _ => None,
        }
    };
}

fn pick_model(stored: &Stored) -> Option<Model> {
    match stored {
        Stored::Model(model) => Some(model.clone()),
        Stored::Buffer(_) | Stored::Watched(_) => None,
    }
}

fn pick_buffer(stored: &Stored) -> Option<Buffer> {
    match stored {
        Stored::Buffer(buffer) => Some(buffer.clone()),
        Stored::Model(_) | Stored::Watched(_) => None,
    }
}

#[async_trait]
impl Chain for FakeChain {
    async fn moment(&self) -> Result<Moment, ChainError> {
        Ok(self.answer()?.moment)
    }

    async fn slot_hash(&self, slot: u64) -> Result<SlotHash, ChainError> {
        Ok(first_at_or_after(&self.answer()?.slot_hashes(), slot))
    }

    async fn market(&self, key: Pubkey) -> Result<Option<Versioned<Market>>, ChainError> {
        self.answer()?.read(key, "market", pick!(Market))
    }

    async fn provider(&self, key: Pubkey) -> Result<Option<Versioned<Provider>>, ChainError> {
        self.answer()?.read(key, "provider", pick!(Provider))
    }

    async fn model(&self, key: Pubkey) -> Result<Option<Versioned<Model>>, ChainError> {
        self.answer()?.read(key, "model", pick_model)
    }

    async fn task(&self, key: Pubkey) -> Result<Option<Versioned<Task>>, ChainError> {
        self.answer()?.read(key, "task", pick!(Task))
    }

    async fn run(&self, key: Pubkey) -> Result<Option<Versioned<Run>>, ChainError> {
        self.answer()?.read(key, "run", pick!(Run))
    }

    async fn audit(&self, key: Pubkey) -> Result<Option<Versioned<Audit>>, ChainError> {
        self.answer()?.read(key, "audit", pick!(Audit))
    }

    async fn dispute(&self, key: Pubkey) -> Result<Option<Versioned<Dispute>>, ChainError> {
        self.answer()?.read(key, "dispute", pick!(Dispute))
    }

    async fn buffer(&self, key: Pubkey) -> Result<Option<Versioned<Buffer>>, ChainError> {
        self.answer()?.read(key, "buffer", pick_buffer)
    }

    async fn pool(&self, key: Pubkey) -> Result<Option<Versioned<EpochPool>>, ChainError> {
        self.answer()?.read(key, "pool", pick!(Pool))
    }

    async fn share(&self, key: Pubkey) -> Result<Option<Versioned<Share>>, ChainError> {
        self.answer()?.read(key, "share", pick!(Share))
    }

    async fn balance(&self, key: Pubkey) -> Result<Option<Versioned<Balance>>, ChainError> {
        self.answer()?.read(key, "balance", pick!(Balance))
    }

    async fn markets(&self) -> Result<Vec<Versioned<Market>>, ChainError> {
        Ok(self.answer()?.all(pick!(Market)))
    }

    async fn providers(&self, market: Pubkey) -> Result<Vec<Versioned<Provider>>, ChainError> {
        let mut all = self.answer()?.all(pick!(Provider));
        all.retain(|provider| provider.market == market);
        Ok(all)
    }

    async fn tasks(&self, market: Pubkey) -> Result<Vec<Versioned<Task>>, ChainError> {
        let mut all = self.answer()?.all(pick!(Task));
        all.retain(|task| task.terms.market == market);
        Ok(all)
    }

    async fn runs(&self, task: Pubkey) -> Result<Vec<Versioned<Run>>, ChainError> {
        let mut all = self.answer()?.all(pick!(Run));
        all.retain(|run| run.task == task);
        Ok(all)
    }

    async fn audits(&self, run: Pubkey) -> Result<Vec<Versioned<Audit>>, ChainError> {
        let mut all = self.answer()?.all(pick!(Audit));
        all.retain(|audit| audit.run == run);
        Ok(all)
    }

    async fn disputes(&self, run: Pubkey) -> Result<Vec<Versioned<Dispute>>, ChainError> {
        let mut all = self.answer()?.all(pick!(Dispute));
        all.retain(|dispute| dispute.run == run);
        Ok(all)
    }

    async fn pools(&self, market: Pubkey) -> Result<Vec<Versioned<EpochPool>>, ChainError> {
        let mut all = self.answer()?.all(pick!(Pool));
        all.retain(|pool| pool.market == market);
        Ok(all)
    }

    async fn shares(&self, market: Pubkey) -> Result<Vec<Versioned<Share>>, ChainError> {
        let mut all = self.answer()?.all(pick!(Share));
        all.retain(|share| share.market == market);
        Ok(all)
    }

    async fn balances(&self, market: Pubkey) -> Result<Vec<Versioned<Balance>>, ChainError> {
        let mut all = self.answer()?.all(pick!(Balance));
        all.retain(|balance| balance.market == market);
        Ok(all)
    }

    async fn outdated_markets(&self) -> Result<Vec<Versioned<v1::Market>>, ChainError> {
        Ok(self.answer()?.outdated_markets.clone())
    }

    async fn outdated(&self, _market: Pubkey) -> Result<Vec<Outdated>, ChainError> {
        Ok(self.answer()?.outdated.clone())
    }

    async fn lamports(&self, key: Pubkey) -> Result<u64, ChainError> {
        Ok(self.answer()?.lamports.get(&key).copied().unwrap_or(0))
    }

    async fn account_exists(&self, key: Pubkey) -> Result<bool, ChainError> {
        let state = self.answer()?;
        Ok(state.accounts.contains_key(&key)
            || state.lamports.contains_key(&key)
            || state.tokens.contains_key(&key)
            || state.mints.contains_key(&key))
    }

    async fn token_balance(&self, key: Pubkey) -> Result<Option<TokenBalance>, ChainError> {
        Ok(self.answer()?.tokens.get(&key).copied())
    }

    async fn token_accounts(&self, owner: Pubkey, mint: Pubkey) -> Result<Vec<TokenBalance>, ChainError> {
        let state = self.answer()?;
        Ok(state.tokens.values().filter(|token| token.owner == owner && token.mint == mint).copied().collect())
    }

    async fn mint(&self, key: Pubkey) -> Result<Option<MintInfo>, ChainError> {
        Ok(self.answer()?.mints.get(&key).copied())
    }

    async fn rent_exempt(&self, bytes: usize) -> Result<u64, ChainError> {
        drop(self.answer()?);
        // 128 bytes of overhead, 3,480 lamports per byte-year, two years.
        Ok(u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(128).saturating_mul(6_960))
    }

    async fn simulate(&self, _outgoing: &Outgoing, _payer: Pubkey) -> Result<Simulated, ChainError> {
        drop(self.answer()?);
        Ok(Simulated { compute_units: 0, events: Vec::new(), logs: Vec::new() })
    }

    async fn send(&self, outgoing: Outgoing, signers: &[&Keypair]) -> Result<Receipt, ChainError> {
        let signers: Vec<Pubkey> = signers.iter().map(|signer| signer.pubkey()).collect();
        let (number, failure) = {
            let mut state = self.answer()?;
            state.slot += 1;
            state.sent.push(outgoing.clone());
            (state.sent.len(), state.send_failures.pop_front())
        };
        let on_send = self.on_send.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // Outside the locks: an effect changes this chain.
        let outcome = match (failure, on_send) {
            (Some(error), _) => Err(error),
            (None, Some(effect)) => effect(self, &outgoing, &signers),
            (None, None) => Ok(()),
        };
        let mut bytes = [0; 64];
        bytes[..8].copy_from_slice(&u64::try_from(number).unwrap_or(u64::MAX).to_le_bytes());
        let signature = Signature::from(bytes);
        let mut state = self.lock();
        let slot = state.slot;
        let accounts = outgoing.instructions.iter().flat_map(|instruction| &instruction.accounts);
        let touched = accounts.map(|account| account.pubkey).chain(signers).collect();
        let error = outcome.as_ref().err().cloned();
        let mut events = std::mem::take(&mut state.emitted);
        if error.is_some() {
            // What failed was undone.
            events.clear();
        }
        let (time, details) = (Some(state.moment.unix), Some(Details { events, ..Details::default() }));
        state.recorded.push((touched, Recorded { signature, slot, time, error, details: details.clone() }));
        outcome.map(|()| Receipt { signature, slot, details })
    }

    async fn history_page(
        &self,
        address: Pubkey,
        before: Option<Signature>,
        limit: usize,
    ) -> Result<HistoryPage, ChainError> {
        let state = self.answer()?;
        let touching = state.recorded.iter().rev().filter(|(touched, _)| touched.contains(&address));
        let all: Vec<_> = touching.map(|(_, recorded)| recorded.clone()).collect();
        let from = match before {
            Some(before) => all.iter().position(|past| past.signature == before).map_or(all.len(), |at| at + 1),
            None => 0,
        };
        let to = from.saturating_add(limit).min(all.len());
        let transactions = all[from..to].to_vec();
        let next = transactions.last().filter(|_| to < all.len()).map(|oldest| oldest.signature);
        Ok(HistoryPage { transactions, next })
    }

    async fn watch(&self, market: Pubkey, cancel: CancellationToken) -> Result<Feed, ChainError> {
        let mut state = self.answer()?;
        let mut world = World::new(market);
        world.apply(Update::Moment(state.moment));
        for (key, (slot, stored)) in &state.accounts {
            if let Stored::Watched(account) = stored {
                world.apply(Update::Account { key: *key, slot: *slot, account: account.clone() });
            }
        }
        let (publish, receiver) = watch::channel(Arc::new(world));
        let publish = Arc::new(publish);
        state.feeds.push(Arc::clone(&publish));
        Ok(Feed::of(receiver, Arc::new(Notify::new()), cancel))
    }
}
