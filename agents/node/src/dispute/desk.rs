//! The disputes of one agent: which of them wait for it, which it opens, and what it remembers of its moves.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tessera_chain::rules::{Side, open_to_all, owes};
use tessera_chain::{
    ChainError, Dispute, ErrorKind, Moment, Pubkey, Run, RunState, SlotState, Task, TaskState, Versioned, World,
    address,
};

use super::job::{JobError, Moved};
use super::truths::Truths;
use super::tuning::ChallengeTuning;
use crate::errands::NO_TERMS;
use crate::memory::Memory;
use crate::progress::Progress;

/// How far this process is with a dispute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DisputeStage {
    /// Nothing was sent that the chain does not show.
    #[default]
    Idle,
    /// A move is being found and sent.
    Moving,
    /// It was opened in this slot.
    Opened(u64),
    /// The last moves landed in this slot; the account will show so many.
    Moved {
        /// The slot.
        slot: u64,
        /// Moves of the dispute.
        moves: u16,
    },
    /// There is nothing to do before the other side has moved: so many moves are made.
    Waiting(u16),
    /// It is left as it is: opening it failed too often, or there is nothing to claim.
    GivenUp,
}

/// Something to do about a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeJob {
    /// Open one on this run.
    Open(Pubkey),
    /// Make the move that is owed in this one, or one in the provider's place.
    Move(Pubkey),
    /// Close what is left of this one, which is gone: a buffer whose move came too late.
    Tidy(Pubkey),
}

/// The disputes of one agent.
#[derive(Debug)]
pub struct Disputes {
    me: Pubkey,
    tuning: ChallengeTuning,
    memory: Memory<Pubkey, DisputeStage>,
    /// Those that the chain shows.
    seen: BTreeSet<Pubkey>,
    /// Those that have ended and are not tidied up.
    ended: BTreeSet<Pubkey>,
    truths: Truths,
}

impl Disputes {
    /// The disputes of this authority.
    pub fn new(me: Pubkey, tuning: ChallengeTuning) -> Self {
        let (seen, ended) = (BTreeSet::new(), BTreeSet::new());
        Self { me, tuning, memory: Memory::new(), seen, ended, truths: Truths::default() }
    }

    /// What jobs compute with.
    pub fn truths(&self) -> &Truths {
        &self.truths
    }

    /// The disputes in which this agent can move now, the most urgent first, and those that are to be tidied up.
    pub fn moves(&self, world: &World, now: Moment, uptime: Duration) -> Vec<DisputeJob> {
        let mut due: Vec<_> = world.disputes.values().filter(|dispute| self.is_turn(dispute, now, uptime)).collect();
        due.sort_by_key(|dispute| (dispute.clocks.until.unix, dispute.key));
        let tidy = self.ended.iter().map(|dispute| DisputeJob::Tidy(*dispute));
        due.into_iter().map(|dispute| DisputeJob::Move(dispute.key)).chain(tidy).collect()
    }

    fn is_turn(&self, dispute: &Versioned<Dispute>, now: Moment, uptime: Duration) -> bool {
        let phase = dispute.phase.into();
        let Some(side) = dispute.side_of(&self.me) else { return false };
        let may_move = owes(phase) == Some(side) || (side == Side::Challenger && open_to_all(phase));
        let note = self.memory.note(&dispute.key, &NO_TERMS);
        let is_idle = match note.stage {
            DisputeStage::Idle | DisputeStage::Opened(_) => true,
            DisputeStage::Moving | DisputeStage::GivenUp => false,
            DisputeStage::Moved { slot, moves } => dispute.slot > slot || dispute.moves >= moves,
            DisputeStage::Waiting(moves) => dispute.moves != moves,
        };
        may_move && is_idle && note.not_before <= uptime && !dispute.clocks.until.passed(now)
    }

    /// Whether this agent owes a move now.
    pub fn owes(&self, world: &World, now: Moment) -> bool {
        world.disputes.values().any(|dispute| {
            let side = dispute.side_of(&self.me);
            let given_up = self.memory.note(&dispute.key, &NO_TERMS).stage == DisputeStage::GivenUp;
            side.is_some() && owes(dispute.phase.into()) == side && !dispute.clocks.until.passed(now) && !given_up
        })
    }

    /// The runs on which this agent opens disputes now, of those for which `differs` says that they are wrong.
    pub fn opens(
        &self,
        world: &World,
        now: Moment,
        uptime: Duration,
        differs: impl Fn(&Versioned<Task>, &Versioned<Run>) -> bool,
    ) -> Vec<DisputeJob> {
        let open = world.disputes.values().filter(|dispute| dispute.challenger == self.me && !dispute.settled).count();
        let coming = self
            .memory
            .iter()
            .filter(|(key, note)| note.stage == DisputeStage::Moving && !world.disputes.contains_key(key));
        let room = usize::from(self.tuning.at_once).saturating_sub(open.saturating_add(coming.count()));
        let runs = world.runs.values().filter(|run| {
            let Some(task) = world.tasks.get(&run.task) else { return false };
            differs(task, run) && self.may_open(world, task, run, now, uptime)
        });
        runs.map(|run| DisputeJob::Open(run.key)).take(room).collect()
    }

    fn may_open(
        &self,
        world: &World,
        task: &Versioned<Task>,
        run: &Versioned<Run>,
        now: Moment,
        uptime: Duration,
    ) -> bool {
        let bond = if own_run(world, run, self.me).is_some() { 0 } else { task.terms.reward };
        if run.state != RunState::Submitted || run.authority == self.me || bond > self.tuning.max_bond {
            return false;
        }
        let standing = task.slot_of(&run.provider).ok().and_then(|slot| task.slots.get(slot));
        let is_standing = standing.is_some_and(|slot| slot.state == SlotState::Submitted);
        let in_time =
            matches!(task.state, TaskState::Submitted | TaskState::Disputed) && !task.challenge_until.passed(now);
        let key = address::dispute(&run.key, &self.me);
        let note = self.memory.note(&key, &NO_TERMS);
        let unopened = match note.stage {
            DisputeStage::Idle => note.not_before <= uptime,
            // It landed, and what was read since does not show it: it was on a fork that is gone.
            DisputeStage::Opened(slot) => run.slot > slot,
            _ => false,
        };
        is_standing && in_time && !world.disputes.contains_key(&key) && unopened
    }

    /// A job begins.
    pub fn begin(&mut self, job: DisputeJob) {
        match job {
            DisputeJob::Tidy(dispute) => drop(self.ended.remove(&dispute)),
            _ => self.memory.begin(self.key(job), NO_TERMS, DisputeStage::Moving),
        }
    }

    fn key(&self, job: DisputeJob) -> Pubkey {
        match job {
            DisputeJob::Open(run) => address::dispute(&run, &self.me),
            DisputeJob::Move(dispute) | DisputeJob::Tidy(dispute) => dispute,
        }
    }

    /// A job ended.
    ///
    /// # Errors
    /// What no agent can go on after.
    pub fn ended<S: Clone + Default>(
        &mut self,
        job: DisputeJob,
        result: Result<Moved, JobError>,
        progress: &Progress<S>,
    ) -> Result<(), ChainError> {
        let dispute = self.key(job);
        if let DisputeJob::Tidy(_) = job {
            tracing::debug!(%dispute, ?result, "tidied up");
            return Ok(());
        }
        // It ended meanwhile.
        let is_over = self.memory.note(&dispute, &NO_TERMS).stage == DisputeStage::GivenUp;
        match result {
            Ok(_) if is_over => {}
            Err(error) if is_over => tracing::debug!(%dispute, ?job, %error, "no move in what is over"),
            Ok(Moved::Landed { label, receipt, moves }) => {
                tracing::info!(%dispute, stage = label, signature = %receipt.signature, slot = receipt.slot, "landed");
                let stage = match job {
                    DisputeJob::Open(_) => DisputeStage::Opened(receipt.slot),
                    _ => DisputeStage::Moved { slot: receipt.slot, moves },
                };
                self.memory.set(dispute, NO_TERMS, stage);
            }
            Ok(Moved::Waits { moves }) => self.memory.set(dispute, NO_TERMS, DisputeStage::Waiting(moves)),
            Ok(Moved::Agrees) => {
                tracing::error!(%dispute, "what the provider opened is what this machine computes: nothing is left to claim");
                self.memory.set(dispute, NO_TERMS, DisputeStage::GivenUp);
            }
            Err(error) => {
                let (uptime, backoff) = (progress.uptime(), progress.backoff());
                let failures = self.memory.failed(dispute, NO_TERMS, DisputeStage::Idle, uptime, &backoff);
                tracing::warn!(%dispute, ?job, %error, failures, "no move");
                if let JobError::Chain(error) = error
                    && error.kind() == ErrorKind::Fatal
                {
                    return Err(error);
                }
                // A move is owed until its clock has run out; to open a dispute is only an opportunity.
                if matches!(job, DisputeJob::Open(_)) && progress.is_send_given_up(failures) {
                    tracing::warn!(%dispute, "not opened: given up");
                    self.memory.set(dispute, NO_TERMS, DisputeStage::GivenUp);
                }
            }
        }
        Ok(())
    }

    /// A job was lost: it is tried again.
    pub fn lost<S: Clone + Default>(&mut self, job: DisputeJob, progress: &Progress<S>) {
        if let DisputeJob::Tidy(_) = job {
            return;
        }
        let (uptime, backoff) = (progress.uptime(), progress.backoff());
        self.memory.failed(self.key(job), NO_TERMS, DisputeStage::Idle, uptime, &backoff);
    }

    /// Forgets what is gone. A dispute that has ended is not opened again.
    pub fn forget(&mut self, world: &World) {
        let me = self.me;
        let own = world.disputes.values().filter(|dispute| dispute.side_of(&me).is_some());
        let own: BTreeMap<Pubkey, Pubkey> = own.map(|dispute| (dispute.key, dispute.task)).collect();
        let seen = std::mem::replace(&mut self.seen, own.keys().copied().collect());
        for ended in seen.into_iter().filter(|dispute| !own.contains_key(dispute)) {
            self.memory.set(ended, NO_TERMS, DisputeStage::GivenUp);
            self.ended.insert(ended);
        }
        if self.memory.iter().next().is_none() {
            return;
        }
        let runs: BTreeSet<Pubkey> = world.runs.keys().map(|run| address::dispute(run, &me)).collect();
        self.memory.retain(|key, stage| {
            *stage == DisputeStage::Moving || world.disputes.contains_key(key) || runs.contains(key)
        });
        let opening = self.memory.iter().any(|(_, note)| note.stage == DisputeStage::Moving);
        if !opening {
            self.truths.keep(&own.into_values().collect());
        }
    }

    /// This process stops.
    pub fn abandon(&self) {
        self.truths.cancel();
    }
}

/// Another run of the same task with another root, of a provider of this authority: its lock answers in place of a bond.
pub fn own_run(world: &World, run: &Versioned<Run>, me: Pubkey) -> Option<Pubkey> {
    let own = world.run_of(run.task, address::provider(&run.market, &me))?;
    let task = world.tasks.get(&run.task)?;
    let slot = task.slots.get(task.slot_of(&own.provider).ok()?)?;
    let answers = slot.state == SlotState::Submitted && own.output_root != run.output_root && own.key != run.key;
    answers.then_some(own.key)
}
