//! Everybody's money, added up before and after: nothing may be lost or made, fees apart.

use std::collections::BTreeMap;

use serde::Serialize;
use tessera_chain::{Pubkey, Signer, address, program};

use crate::bootstrap::Bootstrap;
use crate::demo::cast::Cast;
use crate::error::CliError;
use crate::story::Story;

/// All accounts that outlive a task, at one moment.
pub(super) struct Books {
    lamports: u64,
    base_units: u64,
    supply: u64,
}

/// The sums, which agree.
#[derive(Clone, Debug, Serialize)]
pub struct Balance {
    /// Base units in all token accounts before and after, which is the mint's supply.
    pub base_units: u64,
    /// Lamports in all accounts before.
    pub lamports_before: u64,
    /// Lamports in all accounts after.
    pub lamports_after: u64,
    /// Lamports paid as fees, which is the difference.
    pub fees: u64,
}

impl Books {
    pub(super) async fn open(bootstrap: &Bootstrap, cast: &Cast) -> Result<Self, CliError> {
        let chain = bootstrap.chain.as_ref();
        let (market, mint) = (bootstrap.migrated.market, bootstrap.migrated.mint);
        let mut wallets = cast.wallets();
        wallets.push(cast.operator.pubkey());
        let mut token_accounts: Vec<Pubkey> =
            wallets.iter().map(|wallet| address::associated_token(wallet, &mint)).collect();
        let mut others = vec![market, mint];
        for (_, keypair) in cast.agents() {
            let provider = address::provider(&market, &keypair.pubkey());
            token_accounts.push(address::stake_vault(&provider));
            others.push(provider);
        }
        token_accounts.push(address::insurance_vault(&market));
        token_accounts.extend((0..program::seeds::FEE_SHARDS).map(|shard| address::fee_vault(&market, shard)));

        let (mut lamports, mut base_units) = (0_u64, 0_u64);
        for key in wallets.iter().chain(&token_accounts).chain(&others) {
            lamports = add(lamports, chain.lamports(*key).await?)?;
        }
        for key in &token_accounts {
            base_units = add(base_units, chain.token_balance(*key).await?.map_or(0, |account| account.amount))?;
        }
        let supply = chain.mint(mint).await?.map_or(0, |mint| mint.supply);
        Ok(Self { lamports, base_units, supply })
    }

    /// Compares the sums. Between the two moments only the transactions of `stories` happened.
    pub(super) fn balance(&self, after: &Self, stories: &[&Story]) -> Result<Balance, CliError> {
        let mut fees = BTreeMap::new();
        for story in stories {
            for step in story.steps() {
                let lamports =
                    step.lamports.ok_or_else(|| wrong("the chain has forgotten a transaction's fee".into()))?;
                fees.insert(step.transaction, lamports);
            }
        }
        let fees = fees.values().try_fold(0, |sum, fee| add(sum, *fee))?;
        if self.base_units != self.supply || after.base_units != after.supply || self.supply != after.supply {
            return Err(wrong(format!(
                "{} of {} base units were there before and {} of {} after",
                self.base_units, self.supply, after.base_units, after.supply
            )));
        }
        if after.lamports.checked_add(fees) != Some(self.lamports) {
            return Err(wrong(format!(
                "{} lamports were there before, {} after, and {fees} were paid as fees",
                self.lamports, after.lamports
            )));
        }
        Ok(Balance {
            base_units: after.base_units,
            lamports_before: self.lamports,
            lamports_after: after.lamports,
            fees,
        })
    }
}

fn add(a: u64, b: u64) -> Result<u64, CliError> {
    a.checked_add(b).ok_or_else(|| wrong("they do not fit 64 bits".into()))
}

pub(super) fn wrong(why: String) -> CliError {
    CliError::failed(format!("the sums do not agree: {why}"), "this is a defect of the program: report it")
}
