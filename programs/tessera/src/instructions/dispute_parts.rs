use anchor_lang::prelude::*;
use tessera_referee::dispute::{Expect, parts_hold, pick};
use tessera_rules::{Move, PartsShown};

use super::DisputeMove;
use crate::errors::TesseraError;
use crate::state::{Dispute, Moment};

/// What a claim is made of.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct DisputePartsArgs {
    /// As many words or bests as the claim asks for, see `tessera_referee::dispute::expects`.
    pub parts: Vec<u8>,
}

/// - The provider alone says what its claim is made of. The parts must add up to the claim, else they are refused.
/// - One part alone is picked at once.
pub fn handler(ctx: Context<DisputeMove>, args: Option<DisputePartsArgs>) -> Result<()> {
    let now = Moment::now()?;
    let (turn, args) = ctx.accounts.begin(Move::Parts(PartsShown::Several), args, now)?;
    let shown = turn.dispute.take_parts(args.parts)?;
    turn.make(Move::Parts(shown))
}

impl Dispute {
    /// Keeps the parts, or picks the only one.
    #[inline(never)]
    fn take_parts(&mut self, parts: Vec<u8>) -> Result<PartsShown> {
        let (operation, claim) = (self.picked()?, self.claimed()?);
        let Expect::Parts { count, .. } = self.owed_for(&operation, &claim)? else {
            return err!(TesseraError::Invariant);
        };
        let holds = parts_hold(&operation, self.element, &claim, &parts).map_err(|_| TesseraError::PartsWrong)?;
        require!(holds, TesseraError::PartsWrong);
        if count > 1 {
            self.scratch = parts;
            return Ok(PartsShown::Several);
        }
        let next = pick(&operation, self.element, &claim, &parts, 0).map_err(|_| TesseraError::PartUnknown)?;
        self.claim(&operation, &next).map(PartsShown::Single)
    }
}
