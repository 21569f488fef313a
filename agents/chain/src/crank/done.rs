//! Whether somebody else was faster.

use tessera::state::{Dispute, Draw, RunState};

use crate::address;
use crate::chain::Chain;
use crate::due::Crank;
use crate::error::ChainError;
use crate::versioned::Versioned;
use crate::world::World;

/// The slot of an answer that shows a transition of this world as done; `None` if it still waits. Reads the one account that
/// it changes. Whoever learns of it together with others, as after a halt of the cluster, so pays for few that come too late.
///
/// # Errors
/// [`ChainError`]: it was not read.
///
/// Cancel safety: reads only.
pub async fn done_since(chain: &dyn Chain, world: &World, crank: Crank) -> Result<Option<u64>, ChainError> {
    let market = world.market_key();
    let gone = world.slot();
    Ok(match crank {
        Crank::Expire { run: Some(key), .. } => {
            let state = world.runs.get(&key).map(|run| run.state);
            changed(chain.run(key).await?, gone, |run| Some(run.state) != state)
        }
        Crank::Expire { task: key, run: None } => {
            let state = world.tasks.get(&key).map(|task| task.state);
            changed(chain.task(key).await?, gone, |task| Some(task.state) != state)
        }
        Crank::Settle { run, .. } => changed(chain.run(run).await?, gone, |run| run.state != RunState::Submitted),
        Crank::CloseAudits { run: key, .. } => {
            let open = world.runs.get(&key).map_or(0, |run| run.audits_open);
            changed(chain.run(key).await?, gone, |run| run.audits_open < open)
        }
        Crank::Draw { run, .. } => changed(chain.run(run).await?, gone, |run| run.draw != Draw::Pending),
        Crank::ApplyParams => {
            let pending = world.market.as_ref().and_then(|market| market.pending);
            changed(chain.market(market).await?, gone, |market| market.pending != pending)
        }
        Crank::Recount { provider } => {
            let provider = chain.provider(provider).await?;
            changed(provider, gone, |it| it.ticket_stake <= it.stake.free.saturating_add(it.stake.locked))
        }
        Crank::SweepFees { epoch, shard } => {
            changed(chain.pool(address::pool(&market, epoch)).await?, gone, |pool| pool.swept >> shard & 1 == 1)
        }
        Crank::ClaimShare { share } => changed(chain.share(share).await?, gone, |_| false),
        Crank::TimeOutDispute { dispute: key, .. } => {
            let moves = world.disputes.get(&key).map(|dispute| dispute.moves);
            let is_done = |dispute: &Dispute| Some(dispute.moves) != moves || dispute.phase.verdict().is_some();
            changed(chain.dispute(key).await?, gone, is_done)
        }
        Crank::SettleDispute { dispute, .. } => changed(chain.dispute(dispute).await?, gone, |it| it.settled),
        Crank::CloseDispute { dispute, .. } => changed(chain.dispute(dispute).await?, gone, |_| false),
        Crank::ClosePool { epoch } => changed(chain.pool(address::pool(&market, epoch)).await?, gone, |_| false),
    })
}

fn changed<T>(account: Option<Versioned<T>>, gone: u64, is_done: impl FnOnce(&T) -> bool) -> Option<u64> {
    match account {
        None => Some(gone),
        Some(account) => is_done(&account.data).then_some(account.slot),
    }
}
