use tessera::addresses::fee_shard;
use tessera::state::{RunState, SlotState, TaskState};

use super::model::Accounts;
use super::scene::{EPOCH, PROVIDERS, WALLETS};
use super::sequence::{Sent, Sequence, Violation};
use super::step::{Account, Attack, Change, Move, Step};
use crate::svm::AuditRef;

/// How often everything is cranked at most before what is left counts as stuck.
const ROUNDS: u32 = 40;
/// Longer than any window.
const LONG: u32 = 8_000;

impl Sequence {
    /// Vaults are thawed; wallets' broken token accounts stay as they are. Then cranks alone must end every task, and
    /// everyone must get everything out: tokens, stake and rent. Returns how many steps that took.
    pub(crate) fn end(&mut self) -> Result<u64, Violation> {
        let mut steps = self.thaw_vaults()?;
        for _ in 0..ROUNDS {
            if self.model.accounts.tasks.is_empty() {
                break;
            }
            self.step(&mut steps, Step::Warp { seconds: LONG, slots: LONG * 5 / 2 })?;
            self.open_fee_vaults(&mut steps)?;
            for task in 0..self.scene.tasks.len() as u8 {
                self.crank_task(&mut steps, task)?;
            }
        }
        if let Some((key, task)) = self.model.accounts.tasks.iter().next() {
            return Err(format!("stuck: task {key} in {:?} after {ROUNDS} rounds of cranks", task.state));
        }
        self.step(&mut steps, Step::Warp { seconds: EPOCH * 4, slots: EPOCH * 10 })?;
        self.sweep_epochs(&mut steps)?;
        for (market, wallet) in [0, 1].into_iter().flat_map(|market| (0..WALLETS).map(move |wallet| (market, wallet))) {
            self.step(&mut steps, Step::BalanceClaim { market, wallet, elsewhere: true })?;
        }
        for by in 0..PROVIDERS {
            self.leave(&mut steps, by)?;
        }
        self.step(&mut steps, Step::Warp { seconds: EPOCH * 6, slots: EPOCH * 15 })?;
        for (market, epoch) in self.pools() {
            self.step(&mut steps, Step::PoolClose { market, epoch })?;
        }
        self.nothing_is_left()?;
        Ok(steps)
    }

    fn step(&mut self, steps: &mut u64, step: Step) -> Result<Sent, Violation> {
        *steps += 1;
        let taken = self.take(Move { step, attack: Attack::None });
        taken.map_err(|violation| format!("at the end, {step:?}: {violation}"))
    }

    fn thaw_vaults(&mut self) -> Result<u64, Violation> {
        let mut steps = 0;
        let mut vaults: Vec<Account> = (0..PROVIDERS).map(Account::Stake).collect();
        vaults.extend((0..self.scene.tasks.len() as u8).map(Account::Task));
        vaults.extend([0, 1].into_iter().flat_map(|market| [Account::Insurance(market), Account::Unclaimed(market)]));
        for (market, epoch) in self.pools() {
            vaults.push(Account::Pool { market, epoch });
            vaults.extend((0..16).map(|shard| Account::Fees { market, epoch, shard }));
        }
        for account in vaults {
            self.step(&mut steps, Step::Token { account, change: Change::Thaw })?;
        }
        self.step(&mut steps, Step::Token { account: Account::Wallet(9), change: Change::Restore })?;
        Ok(steps)
    }

    /// The epochs whose books are open, by market and number.
    fn pools(&self) -> Vec<(u8, i8)> {
        let first = self.scene.first_epoch;
        let number = |epoch: u64| i8::try_from(epoch as i64 - first as i64).unwrap_or(i8::MAX);
        let pools = self.model.accounts.pools.values();
        pools.map(|pool| (u8::from(pool.market != self.scene.markets[0].key), number(pool.epoch))).collect()
    }

    fn open_fee_vaults(&mut self, steps: &mut u64) -> Result<(), Violation> {
        let now = u64::try_from(self.model.now.unix).unwrap_or(0) / u64::from(EPOCH);
        let epoch = i8::try_from(now - self.scene.first_epoch).unwrap_or(i8::MAX);
        let scene = self.scene.clone();
        let open: Vec<(u8, u8)> = scene
            .tasks
            .iter()
            .filter_map(|task| {
                let account = self.model.accounts.tasks.get(&task.key)?;
                Some((u8::from(account.terms.market != scene.markets[0].key), fee_shard(&task.key)))
            })
            .collect();
        for (market, shard) in open {
            self.step(steps, Step::PoolOpen { market, epoch })?;
            self.step(steps, Step::FeeVaultOpen { market, epoch, shard })?;
        }
        Ok(())
    }

    /// Ends what can be ended of a task by now.
    fn crank_task(&mut self, steps: &mut u64, task: u8) -> Result<(), Violation> {
        let scene = self.scene.clone();
        let key = scene.tasks[usize::from(task)].key;
        for by in 0..PROVIDERS {
            let at = scene.run(task, by);
            while let Some(run) = self.model.accounts.runs.get(&at.key).cloned() {
                let step = match run.state {
                    RunState::Claimed | RunState::Sealed => Step::Expire { task, run: Some(by), bare: false },
                    _ => Step::Settle { task, run: by, auditors: self.most_wanted(task, by), bare: false },
                };
                let mut sent = self.step(steps, step)?;
                if let (Sent::Nothing, Step::Settle { auditors, .. }) = (sent, step) {
                    // Too many accounts for one transaction: one audit less.
                    let fewer = auditors & auditors.wrapping_sub(1);
                    sent = self.step(steps, Step::Settle { task, run: by, auditors: fewer, bare: false })?;
                }
                if sent != Sent::Done {
                    break;
                }
            }
        }
        let Some(account) = self.model.accounts.tasks.get(&key) else {
            return Ok(());
        };
        let idle = account.slots.iter().all(|slot| matches!(slot.state, SlotState::Free | SlotState::Slashed));
        if idle && account.state == TaskState::Open {
            self.step(steps, Step::Expire { task, run: None, bare: false })?;
        }
        Ok(())
    }

    /// At most two audits of a run, those first that its settlement must pay.
    fn most_wanted(&self, task: u8, by: u8) -> u16 {
        let at = self.scene.run(task, by);
        let Some(run) = self.model.accounts.runs.get(&at.key) else {
            return 0;
        };
        let audits = &self.model.accounts.audits;
        let mut known: Vec<(u8, usize)> = Vec::new();
        for (bit, staker) in self.scene.stakers.iter().enumerate() {
            if audits.contains_key(&AuditRef::of(at, *staker).key) {
                let wins = run.winners.is_some_and(|pair| [pair.first, pair.second].contains(&staker.provider));
                let differs = run.differed.iter().any(|known| known.verifier == staker.provider);
                known.push((if wins { 0 } else { 2 - u8::from(differs) }, bit));
            }
        }
        known.sort_unstable();
        known.iter().take(2).fold(0, |bits, (_, bit)| bits | 1 << bit)
    }

    fn sweep_epochs(&mut self, steps: &mut u64) -> Result<(), Violation> {
        for (market, epoch) in self.pools() {
            for shard in 0..16 {
                self.step(steps, Step::FeeSweep { market, epoch, shard, bare: false })?;
            }
        }
        let scene = self.scene.clone();
        for (_, epoch) in self.pools() {
            for by in 0..PROVIDERS {
                let share = tessera::addresses::share_address(&scene.staker(by).provider, scene.epoch(epoch)).0;
                if self.model.accounts.shares.contains_key(&share) {
                    self.step(steps, Step::PoolClaim { by, epoch, bare: false })?;
                }
            }
        }
        Ok(())
    }

    fn leave(&mut self, steps: &mut u64, by: u8) -> Result<(), Violation> {
        let key = self.scene.staker(by).provider;
        let wait = Step::Warp { seconds: 25_000, slots: 62_500 };
        for _ in 0..2 {
            let Some(provider) = self.model.accounts.providers.get(&key) else {
                return Ok(());
            };
            let free = provider.stake.free;
            self.step(steps, wait)?;
            self.step(steps, Step::Withdraw { by, elsewhere: true })?;
            self.step(steps, Step::Unbond { by, amount: free })?;
        }
        self.step(steps, wait)?;
        self.step(steps, Step::Withdraw { by, elsewhere: true })?;
        self.step(steps, Step::Leave { by })?;
        Ok(())
    }

    fn nothing_is_left(&self) -> Result<(), Violation> {
        let Accounts { providers, tasks, runs, audits, pools, shares, balances, .. } = &self.model.accounts;
        let left = [providers.len(), tasks.len(), runs.len(), audits.len(), pools.len(), shares.len(), balances.len()];
        if left != [0; 7] {
            return Err(format!("stuck: providers, tasks, runs, audits, pools, shares, balances left: {left:?}"));
        }
        for (key, purse) in &self.purses {
            let now = self.world.lamports(key);
            if now < *purse {
                return Err(format!("wallet {key} lost {} lamports of rent", purse - now));
            }
        }
        Ok(())
    }
}
