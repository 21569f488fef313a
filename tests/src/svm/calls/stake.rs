use tessera::instructions::{ProviderRegisterArgs, ProviderUpdateArgs};
use tessera::state::{BackendKind, Hardware, Roles, TicketChain};
use tessera::{accounts, instruction};

use super::SYSTEM;
use crate::svm::{Call, Staker, World};

/// What every provider says it has.
pub const HARDWARE: Hardware =
    Hardware { backend: BackendKind::Cuda, memory_mib: 81_920, compute_capability: 90, region: *b"DE", tier: 2 };

impl World {
    /// A wallet becomes a provider or verifier of the market; a verifier with its ticket chain.
    pub fn provider_register(
        &self,
        staker: Staker,
        roles: Roles,
    ) -> Call<accounts::ProviderRegister, instruction::ProviderRegister> {
        let args = ProviderRegisterArgs {
            roles,
            hardware: HARDWARE,
            price_floor: 1_000_000,
            max_runs: 4,
            endpoint: "https://node.example:7443".to_owned(),
            ticket: roles.verify.then(|| staker.chain_at(self.bank.now().0)),
        };
        Call::new(
            accounts::ProviderRegister {
                authority: staker.authority,
                market: self.market.key,
                mint: self.mint,
                provider: staker.provider,
                stake_vault: staker.vault,
                token_program: self.token_program,
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
        let accounts = accounts::ProviderUpdate {
            authority: staker.authority,
            market: self.market.key,
            provider: staker.provider,
        };
        Call::new(accounts, instruction::ProviderUpdate { args })
    }

    /// A provider leaves for good.
    pub fn provider_close(&self, staker: Staker) -> Call<accounts::ProviderClose, instruction::ProviderClose> {
        Call::new(
            accounts::ProviderClose {
                authority: staker.authority,
                market: self.market.key,
                mint: self.mint,
                provider: staker.provider,
                stake_vault: staker.vault,
                insurance_vault: self.market.insurance_vault,
                token_program: self.token_program,
            },
            instruction::ProviderClose {},
        )
    }

    /// A verifier commits to a ticket chain.
    pub fn verifier_commit(
        &self,
        staker: Staker,
        chain: TicketChain,
    ) -> Call<accounts::VerifierCommit, instruction::VerifierCommit> {
        let accounts = accounts::VerifierCommit { authority: staker.authority, provider: staker.provider };
        Call::new(accounts, instruction::VerifierCommit { chain })
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
                token_program: self.token_program,
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

    /// Anyone lowers a verifier's ticket weight to its stake.
    pub fn stake_recount(&self, staker: Staker) -> Call<accounts::StakeRecount, instruction::StakeRecount> {
        let accounts = accounts::StakeRecount { market: self.market.key, provider: staker.provider };
        Call::new(accounts, instruction::StakeRecount {})
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
                token_program: self.token_program,
            },
            instruction::StakeWithdraw {},
        )
    }
}
