//! What should be on chain, kept by the rules alone: every account of the program and every token account, and for each
//! step either the accounts after it or the error that refuses it.

mod audits;
mod close;
mod create;
mod epochs;
mod expire;
mod markets;
mod settle;
mod stakes;
mod tasks;
mod tokens;

use std::collections::BTreeMap;

use anchor_lang::prelude::Pubkey;
use anchor_lang::{AccountDeserialize, Discriminator};
use tessera::errors::TesseraError;
use tessera::state::{Audit, Balance, EpochPool, Market, Model as ModelAccount, Moment, Provider, Run, Share, Task};
use tessera_rules::{Draw, Refusal, find_draw};

use super::scene::Scene;
use super::step::Step;
use crate::svm::World;

pub(crate) use create::create_args;
pub(crate) use markets::proposal;
pub(crate) use stakes::{roles, update_args};
pub use tokens::Coins;
pub(crate) use tokens::read_tokens;

/// Why the model refuses a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// With this error code and no other.
    Code(u32),
    /// An account is missing: the framework's codes for it.
    Missing,
    /// By another program, or in one of several ways.
    Somehow,
}

/// What a step may answer.
pub type Fate<T = ()> = Result<T, Refused>;

impl From<TesseraError> for Refused {
    fn from(error: TesseraError) -> Self {
        Self::Code(error.into())
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        TesseraError::from(refusal).into()
    }
}

/// Every account that matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accounts {
    /// Markets.
    pub markets: BTreeMap<Pubkey, Market>,
    /// Providers and verifiers.
    pub providers: BTreeMap<Pubkey, Provider>,
    /// Tasks.
    pub tasks: BTreeMap<Pubkey, Task>,
    /// Runs.
    pub runs: BTreeMap<Pubkey, Run>,
    /// Audits.
    pub audits: BTreeMap<Pubkey, Audit>,
    /// Epochs' books.
    pub pools: BTreeMap<Pubkey, EpochPool>,
    /// Providers' shares of them.
    pub shares: BTreeMap<Pubkey, Share>,
    /// Payments that could not be delivered.
    pub balances: BTreeMap<Pubkey, Balance>,
    /// Models.
    pub models: BTreeMap<Pubkey, ModelAccount>,
    /// All token accounts of the mint.
    pub tokens: BTreeMap<Pubkey, Coins>,
}

/// The accounts, and the clocks.
#[derive(Clone, Debug)]
pub struct Model {
    /// The accounts.
    pub accounts: Accounts,
    /// The clocks.
    pub now: Moment,
    /// Slots without a block, from the first up to the second, until a clock moves.
    pub skipped: (u64, u64),
}

impl Accounts {
    /// What is on chain.
    pub fn read(world: &World) -> Self {
        let mut read = Self { tokens: read_tokens(world), ..Self::default() };
        for (key, account) in world.bank.owned_by(&tessera::ID) {
            let data = account.data.as_slice();
            let known = keep(&mut read.providers, key, data)
                || keep(&mut read.tasks, key, data)
                || keep(&mut read.runs, key, data)
                || keep(&mut read.audits, key, data)
                || keep(&mut read.markets, key, data)
                || keep(&mut read.pools, key, data)
                || keep(&mut read.shares, key, data)
                || keep(&mut read.balances, key, data)
                || keep(&mut read.models, key, data);
            assert!(known, "the program owns {key}, which is none of its accounts");
        }
        read
    }
}

fn keep<T: AccountDeserialize + Discriminator>(all: &mut BTreeMap<Pubkey, T>, key: Pubkey, mut data: &[u8]) -> bool {
    let fits = data.starts_with(T::DISCRIMINATOR);
    if fits {
        all.insert(key, T::try_deserialize(&mut data).expect("an account has its type's layout"));
    }
    fits
}

impl Model {
    /// A model of a world as it is.
    pub fn of(world: &World) -> Self {
        let (unix, slot) = world.bank.now();
        Self { accounts: Accounts::read(world), now: Moment { unix, slot }, skipped: (0, 0) }
    }

    /// Takes a step, or says why it is refused and stays as it is.
    pub fn take(&mut self, scene: &Scene, step: &Step) -> Fate {
        let mut next = self.clone();
        next.try_step(scene, step)?;
        *self = next;
        Ok(())
    }

    fn try_step(&mut self, scene: &Scene, step: &Step) -> Fate {
        match *step {
            Step::Create { task, market, spec } => self.create(scene, task, market, spec),
            Step::Cancel { task } => self.cancel(scene, task),
            Step::Claim { task, by, stale_terms } => self.claim(scene, task, by, stale_terms),
            Step::Release { task, run } => self.release(scene, task, run),
            Step::Seal { task, run, root, as_of } => self.seal(scene, task, run, root, as_of),
            Step::Reveal { task, run, root } => self.reveal(scene, task, run, root),
            Step::Submit { task, run, root } => self.submit(scene, task, run, root),
            Step::Draw { task, run } => self.draw(&scene.run(task, run).key),
            Step::AuditClaim { task, run, auditor, element } => self.audit_claim(scene, task, run, auditor, element),
            Step::AuditPost { task, run, auditor, root, matching } => {
                self.audit_post(scene, (task, run), auditor, root, matching)
            }
            Step::AuditOpen { task, run, auditor, keyed, wrong } => {
                self.audit_open(scene, (task, run), auditor, keyed, wrong)
            }
            Step::AuditForce { task, run, amount } => self.audit_force(scene, task, run, amount),
            Step::Settle { task, run, auditors, bare } => self.settle(scene, task, run, auditors, bare),
            Step::Expire { task, run, bare } => self.expire(scene, task, run, bare),
            Step::Register { by, roles, ticket } => self.register(scene, by, roles, ticket),
            Step::Update { by, change } => self.update(scene, by, change),
            Step::Leave { by } => self.leave(scene, by),
            Step::Commit { by, hours_ago } => self.commit(scene, by, hours_ago),
            Step::Deposit { by, amount } => self.deposit(scene, by, amount),
            Step::Unbond { by, amount } => self.unbond(scene, by, amount),
            Step::Withdraw { by, elsewhere } => self.withdraw(scene, by, elsewhere),
            Step::Recount { by } => self.recount(scene, by),
            Step::PoolOpen { market, epoch } => self.pool_open(scene, market, epoch),
            Step::PoolFund { market, epoch, amount } => self.pool_fund(scene, market, epoch, amount),
            Step::PoolClaim { by, epoch, bare } => self.pool_claim(scene, by, epoch, bare),
            Step::PoolClose { market, epoch } => self.pool_close(scene, market, epoch),
            Step::ShareOpen { by, epoch } => self.share_open(scene, by, epoch),
            Step::FeeVaultOpen { market, epoch, shard } => self.fee_vault_open(scene, market, epoch, shard),
            Step::FeeSweep { market, epoch, shard, bare } => self.fee_sweep(scene, (market, epoch), shard, bare),
            Step::BalanceClaim { market, wallet, elsewhere } => self.balance_claim(scene, market, wallet, elsewhere),
            Step::Propose { market, variant, by_stranger } => self.propose(scene, market, variant, by_stranger),
            Step::Apply { market } => self.apply_params(scene, market),
            Step::DropProposal { market } => self.drop_proposal(scene, market),
            Step::Pause { market, paused } => self.pause(scene, market, paused),
            Step::Offer { market, to } => self.offer(scene, market, to),
            Step::Accept { market, wallet } => self.accept(scene, market, wallet),
            // They exist already, and have the present layout.
            Step::MarketInit { .. } | Step::ModelRegister => Err(Refused::Code(0)),
            Step::Migrate { .. } => Err(Refused::Somehow),
            Step::Token { .. }
            | Step::Dust { .. }
            | Step::Lamports { .. }
            | Step::Warp { .. }
            | Step::SkipSlots { .. } => Ok(()),
        }
    }

    /// The recorded slots, newest first.
    fn recorded(&self) -> Vec<u64> {
        let slot = self.now.slot;
        let skipped = self.skipped.0..self.skipped.1;
        (slot.saturating_sub(512)..slot).rev().filter(|slot| !skipped.contains(slot)).collect()
    }

    /// The first recorded slot at or after one; an error where it is not made yet, `None` where it is lost.
    pub fn slot_at_or_after(&self, wanted: u64) -> Fate<Option<u64>> {
        let recorded = self.recorded();
        match find_draw(wanted, recorded.len(), |at| recorded.get(at).copied()) {
            Draw::Pending => Err(TesseraError::SlotHashNotYet.into()),
            Draw::Expired => Ok(None),
            Draw::Found(at) => Ok(recorded.get(at).copied()),
        }
    }

    fn provider(&mut self, key: &Pubkey) -> Fate<&mut Provider> {
        self.accounts.providers.get_mut(key).ok_or(Refused::Missing)
    }

    fn task(&mut self, key: &Pubkey) -> Fate<&mut Task> {
        self.accounts.tasks.get_mut(key).ok_or(Refused::Missing)
    }

    fn run(&mut self, key: &Pubkey) -> Fate<&mut Run> {
        self.accounts.runs.get_mut(key).ok_or(Refused::Missing)
    }

    fn audit(&mut self, key: &Pubkey) -> Fate<&mut Audit> {
        self.accounts.audits.get_mut(key).ok_or(Refused::Missing)
    }

    fn market(&mut self, key: &Pubkey) -> Fate<&mut Market> {
        self.accounts.markets.get_mut(key).ok_or(Refused::Missing)
    }

    /// The accounts of a run that must all be there.
    fn task_and_run(&self, task: &Pubkey, run: &Pubkey) -> Fate<(Task, Run)> {
        let task = self.accounts.tasks.get(task).cloned().ok_or(Refused::Missing)?;
        let run = self.accounts.runs.get(run).cloned().ok_or(Refused::Missing)?;
        Ok((task, run))
    }
}

/// The program's error for a sum that does not fit.
pub(crate) fn fits(sum: Option<u64>) -> Fate<u64> {
    sum.ok_or(Refused::from(TesseraError::Overflow))
}
