use tessera::addresses::{fee_vault_address, model_address};
use tessera::instructions::MarketInitArgs;
use tessera::state::MarketParams;
use tessera::{accounts, instruction};

use super::{SYSTEM, TOKEN};
use crate::svm::{Call, MarketRef, Wallet, World, wallet};

impl World {
    /// The market's creator makes it.
    pub fn market_init(
        &self,
        market: MarketRef,
        params: MarketParams,
    ) -> Call<accounts::MarketInit, instruction::MarketInit> {
        let args =
            MarketInitArgs { id: market.id, authority: wallet("authority"), treasury: self.treasury.key, params };
        Call::new(
            accounts::MarketInit {
                creator: market.creator,
                mint: market.mint,
                market: market.key,
                insurance_vault: market.insurance_vault,
                token_program: TOKEN,
                system_program: SYSTEM,
            },
            instruction::MarketInit { args },
        )
    }

    /// The cranker opens a fee vault of the market.
    pub fn fee_vault_open(&self, shard: u8) -> Call<accounts::FeeVaultOpen, instruction::FeeVaultOpen> {
        Call::new(
            accounts::FeeVaultOpen {
                payer: self.cranker.key,
                market: self.market.key,
                mint: self.mint,
                fee_vault: fee_vault_address(&self.market.key, shard).0,
                token_program: TOKEN,
                system_program: SYSTEM,
            },
            instruction::FeeVaultOpen { shard },
        )
    }

    /// Anyone moves a fee vault's tokens to the treasury.
    pub fn fee_sweep(&self, shard: u8) -> Call<accounts::FeeSweep, instruction::FeeSweep> {
        Call::new(
            accounts::FeeSweep {
                market: self.market.key,
                mint: self.mint,
                fee_vault: fee_vault_address(&self.market.key, shard).0,
                treasury_token: self.treasury.token,
                token_program: TOKEN,
            },
            instruction::FeeSweep { shard },
        )
    }

    /// A creator registers a model that pays to its own wallet.
    pub fn model_register(
        &self,
        creator: Wallet,
        model_root: [u8; 32],
    ) -> Call<accounts::ModelRegister, instruction::ModelRegister> {
        Call::new(
            accounts::ModelRegister {
                creator: creator.key,
                model: model_address(&creator.key, &model_root).0,
                system_program: SYSTEM,
            },
            instruction::ModelRegister { model_root, payout: creator.key },
        )
    }
}
