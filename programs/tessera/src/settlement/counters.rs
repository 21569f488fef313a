use anchor_lang::prelude::*;

use crate::errors::TesseraError;
use crate::events::{Because, ReputationChanged};
use crate::state::{Provider, Task};

impl Provider {
    /// One run fewer is undecided.
    pub(crate) fn end_run(&mut self) -> Result<()> {
        self.active_runs = self.active_runs.checked_sub(1).ok_or(TesseraError::Invariant)?;
        Ok(())
    }

    /// One Run account fewer is open.
    pub(crate) fn close_run(&mut self) -> Result<()> {
        self.runs_unclosed = self.runs_unclosed.checked_sub(1).ok_or(TesseraError::Invariant)?;
        Ok(())
    }

    /// One Audit account fewer is open.
    pub(crate) fn close_audit(&mut self) -> Result<()> {
        self.active_audits = self.active_audits.checked_sub(1).ok_or(TesseraError::Invariant)?;
        Ok(())
    }

    /// Counts a run of this reward, by the market's present decay and cap. `address`: of this account.
    pub(crate) fn judge(
        &mut self,
        address: Pubkey,
        because: Because,
        reward: u64,
        params: &tessera_rules::MarketParams,
    ) -> Result<ReputationChanged> {
        let before = tessera_rules::Reputation::from(self.reputation);
        let after = match because {
            Because::Upheld => before.with_good(reward.into(), params),
            Because::Slashed | Because::NoShow | Because::Silent => before.with_bad(reward.into(), params),
        }
        .map_err(TesseraError::from)?;
        self.reputation = after.into();
        Ok(ReputationChanged { provider: address, good: after.good, bad: after.bad, score: after.score(), because })
    }
}

impl Task {
    /// One Run account fewer is open.
    pub(crate) fn close_run(&mut self) -> Result<()> {
        self.runs_open = self.runs_open.checked_sub(1).ok_or(TesseraError::Invariant)?;
        Ok(())
    }

    /// The money in its vault, and what of it concerns a run for whose audit `forced` was paid.
    pub(crate) fn escrow(&self, forced: u64) -> Result<tessera_rules::Escrow> {
        let audit_reward = self.terms.audit_reward.checked_add(forced).ok_or(TesseraError::Overflow)?;
        Ok(tessera_rules::Escrow {
            held: self.escrow.into(),
            kept_for_auditors: self.owed.into(),
            reward: self.terms.reward.into(),
            audit_reward: audit_reward.into(),
            crank_bounty: self.terms.crank_bounty.into(),
            runs: self.runs,
        })
    }
}
