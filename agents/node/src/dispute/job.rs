//! The jobs of disputes: a move, or the opening of one, from the account as it was read to the transactions that landed.

use std::sync::Arc;

use tessera_chain::rules::Side;
use tessera_chain::{
    ChainError, Dispute, DisputeOpenArgs, ErrorKind, Outgoing, Pubkey, Receipt, Task, Versioned, World, address, ix,
};
use tokio::runtime::Handle;

use super::ask::Asked;
use super::challenger::{Choice, turn};
use super::desk::{DisputeJob, own_run};
use super::error::PlayError;
use super::moves::Play;
use super::provider::answer;
use super::send::Seat;
use super::served::{NotServed, Served};
use super::state::DisputeState;
use super::truths::Truths;
use crate::fetch_error::FetchError;
use crate::tasks::Lost;
use crate::workbench::Workbench;

/// What a job did.
#[derive(Clone, Debug, PartialEq)]
pub enum Moved {
    /// Its transactions landed, the last one so.
    Landed {
        /// What was done.
        label: String,
        /// The last receipt.
        receipt: Receipt,
        /// Moves of the dispute with these.
        moves: u16,
    },
    /// The other side is to move; so many moves are made.
    Waits {
        /// Moves of the dispute.
        moves: u16,
    },
    /// Nothing is left to claim.
    Agrees,
}

/// Why a job did nothing, or not all.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The task's data are not here.
    #[error("the data of the disputed task cannot be had: {0}")]
    Fetch(#[from] FetchError),
    /// No move was found.
    #[error(transparent)]
    Play(#[from] PlayError),
    /// It did not land.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The bond is more than the wallet has.
    #[error("a dispute takes a bond of {bond} base units and {wallet} has {held}: fund it")]
    Funds {
        /// The bond.
        bond: u64,
        /// Whose.
        wallet: Pubkey,
        /// What is there.
        held: u64,
    },
    /// The computing thread was lost.
    #[error("the computing thread {0}")]
    Lost(#[from] Lost),
}

/// Does a job.
///
/// # Errors
/// [`JobError`].
pub async fn run(bench: Workbench, truths: Truths, world: Arc<World>, job: DisputeJob) -> Result<Moved, JobError> {
    match job {
        DisputeJob::Open(run) => open(&bench, &truths, &world, run).await,
        DisputeJob::Move(dispute) => {
            let dispute = world.disputes.get(&dispute).ok_or_else(|| missing("dispute", dispute))?;
            make_move(&bench, &truths, &world, dispute).await
        }
        DisputeJob::Tidy(dispute) => tidy(&bench, dispute, &world).await,
    }
}

fn missing(what: &str, key: Pubkey) -> ChainError {
    ChainError::NotFound { what: what.to_owned(), key }
}

fn task_of(world: &World, task: Pubkey) -> Result<&Versioned<Task>, ChainError> {
    world.tasks.get(&task).ok_or_else(|| missing("task", task))
}

/// The moves that can be made now, from the account, the truth and what is served.
///
/// # Errors
/// [`JobError`].
pub async fn plays(
    bench: &Workbench,
    truths: &Truths,
    world: &World,
    dispute: &Versioned<Dispute>,
    side: Side,
) -> Result<(Vec<Play>, Choice), JobError> {
    let truth = truths.of(bench, task_of(world, dispute.task)?).await?;
    let state = DisputeState::from(&**dispute);
    let endpoint = world.providers.get(&dispute.provider).map(|provider| provider.endpoint.as_str());
    let asked = endpoint.and_then(|endpoint| Asked::at(endpoint, dispute.run, Handle::current()));
    let served: Box<dyn Served + Send> = asked.map_or_else(|| Box::new(NotServed) as _, |asked| Box::new(asked) as _);
    let finding = tokio::task::spawn_blocking(move || {
        let mut truth = truth.lock();
        match side {
            Side::Provider => answer(&state, &mut truth).map(|play| (play.into_iter().collect(), Choice::Wait)),
            Side::Challenger => turn(&state, &mut truth, served.as_ref()),
        }
    });
    Ok(finding.await.map_err(Lost::from)??)
}

async fn make_move(
    bench: &Workbench,
    truths: &Truths,
    world: &World,
    dispute: &Versioned<Dispute>,
) -> Result<Moved, JobError> {
    let me = bench.authority();
    let side = dispute.side_of(&me).ok_or_else(|| missing("side of this wallet in the dispute", dispute.key))?;
    let (plays, rest) = plays(bench, truths, world, dispute, side).await?;
    if plays.is_empty() {
        let is_over = matches!(rest, Choice::Agrees);
        return Ok(if is_over { Moved::Agrees } else { Moved::Waits { moves: dispute.moves } });
    }
    let seat = seat(bench, dispute.key, dispute.run).await?;
    let names: Vec<&str> = plays.iter().map(Play::label).collect();
    tracing::info!(dispute = %dispute.key, ?side, phase = ?dispute.phase, moves = ?names, "moving");
    let made = u16::try_from(plays.len()).unwrap_or(u16::MAX);
    send(bench, &seat, seat.transactions(&plays), dispute.moves.saturating_add(made), world).await
}

async fn open(bench: &Workbench, truths: &Truths, world: &World, run: Pubkey) -> Result<Moved, JobError> {
    let me = bench.authority();
    let run = world.runs.get(&run).ok_or_else(|| missing("run", run))?;
    let task = task_of(world, run.task)?;
    let market = world.market.as_ref().ok_or_else(|| missing("market", world.market_key()))?;
    let (own, token) = (own_run(world, run, me), address::market_token(&me, market));
    let bond = if own.is_some() { 0 } else { task.terms.reward };
    let held = bench.token_balance(token).await?;
    if held < bond {
        return Err(JobError::Funds { bond, wallet: me, held });
    }
    let truth = truths.of(bench, task).await?;
    let output_root = run.output_root;
    let confirming = tokio::task::spawn_blocking(move || {
        let mut truth = truth.lock();
        // No bond is staked on what a CPU does not confirm.
        if truth.output_root()?.0 == output_root {
            return Ok(None);
        }
        let last = truth.operations().saturating_sub(1);
        let (descriptor, proof) = truth.descriptor(last).ok_or(PlayError::State("a graph without operations"))?;
        let (graph_header, last_descriptor) = (truth.graph_header(), descriptor.to_vec());
        Ok::<_, PlayError>(Some(DisputeOpenArgs { graph_header, last_descriptor, proof }))
    });
    let Some(args) = confirming.await.map_err(Lost::from)?? else { return Ok(Moved::Agrees) };
    let seat = seat(bench, address::dispute(&run.key, &me), run.key).await?;
    tracing::info!(run = %run.key, dispute = %seat.dispute, bond, "opening a dispute");
    let open = |payload| ix::dispute_open(me, market, run, own, token, payload);
    let outgoing = seat.opening(args, open);
    send(bench, &seat, outgoing, 0, world).await
}

async fn seat(bench: &Workbench, dispute: Pubkey, run: Pubkey) -> Result<Seat, ChainError> {
    let mover = bench.authority();
    let has_buffer = bench.has_account(address::buffer(&dispute, &mover)).await?;
    Ok(Seat { mover, dispute, run, has_buffer })
}

/// Closes the buffer that a move left behind.
async fn tidy(bench: &Workbench, dispute: Pubkey, world: &World) -> Result<Moved, JobError> {
    let mover = bench.authority();
    if !bench.has_account(address::buffer(&dispute, &mover)).await? {
        return Ok(Moved::Waits { moves: 0 });
    }
    let label = "buffer_close".to_owned();
    let outgoing = Outgoing::new(label.clone(), [ix::buffer_close(mover, dispute)]);
    let receipt = bench.send(outgoing, dispute, world.moment.unix).await?;
    Ok(Moved::Landed { label, receipt, moves: 0 })
}

async fn send(
    bench: &Workbench,
    seat: &Seat,
    outgoing: Vec<Outgoing>,
    moves: u16,
    world: &World,
) -> Result<Moved, JobError> {
    let mut last = None;
    for outgoing in outgoing {
        let label = outgoing.label.clone();
        match bench.send(outgoing, seat.dispute, world.moment.unix).await {
            Ok(receipt) => last = Some(Moved::Landed { label, receipt, moves }),
            Err(error) => {
                // The other side was faster, most likely: what was written is of no use any more.
                if error.kind() == ErrorKind::GiveUp {
                    let tidied = tidy(bench, seat.dispute, world).await;
                    tracing::debug!(dispute = %seat.dispute, ?tidied, "tidied up");
                }
                return Err(error.into());
            }
        }
    }
    Ok(last.ok_or_else(|| missing("move", seat.dispute))?)
}
