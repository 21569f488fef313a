//! `market sweep`.

use std::fmt;

use serde::Serialize;
use tessera_chain::address;
use tessera_chain::due::Crank;

use crate::config::Config;
use crate::error::CliError;
use crate::output::Lines;
use crate::session::SignedSession;
use crate::upkeep::{look, send_due};
use crate::wallet::LocalWallet;

/// Moves the fees of epochs that are over to the treasury; anyone may.
///
/// # Errors
/// [`CliError`]; a vault that was emptied before the error stays empty.
pub async fn run(config: &Config) -> Result<(), CliError> {
    let signed = SignedSession::open(config, LocalWallet::Operator).await?;
    let swept = sweep(&signed).await?;
    if swept.vaults > 0 {
        config
            .printer
            .note("next: `tessera market pool claim` pays what was given for these epochs to their providers");
    }
    config.printer.report(&swept)
}

/// Empties and closes the fee vaults of all epochs that are over.
///
/// # Errors
/// As [`run`].
pub async fn sweep(signed: &SignedSession) -> Result<Swept, CliError> {
    let session = &signed.session;
    let market = &session.market;
    let world = look(session).await?;
    let mut epochs = Vec::new();
    let (mut vaults, mut base_units, mut waiting) = (0, 0_u64, 0_u64);
    let current = market.epoch(world.moment);
    for pool in world.pools.values() {
        let open = (0..16).filter(|shard| (pool.opened & !pool.swept) >> shard & 1 == 1);
        for shard in open {
            let vault = address::fee_vault(&market.key, pool.epoch, shard);
            let amount = session.chain.token_balance(vault).await?.map_or(0, |account| account.amount);
            if pool.epoch < current {
                (vaults, base_units) = (vaults + 1, base_units.saturating_add(amount));
                epochs.push(pool.epoch);
            } else {
                waiting = waiting.saturating_add(amount);
            }
        }
    }
    send_due(signed, &world, |crank| matches!(crank, Crank::SweepFees { .. })).await?;
    epochs.sort_unstable();
    epochs.dedup();
    Ok(Swept {
        market: market.key.to_string(),
        treasury: market.treasury.to_string(),
        epochs,
        vaults,
        base_units,
        waiting,
        shown: [base_units, waiting].map(|amount| session.tokens(amount)),
    })
}

/// What was moved.
#[derive(Debug, Serialize)]
pub struct Swept {
    /// The market.
    pub market: String,
    /// The wallet that owns the fees now.
    pub treasury: String,
    /// The epochs whose vaults were emptied.
    pub epochs: Vec<u64>,
    /// Vaults that were emptied and closed.
    pub vaults: usize,
    /// What was in them.
    pub base_units: u64,
    /// Fees of the current epoch, which can be swept once it is over.
    pub waiting: u64,
    #[serde(skip)]
    shown: [String; 2],
}

impl fmt::Display for Swept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [swept, waiting] = &self.shown;
        Lines::new()
            .line("treasury", &self.treasury)
            .line("swept", format!("{swept} from {} vaults of {} epochs", self.vaults, self.epochs.len()))
            .maybe("waiting", (self.waiting > 0).then(|| format!("{waiting} until the current epoch is over")))
            .fmt(f)
    }
}
