use anchor_lang::prelude::*;
use tessera_rules::Move;

use super::DisputePick;
use crate::errors::TesseraError;
use crate::state::{Moment, TreeNode};

/// - The challenger picks a leaf of the operation's output.
pub fn handler(ctx: Context<DisputePick>, leaf: u64) -> Result<()> {
    let now = Moment::now()?;
    let turn = ctx.accounts.begin(Move::Leaf, now)?;
    let leaves = turn.dispute.picked()?.output.leaves();
    require_gt!(leaves, leaf, TesseraError::LeafUnknown);
    turn.dispute.leaf = leaf;
    turn.dispute.node = TreeNode::NONE;
    turn.dispute.scratch.clear();
    turn.make(Move::Leaf)
}
