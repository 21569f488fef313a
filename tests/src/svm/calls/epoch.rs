use anchor_lang::prelude::Pubkey;
use tessera::addresses::{fee_vault_address, pool_address, pool_vault_address, share_address};
use tessera::state::{EpochPool, Provider, Share};
use tessera::{accounts, instruction};

use super::SYSTEM;
use crate::svm::{Call, Staker, World};

impl World {
    /// The cranker opens the books of an epoch.
    pub fn pool_open(&self, epoch: u64) -> Call<accounts::PoolOpen, instruction::PoolOpen> {
        Call::new(
            accounts::PoolOpen {
                payer: self.cranker.key,
                market: self.market.key,
                mint: self.mint,
                pool: self.pool(epoch),
                pool_vault: self.pool_vault(epoch),
                token_program: self.token_program,
                system_program: SYSTEM,
            },
            instruction::PoolOpen { epoch },
        )
    }

    /// The modeller gives tokens for an epoch's providers.
    pub fn pool_fund(&self, epoch: u64, amount: u64) -> Call<accounts::PoolFund, instruction::PoolFund> {
        Call::new(
            accounts::PoolFund {
                funder: self.modeller.key,
                market: self.market.key,
                mint: self.mint,
                pool: self.pool(epoch),
                pool_vault: self.pool_vault(epoch),
                funder_token: self.modeller.token,
                token_program: self.token_program,
            },
            instruction::PoolFund { epoch, amount },
        )
    }

    /// The cranker opens a provider's share of an epoch.
    pub fn share_open(&self, of: Staker, epoch: u64) -> Call<accounts::ShareOpen, instruction::ShareOpen> {
        Call::new(
            accounts::ShareOpen {
                payer: self.cranker.key,
                market: self.market.key,
                pool: self.pool(epoch),
                provider: of.provider,
                share: self.share(of, epoch),
                system_program: SYSTEM,
            },
            instruction::ShareOpen { epoch },
        )
    }

    /// The cranker has a provider paid its part of an epoch's pool.
    pub fn pool_claim(&self, of: Staker, epoch: u64) -> Call<accounts::PoolClaim, instruction::PoolClaim> {
        let share = self.share(of, epoch);
        let share_payer = self.find::<Share>(&share).map_or(self.cranker.key, |share| share.payer);
        Call::new(
            accounts::PoolClaim {
                cranker: self.cranker.key,
                market: self.market.key,
                mint: self.mint,
                pool: self.pool(epoch),
                pool_vault: self.pool_vault(epoch),
                share,
                provider: of.provider,
                stake_vault: of.vault,
                share_payer,
                provider_balance: None,
                unclaimed_vault: None,
                token_program: self.token_program,
                system_program: SYSTEM,
            },
            instruction::PoolClaim { epoch },
        )
    }

    /// The cranker closes the books of an epoch.
    pub fn pool_close(&self, epoch: u64) -> Call<accounts::PoolClose, instruction::PoolClose> {
        let pool = self.pool(epoch);
        let pool_payer = self.find::<EpochPool>(&pool).map_or(self.cranker.key, |pool| pool.payer);
        Call::new(
            accounts::PoolClose {
                cranker: self.cranker.key,
                market: self.market.key,
                mint: self.mint,
                pool,
                pool_vault: self.pool_vault(epoch),
                pool_payer,
                insurance_vault: self.market.insurance_vault,
                token_program: self.token_program,
            },
            instruction::PoolClose { epoch },
        )
    }

    /// The cranker opens a fee vault of an epoch.
    pub fn fee_vault_open(&self, epoch: u64, shard: u8) -> Call<accounts::FeeVaultOpen, instruction::FeeVaultOpen> {
        Call::new(
            accounts::FeeVaultOpen {
                payer: self.cranker.key,
                market: self.market.key,
                mint: self.mint,
                pool: self.pool(epoch),
                fee_vault: self.fee_vault_at(epoch, shard),
                token_program: self.token_program,
                system_program: SYSTEM,
            },
            instruction::FeeVaultOpen { epoch, shard },
        )
    }

    /// Anyone moves a fee vault's tokens to the treasury.
    pub fn fee_sweep(&self, epoch: u64, shard: u8) -> Call<accounts::FeeSweep, instruction::FeeSweep> {
        let pool = self.pool(epoch);
        let payers = self.find::<EpochPool>(&pool).map(|pool| pool.fee_payers);
        let vault_payer = payers.and_then(|payers| payers.get(usize::from(shard)).copied());
        Call::new(
            accounts::FeeSweep {
                cranker: self.cranker.key,
                market: self.market.key,
                mint: self.mint,
                pool,
                fee_vault: self.fee_vault_at(epoch, shard),
                treasury_token: self.treasury.token,
                vault_payer: vault_payer.unwrap_or(self.cranker.key),
                treasury_balance: None,
                unclaimed_vault: None,
                token_program: self.token_program,
                system_program: SYSTEM,
            },
            instruction::FeeSweep { epoch, shard },
        )
    }

    /// Where the books of an epoch are.
    pub fn pool(&self, epoch: u64) -> Pubkey {
        pool_address(&self.market.key, epoch).0
    }

    /// Where an epoch's contributions are.
    pub fn pool_vault(&self, epoch: u64) -> Pubkey {
        pool_vault_address(&self.market.key, epoch).0
    }

    /// Where a provider's share of an epoch is.
    pub fn share(&self, of: Staker, epoch: u64) -> Pubkey {
        share_address(&of.provider, epoch).0
    }

    /// Where a shard's fees of an epoch are.
    pub fn fee_vault_at(&self, epoch: u64, shard: u8) -> Pubkey {
        fee_vault_address(&self.market.key, epoch, shard).0
    }

    /// What a provider is.
    pub fn provider_of(&self, staker: Staker) -> Provider {
        self.read(&staker.provider)
    }
}
