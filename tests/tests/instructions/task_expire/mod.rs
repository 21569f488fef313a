//! Expiries: in `unclaimed` of a task that nobody works on, in `no_show` of a claim that was not kept, in `silence` of a sealed
//! root that was not shown.

mod no_show;
mod silence;
mod unclaimed;

use tessera_tests::svm::task_args;

/// What a default task escrows.
fn escrow() -> u64 {
    let args = task_args();
    args.reward + args.audit_reward + args.crank_bounty
}
