use anchor_lang::prelude::*;
use tessera_rules::{AuditStep, AuditedRun, Auditor, plan_audit};

use crate::creation::create;
use crate::errors::TesseraError;
use crate::events::AuditPosted;
use crate::seeds;
use crate::state::{Audit, LAYOUT_VERSION, Moment, Provider, Run, Task, Verdict, Winners};

/// Accounts of `audit_post`.
#[derive(Accounts)]
pub struct AuditPost<'info> {
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
    /// An earlier audit of this run, by another verifier, with the same differing root: together they refute the run.
    pub matching: Option<Box<Account<'info, Audit>>>,
    /// Makes the account.
    pub system_program: Program<'info, System>,
}

impl AuditPost<'_> {
    #[inline(never)]
    fn plan(&self, root: &[u8; 32], now: Moment) -> Result<AuditStep> {
        let (task, run, verifier) = (&self.task, &self.run, &self.verifier);
        if let Some(matching) = &self.matching {
            require!(
                matching.run == run.key()
                    && matching.verdict == Verdict::Differs
                    && matching.root == *root
                    && matching.verifier != verifier.key()
                    && matching.authority != verifier.authority,
                TesseraError::AuditsNotMatching
            );
        }
        let facts = AuditedRun {
            state: task.state.into(),
            claimed_unix: run.claimed_at.unix,
            output_root: run.output_root,
            audit_until: run.audit_until.into(),
            challenge_until: run.challenge_until.into(),
            audit_seconds: task.terms.windows.audit_seconds,
            refuted: run.winners.is_some(),
        };
        let by = Auditor {
            active: verifier.is_active(),
            verify: verifier.roles.verify,
            same_market: verifier.market == task.terms.market,
            owns_run: verifier.key() == run.provider || verifier.authority == run.authority,
            owns_task: verifier.authority == task.terms.requester,
            verify_since: verifier.verify_since,
        };
        let step = plan_audit(&facts, &by, root, self.matching.is_some(), now.into());
        Ok(step.map_err(TesseraError::from)?)
    }

    #[inline(never)]
    fn apply(&mut self, step: AuditStep, root: [u8; 32], bump: u8, now: Moment) -> Result<()> {
        let lock = self.task.terms.audit_lock;
        let stake = self.verifier.stake().lock(lock.into()).map_err(TesseraError::from)?;
        self.verifier.stake = stake.into();
        self.verifier.invariant()?;
        self.task.state = step.state.into();
        self.task.invariant()?;
        let verifier = self.verifier.key();
        let run_address = self.run.key();
        let first = self.matching.as_ref().map(|matching| matching.verifier);
        let ordinal = self.run.record(verifier, first, &step)?;
        let audit = Audit {
            version: LAYOUT_VERSION,
            bump,
            run: run_address,
            verifier,
            authority: self.authority.key(),
            lock,
            root,
            verdict: step.verdict.into(),
            ordinal,
            posted_at: now,
            reserved: [0; 32],
        };
        let seeds: [&[u8]; 4] = [seeds::AUDIT, run_address.as_ref(), verifier.as_ref(), &[bump]];
        create(self.audit.as_ref(), self.authority.as_ref(), &seeds, &audit)
    }
}

impl Run {
    /// Counts an audit; returns its ordinal.
    fn record(&mut self, verifier: Pubkey, matching: Option<Pubkey>, step: &AuditStep) -> Result<u16> {
        let ordinal = self.agreeing.checked_add(self.differing).ok_or(TesseraError::Overflow)?;
        match step.verdict {
            tessera_rules::Verdict::Agrees => {
                self.agreeing = self.agreeing.checked_add(1).ok_or(TesseraError::Overflow)?;
                self.first_agreeing = self.first_agreeing.or(Some(verifier));
            }
            tessera_rules::Verdict::Differs => {
                self.differing = self.differing.checked_add(1).ok_or(TesseraError::Overflow)?;
            }
        }
        if let (true, Some(first)) = (step.refutes, matching) {
            self.winners = Some(Winners { first, second: verifier });
        }
        self.audits_open = self.audits_open.checked_add(1).ok_or(TesseraError::Overflow)?;
        self.challenge_until = step.challenge_until.into();
        self.invariant()?;
        Ok(ordinal)
    }
}

/// - A verifier's authority posts the root that it found, once for a run.
/// - Active, verify role of the task's market, held since before the claim; neither the run's provider nor the requester.
/// - Its free stake covers the audit's lock.
/// - While nobody differs: before the audit window has passed; in a dispute: before the challenge window has.
/// - A first different root disputes the task, and keeps it disputed for an audit window at least.
/// - With a matching earlier audit the run is refuted: nothing can uphold it any more, and no further audit is taken.
pub fn handler(ctx: Context<AuditPost>, root: [u8; 32]) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    let step = accounts.plan(&root, now)?;
    accounts.apply(step, root, ctx.bumps.audit, now)?;
    emit!(AuditPosted {
        task: accounts.task.key(),
        run: accounts.run.key(),
        audit: accounts.audit.key(),
        verifier: accounts.verifier.key(),
        verdict: step.verdict.into(),
        root,
        lock: accounts.task.terms.audit_lock,
        challenge_until: accounts.run.challenge_until,
        refutes: step.refutes,
    });
    Ok(())
}
