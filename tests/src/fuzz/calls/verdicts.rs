use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;

use super::Caller;
use crate::svm::AuditRef;

impl Caller<'_> {
    pub(super) fn settle(&mut self, task: u8, run: u8, auditors: u16, bare: bool) -> Instruction {
        let by = self.run(task, run);
        let passed = self.model.passed(self.scene, by, auditors);
        let audits: Vec<AuditRef> = passed.into_iter().map(|staker| AuditRef::of(by, staker)).collect();
        let names_model = self.model.accounts.tasks.get(&by.task.key).is_some_and(|task| task.terms.model.is_some());
        let needed = |owner: Pubkey, account: Pubkey, holder: Pubkey| {
            (!bare && !self.model.payable(&account, &holder)).then(|| self.world.balance_of(&owner))
        };
        let (requester, modeller, market) = (by.task.requester, self.world.modeller, self.world.market);
        let requester_balance = needed(requester.key, requester.token, requester.key);
        let model_balance = needed(modeller.key, modeller.token, modeller.key).filter(|_| names_model);
        let provider_balance = needed(by.provider.authority, by.provider.vault, by.provider.provider);
        let fee_vault = self.world.fee_vault(by.task);
        let fees = needed(self.world.treasury.key, fee_vault, market.key);
        let treasury_balance = fees.or(needed(self.world.treasury.key, market.insurance_vault, market.key));
        let any = [requester_balance, model_balance, provider_balance, treasury_balance].iter().any(Option::is_some);
        let call = self.world.task_settle(by, &audits).with(|call| {
            call.accounts.model = names_model.then_some(self.scene.model);
            call.accounts.model_token = names_model.then_some(modeller.token);
            call.accounts.burn_mint = Some(market.mint);
            call.accounts.unclaimed_vault = any.then_some(market.unclaimed_vault);
            call.accounts.requester_balance = requester_balance;
            call.accounts.provider_balance = provider_balance;
            call.accounts.model_balance = model_balance;
            call.accounts.treasury_balance = treasury_balance;
        });
        call.instruction()
    }

    pub(super) fn expire(&mut self, task: u8, run: Option<u8>, bare: bool) -> Instruction {
        let named = self.run(task, run.unwrap_or(0));
        let call = match run {
            Some(_) => self.world.run_expire(named),
            None => self.world.task_expire(named.task),
        };
        let balance = |owner: &Pubkey| (!bare).then(|| self.world.balance_of(owner));
        let (requester, treasury) = (balance(&named.task.requester.key), balance(&self.world.treasury.key));
        let market = self.world.market;
        let call = call.with(|call| {
            call.accounts.burn_mint = Some(market.mint);
            call.accounts.unclaimed_vault = (!bare).then_some(market.unclaimed_vault);
            call.accounts.requester_balance = requester;
            call.accounts.treasury_balance = treasury;
        });
        call.instruction()
    }
}
