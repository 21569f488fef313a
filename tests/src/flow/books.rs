use tessera_chain::{Chain, Pubkey};

/// Every base unit and every lamport of a flow, at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Books(tessera_cli::demo::Books);

impl Books {
    /// Counts what `wallets`, their providers in `market` and the market have.
    pub async fn count(chain: &dyn Chain, market: Pubkey, wallets: &[Pubkey]) -> Self {
        Self(tessera_cli::demo::Books::count(chain, market, wallets).await.expect("readable"))
    }

    /// No base unit was lost or made since `before`. For flows that leave new accounts behind, whose rent is not counted.
    pub fn assert_tokens_conserved_since(&self, before: &Self) {
        let (now, before) = (&self.0, &before.0);
        assert_eq!(before.base_units, before.supply, "all tokens were counted before");
        assert_eq!(now.base_units, now.supply, "all tokens are counted now");
        assert_eq!(now.supply, before.supply, "none was made, and this market burns none");
    }

    /// Nothing was lost or made since `before`, fees apart.
    pub fn assert_conserved_since(&self, before: &Self) {
        self.assert_tokens_conserved_since(before);
        let found = before.0.compare(&self.0).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(found.rent_lost_lamports, 0);
    }
}
