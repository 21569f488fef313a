//! Whatever happens in whatever order: the books hold after every step, no invariant is broken, and in the end cranks
//! alone get everything out again.

use std::collections::BTreeMap;

use anchor_lang::prelude::Pubkey;
use anchor_lang::{InstructionData, ToAccountMetas};
use proptest::prelude::*;
use tessera::errors::TesseraError;
use tessera::instructions::ProviderUpdateArgs;
use tessera::state::{Audit, Provider, ProviderStatus, Run, Task, TaskState, Verdict};
use tessera_tests::svm::{
    AuditRef, CANDIDATE_ROOT, COMPUTE, Call, OTHER_ROOT, RunRef, Staker, TaskRef, TaskSpec, World,
};

/// Longest wait that a window of the market asks for.
const LONG: u32 = 20_000;

#[derive(Clone, Copy, Debug)]
enum Step {
    Create(u8),
    Cancel(u8),
    Claim(u8, u8),
    Submit(u8),
    Audit(u8, u8, u8),
    Settle(u8, u8),
    Expire(u8),
    Wait(u8),
    Deposit(u8),
    Unbond(u8),
    Withdraw(u8),
    Drain(u8, bool),
    Dust(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..3_u8).prop_map(Step::Create),
        1 => (0..3_u8).prop_map(Step::Cancel),
        4 => (0..3_u8, 0..2_u8).prop_map(|(task, by)| Step::Claim(task, by)),
        4 => (0..3_u8).prop_map(Step::Submit),
        6 => (0..3_u8, 0..5_u8, 0..3_u8).prop_map(|(task, by, root)| Step::Audit(task, by, root)),
        3 => (0..3_u8, 0..8_u8).prop_map(|(task, shown)| Step::Settle(task, shown)),
        2 => (0..3_u8).prop_map(Step::Expire),
        3 => (0..5_u8).prop_map(Step::Wait),
        1 => (0..5_u8).prop_map(Step::Deposit),
        1 => (0..5_u8).prop_map(Step::Unbond),
        1 => (0..5_u8).prop_map(Step::Withdraw),
        1 => (0..5_u8, any::<bool>()).prop_map(|(by, on)| Step::Drain(by, on)),
        1 => (0..3_u8).prop_map(Step::Dust),
    ]
}

/// Enough for every change; more by proptest's own variable.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(40)
}

/// A world with two providers, and how it walks.
struct Walk {
    world: World,
    stakers: [Staker; 5],
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_events_breaks_the_books_or_keeps_funds(steps in proptest::collection::vec(step(), 1..80)) {
        let mut walk = Walk::begin();
        let rent = walk.lamports();
        for step in steps {
            walk.take(step);
        }
        walk.crank_everything();
        prop_assert_eq!(walk.lamports(), rent, "rent was lost");
        walk.withdraw_everything();
    }
}

impl Walk {
    fn begin() -> Self {
        let mut world = World::default();
        let second = world.newcomer("provider 2", COMPUTE);
        let [a, b, c] = world.verifiers;
        Self { stakers: [world.provider, second, a, b, c], world }
    }

    fn take(&mut self, step: Step) {
        let world = &self.world;
        match step {
            Step::Create(nonce) => {
                self.attempt(world.task_create(TaskSpec { nonce: nonce.into(), ..TaskSpec::default() }));
            }
            Step::Wait(index) => self.world.warp([1, 300, 600, 1_200, LONG][usize::from(index)]),
            Step::Deposit(by) => self.attempt(world.stake_deposit(self.staker(by), 1_000_003)),
            Step::Unbond(by) => self.attempt(world.stake_unbond(self.staker(by), 20_000_001)),
            Step::Withdraw(by) => self.attempt(world.stake_withdraw(self.staker(by))),
            Step::Drain(by, on) => {
                let status = if on { ProviderStatus::Draining } else { ProviderStatus::Active };
                let args = ProviderUpdateArgs { status: Some(status), ..Default::default() };
                self.attempt(world.provider_update(self.staker(by), args));
            }
            Step::Cancel(nonce) => {
                if let Some((task, _)) = self.task(nonce) {
                    self.attempt(world.task_cancel(task));
                }
            }
            Step::Claim(nonce, by) => {
                if let Some((task, _)) = self.task(nonce) {
                    self.attempt(world.task_claim(task, self.staker(by)));
                }
            }
            Step::Submit(nonce) => {
                if let Some(run) = self.run(nonce) {
                    self.attempt(world.run_submit(run));
                }
            }
            Step::Audit(nonce, by, root) => self.audit(nonce, self.staker(by), root),
            Step::Settle(nonce, shown) => self.settle(nonce, shown),
            Step::Expire(nonce) => self.expire(nonce),
            Step::Dust(nonce) => {
                if let Some((task, _)) = self.task(nonce) {
                    self.world.gift_tokens(task.vault, 7);
                }
            }
        }
    }

    /// Sends a call that may be refused, but never because the program's own accounts do not add up.
    fn attempt<A: ToAccountMetas, D: InstructionData>(&mut self, call: Call<A, D>) {
        match self.world.bank.send(&[call.instruction()]) {
            Ok(_) => {
                self.world.forget_gifts_to_closed();
                self.world.check_books();
            }
            Err(failed) => {
                let code = failed.code();
                let broken = [TesseraError::Invariant, TesseraError::Overflow, TesseraError::LockedStakeTooLow];
                let expected = code.is_some() && broken.iter().all(|error| code != Some(u32::from(*error)));
                assert!(expected, "{failed:#?}");
            }
        }
    }

    fn audit(&mut self, nonce: u8, by: Staker, root: u8) {
        let Some(run) = self.run(nonce) else { return };
        let root = [CANDIDATE_ROOT, OTHER_ROOT, [0xee; 32]][usize::from(root)];
        let mut earlier = self.world.all::<Audit>().into_iter();
        let matching =
            earlier.find(|(_, audit)| audit.run == run.key && audit.root == root && audit.verdict == Verdict::Differs);
        let call = self.world.audit_post(run, by, root);
        self.attempt(call.with(|call| call.accounts.matching = matching.map(|(key, _)| key)));
    }

    /// `shown`: a bit for each of the first audits to pass.
    fn settle(&mut self, nonce: u8, shown: u8) {
        let Some(run) = self.run(nonce) else { return };
        let audits = self.audits(run);
        let chosen: Vec<_> = audits.into_iter().enumerate().filter(|(i, _)| shown & (1 << i) != 0).collect();
        let chosen: Vec<_> = chosen.into_iter().map(|(_, audit)| audit).collect();
        self.attempt(self.world.task_settle(run, &chosen));
    }

    fn expire(&mut self, nonce: u8) {
        if let Some(run) = self.run(nonce) {
            self.attempt(self.world.run_expire(run));
        } else if let Some((task, _)) = self.task(nonce) {
            self.attempt(self.world.task_expire(task));
        }
    }

    /// Whoever falls silent, cranks end every task.
    fn crank_everything(&mut self) {
        for _ in 0..2 {
            self.world.warp(LONG);
            for nonce in 0..3 {
                match self.task(nonce) {
                    Some((_, task)) if matches!(task.state, TaskState::Open | TaskState::Claimed) => self.expire(nonce),
                    Some(_) => self.settle(nonce, u8::MAX),
                    None => {}
                }
            }
        }
        assert!(self.world.all::<Task>().is_empty(), "a task is stuck");
        assert!(self.world.all::<Run>().is_empty() && self.world.all::<Audit>().is_empty());
    }

    /// Everyone gets all of its stake out.
    fn withdraw_everything(&mut self) {
        for staker in self.stakers {
            self.world.warp(LONG);
            self.attempt(self.world.stake_withdraw(staker));
            let free = self.world.read::<Provider>(&staker.provider).stake.free;
            if free > 0 {
                self.world.send(self.world.stake_unbond(staker, free));
                self.world.warp(LONG);
                self.world.send(self.world.stake_withdraw(staker));
            }
            assert_eq!(self.world.tokens(&staker.vault), 0);
        }
    }

    fn staker(&self, index: u8) -> Staker {
        self.stakers[usize::from(index)]
    }

    fn task(&self, nonce: u8) -> Option<(TaskRef, Task)> {
        let task = TaskRef::of(&self.world.market, self.world.requester, nonce.into());
        let state = self.world.all::<Task>().remove(&task.key)?;
        Some((task, state))
    }

    fn run(&self, nonce: u8) -> Option<RunRef> {
        let (task, _) = self.task(nonce)?;
        let run = self.world.all::<Run>().into_values().find(|run| run.task == task.key)?;
        let provider = self.stakers.into_iter().find(|staker| staker.provider == run.provider)?;
        Some(RunRef::of(task, provider))
    }

    fn audits(&self, run: RunRef) -> Vec<AuditRef> {
        let there = self.world.all::<Audit>();
        let all = self.stakers.into_iter().map(|staker| AuditRef::of(run, staker));
        all.filter(|audit| there.contains_key(&audit.key)).collect()
    }

    fn lamports(&self) -> BTreeMap<Pubkey, u64> {
        let wallets = self.stakers.into_iter().map(|staker| staker.authority);
        let all = wallets.chain([self.world.requester.key, self.world.cranker.key]);
        all.map(|wallet| (wallet, self.world.lamports(&wallet))).collect()
    }
}
