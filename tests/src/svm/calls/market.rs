use anchor_lang::prelude::Pubkey;
use tessera::addresses::{balance_address, model_address};
use tessera::instructions::MarketInitArgs;
use tessera::state::{Balance, MarketParams};
use tessera::{accounts, instruction};

use super::SYSTEM;
use crate::svm::{Call, EPOCH_SECONDS, MarketRef, Wallet, World};

impl World {
    /// The market's creator makes it.
    pub fn market_init(
        &self,
        market: MarketRef,
        params: MarketParams,
    ) -> Call<accounts::MarketInit, instruction::MarketInit> {
        let args = MarketInitArgs {
            id: market.id,
            authority: self.authority,
            treasury: self.treasury.key,
            epoch_seconds: EPOCH_SECONDS,
            params,
        };
        Call::new(
            accounts::MarketInit {
                creator: market.creator,
                mint: market.mint,
                market: market.key,
                insurance_vault: market.insurance_vault,
                unclaimed_vault: market.unclaimed_vault,
                token_program: self.token_program,
                system_program: SYSTEM,
            },
            instruction::MarketInit { args },
        )
    }

    /// The authority proposes parameters.
    pub fn market_propose(&self, params: MarketParams) -> Call<accounts::MarketPropose, instruction::MarketPropose> {
        let accounts = accounts::MarketPropose { authority: self.authority, market: self.market.key };
        Call::new(accounts, instruction::MarketPropose { params })
    }

    /// Anyone applies them.
    pub fn market_apply(&self) -> Call<accounts::MarketApply, instruction::MarketApply> {
        Call::new(accounts::MarketApply { market: self.market.key }, instruction::MarketApply {})
    }

    /// The authority drops them.
    pub fn market_withdraw(&self) -> Call<accounts::MarketWithdraw, instruction::MarketWithdraw> {
        let accounts = accounts::MarketWithdraw { authority: self.authority, market: self.market.key };
        Call::new(accounts, instruction::MarketWithdraw {})
    }

    /// The authority pauses or resumes the market.
    pub fn market_pause(&self, paused: bool) -> Call<accounts::MarketPause, instruction::MarketPause> {
        let accounts = accounts::MarketPause { authority: self.authority, market: self.market.key };
        Call::new(accounts, instruction::MarketPause { paused })
    }

    /// The authority offers its place.
    pub fn authority_offer(&self, to: Option<Pubkey>) -> Call<accounts::AuthorityOffer, instruction::AuthorityOffer> {
        let accounts = accounts::AuthorityOffer { authority: self.authority, market: self.market.key };
        Call::new(accounts, instruction::AuthorityOffer { to })
    }

    /// Somebody takes the authority's place.
    pub fn authority_accept(&self, by: Pubkey) -> Call<accounts::AuthorityAccept, instruction::AuthorityAccept> {
        let accounts = accounts::AuthorityAccept { authority: by, market: self.market.key };
        Call::new(accounts, instruction::AuthorityAccept {})
    }

    /// The cranker migrates an account other than a market.
    pub fn account_migrate(&self, account: Pubkey) -> Call<accounts::AccountMigrate, instruction::AccountMigrate> {
        Call::new(
            accounts::AccountMigrate {
                payer: self.cranker.key,
                account,
                mint: None,
                unclaimed_vault: None,
                token_program: None,
                system_program: SYSTEM,
            },
            instruction::AccountMigrate {},
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

    /// A wallet claims its balance into its token account.
    pub fn balance_claim(&self, owner: Wallet) -> Call<accounts::BalanceClaim, instruction::BalanceClaim> {
        let balance = self.balance_of(&owner.key);
        let payer = self.find::<Balance>(&balance).map_or(self.cranker.key, |balance| balance.payer);
        Call::new(
            accounts::BalanceClaim {
                owner: owner.key,
                market: self.market.key,
                mint: self.mint,
                balance,
                unclaimed_vault: self.market.unclaimed_vault,
                to: owner.token,
                payer,
                token_program: self.token_program,
            },
            instruction::BalanceClaim {},
        )
    }

    /// Where a wallet's balance is.
    pub fn balance_of(&self, owner: &Pubkey) -> Pubkey {
        balance_address(&self.market.key, owner).0
    }
}
