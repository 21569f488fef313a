use anchor_lang::prelude::*;
use tessera_rules::{AuditClaim as ClaimStep, AuditedRun, Auditor, plan_audit_claim};

use crate::creation::create;
use crate::errors::TesseraError;
use crate::events::AuditClaimed;
use crate::hashes::{chain_holds, chain_hour, ticket_hash};
use crate::settlement::stake_vault_of;
use crate::state::{
    Audit, AuditState, Deadline, Draw, FULL_RATE, LAYOUT_VERSION, Moment, Opened, Provider, Run, Task, TaskState,
};
use crate::{seeds, slot_hashes};

/// Accounts of `audit_claim`.
#[derive(Accounts)]
pub struct AuditClaim<'info> {
    /// Acts for the verifier, and pays the audit's rent.
    #[account(mut)]
    pub authority: Signer<'info>,
    /// The verifier's Provider account.
    #[account(mut, has_one = authority @ TesseraError::WrongAuthority)]
    pub verifier: Box<Account<'info, Provider>>,
    /// The task.
    #[account(mut)]
    pub task: Box<Account<'info, Task>>,
    /// The run.
    #[account(mut, has_one = task @ TesseraError::WrongRun)]
    pub run: Box<Account<'info, Run>>,
    /// The audit.
    ///
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::AUDIT, run.key().as_ref(), verifier.key().as_ref()], bump)]
    pub audit: UncheckedAccount<'info>,
    /// CHECK: the SlotHashes sysvar, read in place.
    #[account(address = slot_hashes::SYSVAR @ TesseraError::WrongSysvar)]
    pub slot_hashes: UncheckedAccount<'info>,
    /// Makes the account.
    pub system_program: Program<'info, System>,
}

impl AuditClaim<'_> {
    /// The verifier's ticket for the run, as the lottery reads it; `None` where every ticket wins, or none is shown. Records
    /// the draw if nobody has, and moves the verifier's chain forward.
    #[inline(never)]
    fn ticket(&mut self, element: Option<[u8; 32]>) -> Result<Option<u64>> {
        if self.task.state == TaskState::Disputed && element.is_none() {
            return Ok(None);
        }
        if self.run.audit_rate_bps < FULL_RATE {
            self.run.draw(self.slot_hashes.as_ref())?;
        }
        // At the full rate every ticket wins: newcomers, forced audits, draws that expired.
        let (Draw::Hash(draw), false) = (self.run.draw, self.run.audit_rate_bps >= FULL_RATE) else {
            return Ok(None);
        };
        let Some(element) = element else {
            return Ok(None);
        };
        let hour = chain_hour(self.run.submitted_at.unix);
        let chain = &mut self.verifier.ticket;
        require!(chain_holds(&chain.head, chain.hour, &element, hour), TesseraError::ChainElementWrong);
        if hour > chain.hour {
            chain.head = element;
            chain.hour = hour;
        }
        let ticket = ticket_hash(&self.run.key(), &element, &draw);
        Ok(ticket.first_chunk::<8>().map(|bytes| u64::from_le_bytes(*bytes)))
    }

    #[inline(never)]
    fn plan(&self, ticket: Option<u64>, now: Moment) -> Result<ClaimStep<[u8; 32]>> {
        let (task, run, verifier) = (&self.task, &self.run, &self.verifier);
        let facts = AuditedRun {
            slot: task.slot_of(&run.provider)?,
            submitted_at: run.submitted_at.into(),
            rate: run.audit_rate_bps.into(),
            verify_stake: run.verify_stake.into(),
            draw_delay_slots: task.terms.draw_delay_slots,
        };
        let by = Auditor {
            active: verifier.is_active(),
            verify: verifier.roles.verify,
            same_market: verifier.market == task.terms.market,
            owns_run: task.has_slot(&verifier.key()) || verifier.authority == run.authority,
            owns_task: verifier.authority == task.terms.requester,
            ticket_since: verifier.ticket_since.into(),
            ticket_stake: verifier.ticket_stake.into(),
        };
        Ok(plan_audit_claim(&task.view(), &facts, &by, ticket, now.into()).map_err(TesseraError::from)?)
    }

    #[inline(never)]
    fn apply(&mut self, step: &ClaimStep<[u8; 32]>, bump: u8, now: Moment) -> Result<()> {
        let lock = self.task.terms.audit_lock;
        let verifier = &mut self.verifier;
        verifier.stake = verifier.stake().lock(lock.into()).map_err(TesseraError::from)?.into();
        verifier.active_audits = verifier.active_audits.checked_add(1).ok_or(TesseraError::Overflow)?;
        verifier.invariant()?;
        self.task.apply(&step.task)?;
        self.task.invariant()?;
        self.run.audits_open = self.run.audits_open.checked_add(1).ok_or(TesseraError::Overflow)?;
        self.run.invariant()?;
        let audit = Box::new(Audit {
            version: LAYOUT_VERSION,
            bump,
            market: self.run.market,
            run: self.run.key(),
            verifier: self.verifier.key(),
            authority: self.authority.key(),
            lock,
            ordinal: 0,
            claimed_at: now,
            answer_until: step.answer_until.into(),
            posted_at: Moment::BEGINNING,
            pick_slot: 0,
            drawn: step.paid,
            opened: Opened::default(),
            vault: stake_vault_of(&self.verifier)?,
            reserved: [0; 32],
            state: AuditState::Claimed,
            pick: None,
            leaf: None,
        });
        audit.invariant()?;
        let seeds: [&[u8]; 4] = [seeds::AUDIT, audit.run.as_ref(), audit.verifier.as_ref(), &[bump]];
        create(self.audit.as_ref(), self.authority.as_ref(), &seeds, &*audit)
    }
}

/// - A verifier's authority takes an audit on, once for a run, while the windows run and the run is not decided or refuted.
/// - Active, verify role, the task's market; neither with a slot in the task nor with the run's authority nor the requester;
///   chain and weight older than the run's submission by more than the draw delay.
/// - While nobody differs: before the audit window has passed, with a winning ticket. The element shown must belong to the
///   verifier's chain at the hour of the submission; a later one becomes the chain's new head.
/// - At the full audit rate (newcomer, forced, expired draw) every ticket wins, and no element is needed.
/// - In a dispute: before the challenge window has passed, also without a ticket. Only one whose ticket won can earn the
///   audit reward.
/// - Records the draw where nobody has; refused while the draw slot has not been made.
/// - Free stake covers the audit's lock. From now on the verifier owes an answer, and the challenge window waits for it.
pub fn handler(ctx: Context<AuditClaim>, element: Option<[u8; 32]>) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    let ticket = accounts.ticket(element)?;
    let step = accounts.plan(ticket, now)?;
    accounts.apply(&step, ctx.bumps.audit, now)?;
    emit!(AuditClaimed {
        task: accounts.task.key(),
        run: accounts.run.key(),
        audit: accounts.audit.key(),
        verifier: accounts.verifier.key(),
        lock: accounts.task.terms.audit_lock,
        drawn: step.paid,
        answer_until: Deadline::from(step.answer_until),
        challenge_until: accounts.task.challenge_until,
    });
    Ok(())
}
