use anchor_lang::prelude::*;
use tessera_referee::merkle::{FRONTIER_LEVELS, frontier_hash};
use tessera_rules::Move;

use super::DisputeMove;
use crate::dispute::trace_root;
use crate::errors::TesseraError;
use crate::hashes::Hasher;
use crate::state::{Dispute, DisputePhase, Moment};

/// Hashes of a tree.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct DisputeRevealArgs {
    /// Of the nodes four levels below the one that was asked for, and of leaves that are reached before, in order: 16 at most.
    pub hashes: Vec<[u8; 32]>,
}

/// - The provider shows the hashes below the node that was asked for. They must give that node's hash, or the trace's root.
pub fn handler(ctx: Context<DisputeMove>, args: Option<DisputeRevealArgs>) -> Result<()> {
    let now = Moment::now()?;
    let (turn, args) = ctx.accounts.begin(Move::Reveal, args, now)?;
    turn.dispute.reveal(&args.hashes)?;
    turn.make(Move::Reveal)
}

impl Dispute {
    #[inline(never)]
    fn reveal(&mut self, hashes: &[[u8; 32]]) -> Result<()> {
        let node = self.node;
        let hash =
            frontier_hash::<Hasher>(node.count, FRONTIER_LEVELS, hashes).ok_or(TesseraError::OpeningMalformed)?;
        let of_trace = self.phase == DisputePhase::RevealTrace;
        let holds = if of_trace && node.count == u64::from(self.operations) {
            trace_root(self.operations, &hash) == self.trace_root
        } else {
            hash == node.hash
        };
        require!(holds, TesseraError::OpeningWrong);
        self.scratch = hashes.as_flattened().to_vec();
        Ok(())
    }
}
