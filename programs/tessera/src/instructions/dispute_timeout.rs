use anchor_lang::prelude::*;
use tessera_rules::plan_timeout;

use crate::errors::TesseraError;
use crate::events::{DisputeCause, DisputeEnded};
use crate::state::{Dispute, Moment};

/// Accounts of `dispute_timeout`. Nobody in particular signs.
#[derive(Accounts)]
pub struct DisputeTimeout<'info> {
    /// The dispute.
    #[account(mut)]
    pub dispute: Box<Account<'info, Dispute>>,
}

/// - Anyone, once the clock of the side that owes a move has run out: that side loses.
pub fn handler(ctx: Context<DisputeTimeout>) -> Result<()> {
    let now = Moment::now()?;
    let dispute = &mut ctx.accounts.dispute;
    let next = plan_timeout(&dispute.view(), now.into()).map_err(TesseraError::from)?;
    dispute.moved(&next)?;
    emit!(DisputeEnded::new(dispute, DisputeCause::Silence));
    Ok(())
}
