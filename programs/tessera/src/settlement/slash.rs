use anchor_lang::prelude::*;
use tessera_rules::{SlashPayout, slash_payout};

use super::{PassedAudit, TaskMoney};
use crate::errors::TesseraError;
use crate::events::TaskSettled;
use crate::instructions::TaskSettle;
use crate::signers::ProviderSigner;
use crate::state::{RunState, Sink, Winners};
use crate::tokens::{Mover, burn};

impl<'info> TaskSettle<'info> {
    /// Decides the run against its provider: refunds the requester and shares out the lock.
    #[inline(never)]
    pub(crate) fn slash(
        &mut self,
        state: tessera_rules::TaskState,
        pair: Winners,
        audits: &mut [PassedAudit<'info>],
    ) -> Result<TaskSettled> {
        let lock = self.run.lock;
        let payout =
            slash_payout(&self.task.escrow(), lock.into(), &self.task.terms.slash.into(), self.cranker_token.is_some())
                .map_err(TesseraError::from)?;
        self.apply_slash(state, &payout)?;
        self.refund(&payout)?;
        self.pay_winner(&pair.first, payout.first_auditor.get(), audits)?;
        self.pay_winner(&pair.second, payout.second_auditor.get(), audits)?;
        let signer = ProviderSigner::new(&self.provider);
        self.sink(self.stake_vault.as_ref(), self.provider.as_ref().as_ref(), &signer, payout.sink.get())?;
        Ok(TaskSettled {
            task: self.task.key(),
            run: self.run.key(),
            provider: self.run.provider,
            upheld: false,
            provider_paid: 0,
            treasury_paid: 0,
            model_paid: 0,
            cranker_paid: payout.cranker.get(),
            requester_refunded: payout.refund.get(),
            kept_for_auditor: 0,
            slashed: lock,
            challengers_paid: payout.first_auditor.plus(payout.second_auditor).map_err(TesseraError::from)?.get(),
            requester_compensated: payout.requester.get(),
            sunk: payout.sink.get(),
        })
    }

    #[inline(never)]
    fn apply_slash(&mut self, state: tessera_rules::TaskState, payout: &SlashPayout) -> Result<()> {
        let provider = &mut self.provider;
        let stake = provider.stake().slash(self.run.lock.into()).map_err(TesseraError::from)?;
        let reputation = tessera_rules::Reputation::from(provider.reputation)
            .with_bad(self.task.terms.reward.into(), &self.market.params.into())
            .map_err(TesseraError::from)?;
        provider.stake = stake.into();
        provider.reputation = reputation.into();
        provider.end_run()?;
        provider.invariant()?;
        self.run.state = RunState::Slashed;
        self.run.invariant()?;
        self.task.state = state.into();
        self.task.pay_out(payout.cranker.get())?;
        self.task.pay_out(payout.refund.get())?;
        self.task.invariant()
    }

    #[inline(never)]
    fn refund(&self, payout: &SlashPayout) -> Result<()> {
        let money = TaskMoney::new(&self.task, &self.task_vault, &self.mint);
        money.pay(self.requester_token.as_ref().as_ref(), payout.refund.get())?;
        if let Some(token) = &self.cranker_token {
            money.pay(token.as_ref().as_ref(), payout.cranker.get())?;
        }
        self.pay_from_lock(self.requester_token.as_ref().as_ref(), payout.requester.get())
    }

    #[inline(never)]
    fn pay_winner(&self, winner: &Pubkey, amount: u64, audits: &mut [PassedAudit<'info>]) -> Result<()> {
        let passed = audits.iter_mut().find(|passed| passed.audit.verifier == *winner);
        let passed = passed.ok_or(TesseraError::WinnersMissing)?;
        let stake = passed.verifier.stake().credit(amount.into()).map_err(TesseraError::from)?;
        passed.verifier.stake = stake.into();
        passed.verifier.invariant()?;
        self.pay_from_lock(passed.vault, amount)
    }

    fn pay_from_lock(&self, to: &AccountInfo<'info>, amount: u64) -> Result<()> {
        let signer = ProviderSigner::new(&self.provider);
        let owner = self.provider.as_ref().as_ref();
        Mover::new(&self.mint).pay(self.stake_vault.as_ref(), to, owner, &signer.seeds(), amount)
    }

    /// Burns or insures `amount` out of a stake vault of the provider that `signer` signs for.
    #[inline(never)]
    pub(crate) fn sink(
        &self,
        vault: &AccountInfo<'info>,
        owner: &AccountInfo<'info>,
        signer: &ProviderSigner,
        amount: u64,
    ) -> Result<()> {
        match self.task.terms.sink {
            Sink::Insurance => {
                Mover::new(&self.mint).pay(vault, self.insurance_vault.as_ref(), owner, &signer.seeds(), amount)
            }
            Sink::Burn => {
                let mint = self.burn_mint.as_ref().ok_or(TesseraError::BurnMintMissing)?;
                burn(mint.as_ref(), vault, owner, &signer.seeds(), amount)
            }
        }
    }
}
