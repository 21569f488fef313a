//! The transactions that send what is due.

use anchor_lang::prelude::Pubkey;
use tessera::state::Task;

use crate::address;
use crate::chain::{Chain, Outgoing};
use crate::due::{Crank, Due};
use crate::error::ChainError;
use crate::ix::{self, Expiry, Settlement};
use crate::versioned::Versioned;
use crate::world::World;

/// The transactions that send what is due for `task`, in order, signed by `cranker` alone: first, where a receiver has no
/// token account, one that makes it (at the cranker's expense), then the transition itself.
///
/// # Errors
/// [`ChainError::NotFound`] if the world lacks an account that the transition needs, and what reading token accounts says.
///
/// Cancel safety: reads only.
pub async fn crank(
    chain: &dyn Chain,
    world: &World,
    task: &Versioned<Task>,
    due: &Due,
    cranker: Pubkey,
) -> Result<Vec<Outgoing>, ChainError> {
    let missing = |what: &str, key| ChainError::NotFound { what: what.to_owned(), key };
    let market = world.market.as_ref().ok_or_else(|| missing("market", world.market_key()))?;
    let run = match due.run {
        Some(key) => Some(world.runs.get(&key).ok_or_else(|| missing("run", key))?),
        None => None,
    };
    let mut before = Vec::new();
    let requester_token = receiver(chain, task.terms.requester, market.mint, cranker, &mut before).await?;
    let cranker_token = existing(chain, cranker, market.mint).await?;
    let (label, instruction) = match (due.crank, run) {
        (Crank::Expire, run) => {
            let expiry = Expiry { cranker, market, task, requester_token, cranker_token, run };
            ("task_expire", ix::task_expire(&expiry))
        }
        (Crank::Uphold | Crank::Slash | Crank::CloseAudits, None) => return Err(missing("run", task.key)),
        (Crank::Uphold | Crank::Slash | Crank::CloseAudits, Some(run)) => {
            let model_token = match task.terms.model {
                Some(key) => {
                    let model = chain.model(key).await?.ok_or_else(|| missing("model", key))?;
                    Some(receiver(chain, model.payout, market.mint, cranker, &mut before).await?)
                }
                None => None,
            };
            let mut audits = Settlement::order(run, world.audits_of(run.key));
            audits.truncate(Settlement::MOST_AUDITS);
            let settlement =
                Settlement { cranker, market, task, run, requester_token, cranker_token, model_token, audits: &audits };
            ("task_settle", ix::task_settle(&settlement))
        }
    };
    before.push(Outgoing::new(label, [instruction]));
    Ok(before)
}

/// A token account of `owner` that can receive; made by `before` if there is none.
async fn receiver(
    chain: &dyn Chain,
    owner: Pubkey,
    mint: Pubkey,
    payer: Pubkey,
    before: &mut Vec<Outgoing>,
) -> Result<Pubkey, ChainError> {
    if let Some(account) = existing(chain, owner, mint).await? {
        return Ok(account);
    }
    before.push(Outgoing::new("ata_create", [ix::ata_create(payer, owner, mint)]));
    Ok(address::associated_token(&owner, &mint))
}

/// A token account of `owner` that can receive, the associated one if it can.
async fn existing(chain: &dyn Chain, owner: Pubkey, mint: Pubkey) -> Result<Option<Pubkey>, ChainError> {
    let associated = address::associated_token(&owner, &mint);
    let accounts = chain.token_accounts(owner, mint).await?;
    let usable = accounts.into_iter().filter(|account| !account.frozen);
    Ok(usable.map(|account| account.key).min_by_key(|key| (*key != associated, *key)))
}
