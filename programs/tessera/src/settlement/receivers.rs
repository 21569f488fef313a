use anchor_lang::prelude::*;

use super::{Drain, Leg, TaskMoney, Unclaimed};
use crate::events::{Payment, ReputationChanged, RunOutcome, TaskSettled};
use crate::instructions::TaskSettle;
use crate::token_account::payable;

/// What a settlement that decides says about it.
pub(crate) struct Decided {
    /// The decision and its payments.
    pub(crate) settled: Box<TaskSettled>,
    /// What it does to the provider's reputation.
    pub(crate) reputation: Option<ReputationChanged>,
}

/// The account behind an optional field.
pub(crate) fn info<'a, 'info>(account: &'a Option<UncheckedAccount<'info>>) -> Option<&'a AccountInfo<'info>> {
    account.as_ref().map(AsRef::as_ref)
}

impl<'info> TaskSettle<'info> {
    pub(crate) fn money(&self) -> Result<TaskMoney<'_, 'info>> {
        TaskMoney::new(&self.task, self.task_vault.as_ref(), self.mint.as_ref())
    }

    pub(crate) fn unclaimed(&self) -> Unclaimed<'_, 'info> {
        Unclaimed { market: &self.market, vault: info(&self.unclaimed_vault), payer: self.cranker.as_ref() }
    }

    pub(crate) fn drain(&self) -> Drain<'_, 'info> {
        Drain {
            sink: self.task.terms.sink,
            insurance: info(&self.insurance_vault),
            burn_mint: info(&self.burn_mint),
            treasury_balance: info(&self.treasury_balance),
        }
    }

    pub(crate) fn requester_leg(&self) -> Leg<'_, 'info> {
        Leg::to_wallet(self.task.terms.requester, self.requester_token.as_ref(), info(&self.requester_balance))
    }

    pub(crate) fn provider_leg(&self) -> Leg<'_, 'info> {
        let balance = info(&self.provider_balance);
        Leg::to_vault(self.run.provider, self.stake_vault.as_ref(), self.provider.authority, balance)
    }

    pub(crate) fn treasury_leg(&self) -> Leg<'_, 'info> {
        let balance = info(&self.treasury_balance);
        Leg::to_vault(self.market.key(), self.fee_vault.as_ref(), self.market.treasury, balance)
    }

    pub(crate) fn model_leg(&self) -> Option<Leg<'_, 'info>> {
        let (Some(model), Some(token)) = (&self.model, &self.model_token) else {
            return None;
        };
        Some(Leg::to_wallet(model.payout, token.as_ref(), info(&self.model_balance)))
    }

    /// Whether the cranker gave a token account of its own that can receive.
    pub(crate) fn cranker_receives(&self) -> bool {
        info(&self.cranker_token).is_some_and(|token| payable(token, &self.market, self.cranker.key))
    }

    /// Pays the cranker's part, which is zero where it cannot receive.
    pub(crate) fn pay_cranker(&self, money: &TaskMoney<'_, 'info>, amount: u64) -> Result<u64> {
        if let Some(token) = info(&self.cranker_token) {
            money.pay(token, amount)?;
        }
        Ok(amount)
    }

    /// The event of a decision, without its payments.
    pub(crate) fn settled(&self, outcome: RunOutcome) -> Box<TaskSettled> {
        let none = |owner| Payment { owner, amount: 0, kept: false };
        Box::new(TaskSettled {
            task: self.task.key(),
            run: self.run.key(),
            provider: self.run.provider,
            outcome,
            output_root: self.run.output_root,
            provider_paid: none(self.provider.authority),
            treasury_paid: none(self.market.treasury),
            model_paid: none(self.model.as_ref().map_or_else(Pubkey::default, |model| model.payout)),
            cranker_paid: 0,
            requester_refunded: none(self.task.terms.requester),
            kept_for_auditors: 0,
            slashed: 0,
            challengers_paid: Vec::new(),
            requester_compensated: none(self.task.terms.requester),
            sunk: 0,
        })
    }
}
