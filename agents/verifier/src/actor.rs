//! The verifier in its loop: plans become jobs, and what jobs return becomes memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use tessera_chain::due::Due;
use tessera_chain::{ChainError, ErrorKind, Pubkey, Receipt, Verdict, World};
use tessera_compute::{Cancel, ExecError, Root};
use tessera_node::{Agent, Ended, ExecuteError, FetchError, Lost, Memory, Remedy, TaskInputs, Tasks};
use tokio::time::Instant;

use crate::config::Limits;
use crate::error::{VerifierError, WorkError};
use crate::jobs::{Bench, Done, Job, Kind};
use crate::plan::{Action, CrankKey, CrankStage, Stage, View, crank_key, plan};

/// Computations of one task that may fail before it is left alone.
const EXECUTIONS: u32 = 3;

/// A task's data, until its root is known.
struct Held {
    terms: [u8; 32],
    inputs: Arc<TaskInputs>,
    cancel: Cancel,
}

pub(crate) struct Actor {
    bench: Bench,
    limits: Limits,
    me: Pubkey,
    memory: Memory<Pubkey, Stage>,
    cranks: Memory<CrankKey, CrankStage>,
    held: BTreeMap<Pubkey, Held>,
    started: Instant,
}

impl Agent for Actor {
    type World = World;
    type Job = Job;
    type Done = Done;
    type Error = VerifierError;

    fn act(&mut self, world: &Arc<World>, stopping: bool, jobs: &mut Tasks<Job, Done>) -> bool {
        self.forget_what_is_over(world);
        let actions = {
            let view = View {
                world,
                me: self.me,
                memory: &self.memory,
                cranks: &self.cranks,
                limits: &self.limits,
                uptime: self.started.elapsed(),
                stopping,
            };
            plan(&view, world.moment)
        };
        for action in actions {
            self.start(action, world, jobs);
        }
        // A verifier owes nothing that it has not begun.
        false
    }

    fn finish(&mut self, ended: Ended<Job, Done>) -> Result<(), VerifierError> {
        let job = ended.key;
        match (job.kind, ended.outcome) {
            (_, Err(lost)) => self.lost(job, &lost),
            (_, Ok(Done::Fetched(result))) => self.fetched(job, result),
            (_, Ok(Done::Executed(result))) => self.executed(job, result),
            (Kind::Crank(due), Ok(Done::Sent(result))) => self.cranked(job, &due, result)?,
            (Kind::Post { run, root }, Ok(Done::Sent(result))) => self.posted(job, run, root, result)?,
            (Kind::Fetch | Kind::Execute, Ok(Done::Sent(_))) => {}
        }
        Ok(())
    }

    fn abandon(&mut self) {
        for (task, held) in &self.held {
            if self.memory.note(task, &held.terms).stage == Stage::Executing {
                tracing::info!(%task, stage = "execute", "abandoned: this process stops");
            }
            held.cancel.cancel();
        }
    }
}

impl Actor {
    pub fn new(bench: Bench, limits: Limits, me: Pubkey) -> Self {
        Self {
            bench,
            limits,
            me,
            memory: Memory::new(),
            cranks: Memory::new(),
            held: BTreeMap::new(),
            started: Instant::now(),
        }
    }

    /// A task is remembered while it lives: its root serves later runs of it. Data are freed once the root is known.
    fn forget_what_is_over(&mut self, world: &World) {
        self.memory.retain(|key, stage| stage.is_busy() || world.tasks.contains_key(key));
        self.cranks.retain(|key, stage| *stage == CrankStage::Sending || world.tasks.contains_key(&key.0));
        let memory = &self.memory;
        self.held.retain(|key, held| matches!(memory.note(key, &held.terms).stage, Stage::Fetched | Stage::Executing));
    }

    fn start(&mut self, action: Action, world: &Arc<World>, jobs: &mut Tasks<Job, Done>) {
        let (Action::Fetch(key)
        | Action::Execute { task: key, .. }
        | Action::Post { task: key, .. }
        | Action::Stop(key)
        | Action::Crank(key, _)) = action;
        if let Action::Stop(_) = action {
            self.stop(key);
            return;
        }
        let Some(task) = world.tasks.get(&key).cloned() else { return };
        let terms = task.terms_hash;
        let bench = self.bench.clone();
        let job = |kind| Job { task: key, terms, kind };
        match action {
            Action::Stop(_) => {}
            Action::Fetch(_) => {
                self.memory.begin(key, terms, Stage::Fetching);
                jobs.spawn(job(Kind::Fetch), bench.fetch(task));
            }
            Action::Execute { run, .. } => {
                let held = self.held.get_mut(&key).filter(|held| held.terms == terms);
                let (Some(held), Some(run)) = (held, world.runs.get(&run)) else {
                    // What the stage promised is not here: begin again.
                    self.memory.forget(&key);
                    return;
                };
                held.cancel = Cancel::new();
                let claimed = Root(run.output_root);
                tracing::info!(task = %key, run = %run.key, stage = "execute", estimate = ?held.inputs.estimate, "re-computing");
                self.memory.begin(key, terms, Stage::Executing);
                jobs.spawn(job(Kind::Execute), bench.execute(held.inputs.clone(), claimed, held.cancel.clone()));
            }
            Action::Post { run, root, .. } => {
                let matching = self.matching_audit(world, run, root);
                self.memory.begin(key, terms, Stage::Posting(root));
                let at = world.moment.unix;
                jobs.spawn(job(Kind::Post { run, root }), bench.post(task, run, root, matching, at));
            }
            Action::Crank(_, due) => {
                self.cranks.begin(crank_key(key, &due), terms, CrankStage::Sending);
                jobs.spawn(job(Kind::Crank(due)), bench.crank(world.clone(), task, due));
            }
        }
    }

    /// A computation is told to stop and is seen again when it has; data that wait for one are freed.
    fn stop(&mut self, task: Pubkey) {
        let Some(held) = self.held.get(&task) else { return };
        if self.memory.note(&task, &held.terms).stage == Stage::Fetched {
            self.memory.forget(&task);
        } else if !held.cancel.is_cancelled() {
            tracing::info!(%task, stage = "execute", "stopped: its audit is not needed or not possible any more");
            held.cancel.cancel();
        }
    }

    /// An audit of another authority that differs from the run with this root: the two refute the run.
    fn matching_audit(&self, world: &World, run: Pubkey, root: [u8; 32]) -> Option<Pubkey> {
        let me = world.providers.get(&self.me)?;
        world
            .audits_of(run)
            .filter(|audit| audit.verdict == Verdict::Differs && audit.root == root)
            .filter(|audit| audit.verifier != self.me && audit.authority != me.authority)
            .min_by_key(|audit| audit.ordinal)
            .map(|audit| audit.key)
    }

    fn fetched(&mut self, Job { task, terms, .. }: Job, result: Result<TaskInputs, FetchError>) {
        match result {
            Ok(inputs) => {
                tracing::info!(%task, stage = "fetch", label = %inputs.label.escape_debug(), "data fetched and checked");
                self.held.insert(task, Held { terms, inputs: Arc::new(inputs), cancel: Cancel::new() });
                self.memory.set(task, terms, Stage::Fetched);
            }
            Err(error) if error.remedy() == Remedy::Later => {
                let failures = self.retry(task, terms, Stage::New);
                if failures == 1 {
                    tracing::info!(%task, stage = "fetch", %error, "data not available; trying again");
                } else {
                    tracing::debug!(%task, stage = "fetch", %error, failures, "data still not available");
                }
            }
            Err(error) => {
                tracing::warn!(%task, stage = "fetch", %error, "task skipped");
                self.memory.set(task, terms, Stage::Refused);
            }
        }
    }

    fn executed(&mut self, Job { task, terms, .. }: Job, result: Result<Root, WorkError>) {
        match result {
            Ok(root) => {
                tracing::info!(%task, stage = "execute", %root, "outputs computed");
                self.memory.set(task, terms, Stage::Computed(root.0));
            }
            Err(WorkError::Execute(ExecuteError::Backend(ExecError::Cancelled))) => {
                self.memory.set(task, terms, Stage::Fetched);
            }
            Err(error) => self.execution_failed(task, terms, &error),
        }
    }

    fn execution_failed(&mut self, task: Pubkey, terms: [u8; 32], error: &dyn std::error::Error) {
        let failures = self.retry(task, terms, Stage::Fetched);
        tracing::error!(%task, stage = "execute", %error, failures, "not computed");
        if failures >= EXECUTIONS {
            tracing::error!(%task, stage = "execute", "given up");
            self.memory.set(task, terms, Stage::Refused);
        }
    }

    fn posted(
        &mut self,
        Job { task, terms, .. }: Job,
        run: Pubkey,
        root: [u8; 32],
        result: Result<Receipt, ChainError>,
    ) -> Result<(), VerifierError> {
        match result {
            Ok(receipt) => {
                tracing::info!(%task, %run, stage = "audit", root = %Root(root), signature = %receipt.signature, "landed");
                self.memory.set(task, terms, Stage::Posted { run, root, slot: receipt.slot });
            }
            Err(error) => {
                let failures = self.retry(task, terms, Stage::Computed(root));
                tracing::warn!(%task, %run, stage = "audit", %error, failures, "not landed");
                if error.kind() == ErrorKind::Fatal {
                    return Err(error.into());
                }
                if failures >= self.bench.node.send_attempts {
                    tracing::warn!(%task, %run, stage = "audit", "given up");
                    self.memory.set(task, terms, Stage::Refused);
                }
            }
        }
        Ok(())
    }

    fn cranked(
        &mut self,
        Job { task, terms, .. }: Job,
        due: &Due,
        result: Result<Receipt, ChainError>,
    ) -> Result<(), VerifierError> {
        let key = crank_key(task, due);
        match result {
            Ok(receipt) => {
                tracing::info!(%task, stage = "crank", crank = ?due.crank, signature = %receipt.signature, "landed");
                self.cranks.set(key, terms, CrankStage::Sent(receipt.slot));
            }
            Err(error) => {
                let (uptime, backoff) = (self.started.elapsed(), self.bench.node.backoff());
                let failures = self.cranks.failed(key, terms, CrankStage::Idle, uptime, &backoff);
                match error.kind() {
                    ErrorKind::Fatal => return Err(error.into()),
                    // Somebody else was faster, most likely: the accounts will show it.
                    ErrorKind::GiveUp => tracing::debug!(%task, stage = "crank", %error, "not needed or not possible"),
                    ErrorKind::Retry => tracing::warn!(%task, stage = "crank", %error, failures, "not landed"),
                }
                if failures >= self.bench.node.send_attempts {
                    tracing::warn!(%task, stage = "crank", %error, "given up");
                    self.cranks.set(key, terms, CrankStage::Refused);
                }
            }
        }
        Ok(())
    }

    fn lost(&mut self, Job { task, terms, kind }: Job, lost: &Lost) {
        tracing::error!(%task, ?kind, %lost, "a job was lost");
        match kind {
            Kind::Fetch => self.memory.set(task, terms, Stage::Refused),
            Kind::Execute => self.execution_failed(task, terms, lost),
            Kind::Post { root, .. } => drop(self.retry(task, terms, Stage::Computed(root))),
            Kind::Crank(due) => self.cranks.set(crank_key(task, &due), terms, CrankStage::Refused),
        }
    }

    fn retry(&mut self, task: Pubkey, terms: [u8; 32], stage: Stage) -> u32 {
        let (uptime, backoff) = (self.started.elapsed(), self.bench.node.backoff());
        self.memory.failed(task, terms, stage, uptime, &backoff)
    }
}
