use tessera::instructions::{ProviderRegisterArgs, ProviderUpdateArgs};
use tessera::state::{BackendKind, Hardware, Roles};
use tessera::{accounts, instruction};

use super::{SYSTEM, TOKEN};
use crate::svm::{Call, Staker, World};

impl World {
    /// A wallet becomes a provider or verifier of the market.
    pub fn provider_register(
        &self,
        staker: Staker,
        roles: Roles,
    ) -> Call<accounts::ProviderRegister, instruction::ProviderRegister> {
        let hardware = Hardware { backend: BackendKind::Cuda, memory_mib: 81_920, compute_capability: 90 };
        let endpoint = "https://node.example:7443".to_owned();
        let args = ProviderRegisterArgs { roles, hardware, price_floor: 1_000_000, max_runs: 4, endpoint };
        Call::new(
            accounts::ProviderRegister {
                authority: staker.authority,
                market: self.market.key,
                mint: self.mint,
                provider: staker.provider,
                stake_vault: staker.vault,
                token_program: TOKEN,
                system_program: SYSTEM,
            },
            instruction::ProviderRegister { args },
        )
    }

    /// A provider changes what it says about itself.
    pub fn provider_update(
        &self,
        staker: Staker,
        args: ProviderUpdateArgs,
    ) -> Call<accounts::ProviderUpdate, instruction::ProviderUpdate> {
        let accounts = accounts::ProviderUpdate { authority: staker.authority, provider: staker.provider };
        Call::new(accounts, instruction::ProviderUpdate { args })
    }

    /// A provider adds stake.
    pub fn stake_deposit(
        &self,
        staker: Staker,
        amount: u64,
    ) -> Call<accounts::StakeDeposit, instruction::StakeDeposit> {
        Call::new(
            accounts::StakeDeposit {
                authority: staker.authority,
                market: self.market.key,
                mint: self.mint,
                provider: staker.provider,
                stake_vault: staker.vault,
                authority_token: staker.token,
                token_program: TOKEN,
            },
            instruction::StakeDeposit { amount },
        )
    }

    /// A provider starts to take stake out.
    pub fn stake_unbond(&self, staker: Staker, amount: u64) -> Call<accounts::StakeUnbond, instruction::StakeUnbond> {
        Call::new(
            accounts::StakeUnbond { authority: staker.authority, market: self.market.key, provider: staker.provider },
            instruction::StakeUnbond { amount },
        )
    }

    /// A provider takes out what has unbonded.
    pub fn stake_withdraw(&self, staker: Staker) -> Call<accounts::StakeWithdraw, instruction::StakeWithdraw> {
        Call::new(
            accounts::StakeWithdraw {
                authority: staker.authority,
                market: self.market.key,
                mint: self.mint,
                provider: staker.provider,
                stake_vault: staker.vault,
                authority_token: staker.token,
                token_program: TOKEN,
            },
            instruction::StakeWithdraw {},
        )
    }
}
