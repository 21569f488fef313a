use anchor_lang::prelude::Pubkey;
use tessera::errors::TesseraError;
use tessera::state::{MarketParams, PendingParams};
use tessera_rules::{plan_apply, plan_propose};

use super::{Fate, Model};
use crate::fuzz::scene::{Scene, params};

/// What an authority proposes.
pub(crate) fn proposal(market: u8, variant: u8) -> MarketParams {
    let known = params()[usize::from(market)];
    match variant {
        0 => known,
        1 => MarketParams { audit_rate_bps: 10_000, min_reward: 2_000_000, ..known },
        2 => MarketParams { silence_bps: 10_000, agreed_challenge_seconds: 5, unbonding_seconds: 20_000, ..known },
        3 => MarketParams { reputation_decay_bps: 0, ..known },
        _ => MarketParams { audit_rate_bps: 0, min_reward: u64::MAX, ..known },
    }
}

impl Model {
    pub(super) fn propose(&mut self, scene: &Scene, market: u8, variant: u8, by_stranger: bool) -> Fate {
        let now = self.now;
        let params = proposal(market, variant);
        let market = self.market(&scene.markets[usize::from(market)].key)?;
        if by_stranger {
            return Err(TesseraError::WrongAuthority.into());
        }
        let earliest = plan_propose(&market.params.into(), &params.into(), false, now.into())?.into();
        market.pending = Some(PendingParams { params, earliest });
        Ok(())
    }

    pub(super) fn apply_params(&mut self, scene: &Scene, market: u8) -> Fate {
        let now = self.now;
        let market = self.market(&scene.markets[usize::from(market)].key)?;
        plan_apply(market.pending.map(|pending| pending.earliest.into()), now.into())?;
        if let Some(pending) = market.pending.take() {
            market.params = pending.params;
        }
        Ok(())
    }

    pub(super) fn drop_proposal(&mut self, scene: &Scene, market: u8) -> Fate {
        let market = self.market(&scene.markets[usize::from(market)].key)?;
        market.pending.take().map(|_| ()).ok_or(TesseraError::NothingPending.into())
    }

    pub(super) fn pause(&mut self, scene: &Scene, market: u8, paused: bool) -> Fate {
        self.market(&scene.markets[usize::from(market)].key)?.paused = paused;
        Ok(())
    }

    pub(super) fn offer(&mut self, scene: &Scene, market: u8, to: Option<u8>) -> Fate {
        let to: Option<Pubkey> = to.map(|wallet| scene.wallets[usize::from(wallet)].key);
        self.market(&scene.markets[usize::from(market)].key)?.pending_authority = to;
        Ok(())
    }

    pub(super) fn accept(&mut self, scene: &Scene, market: u8, wallet: u8) -> Fate {
        let by = scene.wallets[usize::from(wallet)].key;
        let market = self.market(&scene.markets[usize::from(market)].key)?;
        if market.pending_authority != Some(by) {
            return Err(super::Refused::Somehow);
        }
        market.authority = by;
        market.pending_authority = None;
        Ok(())
    }
}
