use anchor_lang::solana_program::instruction::AccountMeta;
use tessera::{accounts, instruction};

use super::{SYSTEM, TOKEN};
use crate::svm::{AuditRef, Call, RunRef, Staker, TaskRef, World};

impl World {
    /// A verifier posts the root that it found.
    pub fn audit_post(
        &self,
        run: RunRef,
        by: Staker,
        root: [u8; 32],
    ) -> Call<accounts::AuditPost, instruction::AuditPost> {
        Call::new(
            accounts::AuditPost {
                authority: by.authority,
                verifier: by.provider,
                task: run.task.key,
                run: run.key,
                audit: AuditRef::of(run, by).key,
                matching: None,
                system_program: SYSTEM,
            },
            instruction::AuditPost { root },
        )
    }

    /// The cranker settles a task without a model and closes these audits.
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
            fee_vault: task.fee_vault,
            insurance_vault: self.market.insurance_vault,
            requester: task.requester.key,
            requester_token: task.requester.token,
            model: None,
            model_token: None,
            cranker_token: Some(self.cranker.token),
            burn_mint: None,
            token_program: TOKEN,
        };
        let groups = audits.iter().flat_map(|audit| audit.group()).collect();
        Call::new(accounts, instruction::TaskSettle {}).with(|call| call.remaining = groups)
    }

    /// The cranker ends a task that nobody claimed.
    pub fn task_expire(&self, task: TaskRef) -> Call<accounts::TaskExpire, instruction::TaskExpire> {
        Call::new(
            accounts::TaskExpire {
                cranker: self.cranker.key,
                market: self.market.key,
                mint: self.mint,
                task: task.key,
                task_vault: task.vault,
                insurance_vault: self.market.insurance_vault,
                requester: task.requester.key,
                requester_token: task.requester.token,
                cranker_token: Some(self.cranker.token),
                run: None,
                provider: None,
                stake_vault: None,
                run_authority: None,
                token_program: TOKEN,
            },
            instruction::TaskExpire {},
        )
    }

    /// The cranker reports a run that was not submitted.
    pub fn run_expire(&self, run: RunRef) -> Call<accounts::TaskExpire, instruction::TaskExpire> {
        self.task_expire(run.task).with(|call| {
            call.accounts.run = Some(run.key);
            call.accounts.provider = Some(run.provider.provider);
            call.accounts.stake_vault = Some(run.provider.vault);
            call.accounts.run_authority = Some(run.provider.authority);
        })
    }
}

impl AuditRef {
    /// The four accounts with which a settlement closes the audit.
    pub fn group(&self) -> [AccountMeta; 4] {
        [self.key, self.verifier.provider, self.verifier.vault, self.verifier.authority]
            .map(|key| AccountMeta::new(key, false))
    }
}
