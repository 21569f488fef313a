use anchor_lang::prelude::Pubkey;
use tessera::addresses::{audit_address, run_address, task_address, task_vault_address};
use tessera::instructions::TaskCreateArgs;
use tessera::state::{Policy, Requirements, Windows};

use super::outputs::OUTPUT_COUNT;
use super::parties::{Staker, Wallet};

/// What an honest provider commits to: the root of the outputs of [`super::outputs`].
pub const CANDIDATE_ROOT: [u8; 32] = [
    0xb0, 0xf2, 0xb4, 0x79, 0xf4, 0x3b, 0x1d, 0x12, 0x50, 0x7d, 0x5e, 0xe7, 0x9c, 0xed, 0x49, 0x4a, 0x50, 0x93, 0x99,
    0xb5, 0x85, 0x23, 0xbb, 0x30, 0xd3, 0xf8, 0xa2, 0x74, 0x19, 0xa6, 0x3f, 0xdd,
];
/// What differing verifiers post, and dishonest providers submit.
pub const OTHER_ROOT: [u8; 32] = [0xd2; 32];
/// The salt of every seal.
pub const SALT: [u8; 32] = [0x5a; 32];
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

impl TaskSpec {
    /// The default under another nonce.
    pub fn nonce(nonce: u64) -> Self {
        Self { nonce, ..Self::default() }
    }

    /// The default with other arguments.
    pub fn asking(args: TaskCreateArgs) -> Self {
        Self { args, ..Self::default() }
    }

    /// A task of so many redundant runs.
    pub fn redundant(runs: u8) -> Self {
        Self::asking(redundant_args(runs))
    }
}

/// A task's addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskRef {
    /// The task.
    pub key: Pubkey,
    /// Its vault.
    pub vault: Pubkey,
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
    /// The run.
    pub run: RunRef,
    /// Who audits it.
    pub verifier: Staker,
}

impl TaskRef {
    /// The task of this requester and nonce.
    pub fn of(requester: Wallet, nonce: u64) -> Self {
        let key = task_address(&requester.key, nonce).0;
        Self { key, vault: task_vault_address(&key).0, requester }
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
        Self { key: audit_address(&run.key, &verifier.provider).0, run, verifier }
    }
}

/// A task within the limits of [`super::market_params`]; its amounts are odd, so that every rounding shows.
pub fn task_args() -> TaskCreateArgs {
    TaskCreateArgs {
        graph_root: [1; 32],
        inputs_root: [2; 32],
        manifest_id: [3; 32],
        op_count: 12,
        output_count: OUTPUT_COUNT,
        policy: Policy::Optimistic,
        reward: 5_000_003,
        audit_reward: 500_001,
        crank_bounty: 100_003,
        windows: Windows {
            open_seconds: 3_600,
            execution_seconds: 600,
            audit_seconds: 1_200,
            challenge_seconds: 1_800,
            exclusive_seconds: 0,
            grace_seconds: 120,
            reveal_seconds: 0,
        },
        requirements: Requirements::NONE,
        named_only: false,
        waive_window: false,
        manifest_locator: LOCATOR.to_owned(),
        shortlist: Vec::new(),
    }
}

/// The same for so many redundant runs.
pub fn redundant_args(runs: u8) -> TaskCreateArgs {
    let args = task_args();
    let windows = Windows { reveal_seconds: 300, ..args.windows };
    TaskCreateArgs { policy: Policy::Redundant { runs }, windows, ..args }
}
