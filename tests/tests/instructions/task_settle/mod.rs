//! Settlement: in `upheld` and `slashed` who is paid what, in `split` how several runs are decided, in `auditors` what audits
//! earn and lose, in `closing` how they end, in `model` the creator's share, in `balances` what happens to payments that
//! cannot be received, in `refusals` the accounts.

mod auditors;
mod balances;
mod closing;
mod model;
mod refusals;
mod slashed;
mod split;
mod upheld;

use anchor_lang::prelude::Pubkey;
use tessera::events::Payment;
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

/// A payment that reached a token account.
fn paid_to(owner: Pubkey, amount: u64) -> Payment {
    Payment { owner, amount, kept: false }
}
