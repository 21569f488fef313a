use anchor_lang::prelude::*;
use tessera_referee::dispute::pick;
use tessera_rules::{Asks, Move};

use super::DisputePick;
use crate::errors::TesseraError;
use crate::state::{Dispute, Moment};

/// - The challenger picks a part of the claim: that this one is right is what the provider claims from now on.
pub fn handler(ctx: Context<DisputePick>, part: u16) -> Result<()> {
    let now = Moment::now()?;
    let turn = ctx.accounts.begin(Move::Part(Asks::Parts), now)?;
    let asks = turn.dispute.pick_part(part)?;
    turn.make(Move::Part(asks))
}

impl Dispute {
    /// Takes the part as the claim; says what that asks for.
    #[inline(never)]
    fn pick_part(&mut self, part: u16) -> Result<Asks> {
        let (operation, claim) = (self.picked()?, self.claimed()?);
        let next = pick(&operation, self.element, &claim, &self.scratch, part);
        let next = next.map_err(|_| TesseraError::PartUnknown)?;
        self.scratch.clear();
        self.claim(&operation, &next)
    }
}
