use anchor_lang::prelude::Pubkey;
use tessera::addresses::{
    balance_address, fee_vault_address, insurance_vault_address, pool_address, pool_vault_address, share_address,
    unclaimed_vault_address,
};
use tessera::errors::TesseraError;
use tessera::state::{EpochPool, LAYOUT_VERSION, MAX_EPOCHS_AHEAD, Share};
use tessera_rules::{epoch_of, epoch_open, epoch_over, pool_closable, pool_final, pool_share};

use super::tokens::Leg;
use super::{Fate, Model, Refused, fits};
use crate::fuzz::scene::Scene;

/// Fee vaults of an epoch.
const SHARDS: u8 = 16;

impl Model {
    fn epoch_within(&mut self, market: &Pubkey, epoch: u64, ahead: u64) -> Fate {
        let unix = self.now.unix;
        let seconds = self.market(market)?.epoch_seconds;
        epoch_open(epoch, unix, seconds)?;
        if epoch > epoch_of(unix, seconds) + ahead { Err(TesseraError::EpochTooFar.into()) } else { Ok(()) }
    }

    fn pool(&mut self, market: &Pubkey, epoch: u64) -> Fate<&mut EpochPool> {
        self.accounts.pools.get_mut(&pool_address(market, epoch).0).ok_or(Refused::Missing)
    }

    fn require_final(&mut self, market: &Pubkey, epoch: u64) -> Fate {
        let (unix, seconds) = (self.now.unix, self.market(market)?.epoch_seconds);
        let pool = self.pool(market, epoch)?;
        Ok(pool_final(epoch, pool.opened, pool.swept, unix, seconds)?)
    }

    pub(super) fn pool_open(&mut self, scene: &Scene, market: u8, epoch: i8) -> Fate {
        let (market, epoch) = (scene.markets[usize::from(market)].key, scene.epoch(epoch));
        self.epoch_within(&market, epoch, MAX_EPOCHS_AHEAD)?;
        let ((key, bump), (vault, vault_bump)) = (pool_address(&market, epoch), pool_vault_address(&market, epoch));
        let new = EpochPool {
            version: LAYOUT_VERSION,
            bump,
            market,
            epoch,
            payer: scene.wallets[9].key,
            vault_bump,
            opened: 0,
            swept: 0,
            shares_open: 0,
            funded: 0,
            paid: 0,
            total_fees: 0,
            fee_payers: [Pubkey::default(); 16],
            reserved: [0; 64],
        };
        if self.accounts.pools.insert(key, new).is_some() {
            return Err(Refused::Code(0));
        }
        self.open_vault(vault, market)
    }

    pub(super) fn pool_fund(&mut self, scene: &Scene, market: u8, epoch: i8, amount: u64) -> Fate {
        let (market, epoch) = (scene.markets[usize::from(market)].key, scene.epoch(epoch));
        self.pool(&market, epoch)?;
        if amount == 0 {
            return Err(TesseraError::AmountZero.into());
        }
        self.epoch_within(&market, epoch, MAX_EPOCHS_AHEAD)?;
        let pool = self.pool(&market, epoch)?;
        pool.funded = fits(pool.funded.checked_add(amount))?;
        let funder = scene.wallets[11];
        self.take_coins(&funder.token, &pool_vault_address(&market, epoch).0, &funder.key, amount)
    }

    pub(super) fn pool_claim(&mut self, scene: &Scene, by: u8, epoch: i8, bare: bool) -> Fate {
        let (staker, epoch) = (scene.staker(by), scene.epoch(epoch));
        let market = scene.markets[usize::from(scene.market_of(by))].key;
        self.pool(&market, epoch)?;
        let key = share_address(&staker.provider, epoch).0;
        let share = self.accounts.shares.get(&key).cloned().ok_or(Refused::Missing)?;
        self.require_final(&market, epoch)?;
        let pool = self.pool(&market, epoch)?;
        pool.shares_open -= 1;
        let left = pool.funded - pool.paid;
        let part = pool_share(pool.funded.into(), share.fees.into(), pool.total_fees.into()).get().min(left);
        self.accounts.shares.remove(&key);
        if !self.accounts.providers.contains_key(&staker.provider) {
            return Ok(());
        }
        self.pool(&market, epoch)?.paid += part;
        if self.payable(&staker.vault, &staker.provider) {
            let provider = self.provider(&staker.provider)?;
            provider.stake = provider.stake().credit(part.into())?.into();
        }
        let leg = Leg { account: staker.vault, holder: staker.provider, owner: staker.authority };
        let unclaimed = self.unclaimed(scene, &market, bare);
        self.pay_leg(&pool_vault_address(&market, epoch).0, &leg, unclaimed, part)
    }

    pub(super) fn pool_close(&mut self, scene: &Scene, market: u8, epoch: i8) -> Fate {
        let (market, epoch) = (scene.markets[usize::from(market)].key, scene.epoch(epoch));
        let (unix, seconds) = (self.now.unix, self.market(&market)?.epoch_seconds);
        let shares = self.pool(&market, epoch)?.shares_open;
        pool_closable(epoch, unix, seconds)?;
        self.require_final(&market, epoch)?;
        if shares > 0 {
            return Err(TesseraError::SharesOpen.into());
        }
        let vault = pool_vault_address(&market, epoch).0;
        let rest = self.coins(&vault);
        self.pay(&vault, &insurance_vault_address(&market).0, rest)?;
        self.close_vault(&vault)?;
        self.accounts.pools.remove(&pool_address(&market, epoch).0);
        Ok(())
    }

    pub(super) fn share_open(&mut self, scene: &Scene, by: u8, epoch: i8) -> Fate {
        let (staker, epoch) = (scene.staker(by), scene.epoch(epoch));
        let market = scene.markets[usize::from(scene.market_of(by))].key;
        self.pool(&market, epoch)?;
        self.provider(&staker.provider)?;
        self.epoch_within(&market, epoch, 1)?;
        self.pool(&market, epoch)?.shares_open += 1;
        let (key, bump) = share_address(&staker.provider, epoch);
        let new = Share {
            version: LAYOUT_VERSION,
            bump,
            market,
            provider: staker.provider,
            epoch,
            payer: scene.wallets[9].key,
            fees: 0,
            reserved: [0; 32],
        };
        match self.accounts.shares.insert(key, new) {
            None => Ok(()),
            Some(_) => Err(Refused::Code(0)),
        }
    }

    pub(super) fn fee_vault_open(&mut self, scene: &Scene, market: u8, epoch: i8, shard: u8) -> Fate {
        let (market, epoch) = (scene.markets[usize::from(market)].key, scene.epoch(epoch));
        self.pool(&market, epoch)?;
        self.epoch_within(&market, epoch, 1)?;
        if shard >= SHARDS {
            return Err(TesseraError::ShardOutOfRange.into());
        }
        let pool = self.pool(&market, epoch)?;
        if pool.opened & (1 << shard) != 0 {
            return Err(TesseraError::WrongState.into());
        }
        pool.opened |= 1 << shard;
        pool.fee_payers[usize::from(shard)] = scene.wallets[9].key;
        self.open_vault(fee_vault_address(&market, epoch, shard).0, market)
    }

    pub(super) fn fee_sweep(&mut self, scene: &Scene, (market, epoch): (u8, i8), shard: u8, bare: bool) -> Fate {
        let (market, epoch) = (scene.markets[usize::from(market)].key, scene.epoch(epoch));
        let (unix, seconds) = (self.now.unix, self.market(&market)?.epoch_seconds);
        let treasury = scene.wallets[10];
        self.pool(&market, epoch)?;
        let vault = fee_vault_address(&market, epoch, shard).0;
        if !self.accounts.tokens.contains_key(&vault) {
            // Never opened, so that nobody paid for it; or swept already.
            return Err(Refused::Somehow);
        }
        epoch_over(epoch, unix, seconds)?;
        let amount = self.coins(&vault);
        let pool = self.pool(&market, epoch)?;
        pool.swept |= 1 << shard;
        pool.total_fees = fits(pool.total_fees.checked_add(amount))?;
        let leg = Leg { account: treasury.token, holder: treasury.key, owner: treasury.key };
        let unclaimed = self.unclaimed(scene, &market, bare);
        self.pay_leg(&vault, &leg, unclaimed, amount)?;
        self.close_vault(&vault)
    }

    pub(super) fn balance_claim(&mut self, scene: &Scene, market: u8, wallet: u8, elsewhere: bool) -> Fate {
        let market = scene.markets[usize::from(market)].key;
        let owner = scene.wallets[usize::from(wallet)];
        let key = balance_address(&market, &owner.key).0;
        let amount = self.accounts.balances.get(&key).ok_or(Refused::Missing)?.amount;
        let to = if elsewhere { scene.wallets[9].token } else { owner.token };
        self.pay(&unclaimed_vault_address(&market).0, &to, amount)?;
        self.accounts.balances.remove(&key);
        Ok(())
    }
}
