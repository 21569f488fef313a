use anchor_lang::prelude::*;
use tessera_referee::descriptor::{Descriptor, Operand};
use tessera_referee::merkle;
use tessera_rules::Move;

use super::DisputeMove;
use crate::dispute::climb;
use crate::errors::TesseraError;
use crate::events::DisputeCause;
use crate::hashes::Hasher;
use crate::state::{Dispute, Moment, TreeNode};

/// An operation of the graph.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct DisputeOperationArgs {
    /// Its index.
    pub operation: u16,
    /// Its descriptor.
    pub descriptor: Vec<u8>,
    /// From there to the top of the graph's tree, lowest first.
    pub proof: Vec<[u8; 32]>,
}

/// - The challenger picks an operation of the graph; its descriptor is proven under the graph's root.
/// - A descriptor that is none of a valid graph ends the dispute without a verdict: its operands must be inputs that the task
///   has or earlier operations.
pub fn handler(ctx: Context<DisputeMove>, args: Option<DisputeOperationArgs>) -> Result<()> {
    let now = Moment::now()?;
    let (turn, args) = ctx.accounts.begin(Move::Operation, args, now)?;
    let leaf = merkle::leaf::<Hasher>(args.operation.into(), &args.descriptor);
    let tree = climb(leaf, args.operation.into(), turn.dispute.operations.into(), &args.proof)?;
    require!(tree == turn.dispute.graph_tree, TesseraError::OpeningWrong);
    if !turn.dispute.is_valid(args.operation, &args.descriptor)? {
        return turn.decide(Move::Malformed, DisputeCause::Malformed);
    }
    let dispute = &mut *turn.dispute;
    dispute.operation = args.operation;
    dispute.descriptor = args.descriptor;
    dispute.opened = 0;
    dispute.node = TreeNode::NONE;
    dispute.scratch.clear();
    turn.make(Move::Operation)
}

impl Dispute {
    /// Whether a valid graph can have this operation at this index.
    #[inline(never)]
    fn is_valid(&self, operation: u16, descriptor: &[u8]) -> Result<bool> {
        let inputs = self.graph()?.inputs;
        let decoded = Descriptor::decode(descriptor);
        Ok(decoded.is_ok_and(|decoded| {
            decoded.operands().iter().all(|operand| match *operand {
                Operand::Input(index) => index < inputs,
                Operand::Op(index) => index < operation,
            })
        }))
    }
}
