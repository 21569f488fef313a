use anchor_lang::prelude::*;

use crate::dispute::Turn;
use crate::state::{Dispute, Moment};
use tessera_rules::Move;

/// Accounts of the moves by which a challenger picks something.
#[derive(Accounts)]
pub struct DisputePick<'info> {
    /// Who moves.
    pub mover: Signer<'info>,
    /// The dispute.
    #[account(mut)]
    pub dispute: Box<Account<'info, Dispute>>,
}

impl<'info> DisputePick<'info> {
    /// Begins a move like `probe`.
    pub(crate) fn begin(&mut self, probe: Move, now: Moment) -> Result<Turn<'_, 'info>> {
        let mover = self.mover.key();
        Turn::begin(&mut self.dispute, mover, probe, now)
    }
}
