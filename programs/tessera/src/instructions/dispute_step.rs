use std::io::Read;

use anchor_lang::prelude::*;
use tessera_referee::descriptor::{Descriptor, Operand};
use tessera_referee::dispute::{ClaimError, Leaves, Slot, check, padding_is_zero};
use tessera_referee::merkle;
use tessera_rules::Move;

use super::DisputeMove;
use crate::dispute::{climb, read_hashes};
use crate::errors::TesseraError;
use crate::events::DisputeCause;
use crate::hashes::Hasher;
use crate::state::{Dispute, Moment};

/// A leaf that a step reads.
#[derive(AnchorSerialize, Clone, Debug, PartialEq, Eq)]
pub struct StepLeaf {
    /// Of which tensor: 0 the output, 1 the first operand.
    pub tensor: u8,
    /// Its index in that tensor.
    pub leaf: u64,
    /// Its 512 bytes.
    pub bytes: Vec<u8>,
    /// From there to the top of the tensor's tree, lowest first.
    pub proof: Vec<[u8; 32]>,
}

impl AnchorDeserialize for StepLeaf {
    fn deserialize_reader<R: Read>(reader: &mut R) -> std::io::Result<Self> {
        Ok(Self {
            tensor: u8::deserialize_reader(reader)?,
            leaf: u64::deserialize_reader(reader)?,
            bytes: Vec::deserialize_reader(reader)?,
            proof: read_hashes(reader)?,
        })
    }
}

/// What a step reads.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct DisputeStepArgs {
    /// At most four leaves.
    pub leaves: Vec<StepLeaf>,
}

/// Leaves that one step reads at most.
const MOST_LEAVES: usize = 4;

/// - Anyone shows the leaves that the step reads, each proven under its tensor's tree. Silence is the provider's.
/// - The program replays the step: the claim follows from what was shown, and the provider won, or it does not, and the
///   challenger won.
/// - A leaf of a tensor of the trace with padding that is not zero decides at once, against the provider.
pub fn handler(ctx: Context<DisputeMove>, args: Option<DisputeStepArgs>) -> Result<()> {
    let now = Moment::now()?;
    let (turn, args) = ctx.accounts.begin(Move::Step { right: true }, args, now)?;
    let (right, because) = turn.dispute.replay(&args.leaves)?;
    turn.decide(Move::Step { right }, because)
}

impl Dispute {
    /// Whether the claim follows from the leaves.
    #[inline(never)]
    fn replay(&self, leaves: &[StepLeaf]) -> Result<(bool, DisputeCause)> {
        require_gte!(MOST_LEAVES, leaves.len(), TesseraError::StepLeaves);
        let operation = self.picked()?;
        for leaf in leaves {
            if !self.examine(&operation, leaf)? {
                return Ok((false, DisputeCause::Padding));
            }
        }
        match check(&operation, self.element, &self.claimed()?, &Shown(leaves)) {
            Ok(right) => Ok((right, DisputeCause::Step)),
            Err(ClaimError::LeafMissing(..)) => err!(TesseraError::StepLeafMissing),
            Err(_) => err!(TesseraError::Invariant),
        }
    }

    /// Holds a leaf against its tensor's tree; says whether one of the provider's tensors has zeros for padding.
    #[inline(never)]
    fn examine(&self, operation: &Descriptor, leaf: &StepLeaf) -> Result<bool> {
        let (source, ty) = self.tensor(operation, leaf.tensor)?;
        let bytes: &[u8; 512] = leaf.bytes.as_slice().try_into().map_err(|_| TesseraError::LeafLength)?;
        let tree = climb(merkle::leaf::<Hasher>(leaf.leaf, bytes), leaf.leaf, ty.leaves(), &leaf.proof)?;
        require!(tree == *self.tree(leaf.tensor)?, TesseraError::OpeningWrong);
        Ok(matches!(source, Operand::Input(_)) || padding_is_zero(&ty, leaf.leaf, bytes))
    }
}

/// Leaves that were held against their trees.
struct Shown<'a>(&'a [StepLeaf]);

impl Leaves for Shown<'_> {
    fn leaf(&self, slot: Slot, index: u64) -> Option<&[u8; 512]> {
        let tensor = match slot {
            Slot::Output => 0,
            Slot::Operand(operand) => operand.checked_add(1)?,
        };
        let leaf = self.0.iter().find(|leaf| leaf.tensor == tensor && leaf.leaf == index)?;
        leaf.bytes.as_slice().try_into().ok()
    }
}
