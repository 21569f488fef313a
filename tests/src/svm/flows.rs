use anchor_lang::prelude::Pubkey;
use tessera::addresses::{audit_address, fee_shard, fee_vault_address, run_address, task_address, task_vault_address};
use tessera::instructions::TaskCreateArgs;
use tessera::state::{Policy, Task, Windows};

use super::market::MarketRef;
use super::parties::{Staker, Wallet};
use super::world::World;

/// What the provider commits, and agreeing verifiers post.
pub const CANDIDATE_ROOT: [u8; 32] = [0xa1; 32];
/// What differing verifiers post.
pub const OTHER_ROOT: [u8; 32] = [0xd2; 32];
/// Content id of the outputs.
pub const OUTPUT_ID: [u8; 32] = [0x0d; 32];
/// Where manifests and outputs are.
pub const LOCATOR: &str = "s3://tessera/objects/0d";

/// What is asked for, and under which nonce.
#[derive(Clone, Debug)]
pub struct TaskSpec {
    /// Tells a requester's tasks apart.
    pub nonce: u64,
    /// The model account.
    pub model: Option<Pubkey>,
    /// The arguments.
    pub args: TaskCreateArgs,
}

impl Default for TaskSpec {
    fn default() -> Self {
        Self { nonce: 1, model: None, args: task_args() }
    }
}

/// A task's addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskRef {
    /// The task.
    pub key: Pubkey,
    /// Its vault.
    pub vault: Pubkey,
    /// Its shard's fee vault.
    pub fee_vault: Pubkey,
    /// Who pays.
    pub requester: Wallet,
}

/// A run's addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunRef {
    /// The run.
    pub key: Pubkey,
    /// Its task.
    pub task: TaskRef,
    /// Who executes.
    pub provider: Staker,
}

/// An audit's addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditRef {
    /// The audit.
    pub key: Pubkey,
    /// Who posts it.
    pub verifier: Staker,
}

impl TaskRef {
    /// The task of this requester and nonce.
    pub fn of(market: &MarketRef, requester: Wallet, nonce: u64) -> Self {
        let key = task_address(&requester.key, nonce).0;
        let fee_vault = fee_vault_address(&market.key, fee_shard(&key)).0;
        Self { key, vault: task_vault_address(&key).0, fee_vault, requester }
    }
}

impl RunRef {
    /// The run of this task by this provider.
    pub fn of(task: TaskRef, provider: Staker) -> Self {
        Self { key: run_address(&task.key, &provider.provider).0, task, provider }
    }
}

impl AuditRef {
    /// The audit of this run by this verifier.
    pub fn of(run: RunRef, verifier: Staker) -> Self {
        Self { key: audit_address(&run.key, &verifier.provider).0, verifier }
    }
}

/// A task within the limits of [`super::market_params`]; its amounts are odd, so that every rounding shows.
pub fn task_args() -> TaskCreateArgs {
    TaskCreateArgs {
        graph_root: [1; 32],
        inputs_root: [2; 32],
        manifest_id: [3; 32],
        op_count: 12,
        output_count: 2,
        policy: Policy::Optimistic,
        reward: 5_000_003,
        audit_reward: 500_001,
        crank_bounty: 100_003,
        windows: Windows {
            open_seconds: 3_600,
            execution_seconds: 600,
            audit_seconds: 1_200,
            challenge_seconds: 1_800,
        },
        manifest_locator: LOCATOR.to_owned(),
    }
}

impl World {
    /// The terms hash that a task has now.
    pub fn terms_hash(&self, task: TaskRef) -> [u8; 32] {
        self.read::<Task>(&task.key).terms_hash
    }

    /// An open task.
    pub fn open(&mut self) -> TaskRef {
        self.open_as(TaskSpec::default())
    }

    /// An open task that differs from the default.
    pub fn open_as(&mut self, spec: TaskSpec) -> TaskRef {
        let task = TaskRef::of(&self.market, self.requester, spec.nonce);
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

    /// A verifier posts a root.
    pub fn audit(&mut self, run: RunRef, by: Staker, root: [u8; 32]) -> AuditRef {
        self.send(self.audit_post(run, by, root));
        AuditRef::of(run, by)
    }

    /// A verifier posts a root that refutes the run together with an earlier audit.
    pub fn refute(&mut self, run: RunRef, by: Staker, earlier: AuditRef) -> AuditRef {
        self.send(self.audit_post(run, by, OTHER_ROOT).with(|call| call.accounts.matching = Some(earlier.key)));
        AuditRef::of(run, by)
    }
}
