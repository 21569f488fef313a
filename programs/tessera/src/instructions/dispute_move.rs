use anchor_lang::prelude::*;

use crate::dispute::{Turn, payload};
use crate::state::{Dispute, Moment};
use tessera_rules::Move;

/// Accounts of the moves whose payload may come from a buffer.
#[derive(Accounts)]
pub struct DisputeMove<'info> {
    /// Who moves.
    pub mover: Signer<'info>,
    /// The dispute.
    #[account(mut)]
    pub dispute: Box<Account<'info, Dispute>>,
    /// CHECK: the mover's buffer with the move's arguments, read in place; needed where they are not given.
    pub buffer: Option<UncheckedAccount<'info>>,
}

impl<'info> DisputeMove<'info> {
    /// Begins a move like `probe`, and reads its arguments.
    pub(crate) fn begin<T: AnchorDeserialize>(
        &mut self,
        probe: Move,
        given: Option<T>,
        now: Moment,
    ) -> Result<(Turn<'_, 'info>, T)> {
        let (dispute, mover) = (self.dispute.key(), self.mover.key());
        let buffer = self.buffer.as_ref().map(AsRef::as_ref);
        let turn = Turn::begin(&mut self.dispute, mover, probe, now)?;
        let args = payload(given, buffer, &dispute, &mover)?;
        Ok((turn, args))
    }
}
