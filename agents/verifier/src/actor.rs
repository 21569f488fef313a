//! The verifier in its loop: plans become jobs, and what jobs return becomes memory.

mod ends;

use std::collections::BTreeMap;
use std::sync::Arc;

use tessera_chain::{Answer, AuditState, Pubkey, Run, Task, TicketChain, Versioned, World};
use tessera_compute::{Cancel, OutputTrees, Root};
use tessera_node::dispute::Disputes;
use tessera_node::{Agent, Ended, Memory, Progress, TaskInputs, Tasks, Tickets, Workbench, time_left};

use crate::config::Limits;
use crate::error::VerifierError;
use crate::jobs::{self, Done, Job, Kind, Step};
use crate::plan::{Action, AuditStage, Committed, Roots, Stage, View, is_live, may_leave, owes, plan};

/// What is here of a task.
struct Held {
    terms: [u8; 32],
    /// Until the outputs are known.
    inputs: Option<Arc<TaskInputs>>,
    /// From then on.
    trees: Option<Arc<OutputTrees>>,
    cancel: Cancel,
}

pub(crate) struct Actor {
    bench: Workbench,
    limits: Limits,
    me: Pubkey,
    progress: Progress<Stage>,
    audits: Memory<Pubkey, AuditStage>,
    disputes: Disputes,
    held: BTreeMap<Pubkey, Held>,
    tickets: Option<Tickets>,
    /// What was searched for last.
    searched: Option<TicketChain>,
    searching: bool,
    /// Whether it was said that nothing is left to do.
    said_done: bool,
}

impl Agent for Actor {
    type World = World;
    type Job = Job;
    type Done = Done;
    type Error = VerifierError;

    fn act(&mut self, world: &Arc<World>, stopping: bool, jobs: &mut Tasks<Job, Done>) -> bool {
        self.forget_what_is_over(world);
        self.say_when_done(world);
        if !stopping {
            self.search_chain(world, jobs);
        }
        let (actions, owes) = {
            let view = self.view(world, stopping);
            (plan(&view, world.moment), owes(&view, world.moment))
        };
        for action in actions {
            self.start(action, world, jobs);
        }
        self.dispute(world, stopping, jobs);
        owes || self.disputes.owes(world, world.moment)
    }

    fn finish(&mut self, ended: Ended<Job, Done>) -> Result<(), VerifierError> {
        self.end(ended)
    }

    fn abandon(&mut self) {
        self.disputes.abandon();
        for (task, held) in &self.held {
            if self.progress.tasks.note(task, &held.terms).stage == Stage::Executing {
                tracing::warn!(%task, stage = "execute", "abandoned: this process stops");
            }
            held.cancel.cancel();
        }
    }
}

impl Actor {
    pub fn new(bench: Workbench, limits: Limits, me: Pubkey) -> Self {
        let progress = Progress::new(bench.node.clone());
        let disputes = Disputes::new(bench.authority(), bench.node.challenge.clone());
        Self {
            bench,
            limits,
            me,
            progress,
            audits: Memory::new(),
            disputes,
            held: BTreeMap::new(),
            tickets: None,
            searched: None,
            searching: false,
            said_done: false,
        }
    }

    fn view<'a>(&'a self, world: &'a World, stopping: bool) -> View<'a> {
        let committed = world.providers.get(&self.me).map(|me| me.ticket);
        let held = self.tickets.as_ref().filter(|tickets| committed.is_some_and(|chain| tickets.holds(&chain)));
        View {
            world,
            me: self.me,
            chain: match held {
                Some(tickets) => Committed::Known(tickets),
                None if self.searching => Committed::Searching,
                None => Committed::Unknown,
            },
            tasks: &self.progress.tasks,
            audits: &self.audits,
            errands: &self.progress.errands,
            limits: &self.limits,
            uptime: self.progress.uptime(),
            stopping,
        }
    }

    /// A task is remembered while it lives: its outputs serve all its runs. Data are freed once the outputs are known, the
    /// trees once no run is left that could ask for them.
    fn forget_what_is_over(&mut self, world: &World) {
        self.progress.tasks.retain(|key, stage| stage.is_busy() || world.tasks.contains_key(key));
        self.audits.retain(|run, stage| stage.is_busy() || world.runs.contains_key(run));
        self.progress.forget_errands(world);
        self.disputes.forget(world);
        let memory = &self.progress.tasks;
        self.held.retain(|key, held| match memory.note(key, &held.terms).stage {
            Stage::Fetched(_) | Stage::Executing => true,
            Stage::Computed(_) => world.runs_of(*key).any(|run| is_live(world, run)),
            Stage::New | Stage::Fetching | Stage::Refused => false,
        });
    }

    /// Moves in disputes, and opens those on runs that differ from what was computed here, or from this verifier's own answer.
    fn dispute(&mut self, world: &Arc<World>, stopping: bool, jobs: &mut Tasks<Job, Done>) {
        let (now, uptime) = (world.moment, self.progress.uptime());
        let mut begun = self.disputes.moves(world, now, uptime);
        if !stopping {
            let computed = |task: &Versioned<Task>, run: &Run| {
                let stage = self.progress.tasks.note(&task.key, &task.terms_hash).stage;
                matches!(stage, Stage::Computed(roots) if roots.output != run.output_root)
            };
            let answered = |run: &Versioned<Run>| {
                let audit = world.audit_of(run.key, self.me);
                audit
                    .is_some_and(|audit| matches!(audit.state, AuditState::Differs { root } if root != run.output_root))
            };
            begun.extend(self.disputes.opens(world, now, uptime, |task, run| computed(task, run) || answered(run)));
        }
        for job in begun {
            self.disputes.begin(job);
            let work = jobs::dispute(self.bench.clone(), self.disputes.truths().clone(), world.clone(), job);
            jobs.spawn(Job::Dispute(job), work);
        }
    }

    /// Looks for the secrets of what is committed to, once for each commitment.
    fn search_chain(&mut self, world: &World, jobs: &mut Tasks<Job, Done>) {
        let Some(me) = world.providers.get(&self.me) else { return };
        let is_known = self.tickets.as_ref().is_some_and(|tickets| tickets.holds(&me.ticket));
        if is_known || self.searching || me.ticket == TicketChain::NONE || self.searched == Some(me.ticket) {
            return;
        }
        (self.searched, self.searching) = (Some(me.ticket), true);
        jobs.spawn(Job::Search, jobs::search(self.bench.clone(), self.me, me.ticket));
    }

    fn say_when_done(&mut self, world: &World) {
        let is_done = world.providers.get(&self.me).is_some_and(|me| may_leave(me));
        if is_done && !self.said_done {
            tracing::info!(
                verifier = %self.me,
                "draining, and nothing is open any more: unbond and withdraw the stake, then `tessera provider close`"
            );
        }
        self.said_done = is_done;
    }

    fn start(&mut self, action: Action, world: &Arc<World>, jobs: &mut Tasks<Job, Done>) {
        let at = world.moment.unix;
        match action {
            Action::Errand(errand) => {
                self.progress.errand_begins(&errand);
                jobs.spawn(Job::Errand(errand), jobs::errand(self.bench.clone(), world.clone(), errand));
            }
            Action::Stop(task) => self.stop(task),
            Action::Fetch(key) => {
                let Some(task) = world.tasks.get(&key).cloned() else { return };
                let terms = task.terms_hash;
                self.progress.tasks.begin(key, terms, Stage::Fetching);
                let job = Job::Task { task: key, terms, kind: Kind::Fetch };
                jobs.spawn(job, jobs::fetch(self.bench.clone(), task));
            }
            Action::Execute { task, until } => {
                let left = time_left(until, world.moment);
                self.execute(task, world, left, jobs);
            }
            Action::Claim { run, element } => {
                let Some((run, terms)) = self.begin(run, world, AuditStage::Claiming) else { return };
                let job = Job::Audit { run: run.key, terms, step: Step::Claim };
                jobs.spawn(job, jobs::claim(self.bench.clone(), run, element, at));
            }
            Action::Post { run, roots } => {
                let Some((run, terms)) = self.begin(run, world, AuditStage::Posting) else { return };
                let (answer, matching) = self.answer(world, &run, roots);
                let job = Job::Audit { run: run.key, terms, step: Step::Post };
                jobs.spawn(job, jobs::post(self.bench.clone(), run, answer, matching, at));
            }
            Action::Open(run) => self.open(run, world, jobs),
        }
    }

    /// The run of a step that begins now.
    fn begin(&mut self, run: Pubkey, world: &World, stage: AuditStage) -> Option<(Versioned<Run>, [u8; 32])> {
        let run = world.runs.get(&run)?;
        let terms = world.tasks.get(&run.task)?.terms_hash;
        self.audits.begin(run.key, terms, stage);
        Some((run.clone(), terms))
    }

    fn execute(&mut self, key: Pubkey, world: &World, left: std::time::Duration, jobs: &mut Tasks<Job, Done>) {
        let Some(task) = world.tasks.get(&key) else { return };
        let terms = task.terms_hash;
        let held = self.held.get_mut(&key).filter(|held| held.terms == terms);
        let Some(Held { inputs: Some(inputs), cancel, .. }) = held else {
            // What the stage promised is not here: begin again.
            self.progress.tasks.forget(&key);
            return;
        };
        *cancel = Cancel::new();
        let runs = world.runs_of(key).filter(|run| is_live(world, run));
        let shown: Vec<Root> = runs.map(|run| Root(run.output_root)).collect();
        tracing::info!(task = %key, stage = "execute", estimate = ?inputs.estimate, "re-computing");
        let work = jobs::execute(self.bench.clone(), self.me, inputs.clone(), shown, left, cancel.clone());
        self.progress.tasks.begin(key, terms, Stage::Executing);
        jobs.spawn(Job::Task { task: key, terms, kind: Kind::Execute }, work);
    }

    /// What is answered, and the audit of another authority that differs from the run with the same root: the two refute it.
    fn answer(&self, world: &World, run: &Versioned<Run>, roots: Roots) -> (Answer, Option<Pubkey>) {
        if roots.output == run.output_root {
            return (Answer::Agree { keyed_root: roots.keyed }, None);
        }
        let root = roots.output;
        let matching = world.matching_audit(run.key, root, self.bench.authority()).map(|audit| audit.key);
        (Answer::Differ { root }, matching)
    }

    fn open(&mut self, run: Pubkey, world: &World, jobs: &mut Tasks<Job, Done>) {
        let Some(run) = world.runs.get(&run) else { return };
        let (Some(task), Some(audit)) = (world.tasks.get(&run.task), world.audit_of(run.key, self.me)) else { return };
        let (terms, outputs) = (task.terms_hash, u64::from(task.terms.output_count));
        let held = self.held.get(&task.key).filter(|held| held.terms == terms);
        let Some(trees) = held.and_then(|held| held.trees.clone()) else {
            self.progress.tasks.forget(&task.key);
            return;
        };
        self.audits.begin(run.key, terms, AuditStage::Opening);
        let work = jobs::open(self.bench.clone(), run.clone(), audit.clone(), trees, outputs, world.moment.unix);
        jobs.spawn(Job::Audit { run: run.key, terms, step: Step::Open }, work);
    }

    /// A computation is told to stop and is seen again when it has; data that wait for one are freed.
    fn stop(&mut self, task: Pubkey) {
        let Some(held) = self.held.get(&task) else { return };
        if matches!(self.progress.tasks.note(&task, &held.terms).stage, Stage::Fetched(_)) {
            self.progress.tasks.forget(&task);
        } else if !held.cancel.is_cancelled() {
            tracing::info!(%task, stage = "execute", "stopped: its audit is not needed or not possible any more");
            held.cancel.cancel();
        }
    }
}
