use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::AccountMeta;
use tessera::addresses::fee_shard;
use tessera::{accounts, instruction};

use super::SYSTEM;
use crate::svm::{AuditRef, Call, RunRef, TaskRef, World};

impl World {
    /// The cranker settles a run of a task without a model and closes these audits. Every token account can receive.
    pub fn task_settle(&self, run: RunRef, audits: &[AuditRef]) -> Call<accounts::TaskSettle, instruction::TaskSettle> {
        let (task, by) = (run.task, run.provider);
        let accounts = accounts::TaskSettle {
            cranker: self.cranker.key,
            market: self.market.key,
            mint: self.mint,
            task: task.key,
            task_vault: task.vault,
            run: run.key,
            provider: by.provider,
            stake_vault: by.vault,
            run_authority: by.authority,
            fee_vault: self.fee_vault(task),
            share: self.share(by, self.epoch()),
            insurance_vault: Some(self.market.insurance_vault),
            requester: task.requester.key,
            requester_token: task.requester.token,
            model: None,
            model_token: None,
            cranker_token: Some(self.cranker.token),
            burn_mint: None,
            challenger_vault: None,
            unclaimed_vault: None,
            requester_balance: None,
            provider_balance: None,
            model_balance: None,
            treasury_balance: None,
            token_program: self.token_program,
            system_program: SYSTEM,
        };
        let groups = audits.iter().flat_map(|audit| audit.group()).collect();
        Call::new(accounts, instruction::TaskSettle {}).with(|call| call.remaining = groups)
    }

    /// The same with every optional account: a model that pays to `model_payout`, all balances, and the mint to burn.
    pub fn task_settle_with_all(
        &self,
        run: RunRef,
        audits: &[AuditRef],
        model: Pubkey,
    ) -> Call<accounts::TaskSettle, instruction::TaskSettle> {
        let balance = |owner: Pubkey| Some(self.balance_of(&owner));
        self.task_settle(run, audits).with(|call| {
            call.accounts.model = Some(model);
            call.accounts.model_token = Some(self.modeller.token);
            call.accounts.burn_mint = Some(self.mint);
            call.accounts.unclaimed_vault = Some(self.market.unclaimed_vault);
            call.accounts.requester_balance = balance(run.task.requester.key);
            call.accounts.provider_balance = balance(run.provider.authority);
            call.accounts.model_balance = balance(self.modeller.key);
            call.accounts.treasury_balance = balance(self.treasury.key);
        })
    }

    /// The cranker ends a task that nobody works on.
    pub fn task_expire(&self, task: TaskRef) -> Call<accounts::TaskExpire, instruction::TaskExpire> {
        Call::new(
            accounts::TaskExpire {
                cranker: self.cranker.key,
                market: self.market.key,
                mint: self.mint,
                task: task.key,
                task_vault: task.vault,
                insurance_vault: Some(self.market.insurance_vault),
                requester: task.requester.key,
                requester_token: task.requester.token,
                cranker_token: Some(self.cranker.token),
                run: None,
                provider: None,
                stake_vault: None,
                run_authority: None,
                burn_mint: None,
                unclaimed_vault: None,
                requester_balance: None,
                treasury_balance: None,
                token_program: self.token_program,
                system_program: SYSTEM,
            },
            instruction::TaskExpire {},
        )
    }

    /// The cranker reports a run that was not submitted, sealed or revealed.
    pub fn run_expire(&self, run: RunRef) -> Call<accounts::TaskExpire, instruction::TaskExpire> {
        self.task_expire(run.task).with(|call| {
            call.accounts.run = Some(run.key);
            call.accounts.provider = Some(run.provider.provider);
            call.accounts.stake_vault = Some(run.provider.vault);
            call.accounts.run_authority = Some(run.provider.authority);
        })
    }

    /// The fee vault of a task in this epoch.
    pub fn fee_vault(&self, task: TaskRef) -> Pubkey {
        self.fee_vault_at(self.epoch(), fee_shard(&task.key))
    }
}

impl AuditRef {
    /// The four accounts with which a settlement closes the audit.
    pub fn group(&self) -> [AccountMeta; 4] {
        [self.key, self.verifier.provider, self.verifier.vault, self.verifier.authority]
            .map(|key| AccountMeta::new(key, false))
    }
}
