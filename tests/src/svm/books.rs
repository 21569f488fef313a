use std::collections::BTreeMap;

use anchor_lang::prelude::Pubkey;
use anchor_lang::{AccountDeserialize, Discriminator};
use tessera::addresses::{stake_vault_address, task_vault_address};
use tessera::state::{Audit, Provider, Run, RunState, Task};

use super::world::World;

impl World {
    /// What must hold of all accounts after every transaction, whatever happened:
    ///
    /// - the token accounts of the mint sum to its supply;
    /// - a stake vault holds the stake of its provider, and a task vault what its task owes, to the unit, beyond what
    ///   strangers sent;
    /// - locked stake is the sum of the locks of undecided runs and open audits;
    /// - the counts of open runs and audits are those of the accounts there are.
    ///
    /// # Panics
    /// When one of them does not.
    #[track_caller]
    pub fn check_books(&self) {
        assert_eq!(self.bank.balances(&self.mint).values().sum::<u64>(), self.supply(), "tokens appeared or vanished");
        let runs = self.all::<Run>();
        let audits = self.all::<Audit>();
        for (key, provider) in self.all::<Provider>() {
            let vault = stake_vault_address(&key).0;
            let total = provider.stake().total().expect("a stake has a sum").get();
            assert_eq!(self.tokens(&vault), total + self.gift_in(&vault), "stake vault of {key}");
            let open = runs.values().filter(|run| run.provider == key && is_undecided(run));
            let (count, locks) = open.fold((0, 0), |(count, locks), run| (count + 1, locks + run.lock));
            let audit_locks: u64 = audits.values().filter(|audit| audit.verifier == key).map(|audit| audit.lock).sum();
            assert_eq!(provider.active_runs, count, "active runs of {key}");
            assert_eq!(provider.stake.locked, locks + audit_locks, "locked stake of {key}");
        }
        for (key, task) in self.all::<Task>() {
            let vault = task_vault_address(&key).0;
            assert_eq!(self.tokens(&vault), task.escrow + self.gift_in(&vault), "vault of task {key}");
            let count = runs.values().filter(|run| run.task == key).count();
            assert_eq!(usize::from(task.runs_open), count, "runs of task {key}");
        }
        for (key, run) in &runs {
            let count = audits.values().filter(|audit| audit.run == *key).count();
            assert_eq!(usize::from(run.audits_open), count, "audits of run {key}");
        }
    }

    /// All accounts of the program of one type.
    pub fn all<T: AccountDeserialize + Discriminator>(&self) -> BTreeMap<Pubkey, T> {
        let accounts = self.bank.owned_by(&tessera::ID).into_iter();
        accounts
            .filter(|(_, account)| account.data.starts_with(T::DISCRIMINATOR))
            .map(|(key, account)| {
                (key, T::try_deserialize(&mut account.data.as_slice()).expect("the layout is its type's"))
            })
            .collect()
    }

    fn gift_in(&self, vault: &Pubkey) -> u64 {
        self.gifts.get(vault).copied().unwrap_or(0)
    }
}

fn is_undecided(run: &Run) -> bool {
    matches!(run.state, RunState::Claimed | RunState::Submitted)
}
