use anchor_lang::prelude::*;
use tessera_referee::dispute::{Claim, leaf_of, value_in_leaf};
use tessera_rules::{Asks, Move};

use super::DisputePick;
use crate::errors::TesseraError;
use crate::state::{Dispute, Moment};

/// - The challenger picks an element of the leaf that was shown. Its value there is what the provider claims.
pub fn handler(ctx: Context<DisputePick>, element: u64) -> Result<()> {
    let now = Moment::now()?;
    let turn = ctx.accounts.begin(Move::Element(Asks::Parts), now)?;
    let asks = turn.dispute.pick_element(element)?;
    turn.make(Move::Element(asks))
}

impl Dispute {
    /// Takes the element's value as the claim; says what that asks for.
    #[inline(never)]
    fn pick_element(&mut self, element: u64) -> Result<Asks> {
        let operation = self.picked()?;
        require!(leaf_of(&operation.output, element) == Some(self.leaf), TesseraError::ElementOutside);
        let leaf: &[u8; 512] = self.scratch.as_slice().try_into().map_err(|_| TesseraError::Invariant)?;
        let value = value_in_leaf(&operation.output, element, leaf).ok_or(TesseraError::ElementOutside)?;
        self.element = element;
        self.scratch.clear();
        self.claim(&operation, &Claim::Element { value })
    }
}
