use anchor_lang::prelude::*;
use tessera_referee::dispute::padding_is_zero;
use tessera_referee::merkle;
use tessera_rules::Move;

use super::DisputeMove;
use crate::dispute::climb;
use crate::errors::TesseraError;
use crate::events::DisputeCause;
use crate::hashes::Hasher;
use crate::state::{Dispute, Moment};

/// The picked leaf.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct DisputeShowArgs {
    /// Its 512 bytes.
    pub bytes: Vec<u8>,
    /// From there to the top of the output's tree, lowest first.
    pub proof: Vec<[u8; 32]>,
}

/// - Anyone shows the picked leaf with a proof. Silence is the provider's.
/// - Padding that is not zero loses at once: no operation gives such a tensor.
pub fn handler(ctx: Context<DisputeMove>, args: Option<DisputeShowArgs>) -> Result<()> {
    let now = Moment::now()?;
    let (turn, args) = ctx.accounts.begin(Move::Show { clean: true }, args, now)?;
    if !turn.dispute.show(args)? {
        return turn.decide(Move::Show { clean: false }, DisputeCause::Padding);
    }
    turn.make(Move::Show { clean: true })
}

impl Dispute {
    /// Keeps the leaf; says whether its padding is zero.
    #[inline(never)]
    fn show(&mut self, args: DisputeShowArgs) -> Result<bool> {
        let output = self.picked()?.output;
        let bytes: &[u8; 512] = args.bytes.as_slice().try_into().map_err(|_| TesseraError::LeafLength)?;
        let tree = climb(merkle::leaf::<Hasher>(self.leaf, bytes), self.leaf, output.leaves(), &args.proof)?;
        require!(tree == *self.tree(0)?, TesseraError::OpeningWrong);
        let padded = padding_is_zero(&output, self.leaf, bytes);
        self.scratch = args.bytes;
        Ok(padded)
    }
}
