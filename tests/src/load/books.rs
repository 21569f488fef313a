//! Everybody's tokens and lamports at one moment.

use std::collections::BTreeMap;

use tessera_chain::program::seeds::FEE_SHARDS;
use tessera_chain::{Chain, Market, Pubkey, Signer, Versioned, address, rules};
use tessera_cli::error::CliError;
use tessera_migrations::Migrated;

use super::crowd::Crowd;
use super::failed;
use super::ledger::Ledger;

/// What is counted: every account that outlives a task.
#[derive(Clone, Debug)]
pub(super) struct Books {
    pub(super) lamports: u64,
    pub(super) supply: u64,
    /// Base units in all token accounts.
    pub(super) base_units: u64,
    /// Base units by wallet: in its token account, at stake, to be claimed; for the treasury also fees not yet swept.
    pub(super) owned: BTreeMap<Pubkey, u64>,
    pub(super) insured: u64,
    /// Fee epochs whose books are open.
    pub(super) epochs: Vec<u64>,
    pub(super) market: Versioned<Market>,
    /// What is wrong with an agent's account by itself.
    problems: Vec<String>,
}

impl Books {
    pub(super) async fn count(chain: &dyn Chain, migrated: &Migrated, crowd: &Crowd) -> Result<Self, CliError> {
        let market = chain.market(migrated.market).await?.ok_or_else(|| failed("the market is gone".into()))?;
        let mint = chain.mint(market.mint).await?.ok_or_else(|| failed("the mint is gone".into()))?;
        let mut books = Self {
            lamports: chain.lamports(market.key).await? + chain.lamports(market.mint).await?,
            supply: mint.supply,
            base_units: 0,
            owned: BTreeMap::new(),
            insured: 0,
            epochs: Vec::new(),
            market: market.clone(),
            problems: Vec::new(),
        };
        let mut wallets = crowd.wallets();
        wallets.push(crowd.operator.pubkey());
        for wallet in wallets {
            books.lamports += chain.lamports(wallet).await?;
            let amount = books.vault(chain, address::market_token(&wallet, &market)).await?;
            books.own(wallet, amount);
        }
        for agent in crowd.agents() {
            books.agent(chain, agent.pubkey()).await?;
        }
        for balance in chain.balances(market.key).await? {
            books.lamports += chain.lamports(balance.key).await?;
            books.own(balance.owner, balance.amount);
        }
        for share in chain.shares(market.key).await? {
            books.lamports += chain.lamports(share.key).await?;
        }
        for pool in chain.pools(market.key).await? {
            books.lamports += chain.lamports(pool.key).await?;
            books.vault(chain, address::pool_vault(&market.key, pool.epoch)).await?;
            for shard in 0..FEE_SHARDS {
                let fees = books.vault(chain, address::fee_vault(&market.key, pool.epoch, shard)).await?;
                books.own(market.treasury, fees);
            }
            books.epochs.push(pool.epoch);
        }
        books.vault(chain, address::unclaimed_vault(&market.key)).await?;
        books.insured = books.vault(chain, address::insurance_vault(&market.key)).await?;
        let left = chain.tasks(market.key).await?.len();
        if left > 0 {
            books.problems.push(format!("{left} tasks are left"));
        }
        Ok(books)
    }

    async fn agent(&mut self, chain: &dyn Chain, wallet: Pubkey) -> Result<(), CliError> {
        let key = address::provider(&self.market.key, &wallet);
        let provider = chain.provider(key).await?.ok_or_else(|| failed(format!("provider {key} is gone")))?;
        self.lamports += chain.lamports(key).await?;
        let vault = address::stake_vault(&key);
        let amount = self.vault(chain, vault).await?;
        self.own(wallet, amount);
        let total = rules::Stake::from(provider.stake).total().map(rules::BaseUnits::get).ok();
        if total != Some(amount) {
            self.problems.push(format!("provider {key} has {total:?} at stake and {amount} in its vault"));
        }
        if provider.stake.locked != 0 {
            self.problems.push(format!("provider {key} has {} locked", provider.stake.locked));
        }
        let open = (provider.active_runs, provider.runs_unclosed, provider.active_audits);
        if open != (0, 0, 0) {
            self.problems.push(format!("provider {key} counts {open:?} runs, unclosed runs and audits"));
        }
        Ok(())
    }

    fn own(&mut self, wallet: Pubkey, amount: u64) {
        *self.owned.entry(wallet).or_default() += amount;
    }

    /// Counts a token account, if it is there, and returns what is in it.
    async fn vault(&mut self, chain: &dyn Chain, key: Pubkey) -> Result<u64, CliError> {
        self.lamports += chain.lamports(key).await?;
        let amount = chain.token_balance(key).await?.map_or(0, |account| account.amount);
        self.base_units += amount;
        Ok(amount)
    }

    /// Lamports that have gone since `before` and were no fees.
    pub(super) fn rent_lost(&self, before: &Self, ledger: &Ledger) -> i128 {
        i128::from(before.lamports) - i128::from(self.lamports) - i128::from(ledger.fees)
    }

    /// What of the sums does not agree with what was before and with the events in between.
    pub(super) fn violations(&self, before: &Self, ledger: &Ledger, crowd: &Crowd) -> Vec<String> {
        let mut found = [&before.problems[..], &self.problems].concat();
        for (when, books) in [("before", before), ("after", self)] {
            if books.base_units != books.supply {
                found.push(format!("{when}: {} of {} base units were counted", books.base_units, books.supply));
            }
        }
        let burned = before.supply.checked_sub(self.supply);
        let insured = self.insured.checked_sub(before.insured);
        if burned.zip(insured).map(|(burned, insured)| burned + insured) != Some(ledger.sunk) {
            found.push(format!("{burned:?} were burned and {insured:?} insured; the events say {}", ledger.sunk));
        }
        let roles = crowd.roles();
        for (wallet, role) in &roles {
            let owned = |books: &Self| i128::from(books.owned.get(wallet).copied().unwrap_or(0));
            let (gained, told) = (owned(self) - owned(before), ledger.gains.get(wallet).copied().unwrap_or(0));
            if gained != told {
                found.push(format!("{role} {wallet} gained {gained} base units; the events say {told}"));
            }
        }
        let strangers = ledger.gains.iter().filter(|(wallet, gain)| **gain != 0 && !roles.contains_key(*wallet));
        found.extend(strangers.map(|(wallet, gain)| format!("{wallet}, who has no part, gained {gain} base units")));
        let lost = self.rent_lost(before, ledger);
        if lost != 0 {
            found.push(format!("{lost} lamports are gone beside the fees"));
        }
        found
    }
}
