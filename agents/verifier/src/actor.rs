//! The verifier in its loop: plans become jobs, and what jobs return becomes memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use tessera_chain::{ChainError, ErrorKind, Pubkey, Receipt, Verdict, World};
use tessera_compute::{Cancel, ExecError, Root};
use tessera_node::{Agent, Ended, ExecuteError, FetchError, Lost, Progress, TaskInputs, Tasks, Workbench, time_left};

use crate::config::Limits;
use crate::error::{VerifierError, WorkError};
use crate::jobs::{self, Done, Job, Kind};
use crate::plan::{Action, Stage, View, plan, until};

/// A task's data, until its root is known.
struct Held {
    terms: [u8; 32],
    inputs: Arc<TaskInputs>,
    cancel: Cancel,
}

pub(crate) struct Actor {
    bench: Workbench,
    limits: Limits,
    me: Pubkey,
    progress: Progress<Stage>,
    held: BTreeMap<Pubkey, Held>,
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
                memory: &self.progress.tasks,
                cranks: &self.progress.cranks,
                limits: &self.limits,
                uptime: self.progress.uptime(),
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
            (Kind::Crank(due), Ok(Done::Sent(result))) => self.progress.cranked(job.task, job.terms, &due, result)?,
            (Kind::Post { run, root }, Ok(Done::Sent(result))) => self.posted(job, run, root, result)?,
            (Kind::Fetch | Kind::Execute, Ok(Done::Sent(_))) => {}
        }
        Ok(())
    }

    fn abandon(&mut self) {
        for (task, held) in &self.held {
            if self.progress.tasks.note(task, &held.terms).stage == Stage::Executing {
                tracing::info!(%task, stage = "execute", "abandoned: this process stops");
            }
            held.cancel.cancel();
        }
    }
}

impl Actor {
    pub fn new(bench: Workbench, limits: Limits, me: Pubkey) -> Self {
        let progress = Progress::new(bench.node.clone());
        Self { bench, limits, me, progress, held: BTreeMap::new() }
    }

    /// A task is remembered while it lives: its root serves later runs of it. Data are freed once the root is known.
    fn forget_what_is_over(&mut self, world: &World) {
        self.progress.tasks.retain(|key, stage| stage.is_busy() || world.tasks.contains_key(key));
        self.progress.forget_cranks(world);
        let memory = &self.progress.tasks;
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
                self.progress.tasks.begin(key, terms, Stage::Fetching);
                jobs.spawn(job(Kind::Fetch), jobs::fetch(bench, task));
            }
            Action::Execute { run, .. } => {
                let held = self.held.get_mut(&key).filter(|held| held.terms == terms);
                let (Some(held), Some(run)) = (held, world.runs.get(&run)) else {
                    // What the stage promised is not here: begin again.
                    self.progress.tasks.forget(&key);
                    return;
                };
                held.cancel = Cancel::new();
                let claimed = Root(run.output_root);
                tracing::info!(task = %key, run = %run.key, stage = "execute", estimate = ?held.inputs.estimate, "re-computing");
                self.progress.tasks.begin(key, terms, Stage::Executing);
                let left = time_left(until(&task, run), world.moment);
                let work = jobs::execute(bench, held.inputs.clone(), claimed, left, held.cancel.clone());
                jobs.spawn(job(Kind::Execute), work);
            }
            Action::Post { run, root, .. } => {
                let matching = self.matching_audit(world, run, root);
                self.progress.tasks.begin(key, terms, Stage::Posting(root));
                let at = world.moment.unix;
                jobs.spawn(job(Kind::Post { run, root }), jobs::post(bench, task, run, root, matching, at));
            }
            Action::Crank(_, due) => {
                self.progress.crank_begins(key, terms, &due);
                jobs.spawn(job(Kind::Crank(due)), jobs::crank(bench, world.clone(), task, due));
            }
        }
    }

    /// A computation is told to stop and is seen again when it has; data that wait for one are freed.
    fn stop(&mut self, task: Pubkey) {
        let Some(held) = self.held.get(&task) else { return };
        if self.progress.tasks.note(&task, &held.terms).stage == Stage::Fetched {
            self.progress.tasks.forget(&task);
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
                self.progress.tasks.set(task, terms, Stage::Fetched);
            }
            Err(error) => self.progress.fetch_failed(task, terms, &error, Stage::Refused),
        }
    }

    fn executed(&mut self, Job { task, terms, .. }: Job, result: Result<Root, WorkError>) {
        match result {
            Ok(root) => {
                tracing::info!(%task, stage = "execute", %root, "outputs computed");
                self.progress.tasks.set(task, terms, Stage::Computed(root.0));
            }
            Err(WorkError::Execute(ExecuteError::Backend(ExecError::Cancelled))) => {
                self.progress.tasks.set(task, terms, Stage::Fetched);
            }
            Err(error) => self.execution_failed(task, terms, &error),
        }
    }

    fn execution_failed(&mut self, task: Pubkey, terms: [u8; 32], error: &dyn std::error::Error) {
        if self.progress.execution_failed(task, terms, error, Stage::Fetched, Stage::Refused) {
            tracing::error!(%task, stage = "execute", "given up");
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
                self.progress.tasks.set(task, terms, Stage::Posted { run, root, slot: receipt.slot });
            }
            Err(error) => {
                let failures = self.progress.failed(task, terms, Stage::Computed(root));
                tracing::warn!(%task, %run, stage = "audit", %error, failures, "not landed");
                if error.kind() == ErrorKind::Fatal {
                    return Err(error.into());
                }
                if self.progress.is_send_given_up(failures) {
                    tracing::warn!(%task, %run, stage = "audit", "given up");
                    self.progress.tasks.set(task, terms, Stage::Refused);
                }
            }
        }
        Ok(())
    }

    fn lost(&mut self, Job { task, terms, kind }: Job, lost: &Lost) {
        tracing::error!(%task, ?kind, %lost, "a job was lost");
        match kind {
            Kind::Fetch => self.progress.tasks.set(task, terms, Stage::Refused),
            Kind::Execute => self.execution_failed(task, terms, lost),
            Kind::Post { root, .. } => drop(self.progress.failed(task, terms, Stage::Computed(root))),
            Kind::Crank(due) => self.progress.crank_lost(task, terms, &due),
        }
    }
}
