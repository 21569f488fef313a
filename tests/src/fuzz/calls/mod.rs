//! For every step the instruction that an honest client would send.

mod audits;
mod epochs;
mod markets;
mod outputs;
mod stakes;
mod verdicts;

use anchor_lang::solana_program::instruction::Instruction;
use tessera::hashes::seal_hash;
use tessera::state::Policy;

use super::model::{Model, create_args};
use super::scene::Scene;
use super::step::{Spec, Step};
use crate::svm::{AuditRef, RunRef, SALT, TaskSpec, World};

pub(crate) use outputs::{keyed_root_of, picked_at, root_of};

/// Makes the instruction of a step as an honest client would. `None` for what happens past the program.
pub(crate) struct Caller<'a> {
    /// Whose builders are used; its market, requester and authority are set to those of the step.
    pub(crate) world: &'a mut World,
    pub(crate) scene: &'a Scene,
    pub(crate) model: &'a Model,
}

impl Caller<'_> {
    fn at_market(&mut self, market: u8) {
        self.world.market = self.scene.markets[usize::from(market)];
        let account = self.model.accounts.markets.get(&self.world.market.key);
        self.world.authority = account.map_or(self.world.authority, |market| market.authority);
    }

    /// The market of a task; that of `otherwise` where there is no task.
    fn at_task(&mut self, task: u8, otherwise: u8) {
        let key = self.scene.tasks[usize::from(task)].key;
        let own = self.model.accounts.tasks.get(&key).map(|task| task.terms.market);
        let index = self.scene.markets.iter().position(|market| Some(market.key) == own);
        self.at_market(index.map_or(self.scene.market_of(otherwise), |index| index as u8));
    }

    fn run(&mut self, task: u8, run: u8) -> RunRef {
        self.at_task(task, run);
        self.scene.run(task, run)
    }

    fn audit(&mut self, task: u8, run: u8, auditor: u8) -> AuditRef {
        AuditRef::of(self.run(task, run), self.scene.staker(auditor))
    }

    pub(crate) fn instruction(&mut self, step: &Step) -> Option<Instruction> {
        let scene = self.scene;
        Some(match *step {
            Step::Create { task, market, spec } => self.create(task, market, &spec),
            Step::Cancel { task } => {
                self.at_task(task, 0);
                self.world.task_cancel(scene.tasks[usize::from(task)]).instruction()
            }
            Step::Claim { task, by, stale_terms } => {
                let run = self.run(task, by);
                let call = self.world.task_claim(run.task, run.provider);
                call.with(|call| call.args.terms_hash[0] ^= u8::from(stale_terms)).instruction()
            }
            Step::Release { task, run } => {
                let run = self.run(task, run);
                self.world.run_release(run).instruction()
            }
            Step::Seal { task, run, root, as_of } => {
                let run = self.run(task, run);
                let seal = seal_hash(&run.task.key, &scene.staker(as_of).provider, &root_of(root), &SALT);
                self.world.run_seal(run, root_of(root)).with(|call| call.args.seal = seal).instruction()
            }
            Step::Reveal { task, run, root } => {
                let run = self.run(task, run);
                self.world.run_reveal(run, root_of(root)).instruction()
            }
            Step::Submit { task, run, root } => {
                let run = self.run(task, run);
                self.world.run_submit(run).with(|call| call.args.args.output_root = root_of(root)).instruction()
            }
            Step::Draw { task, run } => {
                let run = self.run(task, run);
                self.world.audit_draw(run).instruction()
            }
            Step::AuditClaim { .. } | Step::AuditPost { .. } | Step::AuditOpen { .. } | Step::AuditForce { .. } => {
                self.auditing(step)
            }
            Step::Settle { task, run, auditors, bare } => self.settle(task, run, auditors, bare),
            Step::Expire { task, run, bare } => self.expire(task, run, bare),
            Step::Register { .. }
            | Step::Update { .. }
            | Step::Leave { .. }
            | Step::Commit { .. }
            | Step::Deposit { .. }
            | Step::Unbond { .. }
            | Step::Withdraw { .. }
            | Step::Recount { .. }
            | Step::Migrate { .. } => self.staking(step),
            Step::PoolOpen { .. }
            | Step::PoolFund { .. }
            | Step::PoolClaim { .. }
            | Step::PoolClose { .. }
            | Step::ShareOpen { .. }
            | Step::FeeVaultOpen { .. }
            | Step::FeeSweep { .. }
            | Step::BalanceClaim { .. } => self.epochs(step),
            Step::Propose { .. }
            | Step::Apply { .. }
            | Step::DropProposal { .. }
            | Step::Pause { .. }
            | Step::Offer { .. }
            | Step::Accept { .. }
            | Step::MarketInit { .. }
            | Step::ModelRegister => self.governing(step),
            Step::Token { .. }
            | Step::Dust { .. }
            | Step::Lamports { .. }
            | Step::Warp { .. }
            | Step::SkipSlots { .. } => return None,
        })
    }

    fn create(&mut self, task: u8, market: u8, spec: &Spec) -> Instruction {
        self.at_market(market);
        self.world.requester = self.scene.tasks[usize::from(task)].requester;
        let mut args = create_args(self.scene, market, spec);
        if spec.runs > 0 {
            args.policy = Policy::Redundant { runs: spec.runs };
        }
        let model = spec.model.then_some(self.scene.model);
        self.world.task_create(TaskSpec { nonce: u64::from(task) / 4 + 1, model, args }).instruction()
    }
}
