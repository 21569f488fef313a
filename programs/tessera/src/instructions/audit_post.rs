use anchor_lang::prelude::*;
use tessera_rules::{AuditStep, plan_audit};

use crate::errors::TesseraError;
use crate::events::AuditPosted;
use crate::state::{Audit, AuditState, Differing, Moment, Run, Task, Winners};

/// What a verifier found.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The run's root.
    Agree {
        /// Root of the outputs with the verifier's key in their leaves, see [`crate::hashes::keyed_leaf`].
        keyed_root: [u8; 32],
    },
    /// Another root.
    Differ {
        /// That root.
        root: [u8; 32],
    },
}

/// Accounts of `audit_post`.
#[derive(Accounts)]
pub struct AuditPost<'info> {
    /// Acts for the verifier.
    pub authority: Signer<'info>,
    /// The task.
    #[account(mut)]
    pub task: Box<Account<'info, Task>>,
    /// The run.
    #[account(mut, has_one = task @ TesseraError::WrongRun)]
    pub run: Box<Account<'info, Run>>,
    /// The audit.
    #[account(
        mut,
        has_one = run @ TesseraError::AuditOfOtherRun,
        has_one = authority @ TesseraError::WrongAuthority,
    )]
    pub audit: Box<Account<'info, Audit>>,
    /// An earlier answer on this run, by another verifier, with the same differing root: together they refute the run. Needed
    /// only where that is none of the first two that differ, which the run remembers.
    pub matching: Option<Box<Account<'info, Audit>>>,
}

impl AuditPost<'_> {
    #[inline(never)]
    fn plan(&self, answer: Answer, now: Moment) -> Result<AuditStep<[u8; 32]>> {
        let (root, differs) = match answer {
            Answer::Agree { keyed_root } => (keyed_root, None),
            Answer::Differ { root } => (root, Some(root)),
        };
        require!(root != [0; 32], TesseraError::RootZero);
        require!(self.audit.state == AuditState::Claimed, TesseraError::AnsweredAlready);
        if let Some(matching) = &self.matching {
            let other = matching.verifier != self.audit.verifier && matching.authority != self.audit.authority;
            let same = differs.is_some() && matching.differing_root() == differs;
            require!(other && same && matching.run == self.audit.run, TesseraError::AuditsNotMatching);
        }
        let slot = self.task.slot_of(&self.run.provider)?;
        let until = self.audit.answer_until.into();
        let matched = self.matched(answer).is_some();
        let step = plan_audit(&self.task.view(), slot, until, differs, matched, now.into());
        Ok(step.map_err(TesseraError::from)?)
    }

    /// The verifier whose earlier answer is the same differing root. Another verifier of the market has another authority.
    fn matched(&self, answer: Answer) -> Option<Pubkey> {
        let Answer::Differ { root } = answer else {
            return None;
        };
        let known = self.run.differed.iter().find(|known| known.is_some() && known.root == root);
        known.map(|known| known.verifier).or(self.matching.as_ref().map(|matching| matching.verifier))
    }

    #[inline(never)]
    fn apply(&mut self, answer: Answer, step: &AuditStep<[u8; 32]>, now: Moment) -> Result<()> {
        let slot = self.task.slots.get(self.task.slot_of(&self.run.provider)?).ok_or(TesseraError::Invariant)?;
        let answered = slot.agreeing.checked_add(slot.differing).ok_or(TesseraError::Overflow)?;
        let matched = self.matched(answer);
        let audit = &mut self.audit;
        audit.ordinal = answered;
        audit.posted_at = now;
        match answer {
            Answer::Agree { keyed_root } => {
                let delay = u64::from(self.task.terms.draw_delay_slots);
                audit.state = AuditState::Agreed { keyed_root };
                audit.pick_slot = now.slot.checked_add(delay).ok_or(TesseraError::Overflow)?;
            }
            Answer::Differ { root } => {
                audit.state = AuditState::Differs { root };
                self.run.note_differing(Differing { verifier: audit.verifier, root });
            }
        }
        audit.invariant()?;
        if let (true, Some(first)) = (step.refutes, matched) {
            self.run.winners = Some(Winners { first, second: self.audit.verifier });
        }
        self.run.invariant()?;
        self.task.apply(&step.task)?;
        self.task.invariant()
    }
}

impl Run {
    /// Remembers the first two answers that differ.
    fn note_differing(&mut self, answer: Differing) {
        if let Some(free) = self.differed.iter_mut().find(|known| !known.is_some()) {
            *free = answer;
        }
    }
}

/// - The verifier of a claimed audit answers, once, before its answer's deadline and before the run is decided.
/// - Agreeing: it commits to the outputs keyed with its own account, which a copier of the run's root cannot have. A slot
///   ahead will pick the leaf that it must open to be paid.
/// - Differing: the root is not the run's. A first one disputes the task, and keeps it disputed for an audit window at least.
/// - With an equal earlier answer by another verifier (one of the first two that differ, or the one passed) the run is refuted: nothing can uphold it any more,
///   nor another run of the task with the same root.
/// - A run that is refuted already still takes answers, so that others' haste makes nobody silent.
/// - Refused: zeros, a second answer, another's audit, a matching audit of another run, verifier or root.
pub fn handler(ctx: Context<AuditPost>, answer: Answer) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    let step = accounts.plan(answer, now)?;
    accounts.apply(answer, &step, now)?;
    emit!(AuditPosted {
        task: accounts.task.key(),
        run: accounts.run.key(),
        audit: accounts.audit.key(),
        verifier: accounts.audit.verifier,
        state: accounts.audit.state,
        pick_slot: accounts.audit.pick_slot,
        challenge_until: accounts.task.challenge_until,
        refutes: step.refutes,
    });
    Ok(())
}
