use anchor_lang::prelude::Pubkey;
use tessera::errors::TesseraError;
use tessera::hashes::{chain_holds, chain_hour, ticket_hash};
use tessera::instruction as data;
use tessera::instructions::{Answer, OpenedTree};
use tessera::slot_hashes::{SlotHash, first_at_or_after};
use tessera::state::{
    Audit, AuditState, Differing, Draw, FULL_RATE, Provider, ProviderStatus, Run, RunState, TaskState, Winners,
};
use tessera_rules::{AuditedRun, Auditor, plan_audit, plan_audit_claim};

use super::{Call, Outcome, Refused, take_over};
use crate::fake::fixture;

impl Call<'_> {
    fn slot_hash(&self, slot: u64) -> SlotHash {
        first_at_or_after(&self.chain.lock().slot_hashes(), slot)
    }

    fn draw(&self, run: &mut Run) -> Outcome {
        if run.state != RunState::Submitted {
            return Err(TesseraError::WrongState.into());
        }
        if run.draw == Draw::Pending {
            match self.slot_hash(run.draw_slot) {
                SlotHash::NotYet => return Err(TesseraError::SlotHashNotYet.into()),
                SlotHash::Found(hash) => run.draw = Draw::Hash(hash),
                SlotHash::Expired => (run.draw, run.audit_rate_bps) = (Draw::Expired, FULL_RATE),
            }
        }
        Ok(())
    }

    pub(super) fn audit_draw(&self) -> Outcome {
        let mut run = self.run(self.key(0))?;
        if run.draw != Draw::Pending {
            return Err(TesseraError::DrawnAlready.into());
        }
        self.draw(&mut run)?;
        self.chain.put_run(self.key(0), run);
        Ok(())
    }

    /// The ticket that the element gives; `None` where none is needed or shown.
    fn ticket(
        &self,
        disputed: bool,
        run: &mut Run,
        run_key: Pubkey,
        verifier: &mut Provider,
        element: Option<[u8; 32]>,
    ) -> Result<Option<u64>, Refused> {
        if disputed && element.is_none() {
            return Ok(None);
        }
        if run.audit_rate_bps < FULL_RATE {
            self.draw(run)?;
        }
        let (Draw::Hash(draw), false, Some(element)) = (run.draw, run.audit_rate_bps >= FULL_RATE, element) else {
            return Ok(None);
        };
        let hour = chain_hour(run.submitted_at.unix);
        if !chain_holds(&verifier.ticket.head, verifier.ticket.hour, &element, hour) {
            return Err(TesseraError::ChainElementWrong.into());
        }
        if hour > verifier.ticket.hour {
            (verifier.ticket.head, verifier.ticket.hour) = (element, hour);
        }
        let hash = ticket_hash(&run_key, &element, &draw);
        Ok(hash.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes)))
    }

    pub(super) fn audit_claim(&self) -> Outcome {
        let (verifier_key, task_key, run_key, audit_key) = (self.key(1), self.key(2), self.key(3), self.key(4));
        let (mut task, mut run) = (self.task(task_key)?, self.run(run_key)?);
        let mut verifier = self.provider(verifier_key)?;
        let args: data::AuditClaim = self.args()?;
        if self.audit(audit_key).is_ok() {
            return Err(TesseraError::WrongState.into());
        }
        let disputed = task.state == TaskState::Disputed;
        let ticket = self.ticket(disputed, &mut run, run_key, &mut verifier, args.element)?;
        let facts = AuditedRun {
            slot: task.slot_of(&run.provider)?,
            submitted_at: run.submitted_at.into(),
            rate: run.audit_rate_bps.into(),
            verify_stake: run.verify_stake.into(),
            draw_delay_slots: task.terms.draw_delay_slots,
        };
        let by = Auditor {
            active: verifier.status == ProviderStatus::Active,
            verify: verifier.roles.verify,
            same_market: verifier.market == task.terms.market,
            owns_run: task.slot_of(&verifier_key).is_ok() || verifier.authority == run.authority,
            owns_task: verifier.authority == task.terms.requester,
            ticket_since: verifier.ticket_since.into(),
            ticket_stake: verifier.ticket_stake.into(),
        };
        let step = plan_audit_claim(&task.view(), &facts, &by, ticket, self.now.into())?;
        verifier.stake = verifier.stake().lock(task.terms.audit_lock.into())?.into();
        verifier.active_audits += 1;
        take_over(&mut task, &step.task);
        run.audits_open += 1;
        let mut audit = fixture::audit(run_key, run.market, self.key(0), AuditState::Claimed);
        (audit.lock, audit.drawn) = (task.terms.audit_lock, step.paid);
        (audit.claimed_at, audit.answer_until) = (self.now, step.answer_until.into());
        self.chain.put_provider(verifier_key, verifier);
        self.chain.put_task(task_key, task);
        self.chain.put_run(run_key, run);
        self.chain.put_audit(audit_key, audit);
        Ok(())
    }

    pub(super) fn audit_post(&self) -> Outcome {
        let (task_key, run_key, audit_key) = (self.key(1), self.key(2), self.key(3));
        let (mut task, mut run, mut audit) = (self.task(task_key)?, self.run(run_key)?, self.audit(audit_key)?);
        let answer = self.args::<data::AuditPost>()?.answer;
        if audit.state != AuditState::Claimed {
            return Err(TesseraError::AnsweredAlready.into());
        }
        let differs = match answer {
            Answer::Agree { .. } => None,
            Answer::Differ { root } => Some(root),
        };
        let matched = differs.and_then(|root| self.matched(&run, &audit, root));
        let slot = task.slot_of(&run.provider)?;
        let (until, now) = (audit.answer_until.into(), self.now.into());
        let step = plan_audit(&task.view(), slot, until, differs, matched.is_some(), now)?;
        audit.ordinal = task.slots[slot].agreeing + task.slots[slot].differing;
        audit.posted_at = self.now;
        match answer {
            Answer::Agree { keyed_root } => {
                audit.state = AuditState::Agreed { keyed_root };
                audit.pick_slot = self.now.slot + u64::from(task.terms.draw_delay_slots);
            }
            Answer::Differ { root } => {
                audit.state = AuditState::Differs { root };
                if let Some(free) = run.differed.iter_mut().find(|known| !known.is_some()) {
                    *free = Differing { verifier: audit.verifier, root };
                }
            }
        }
        if let (true, Some(first)) = (step.refutes, matched) {
            run.winners = Some(Winners { first, second: audit.verifier });
        }
        take_over(&mut task, &step.task);
        self.chain.put_task(task_key, task);
        self.chain.put_run(run_key, run);
        self.chain.put_audit(audit_key, audit);
        Ok(())
    }

    /// The verifier that found the same root before: one that the run remembers, or that of the audit passed.
    fn matched(&self, run: &Run, audit: &Audit, root: [u8; 32]) -> Option<Pubkey> {
        let known = run.differed.iter().find(|known| known.is_some() && known.root == root);
        known.map(|known| known.verifier).or_else(|| {
            let passed = self.audit(self.key(4)).ok()?;
            let same = passed.state == AuditState::Differs { root } && passed.run == audit.run;
            (same && passed.verifier != audit.verifier).then_some(passed.verifier)
        })
    }

    /// Opens a tree; whether the proofs lead to the roots is not looked at.
    pub(super) fn audit_open(&self) -> Outcome {
        let (task, run_key, audit_key) = (self.task(self.key(1))?, self.key(2), self.key(3));
        let (mut run, mut audit) = (self.run(run_key)?, self.audit(audit_key)?);
        let args = self.args::<data::AuditOpen>()?.args;
        if !matches!(audit.state, AuditState::Agreed { .. }) {
            return Err(TesseraError::NotAgreed.into());
        }
        if task.challenge_until.passed(self.now) {
            return Err(TesseraError::TooLate.into());
        }
        if audit.pick.is_none() {
            match self.slot_hash(audit.pick_slot) {
                SlotHash::NotYet => return Err(TesseraError::SlotHashNotYet.into()),
                SlotHash::Expired => return Err(TesseraError::SlotHashExpired.into()),
                SlotHash::Found(hash) => audit.pick = Some(hash),
            }
        }
        let opened = match args.tree {
            OpenedTree::Output => &mut audit.opened.output,
            OpenedTree::Keyed => &mut audit.opened.keyed,
        };
        if *opened {
            return Err(TesseraError::AlreadyOpened.into());
        }
        *opened = true;
        audit.leaf = Some(tessera::hashes::shown_leaf(&args.leaf_hash, &args.header));
        run.earning += u16::from(audit.opened.both());
        self.chain.put_run(run_key, run);
        self.chain.put_audit(audit_key, audit);
        Ok(())
    }
}
