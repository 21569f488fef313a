use tessera::instructions::{Answer, OpenedTree, ProviderUpdateArgs};
use tessera::state::{Task, TaskState};

use super::outputs::keyed_root;
use super::parties::Staker;
use super::specs::{AuditRef, CANDIDATE_ROOT, OTHER_ROOT, RunRef, TaskRef, TaskSpec};
use super::world::World;

/// Seconds in which the slot of a draw or a pick is made, and its hash recorded.
pub const DRAW_SECONDS: u32 = 3;

impl World {
    /// The terms hash that a task has now; zeros where there is none.
    pub fn terms_hash(&self, task: TaskRef) -> [u8; 32] {
        self.find::<Task>(&task.key).map_or([0; 32], |task| task.terms_hash)
    }

    /// Where a task stands.
    #[track_caller]
    pub fn state_of(&self, task: TaskRef) -> TaskState {
        self.read::<Task>(&task.key).state
    }

    /// An open task.
    pub fn open(&mut self) -> TaskRef {
        self.open_as(TaskSpec::default())
    }

    /// An open task that differs from the default.
    pub fn open_as(&mut self, spec: TaskSpec) -> TaskRef {
        let task = TaskRef::of(self.requester, spec.nonce);
        self.send(self.task_create(spec));
        task
    }

    /// The provider claims the task.
    pub fn claim(&mut self, task: TaskRef) -> RunRef {
        self.claim_by(task, self.provider)
    }

    /// A provider claims the task.
    pub fn claim_by(&mut self, task: TaskRef, by: Staker) -> RunRef {
        self.send(self.task_claim(task, by));
        RunRef::of(task, by)
    }

    /// A task that was created and claimed.
    pub fn claimed(&mut self) -> RunRef {
        let task = self.open();
        self.claim(task)
    }

    /// A task that was created, claimed and submitted.
    pub fn submitted(&mut self) -> RunRef {
        self.submitted_as(TaskSpec::default())
    }

    /// The same for a task that differs from the default.
    pub fn submitted_as(&mut self, spec: TaskSpec) -> RunRef {
        let task = self.open_as(spec);
        let run = self.claim(task);
        self.send(self.run_submit(run));
        run
    }

    /// A provider claims a redundant task and seals a root.
    pub fn sealed_by(&mut self, task: TaskRef, by: Staker, root: [u8; 32]) -> RunRef {
        let run = self.claim_by(task, by);
        self.send(self.run_seal(run, root));
        run
    }

    /// A redundant task whose providers have sealed and shown these roots, each by a provider of its own.
    pub fn revealed<const N: usize>(&mut self, spec: TaskSpec, by: [Staker; N], roots: [[u8; 32]; N]) -> [RunRef; N] {
        let task = self.open_as(spec);
        let runs = by.map(|by| self.claim_by(task, by));
        for (run, root) in runs.iter().zip(roots) {
            self.send(self.run_seal(*run, root));
        }
        for (run, root) in runs.iter().zip(roots) {
            self.send(self.run_reveal(*run, root));
        }
        runs
    }

    /// A verifier claims an audit.
    pub fn audit_claimed(&mut self, run: RunRef, by: Staker) -> AuditRef {
        self.send(self.audit_claim(run, by));
        AuditRef::of(run, by)
    }

    /// A verifier claims an audit and answers with a root: it agrees where that is [`CANDIDATE_ROOT`].
    pub fn audit(&mut self, run: RunRef, by: Staker, root: [u8; 32]) -> AuditRef {
        let audit = self.audit_claimed(run, by);
        self.send(self.audit_post(audit, answer(by, root)));
        audit
    }

    /// A verifier claims an audit and answers with a root that refutes the run together with an earlier answer.
    pub fn refute(&mut self, run: RunRef, by: Staker, earlier: AuditRef) -> AuditRef {
        let audit = self.audit_claimed(run, by);
        let call = self.audit_post(audit, answer(by, OTHER_ROOT));
        self.send(call.with(|call| call.accounts.matching = Some(earlier.key)));
        audit
    }

    /// A verifier agrees, and opens the leaf that is picked once its slot has been made: it earns.
    pub fn prove(&mut self, run: RunRef, by: Staker) -> AuditRef {
        let audit = self.audit(run, by, CANDIDATE_ROOT);
        self.warp(DRAW_SECONDS);
        for tree in [OpenedTree::Output, OpenedTree::Keyed] {
            self.send(self.audit_open(audit, tree));
        }
        audit
    }

    /// A provider changes what it says about itself.
    pub fn update(&mut self, staker: Staker, args: ProviderUpdateArgs) {
        self.send(self.provider_update(staker, args));
    }
}

/// The answer of a verifier that found this root.
pub fn answer(by: Staker, root: [u8; 32]) -> Answer {
    if root == CANDIDATE_ROOT {
        Answer::Agree { keyed_root: keyed_root(&by.provider) }
    } else {
        Answer::Differ { root }
    }
}
