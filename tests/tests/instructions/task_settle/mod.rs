//! Settlement: in `upheld` and `slashed` who is paid what, in `closing` how audits end, in `model` the creator's
//! share, in `refusals` the accounts.

mod closing;
mod model;
mod refusals;
mod slashed;
mod upheld;

use tessera_tests::svm::task_args;

/// What a default task escrows.
fn escrow() -> u64 {
    let args = task_args();
    args.reward + args.audit_reward + args.crank_bounty
}

/// What a provider locks for a default task: 2.5 times the reward, rounded up.
const RUN_LOCK: u64 = 12_500_008;
/// What a verifier locks for a default task: the reward.
const AUDIT_LOCK: u64 = 5_000_003;
/// The treasury's share of the default reward, rounded down.
const TREASURY: u64 = 750_000;
/// The model creator's share of the default reward, rounded down.
const MODEL: u64 = 250_000;
/// The cranker's half of the default bounty, rounded down.
const CRANKER: u64 = 50_001;
