//! Everybody's money, added up before and after: nothing may be lost or made, fees apart.

use std::collections::BTreeMap;

use serde::Serialize;
use tessera_chain::{Chain, Pubkey, Signature, address, program};

use crate::error::CliError;

/// Transactions of one wallet, at most.
const HISTORY_LIMIT: usize = 1_000;

/// Every base unit and every lamport of a market, at one moment between tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Books {
    /// Lamports of the wallets and of the accounts that outlive a task.
    pub lamports: u64,
    /// Base units of the wallets, the stake vaults and the market's vaults.
    pub base_units: u64,
    /// Base units in existence.
    pub supply: u64,
    /// Fees that the wallets' transactions have cost so far, lamports.
    pub fees: u64,
}

/// The sums, which agree.
#[derive(Clone, Debug, Serialize)]
pub struct Conservation {
    /// Base units in all token accounts before, which is the mint's supply.
    pub tokens_before: u64,
    /// Base units in all token accounts after, which is the mint's supply.
    pub tokens_after: u64,
    /// Lamports that are neither in an account nor paid as a fee: none.
    pub rent_lost_lamports: u64,
    /// Lamports in all accounts before.
    pub lamports_before: u64,
    /// Lamports in all accounts after.
    pub lamports_after: u64,
    /// Lamports paid as fees between.
    pub fees: u64,
}

impl Books {
    /// Counts what `wallets`, their providers and the market have.
    ///
    /// # Errors
    /// [`CliError`] when the chain cannot be read or has forgotten a fee.
    pub async fn count(chain: &dyn Chain, market: Pubkey, wallets: &[Pubkey]) -> Result<Self, CliError> {
        let account = chain.market(market).await?.ok_or(CliError::NotFound { what: "market", key: market })?;
        let mut accounts = vec![market, account.mint];
        let mut tokens = vec![address::insurance_vault(&market), address::unclaimed_vault(&market)];
        for wallet in wallets {
            let provider = address::provider(&market, wallet);
            accounts.extend([*wallet, provider]);
            tokens.extend([address::market_token(wallet, &account), address::stake_vault(&provider)]);
        }
        for pool in chain.pools(market).await? {
            accounts.push(pool.key);
            tokens.push(address::pool_vault(&market, pool.epoch));
            let open = (0..program::seeds::FEE_SHARDS).filter(|shard| (pool.opened & !pool.swept) >> shard & 1 == 1);
            tokens.extend(open.map(|shard| address::fee_vault(&market, pool.epoch, shard)));
        }
        accounts.extend(chain.shares(market).await?.iter().map(|share| share.key));
        accounts.extend(chain.balances(market).await?.iter().map(|balance| balance.key));

        let (mut lamports, mut base_units) = (0_u64, 0_u64);
        for key in accounts.iter().chain(&tokens) {
            lamports = add(lamports, chain.lamports(*key).await?)?;
        }
        for key in &tokens {
            base_units = add(base_units, chain.token_balance(*key).await?.map_or(0, |account| account.amount))?;
        }
        let supply = chain.mint(account.mint).await?.map_or(0, |mint| mint.supply);
        Ok(Self { lamports, base_units, supply, fees: fees(chain, wallets).await? })
    }

    /// Compares the sums with those of a later moment. Nobody but the wallets sent anything between.
    ///
    /// # Errors
    /// [`CliError::Failed`] when something was lost or made.
    pub fn compare(&self, after: &Self) -> Result<Conservation, CliError> {
        if self.base_units != self.supply || after.base_units != after.supply || self.supply != after.supply {
            return Err(wrong(format!(
                "{} of {} base units were there before and {} of {} after",
                self.base_units, self.supply, after.base_units, after.supply
            )));
        }
        let fees = after.fees.checked_sub(self.fees).ok_or_else(|| wrong("fees were forgotten".into()))?;
        if after.lamports.checked_add(fees) != Some(self.lamports) {
            return Err(wrong(format!(
                "{} lamports were there before, {} after, and {fees} were paid as fees",
                self.lamports, after.lamports
            )));
        }
        Ok(Conservation {
            tokens_before: self.base_units,
            tokens_after: after.base_units,
            rent_lost_lamports: self.lamports.saturating_sub(after.lamports).saturating_sub(fees),
            lamports_before: self.lamports,
            lamports_after: after.lamports,
            fees,
        })
    }
}

/// The fees of every transaction that touched a wallet, refused ones included.
async fn fees(chain: &dyn Chain, wallets: &[Pubkey]) -> Result<u64, CliError> {
    let mut fees: BTreeMap<Signature, u64> = BTreeMap::new();
    for wallet in wallets {
        for recorded in chain.history(*wallet, HISTORY_LIMIT).await? {
            let details =
                recorded.details.ok_or_else(|| wrong("the chain has forgotten a transaction's fee".into()))?;
            fees.insert(recorded.signature, details.fee_lamports);
        }
    }
    fees.values().try_fold(0, |sum, fee| add(sum, *fee))
}

fn add(a: u64, b: u64) -> Result<u64, CliError> {
    a.checked_add(b).ok_or_else(|| wrong("they do not fit 64 bits".into()))
}

pub(super) fn wrong(why: String) -> CliError {
    CliError::failed(format!("the sums do not agree: {why}"), "this is a defect of the program: report it")
}
