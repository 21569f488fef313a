use std::collections::BTreeMap;

use tessera_chain::program::seeds::FEE_SHARDS;
use tessera_chain::{Chain, Pubkey, Signature, address};

/// Transactions of one wallet in one flow, at most.
const HISTORY: usize = 1_000;

/// Every base unit and every lamport of a flow, at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Books {
    /// Lamports of the wallets and of the accounts that outlive a task.
    pub lamports: u64,
    /// Base units of the wallets, the stake vaults and the market's vaults.
    pub base_units: u64,
    /// Base units in existence.
    pub supply: u64,
    /// Fees that the wallets' transactions have cost so far.
    pub fees: u64,
}

impl Books {
    /// Counts what `wallets` and their providers in `market` have.
    pub async fn count(chain: &dyn Chain, market: Pubkey, mint: Pubkey, wallets: &[Pubkey]) -> Self {
        let mut accounts = vec![market, mint];
        let mut tokens = vec![address::insurance_vault(&market)];
        tokens.extend((0..FEE_SHARDS).map(|shard| address::fee_vault(&market, shard)));
        for wallet in wallets {
            let provider = address::provider(&market, wallet);
            accounts.extend([*wallet, provider]);
            tokens.extend([address::associated_token(wallet, &mint), address::stake_vault(&provider)]);
        }
        let (mut lamports, mut base_units) = (0, 0);
        for key in accounts.iter().chain(&tokens) {
            lamports += chain.lamports(*key).await.expect("readable");
        }
        for key in &tokens {
            base_units += chain.token_balance(*key).await.expect("readable").map_or(0, |account| account.amount);
        }
        let supply = chain.mint(mint).await.expect("readable").expect("the mint is there").supply;
        Self { lamports, base_units, supply, fees: fees(chain, wallets).await }
    }

    /// No base unit was lost or made since `before`. For flows that leave new accounts behind, whose rent is not counted.
    pub fn assert_tokens_conserved_since(&self, before: &Self) {
        assert_eq!(before.base_units, before.supply, "all tokens were counted before");
        assert_eq!(self.base_units, self.supply, "all tokens are counted now");
        assert_eq!(self.supply, before.supply, "none was made, and this market burns none");
    }

    /// Nothing was lost or made since `before`, fees apart.
    pub fn assert_conserved_since(&self, before: &Self) {
        self.assert_tokens_conserved_since(before);
        assert_eq!(self.lamports + (self.fees - before.fees), before.lamports, "lamports, but for fees");
    }
}

/// The fees of every transaction that touched a wallet, refused ones included.
async fn fees(chain: &dyn Chain, wallets: &[Pubkey]) -> u64 {
    let mut fees: BTreeMap<Signature, u64> = BTreeMap::new();
    for wallet in wallets {
        for recorded in chain.history(*wallet, HISTORY).await.expect("readable") {
            let details = recorded.details.as_ref().expect("the chain remembers its transactions");
            fees.insert(recorded.signature, details.fee_lamports);
        }
    }
    fees.values().sum()
}
