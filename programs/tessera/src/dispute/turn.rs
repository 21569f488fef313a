use anchor_lang::prelude::*;
use tessera_rules::{DisputeView, Move, Side, next_phase, plan_move};

use crate::errors::TesseraError;
use crate::events::{DisputeCause, DisputeEnded, DisputeMoved};
use crate::state::{Dispute, Moment};

/// A move that is being made.
pub(crate) struct Turn<'a, 'info> {
    /// The dispute.
    pub(crate) dispute: &'a mut Account<'info, Dispute>,
    mover: Pubkey,
    now: Moment,
}

impl<'a, 'info> Turn<'a, 'info> {
    /// Begins a move like `probe`, which the dispute waits for. Whose turn it is and whether it comes in time is planned once
    /// what it says is known.
    #[inline(never)]
    pub(crate) fn begin(
        dispute: &'a mut Account<'info, Dispute>,
        mover: Pubkey,
        probe: Move,
        now: Moment,
    ) -> Result<Self> {
        next_phase(dispute.phase.into(), probe).map_err(TesseraError::from)?;
        Ok(Self { dispute, mover, now })
    }

    fn plan(&self, made: Move) -> Result<Box<DisputeView>> {
        let by = self.dispute.side_of(&self.mover);
        let next = plan_move(&self.dispute.view(), by, made, self.now.into());
        Ok(Box::new(next.map_err(TesseraError::from)?))
    }

    /// Ends the turn: the dispute waits for what comes next.
    #[inline(never)]
    pub(crate) fn make(self, made: Move) -> Result<()> {
        let next = self.plan(made)?;
        self.dispute.moved(&next)?;
        emit!(DisputeMoved {
            task: self.dispute.task,
            run: self.dispute.run,
            dispute: self.dispute.key(),
            mover: self.mover,
            phase: self.dispute.phase,
            until: self.dispute.clocks.until,
        });
        Ok(())
    }

    /// Ends the turn with a move that decides the dispute.
    #[inline(never)]
    pub(crate) fn decide(self, made: Move, because: DisputeCause) -> Result<()> {
        let next = self.plan(made)?;
        self.dispute.moved(&next)?;
        emit!(DisputeEnded::new(self.dispute, because));
        Ok(())
    }
}

impl Dispute {
    /// The side that a wallet is on; `None` for a stranger.
    pub fn side_of(&self, wallet: &Pubkey) -> Option<Side> {
        if *wallet == self.provider_authority {
            Some(Side::Provider)
        } else if *wallet == self.challenger {
            Some(Side::Challenger)
        } else {
            None
        }
    }

    /// Takes over a move.
    pub(crate) fn moved(&mut self, next: &DisputeView) -> Result<()> {
        self.apply(next);
        self.moves = self.moves.checked_add(1).ok_or(TesseraError::Overflow)?;
        self.invariant()
    }
}
