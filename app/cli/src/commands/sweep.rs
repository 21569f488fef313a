//! `market sweep`.

use std::fmt;

use serde::Serialize;
use tessera_chain::program::seeds::FEE_SHARDS;
use tessera_chain::{address, ix};

use crate::commands::stake::send;
use crate::config::Config;
use crate::error::CliError;
use crate::output::Lines;
use crate::session::SignedSession;
use crate::wallet::LocalWallet;

/// Vaults that one transaction empties: 300 bytes of accounts and a few thousand compute units each.
const VAULTS_PER_TRANSACTION: usize = 4;

/// Moves what is in the market's fee vaults to the treasury's token account; anyone may.
///
/// # Errors
/// [`CliError`]; a vault that was emptied before the error stays empty.
pub async fn run(config: &Config) -> Result<(), CliError> {
    let signed = SignedSession::open(config, LocalWallet::Operator).await?;
    config.printer.report(&sweep(&signed).await?)
}

/// Empties the fee vaults of a market.
///
/// # Errors
/// As [`run`].
pub async fn sweep(signed: &SignedSession) -> Result<Swept, CliError> {
    let market = &signed.session.market;
    let mut filled = Vec::new();
    let mut base_units = 0_u64;
    for shard in 0..FEE_SHARDS {
        let vault = address::fee_vault(&market.key, shard);
        let amount = signed.session.chain.token_balance(vault).await?.map_or(0, |account| account.amount);
        if amount > 0 {
            filled.push(shard);
            base_units = base_units.saturating_add(amount);
        }
    }
    let treasury_token = address::associated_token(&market.treasury, &market.mint);
    for shards in filled.chunks(VAULTS_PER_TRANSACTION) {
        let mut instructions = vec![ix::ata_create(signed.key(), market.treasury, market.mint)];
        instructions.extend(shards.iter().map(|shard| ix::fee_sweep(market, *shard, treasury_token)));
        send(signed, "fee_sweep", instructions).await?;
    }
    Ok(Swept {
        market: market.key.to_string(),
        treasury: market.treasury.to_string(),
        vaults: filled.len(),
        base_units,
        shown: signed.session.tokens(base_units),
    })
}

/// What was moved.
#[derive(Debug, Serialize)]
pub struct Swept {
    /// The market.
    pub market: String,
    /// The wallet that owns the fees now.
    pub treasury: String,
    /// Vaults that were emptied.
    pub vaults: usize,
    /// What was in them.
    pub base_units: u64,
    #[serde(skip)]
    shown: String,
}

impl fmt::Display for Swept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Lines::new()
            .line("treasury", &self.treasury)
            .line("swept", format!("{} from {} vaults", self.shown, self.vaults))
            .fmt(f)
    }
}
