use anchor_lang::prelude::*;
use tessera_referee::merkle::{FRONTIER_LEVELS, Node, frontier};
use tessera_rules::Move;

use super::DisputePick;
use crate::errors::TesseraError;
use crate::state::{Dispute, DisputePhase, Moment, TreeNode};

/// - The challenger asks for the hashes of up to 16 nodes, four levels down: of the trace's tree before it picks an operation,
///   of the output's tree before it picks a leaf.
/// - It begins at the top (`child` is none), and goes on from one of the nodes shown last. So each tree is descended once, and a
///   challenger cannot keep the provider busy for ever.
pub fn handler(ctx: Context<DisputePick>, child: Option<u8>) -> Result<()> {
    let now = Moment::now()?;
    let turn = ctx.accounts.begin(Move::Descend, now)?;
    let node = turn.dispute.next_node(child)?;
    require_gt!(node.count, 1, TesseraError::DescentOrder);
    turn.dispute.node = node;
    turn.dispute.scratch.clear();
    turn.make(Move::Descend)
}

impl Dispute {
    /// The node to be opened next.
    #[inline(never)]
    fn next_node(&self, child: Option<u8>) -> Result<TreeNode> {
        match child {
            None if !self.node.is_some() => self.top(),
            Some(child) if self.node.is_some() => self.child(child.into()),
            _ => err!(TesseraError::DescentOrder),
        }
    }

    /// The top of the tree that is descended in this phase.
    fn top(&self) -> Result<TreeNode> {
        if self.phase == DisputePhase::PickOperation {
            // The top's hash is known by the trace's root alone.
            return Ok(TreeNode { first: 0, count: self.operations.into(), hash: [0; 32] });
        }
        Ok(TreeNode { first: 0, count: self.picked()?.output.leaves(), hash: *self.tree(0)? })
    }

    /// One of the nodes that were shown last.
    fn child(&self, child: usize) -> Result<TreeNode> {
        let below = frontier(Node { first: self.node.first, count: self.node.count }, FRONTIER_LEVELS).nth(child);
        let (hashes, _) = self.scratch.as_chunks::<32>();
        let (Some(below), Some(hash)) = (below, hashes.get(child)) else {
            return err!(TesseraError::DescentOrder);
        };
        Ok(TreeNode { first: below.first, count: below.count, hash: *hash })
    }
}
