//! An agent that does nothing but play one wallet's disputes, until none is left.

use std::sync::{Arc, Mutex, PoisonError};

use tessera_chain::rules::DisputeVerdict;
use tessera_chain::{CancellationToken, Chain, ChainError, DisputePhase, Pubkey, World, address};

use super::desk::{DisputeJob, Disputes};
use super::job::{JobError, Moved, run};
use crate::agent::{Agent, StopPolicy};
use crate::errands::{Errand, ErrandEnd, Errands};
use crate::progress::Progress;
use crate::running::follow;
use crate::shutdown::Shutdown;
use crate::tasks::{Ended, Tasks};
use crate::workbench::Workbench;

/// What is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Playing {
    /// A dispute over this run is opened, and played.
    Open(Pubkey),
    /// This dispute.
    One(Pubkey),
    /// All in which the wallet is a side.
    All,
}

/// How the last dispute of a [`Player`] stood when it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Played {
    /// The dispute.
    pub dispute: Pubkey,
    /// The verdict; none if the run was refuted by others, or the dispute was gone before one was seen.
    pub verdict: Option<DisputeVerdict>,
    /// Moves made in it.
    pub moves: u16,
}

/// What a player's jobs are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Of the game.
    Dispute(DisputeJob),
    /// What ends it.
    Errand(Errand),
}

/// What they return.
#[derive(Debug)]
pub enum Done {
    /// Of the game.
    Moved(Result<Moved, JobError>),
    /// What ends it.
    Ran(Result<ErrandEnd, ChainError>),
}

/// Plays disputes until none is left.
pub struct Player {
    bench: Workbench,
    playing: Playing,
    disputes: Disputes,
    progress: Progress<()>,
    shutdown: Shutdown,
    seen: Arc<Mutex<Vec<Played>>>,
    /// Whether the dispute that was to be opened was, or will not be.
    opened: bool,
}

impl Player {
    /// Plays until it is over; then, or when `shutdown` is requested, it ends. Returns what was played.
    ///
    /// # Errors
    /// [`ChainError`]: the market cannot be followed.
    pub async fn play(
        bench: Workbench,
        chain: &dyn Chain,
        market: Pubkey,
        playing: Playing,
        shutdown: Shutdown,
    ) -> Result<Vec<Played>, ChainError> {
        let feed = chain.watch(market, CancellationToken::new()).await?;
        let stop = StopPolicy::new(bench.node.grace);
        let disputes = Disputes::new(bench.authority(), bench.node.challenge.clone());
        let progress = Progress::new(bench.node.clone());
        let opened = !matches!(playing, Playing::Open(_));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let player =
            Self { bench, playing, disputes, progress, shutdown: shutdown.clone(), seen: seen.clone(), opened };
        follow(player, feed, &shutdown, stop).await?;
        Ok(std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    fn is_played(&self, world: &World, dispute: &Pubkey) -> bool {
        let side = |dispute: &tessera_chain::Dispute| dispute.side_of(&self.bench.authority()).is_some();
        world.disputes.get(dispute).is_some_and(|dispute| side(dispute))
            && match self.playing {
                Playing::One(one) => one == *dispute,
                Playing::Open(run) => address::dispute(&run, &self.bench.authority()) == *dispute,
                Playing::All => true,
            }
    }

    fn see(&self, world: &World) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        for dispute in world.disputes.values().filter(|dispute| self.is_played(world, &dispute.key)) {
            let verdict = match dispute.phase {
                DisputePhase::Over(verdict) => Some(verdict.into()),
                _ => None,
            };
            let now = Played { dispute: dispute.key, verdict, moves: dispute.moves };
            match seen.iter_mut().find(|seen| seen.dispute == now.dispute) {
                Some(seen) => *seen = now,
                None => seen.push(now),
            }
        }
    }

    fn start(&mut self, world: &Arc<World>, stopping: bool, jobs: &mut Tasks<Job, Done>) {
        let (now, uptime) = (world.moment, self.progress.uptime());
        let mut begun = self.disputes.moves(world, now, uptime);
        if let (Playing::Open(run), false, false) = (self.playing, stopping, self.opened) {
            begun.extend(self.disputes.opens(world, now, uptime, |_, other| other.key == run));
        }
        begun.retain(|job| match job {
            DisputeJob::Open(_) | DisputeJob::Tidy(_) => true,
            DisputeJob::Move(dispute) => self.is_played(world, dispute),
        });
        for job in begun {
            self.disputes.begin(job);
            let (bench, truths, world) = (self.bench.clone(), self.disputes.truths().clone(), world.clone());
            jobs.spawn(Job::Dispute(job), async move { Done::Moved(run(bench, truths, world, job).await) });
        }
        let limits = self.bench.node.crank_limits();
        let errands = Errands {
            world,
            me: address::provider(&world.market_key(), &self.bench.authority()),
            memory: &self.progress.errands,
            limits: &limits,
            uptime,
        };
        let due = errands
            .plan([], now, |due| due.crank.dispute().filter(|dispute| self.is_played(world, dispute)).map(|_| 0));
        for errand in due {
            self.progress.errand_begins(&errand);
            let (bench, world) = (self.bench.clone(), world.clone());
            jobs.spawn(Job::Errand(errand), async move { Done::Ran(bench.run_errand(&world, &errand).await) });
        }
    }

    /// Whether nothing is left: what is settled waits for others.
    fn is_over(&self, world: &World) -> bool {
        self.opened && !world.disputes.values().any(|dispute| !dispute.settled && self.is_played(world, &dispute.key))
    }
}

impl Agent for Player {
    type World = World;
    type Job = Job;
    type Done = Done;
    type Error = ChainError;

    fn act(&mut self, world: &Arc<World>, stopping: bool, jobs: &mut Tasks<Job, Done>) -> bool {
        self.disputes.forget(world);
        self.progress.forget_errands(world);
        self.see(world);
        if let Playing::Open(run) = self.playing {
            self.opened |= world.dispute_of(run, self.bench.authority()).is_some();
        }
        self.start(world, stopping, jobs);
        if jobs.is_empty() && self.is_over(world) {
            self.shutdown.request();
        }
        !stopping && self.disputes.owes(world, world.moment)
    }

    fn finish(&mut self, ended: Ended<Job, Done>) -> Result<(), ChainError> {
        match (ended.key, ended.outcome) {
            (Job::Dispute(job), Ok(Done::Moved(result))) => {
                // What cannot be opened now is for its owner to look at.
                let failed = !matches!(result, Ok(Moved::Landed { .. }));
                self.opened |= failed && matches!(job, DisputeJob::Open(_));
                self.disputes.ended(job, result, &self.progress)
            }
            (Job::Errand(errand), Ok(Done::Ran(result))) => self.progress.errand_ended(&errand, result),
            (Job::Dispute(job), _) => {
                self.disputes.lost(job, &self.progress);
                Ok(())
            }
            (Job::Errand(errand), _) => {
                self.progress.errand_lost(&errand);
                Ok(())
            }
        }
    }

    fn abandon(&mut self) {
        self.disputes.abandon();
    }
}
