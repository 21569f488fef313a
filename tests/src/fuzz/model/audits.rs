use anchor_lang::prelude::Pubkey;
use tessera::addresses::audit_address;
use tessera::errors::TesseraError;
use tessera::hashes::{chain_holds, chain_hour, keyed_leaf, shown_leaf, ticket_hash};
use tessera::state::{
    Audit, AuditState, Deadline, Differing, Draw, LAYOUT_VERSION, Moment, Opened, Run, RunState, Task, TaskState,
    Winners,
};
use tessera_rules::{AuditedRun, Auditor, Verdict, plan_audit, plan_audit_claim, plan_audit_force, plan_audit_open};

use super::tasks::{put, slot_of};
use super::{Fate, Model, Refused, fits};
use crate::fuzz::calls::{keyed_root_of, picked_at, root_of};
use crate::fuzz::scene::Scene;
use crate::svm::{AuditRef, CANDIDATE_ROOT, RunRef, slot_hash};

/// The rate at which every ticket wins.
const ALWAYS: u16 = 10_000;

impl Model {
    pub(super) fn draw(&mut self, key: &Pubkey) -> Fate {
        if self.run(key)?.draw != Draw::Pending {
            return Err(TesseraError::DrawnAlready.into());
        }
        self.record_draw(key)
    }

    fn record_draw(&mut self, key: &Pubkey) -> Fate {
        let run = self.run(key)?.clone();
        if run.state != RunState::Submitted {
            return Err(TesseraError::WrongState.into());
        }
        if run.draw != Draw::Pending {
            return Ok(());
        }
        let found = self.slot_at_or_after(run.draw_slot)?;
        let run = self.run(key)?;
        match found {
            Some(slot) => run.draw = Draw::Hash(slot_hash(slot)),
            None => {
                run.draw = Draw::Expired;
                run.audit_rate_bps = ALWAYS;
            }
        }
        Ok(())
    }

    /// The number of a verifier's ticket, where one is shown and needed.
    fn ticket(
        &mut self,
        scene: &Scene,
        task: &Task,
        key: &Pubkey,
        verifier: &Pubkey,
        shown: bool,
    ) -> Fate<Option<u64>> {
        if task.state == TaskState::Disputed && !shown {
            return Ok(None);
        }
        if self.run(key)?.audit_rate_bps < ALWAYS {
            self.record_draw(key)?;
        }
        let run = self.run(key)?.clone();
        let Draw::Hash(draw) = run.draw else {
            return Ok(None);
        };
        if run.audit_rate_bps >= ALWAYS || !shown {
            return Ok(None);
        }
        let hour = chain_hour(run.submitted_at.unix);
        let element = scene.element(verifier, hour).unwrap_or([7; 32]);
        let chain = &mut self.provider(verifier)?.ticket;
        if !chain_holds(&chain.head, chain.hour, &element, hour) {
            return Err(TesseraError::ChainElementWrong.into());
        }
        if hour > chain.hour {
            chain.head = element;
            chain.hour = hour;
        }
        let hash = ticket_hash(key, &element, &draw);
        Ok(hash.first_chunk().map(|bytes| u64::from_le_bytes(*bytes)))
    }

    pub(super) fn audit_claim(&mut self, scene: &Scene, task: u8, run: u8, auditor: u8, shown: bool) -> Fate {
        let target = scene.run(task, run);
        let staker = scene.staker(auditor);
        let verifier = self.provider(&staker.provider)?.clone();
        let (task, _) = self.task_and_run(&target.task.key, &target.key)?;
        let ticket = self.ticket(scene, &task, &target.key, &staker.provider, shown)?;
        let run = self.run(&target.key)?.clone();
        let facts = AuditedRun {
            slot: slot_of(&task, &run.provider)?,
            submitted_at: run.submitted_at.into(),
            rate: run.audit_rate_bps.into(),
            verify_stake: run.verify_stake.into(),
            draw_delay_slots: task.terms.draw_delay_slots,
        };
        let by = Auditor {
            active: verifier.is_active(),
            verify: verifier.roles.verify,
            same_market: verifier.market == task.terms.market,
            owns_run: slot_of(&task, &staker.provider).is_ok() || staker.authority == run.authority,
            owns_task: staker.authority == task.terms.requester,
            ticket_since: verifier.ticket_since.into(),
            ticket_stake: verifier.ticket_stake.into(),
        };
        let step = plan_audit_claim(&task.view(), &facts, &by, ticket, self.now.into())?;
        let lock = task.terms.audit_lock;
        let account = self.provider(&staker.provider)?;
        account.stake = account.stake().lock(lock.into())?.into();
        account.active_audits += 1;
        put(self.task(&target.task.key)?, &step.task);
        self.run(&target.key)?.audits_open += 1;
        let audit = new_audit(&run, AuditRef::of(target, staker), lock, step.answer_until.into(), step.paid, self.now);
        match self.accounts.audits.insert(AuditRef::of(target, staker).key, audit) {
            None => Ok(()),
            Some(_) => Err(Refused::Code(0)),
        }
    }

    pub(super) fn audit_post(
        &mut self,
        scene: &Scene,
        (task, run): (u8, u8),
        auditor: u8,
        root: u8,
        matching: Option<u8>,
    ) -> Fate {
        let target = scene.run(task, run);
        let (staker, now) = (scene.staker(auditor), self.now);
        let key = AuditRef::of(target, staker).key;
        let (task, run) = self.task_and_run(&target.task.key, &target.key)?;
        let audit = self.audit(&key)?.clone();
        let other = match matching {
            Some(other) => {
                let other = scene.staker(other);
                Some((other, self.audit(&AuditRef::of(target, other).key)?.clone()))
            }
            None => None,
        };
        let differs = (root != 0).then(|| root_of(root));
        if audit.state != AuditState::Claimed {
            return Err(TesseraError::AnsweredAlready.into());
        }
        if let Some((other, account)) = &other
            && (*other == staker || differs.is_none() || account.differing_root() != differs)
        {
            return Err(TesseraError::AuditsNotMatching.into());
        }
        let known = run.differed.iter().find(|known| known.is_some() && Some(known.root) == differs);
        let matched = known.map(|known| known.verifier).or(other.map(|(other, _)| other.provider));
        let matched = matched.filter(|_| differs.is_some());
        let slot = slot_of(&task, &run.provider)?;
        let until = audit.answer_until.into();
        let step = plan_audit(&task.view(), slot, until, differs, matched.is_some(), now.into())?;
        let answered = task.slots[slot].agreeing + task.slots[slot].differing;
        let audit = self.audit(&key)?;
        audit.ordinal = answered;
        audit.posted_at = now;
        audit.state = match differs {
            None => AuditState::Agreed { keyed_root: keyed_root_of(&staker.provider) },
            Some(root) => AuditState::Differs { root },
        };
        if differs.is_none() {
            audit.pick_slot = now.slot + u64::from(task.terms.draw_delay_slots);
        }
        let run = self.run(&target.key)?;
        if let Some(root) = differs
            && let Some(free) = run.differed.iter_mut().find(|known| !known.is_some())
        {
            *free = Differing { verifier: staker.provider, root };
        }
        if let (true, Some(first)) = (step.refutes, matched) {
            run.winners = Some(Winners { first, second: staker.provider });
        }
        put(self.task(&target.task.key)?, &step.task);
        Ok(())
    }

    pub(super) fn audit_open(
        &mut self,
        scene: &Scene,
        (task, run): (u8, u8),
        auditor: u8,
        keyed: bool,
        wrong: bool,
    ) -> Fate {
        let target = scene.run(task, run);
        let staker = scene.staker(auditor);
        let key = AuditRef::of(target, staker).key;
        let (task, run) = self.task_and_run(&target.task.key, &target.key)?;
        let audit = self.audit(&key)?.clone();
        let opened = if keyed { audit.opened.keyed } else { audit.opened.output };
        let verdict = match audit.state {
            AuditState::Claimed => None,
            AuditState::Agreed { .. } => Some(Verdict::Agrees),
            AuditState::Differs { .. } => Some(Verdict::Differs),
        };
        plan_audit_open(&task.view(), slot_of(&task, &run.provider)?, verdict, opened, self.now.into())?;
        if !audit.drawn {
            return Err(TesseraError::NotDrawn.into());
        }
        let pick = match audit.pick {
            Some(pick) => pick,
            None => {
                let slot = self.slot_at_or_after(audit.pick_slot)?;
                slot_hash(slot.ok_or(Refused::from(TesseraError::SlotHashExpired))?)
            }
        };
        if wrong || (!keyed && run.output_root != CANDIDATE_ROOT) {
            return Err(TesseraError::OpeningWrong.into());
        }
        let (header, leaf_hash) = picked_at(&pick);
        let leaf = shown_leaf(&leaf_hash, &header);
        debug_assert_ne!(keyed_leaf(&staker.provider, &leaf_hash), leaf_hash);
        let account = self.audit(&key)?;
        account.pick = Some(pick);
        account.leaf = Some(leaf);
        if keyed {
            account.opened.keyed = true;
        } else {
            account.opened.output = true;
        }
        if account.opened.both() {
            self.run(&target.key)?.earning += 1;
        }
        Ok(())
    }

    pub(super) fn audit_force(&mut self, scene: &Scene, task: u8, run: u8, amount: u64) -> Fate {
        let RunRef { key, task: target, .. } = scene.run(task, run);
        let (task, run) = self.task_and_run(&target.key, &key)?;
        let min_reward = self.market(&task.terms.market)?.params.min_reward;
        let slot = slot_of(&task, &run.provider)?;
        let (forced, audit_reward) = (run.forced.into(), task.terms.audit_reward.into());
        let paid = plan_audit_force(
            &task.view(),
            slot,
            forced,
            audit_reward,
            amount.into(),
            min_reward.into(),
            self.now.into(),
        )?;
        let run = self.run(&key)?;
        run.forced = paid.get();
        run.audit_rate_bps = ALWAYS;
        let account = self.task(&target.key)?;
        account.escrow = fits(account.escrow.checked_add(paid.get()))?;
        self.take_coins(&target.requester.token, &target.vault, &target.requester.key, paid.get())
    }
}

fn new_audit(run: &Run, at: AuditRef, lock: u64, answer_until: Deadline, drawn: bool, now: Moment) -> Audit {
    Audit {
        version: LAYOUT_VERSION,
        bump: audit_address(&at.run.key, &at.verifier.provider).1,
        market: run.market,
        run: at.run.key,
        verifier: at.verifier.provider,
        authority: at.verifier.authority,
        lock,
        ordinal: 0,
        claimed_at: now,
        answer_until,
        posted_at: Moment { unix: 0, slot: 0 },
        pick_slot: 0,
        drawn,
        opened: Opened { output: false, keyed: false },
        vault: at.verifier.vault,
        reserved: [0; 32],
        state: AuditState::Claimed,
        pick: None,
        leaf: None,
    }
}
