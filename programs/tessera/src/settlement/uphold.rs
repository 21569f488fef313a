use anchor_lang::prelude::*;
use tessera_rules::{UpheldPayout, upheld_payout};

use super::TaskMoney;
use crate::errors::TesseraError;
use crate::events::TaskSettled;
use crate::instructions::TaskSettle;
use crate::state::RunState;

impl TaskSettle<'_> {
    /// Decides the run for its provider and pays everyone but the auditors.
    #[inline(never)]
    pub(crate) fn uphold(&mut self, state: tessera_rules::TaskState) -> Result<TaskSettled> {
        let terms = &self.task.terms;
        let payout = upheld_payout(
            &self.task.escrow(),
            &terms.splits.into(),
            terms.model.is_some(),
            self.run.first_agreeing.is_some(),
            self.cranker_token.is_some(),
        )
        .map_err(TesseraError::from)?;
        self.apply_uphold(state, &payout)?;
        self.pay_uphold(&payout)?;
        Ok(TaskSettled {
            task: self.task.key(),
            run: self.run.key(),
            provider: self.run.provider,
            upheld: true,
            provider_paid: payout.provider.get(),
            treasury_paid: payout.treasury.get(),
            model_paid: payout.model.get(),
            cranker_paid: payout.cranker.get(),
            requester_refunded: payout.requester.get(),
            kept_for_auditor: payout.kept_for_auditor.get(),
            slashed: 0,
            challengers_paid: 0,
            requester_compensated: 0,
            sunk: 0,
        })
    }

    #[inline(never)]
    fn apply_uphold(&mut self, state: tessera_rules::TaskState, payout: &UpheldPayout) -> Result<()> {
        let provider = &mut self.provider;
        let stake = provider
            .stake()
            .release(self.run.lock.into())
            .and_then(|stake| stake.credit(payout.provider))
            .map_err(TesseraError::from)?;
        provider.stake = stake.into();
        provider.end_run()?;
        // A run that nobody checked says nothing about its provider.
        if self.run.first_agreeing.is_some() {
            let reputation = tessera_rules::Reputation::from(provider.reputation)
                .with_good(self.task.terms.reward.into(), &self.market.params.into())
                .map_err(TesseraError::from)?;
            provider.reputation = reputation.into();
        }
        provider.invariant()?;
        self.run.state = RunState::Upheld;
        self.run.invariant()?;
        self.task.state = state.into();
        self.task.escrow = payout.kept_for_auditor.get();
        self.task.invariant()
    }

    #[inline(never)]
    fn pay_uphold(&self, payout: &UpheldPayout) -> Result<()> {
        let money = TaskMoney::new(&self.task, &self.task_vault, &self.mint);
        money.pay(self.stake_vault.as_ref(), payout.provider.get())?;
        money.pay(self.fee_vault.as_ref(), payout.treasury.get())?;
        if let Some(token) = &self.model_token {
            money.pay(token.as_ref().as_ref(), payout.model.get())?;
        }
        if let Some(token) = &self.cranker_token {
            money.pay(token.as_ref().as_ref(), payout.cranker.get())?;
        }
        money.pay(self.requester_token.as_ref().as_ref(), payout.requester.get())
    }
}
