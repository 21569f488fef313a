use std::collections::BTreeMap;

use anchor_lang::prelude::Pubkey;
use anchor_lang::{AccountDeserialize, Discriminator};
use tessera::addresses::{
    bond_vault_address, fee_vault_address, pool_vault_address, stake_vault_address, task_vault_address,
    unclaimed_vault_address,
};
use tessera::seeds::FEE_SHARDS;
use tessera::state::{
    Audit, Balance, Dispute, EpochPool, LAYOUT_VERSION, Market, Provider, Run, RunState, Share, SlotState, Task,
};

use super::world::World;

impl World {
    /// What must hold of all accounts after every transaction, whatever happened:
    ///
    /// - the token accounts of the mint sum to its supply;
    /// - every vault holds what accounts say, to the unit, beyond what strangers sent: a provider's stake, a task's escrow,
    ///   a market's balances, an epoch's contributions that are not paid out;
    /// - locked stake is the sum of the locks of undecided runs and open audits;
    /// - counts and sums are those of the accounts there are: open runs, audits and shares, ticket weights, fee vaults;
    /// - a task's slots say what its runs do;
    /// - a dispute's vault holds its bond.
    ///
    /// # Panics
    /// When one of them does not.
    #[track_caller]
    pub fn check_books(&self) {
        assert_eq!(self.bank.balances(&self.mint).values().sum::<u64>(), self.supply(), "tokens appeared or vanished");
        let (runs, audits) = (self.all::<Run>(), self.all::<Audit>());
        let providers = self.all::<Provider>();
        self.check_providers(&providers, &runs, &audits);
        self.check_tasks(&runs);
        for (key, run) in &runs {
            let of_run = || audits.values().filter(|audit| audit.run == *key);
            assert_eq!(usize::from(run.audits_open), of_run().count(), "audits of run {key}");
            let earning = of_run().filter(|audit| audit.opened.both()).count();
            assert!(usize::from(run.earning) >= earning, "earning audits of run {key}");
        }
        self.check_markets(&providers);
        self.check_pools();
        self.check_disputes(&providers, &runs);
    }

    #[track_caller]
    fn check_disputes(&self, providers: &BTreeMap<Pubkey, Provider>, runs: &BTreeMap<Pubkey, Run>) {
        let disputes = self.all::<Dispute>();
        let open = |is_of: &dyn Fn(&Dispute) -> bool| {
            disputes.values().filter(|dispute| !dispute.settled && is_of(dispute)).count()
        };
        for (key, provider) in providers {
            assert_eq!(usize::from(provider.open_disputes), open(&|dispute| dispute.provider == *key), "against {key}");
        }
        for (key, task) in self.all::<Task>() {
            assert_eq!(usize::from(task.open_disputes), open(&|dispute| dispute.task == key), "over task {key}");
        }
        for (key, run) in runs {
            assert_eq!(usize::from(run.open_disputes), open(&|dispute| dispute.run == *key), "over run {key}");
        }
        for (key, dispute) in &disputes {
            let vault = bond_vault_address(key).0;
            let waits = runs.get(&dispute.run).is_some_and(|run| run.state == RunState::Submitted);
            if waits {
                self.check_vault(&vault, dispute.bond, "bond");
            } else {
                // The slash has paid.
                assert!(dispute.settled && self.tokens(&vault) >= dispute.bond, "bond vault {vault}");
            }
        }
    }

    #[track_caller]
    fn check_providers(
        &self,
        providers: &BTreeMap<Pubkey, Provider>,
        runs: &BTreeMap<Pubkey, Run>,
        audits: &BTreeMap<Pubkey, Audit>,
    ) {
        for (key, provider) in providers {
            let vault = stake_vault_address(key).0;
            let total = provider.stake().total().expect("a stake has a sum").get();
            self.check_vault(&vault, total, "stake");
            let own = || runs.values().filter(|run| run.provider == *key);
            let (count, locks) =
                own().filter(|run| is_undecided(run)).fold((0, 0), |(count, sum), run| (count + 1, sum + run.lock));
            let auditing = || audits.values().filter(|audit| audit.verifier == *key);
            let audit_locks: u64 = auditing().map(|audit| audit.lock).sum();
            assert_eq!(provider.active_runs, count, "active runs of {key}");
            assert_eq!(usize::from(provider.runs_unclosed), own().count(), "runs of {key} that are not closed");
            assert_eq!(usize::from(provider.active_audits), auditing().count(), "audits of {key}");
            assert_eq!(provider.stake.locked, locks + audit_locks, "locked stake of {key}");
        }
    }

    #[track_caller]
    fn check_tasks(&self, runs: &BTreeMap<Pubkey, Run>) {
        for (key, task) in self.all::<Task>() {
            self.check_vault(&task_vault_address(&key).0, task.escrow, "escrow");
            let own = || runs.values().filter(|run| run.task == key);
            assert_eq!(usize::from(task.runs_open), own().count(), "runs of task {key}");
            for run in own() {
                let slot = task.slots.iter().find(|slot| slot.provider == run.provider).expect("a run has its slot");
                assert!(agree(slot.state, run.state), "{:?} in the slot of a {:?} run", slot.state, run.state);
                assert_eq!(slot.root, run.output_root, "root of a run of task {key}");
            }
        }
    }

    #[track_caller]
    fn check_markets(&self, providers: &BTreeMap<Pubkey, Provider>) {
        let balances = self.all::<Balance>();
        for (key, market) in self.all::<Market>() {
            let own = providers.values().filter(|provider| provider.market == key);
            let weights: u64 = own.map(|provider| provider.ticket_stake).sum();
            assert_eq!(market.verify_stake, weights, "ticket weights in market {key}");
            let owed: u64 =
                balances.values().filter(|balance| balance.market == key).map(|balance| balance.amount).sum();
            self.check_vault(&unclaimed_vault_address(&key).0, owed, "unclaimed");
        }
    }

    #[track_caller]
    fn check_pools(&self) {
        let shares = self.all::<Share>();
        for (key, pool) in self.all::<EpochPool>() {
            self.check_vault(&pool_vault_address(&pool.market, pool.epoch).0, pool.funded - pool.paid, "pool");
            let own = || shares.values().filter(|share| share.market == pool.market && share.epoch == pool.epoch);
            assert_eq!(pool.shares_open as usize, own().count(), "shares of pool {key}");
            let mut fees = pool.total_fees;
            for shard in 0..FEE_SHARDS {
                let vault = fee_vault_address(&pool.market, pool.epoch, shard).0;
                let there = pool.opened & !pool.swept & (1 << shard) != 0;
                assert_eq!(there, !self.is_closed(&vault), "fee vault {shard} of pool {key}");
                fees += self.tokens(&vault);
            }
            assert!(own().map(|share| share.fees).sum::<u64>() <= fees, "shares of pool {key} exceed its fees");
        }
    }

    #[track_caller]
    fn check_vault(&self, vault: &Pubkey, owed: u64, what: &str) {
        let gift = self.gifts.get(vault).copied().unwrap_or(0);
        assert_eq!(self.tokens(vault), owed + gift, "{what} vault {vault}");
    }

    /// All accounts of the program of one type and of the present layout.
    pub fn all<T: AccountDeserialize + Discriminator>(&self) -> BTreeMap<Pubkey, T> {
        let accounts = self.bank.owned_by(&tessera::ID).into_iter();
        accounts
            .filter(|(_, account)| account.data.starts_with(T::DISCRIMINATOR))
            .filter(|(_, account)| account.data.get(T::DISCRIMINATOR.len()) == Some(&LAYOUT_VERSION))
            .map(|(key, account)| {
                (key, T::try_deserialize(&mut account.data.as_slice()).expect("the layout is its type's"))
            })
            .collect()
    }
}

fn is_undecided(run: &Run) -> bool {
    matches!(run.state, RunState::Claimed | RunState::Sealed | RunState::Submitted)
}

/// Whether a slot may be in one state while its run is in the other.
fn agree(slot: SlotState, run: RunState) -> bool {
    matches!(
        (slot, run),
        (SlotState::Claimed, RunState::Claimed)
            | (SlotState::Sealed, RunState::Sealed)
            | (SlotState::Submitted | SlotState::Refuted, RunState::Submitted)
            | (SlotState::Upheld, RunState::Upheld)
            | (SlotState::Slashed, RunState::Slashed)
            | (SlotState::Void, RunState::Void)
    )
}
