use anchor_lang::prelude::Pubkey;
use tessera::addresses::{fee_shard, fee_vault_address, share_address};
use tessera::errors::TesseraError;
use tessera::state::{Audit, Decision, Run, RunState, Sink, Task, Winners};
use tessera_rules::{
    Escrow, Outcome, SettleFacts, Settlement, TaskView, epoch_of, lost_refund, plan_settle, slash_payout, upheld_payout,
};

use super::tasks::{put, slot_of};
use super::tokens::{Leg, Unclaimed};
use super::{Fate, Model, Refused, fits};
use crate::fuzz::scene::Scene;
use crate::svm::{AuditRef, RunRef, Staker};

/// A settlement under way.
pub(super) struct Settling<'a> {
    pub(super) scene: &'a Scene,
    pub(super) run: RunRef,
    pub(super) market: Pubkey,
    pub(super) treasury: Pubkey,
    pub(super) insurance: Pubkey,
    pub(super) unclaimed: Unclaimed,
    /// Those to close, in the order in which they are passed.
    pub(super) audits: Vec<Staker>,
}

/// The money of a task, and what of it concerns a run.
pub(super) fn escrow(task: &Task, forced: u64) -> Fate<Escrow> {
    Ok(Escrow {
        held: task.escrow.into(),
        kept_for_auditors: task.owed.into(),
        reward: task.terms.reward.into(),
        audit_reward: fits(task.terms.audit_reward.checked_add(forced))?.into(),
        crank_bounty: task.terms.crank_bounty.into(),
        runs: task.runs,
    })
}

impl Settling<'_> {
    pub(super) fn requester_leg(&self) -> Leg {
        let requester = self.run.task.requester;
        Leg { account: requester.token, holder: requester.key, owner: requester.key }
    }

    pub(super) fn cranker(&self) -> (Pubkey, Pubkey) {
        let cranker = self.scene.wallets[9];
        (cranker.key, cranker.token)
    }

    pub(super) fn audit_key(&self, staker: &Staker) -> Pubkey {
        AuditRef::of(self.run, *staker).key
    }
}

impl Model {
    /// Burns or insures.
    pub(super) fn drain(&mut self, at: &Settling<'_>, sink: Sink, from: &Pubkey, amount: u64) -> Fate {
        if amount == 0 {
            return Ok(());
        }
        match sink {
            Sink::Burn => self.burn(from, amount),
            Sink::Insurance => {
                let leg = Leg { account: at.insurance, holder: at.market, owner: at.treasury };
                self.pay_leg(from, &leg, at.unclaimed, amount)
            }
        }
    }

    pub(super) fn settle(&mut self, scene: &Scene, task: u8, run: u8, auditors: u16, bare: bool) -> Fate {
        let target = scene.run(task, run);
        let (task, run) = self.task_and_run(&target.task.key, &target.key)?;
        let market = self.market(&task.terms.market)?.clone();
        let at = Settling {
            scene,
            run: target,
            market: task.terms.market,
            treasury: market.treasury,
            insurance: tessera::addresses::insurance_vault_address(&task.terms.market).0,
            unclaimed: self.unclaimed(scene, &task.terms.market, bare),
            audits: self.passed(scene, target, auditors),
        };
        let dust = self.coins(&target.task.vault) - task.escrow;
        let pair = self.pair(&at, &run);
        let slot = slot_of(&task, &run.provider)?;
        let facts = SettleFacts { pair_shown: pair.is_some(), open_disputes: run.open_disputes, other_disputes: 0 };
        let outcome = match plan_settle(&task.view(), slot, &facts, self.now.into())? {
            Settlement::Close(_) if at.audits.is_empty() => {
                return Err(TesseraError::NothingToClose.into());
            }
            Settlement::Close(outcome) => outcome,
            Settlement::Decide { task: next, outcome, last } => {
                match outcome {
                    Outcome::Upheld => self.uphold(&at, &task, &run, &next, last)?,
                    Outcome::Slashed => self.slash(&at, (&task, &run), &next, pair, last)?,
                    Outcome::Void => self.void(&at, &task, &run, &next, last)?,
                }
                outcome
            }
        };
        for audit in at.audits.clone() {
            self.close_audit(&at, outcome, &audit)?;
        }
        self.finish(&at, dust)
    }

    /// Balances can be made unless the call came without their accounts.
    pub(super) fn unclaimed(&self, scene: &Scene, market: &Pubkey, bare: bool) -> Unclaimed {
        let vault = tessera::addresses::unclaimed_vault_address(market).0;
        (!bare).then_some((*market, vault, scene.wallets[9].key))
    }

    /// The audits of a run that a step passes: those that there are of its providers' bits.
    pub fn passed(&self, scene: &Scene, run: RunRef, auditors: u16) -> Vec<Staker> {
        let named = scene.stakers.iter().enumerate().filter(|(bit, _)| auditors & (1 << bit) != 0);
        named
            .map(|(_, staker)| *staker)
            .filter(|staker| self.accounts.audits.contains_key(&AuditRef::of(run, *staker).key))
            .collect()
    }

    fn pair(&self, at: &Settling<'_>, run: &Run) -> Option<Winners> {
        if run.winners.is_some() {
            return run.winners;
        }
        let mut differing: Vec<(u16, Pubkey, [u8; 32])> = Vec::new();
        for staker in &at.audits {
            let audit: &Audit = self.accounts.audits.get(&at.audit_key(staker))?;
            differing.extend(audit.differing_root().map(|root| (audit.ordinal, audit.verifier, root)));
        }
        differing.sort_unstable();
        for (i, (_, first, root)) in differing.iter().enumerate() {
            if let Some((_, second, _)) = differing[i + 1..].iter().find(|(_, _, other)| other == root) {
                return Some(Winners { first: *first, second: *second });
            }
        }
        None
    }

    fn crank_paid(&self, at: &Settling<'_>) -> bool {
        let (key, token) = at.cranker();
        self.payable(&token, &key)
    }

    fn uphold(&mut self, at: &Settling<'_>, task: &Task, run: &Run, next: &TaskView<[u8; 32]>, last: bool) -> Fate {
        let (terms, by) = (&task.terms, at.run.provider);
        let payout = upheld_payout(
            &escrow(task, run.forced)?,
            &terms.splits.into(),
            terms.model.is_some(),
            run.earning,
            last,
            self.crank_paid(at),
        )?;
        let fees = payout.treasury.get();
        let epoch = epoch_of(self.now.unix, self.market(&at.market)?.epoch_seconds);
        let fee_vault = fee_vault_address(&at.market, epoch, fee_shard(&at.run.task.key)).0;
        if fees > 0 && !self.accounts.tokens.contains_key(&fee_vault) {
            return Err(TesseraError::FeeVaultMissing.into());
        }
        let to_stake = self.payable(&by.vault, &by.provider);
        let others = |root: [u8; 32]| root != [0; 32] && root != run.output_root;
        let checked = run.earning > 0 || task.slots.iter().any(|slot| others(slot.root));
        let params = self.market(&at.market)?.params.into();
        let provider = self.provider(&by.provider)?;
        let credit = if to_stake { payout.provider } else { 0.into() };
        provider.stake = provider.stake().release(run.lock.into())?.credit(credit)?.into();
        provider.active_runs -= 1;
        if checked {
            let before = tessera_rules::Reputation::from(provider.reputation);
            provider.reputation = before.with_good(terms.reward.into(), &params)?.into();
        }
        self.end_run(at, RunState::Upheld)?;
        let account = self.task(&at.run.task.key)?;
        put(account, next);
        account.escrow = payout.kept.get();
        account.owed += payout.kept_for_auditors.get();
        if fees > 0
            && self.payable(&fee_vault, &at.market)
            && let Some(share) = self.accounts.shares.get_mut(&share_address(&by.provider, epoch).0)
        {
            share.fees += fees;
        }
        let vault = at.run.task.vault;
        let provider_leg = Leg { account: by.vault, holder: by.provider, owner: by.authority };
        self.pay_leg(&vault, &provider_leg, at.unclaimed, payout.provider.get())?;
        let treasury_leg = Leg { account: fee_vault, holder: at.market, owner: at.treasury };
        self.pay_leg(&vault, &treasury_leg, at.unclaimed, fees)?;
        if terms.model.is_some() {
            let modeller = at.scene.wallets[11];
            let leg = Leg { account: modeller.token, holder: modeller.key, owner: modeller.key };
            self.pay_leg(&vault, &leg, at.unclaimed, payout.model.get())?;
        }
        self.pay(&vault, &at.cranker().1, payout.cranker.get())?;
        self.pay_leg(&vault, &at.requester_leg(), at.unclaimed, payout.requester.get())
    }

    fn slash(
        &mut self,
        at: &Settling<'_>,
        (task, run): (&Task, &Run),
        next: &TaskView<[u8; 32]>,
        pair: Option<Winners>,
        last: bool,
    ) -> Fate {
        let refund = lost_refund(&escrow(task, run.forced)?, last, self.crank_paid(at))?;
        let decision = Decision::from(next.decision);
        let winners: Vec<Pubkey> = match pair {
            Some(Winners { first, second }) => vec![first, second],
            None => {
                let known = run.differed.iter().filter(|known| known.is_some());
                let wins = known.filter(|known| !matches!(decision, Decision::Root(root) if root != known.root));
                wins.map(|known| known.verifier).collect()
            }
        };
        let slashed = slash_payout(run.lock.into(), &task.terms.slash.into(), winners.len())?;
        let params = self.market(&at.market)?.params.into();
        let by = at.run.provider;
        let provider = self.provider(&by.provider)?;
        provider.stake = provider.stake().slash(run.lock.into())?.into();
        let before = tessera_rules::Reputation::from(provider.reputation);
        provider.reputation = before.with_bad(task.terms.reward.into(), &params)?.into();
        provider.active_runs -= 1;
        self.end_run(at, RunState::Slashed)?;
        let account = self.task(&at.run.task.key)?;
        put(account, next);
        account.escrow = refund.kept.get();
        self.pay(&at.run.task.vault, &at.cranker().1, refund.cranker.get())?;
        self.pay_leg(&at.run.task.vault, &at.requester_leg(), at.unclaimed, refund.requester.get())?;
        let mut sunk = slashed.sink.get();
        for (winner, amount) in winners.iter().zip([slashed.first_auditor, slashed.second_auditor]) {
            let passed = at.audits.iter().find(|staker| staker.provider == *winner);
            let winner = passed.ok_or(Refused::from(TesseraError::WinnersMissing))?;
            if self.payable(&winner.vault, &winner.provider) {
                let account = self.provider(&winner.provider)?;
                account.stake = account.stake().credit(amount)?.into();
                self.pay(&by.vault, &winner.vault, amount.get())?;
            } else {
                sunk += amount.get();
            }
        }
        self.pay_leg(&by.vault, &at.requester_leg(), at.unclaimed, slashed.requester.get())?;
        self.drain(at, task.terms.sink, &by.vault, sunk)
    }

    fn void(&mut self, at: &Settling<'_>, task: &Task, run: &Run, next: &TaskView<[u8; 32]>, last: bool) -> Fate {
        let refund = lost_refund(&escrow(task, run.forced)?, last, self.crank_paid(at))?;
        let provider = self.provider(&at.run.provider.provider)?;
        provider.stake = provider.stake().release(run.lock.into())?.into();
        provider.active_runs -= 1;
        self.end_run(at, RunState::Void)?;
        let account = self.task(&at.run.task.key)?;
        put(account, next);
        account.escrow = refund.kept.get();
        self.pay(&at.run.task.vault, &at.cranker().1, refund.cranker.get())?;
        self.pay_leg(&at.run.task.vault, &at.requester_leg(), at.unclaimed, refund.requester.get())
    }

    fn end_run(&mut self, at: &Settling<'_>, state: RunState) -> Fate {
        let now = self.now;
        let run = self.run(&at.run.key)?;
        run.state = state;
        run.decided_at = now;
        Ok(())
    }
}
