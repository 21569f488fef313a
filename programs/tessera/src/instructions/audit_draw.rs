use anchor_lang::prelude::*;

use crate::errors::TesseraError;
use crate::events::AuditDrawn;
use crate::slot_hashes::{self, SlotHash};
use crate::state::{Draw, FULL_RATE, Run, RunState};

/// Accounts of `audit_draw`.
#[derive(Accounts)]
pub struct AuditDraw<'info> {
    /// The run.
    #[account(mut)]
    pub run: Box<Account<'info, Run>>,
    /// CHECK: the SlotHashes sysvar, read in place.
    #[account(address = slot_hashes::SYSVAR @ TesseraError::WrongSysvar)]
    pub slot_hashes: UncheckedAccount<'info>,
}

impl Run {
    /// Records the slot hash that draws the run's audits, if that has not been done. Where it was dropped unseen, every
    /// eligible ticket wins. Fails while the slot has not been made.
    pub(crate) fn draw(&mut self, slot_hashes: &AccountInfo<'_>) -> Result<()> {
        require!(self.state == RunState::Submitted, TesseraError::WrongState);
        if self.draw != Draw::Pending {
            return Ok(());
        }
        match slot_hashes::read(slot_hashes, self.draw_slot)? {
            SlotHash::NotYet => return err!(TesseraError::SlotHashNotYet),
            SlotHash::Found(hash) => self.draw = Draw::Hash(hash),
            SlotHash::Expired => {
                self.draw = Draw::Expired;
                self.audit_rate_bps = FULL_RATE;
            }
        }
        Ok(())
    }
}

/// - Anyone, once for a run that is submitted and not settled, as soon as the draw slot has been made.
/// - Records the first slot hash at or after the draw slot; nothing that comes later can change it.
/// - A draw slot older than all recorded hashes is expired: every eligible ticket wins.
/// - Refused: a run that is not submitted, a slot still ahead, a second draw.
pub fn handler(ctx: Context<AuditDraw>) -> Result<()> {
    let run = &mut ctx.accounts.run;
    require!(run.draw == Draw::Pending, TesseraError::DrawnAlready);
    run.draw(ctx.accounts.slot_hashes.as_ref())?;
    run.invariant()?;
    emit!(AuditDrawn { task: run.task, run: run.key(), draw: run.draw, audit_rate_bps: run.audit_rate_bps });
    Ok(())
}
