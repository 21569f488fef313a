//! The fake's answers.

use std::sync::{Arc, PoisonError};

use anchor_lang::prelude::Pubkey;
use async_trait::async_trait;
use solana_keypair::Keypair;
use solana_signature::Signature;
use solana_signer::Signer;
use tessera::state::{Audit, Market, Model, Moment, Provider, Run, Task};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::{FakeChain, Stored};
use crate::chain::{Chain, Details, MintInfo, Outgoing, Receipt, Recorded, Simulated, TokenBalance};
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
        Stored::Watched(_) => None,
    }
}

#[async_trait]
impl Chain for FakeChain {
    async fn moment(&self) -> Result<Moment, ChainError> {
        Ok(self.answer()?.moment)
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
        let (time, details) = (Some(state.moment.unix), Some(Details::default()));
        let error = outcome.as_ref().err().cloned();
        state.recorded.push((touched, Recorded { signature, slot, time, error, details: details.clone() }));
        outcome.map(|()| Receipt { signature, slot, details })
    }

    async fn history(&self, address: Pubkey, limit: usize) -> Result<Vec<Recorded>, ChainError> {
        let state = self.answer()?;
        let touching = state.recorded.iter().rev().filter(|(touched, _)| touched.contains(&address));
        Ok(touching.take(limit).map(|(_, recorded)| recorded.clone()).collect())
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
