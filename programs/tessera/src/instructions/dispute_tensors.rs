use anchor_lang::prelude::*;
use tessera_referee::descriptor::Operand;
use tessera_referee::merkle::{empty, tensor_root};
use tessera_rules::Move;

use super::DisputeMove;
use crate::errors::TesseraError;
use crate::hashes::Hasher;
use crate::state::{Dispute, Moment};

/// A tensor of the picked operation.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct TensorOpening {
    /// Which: 0 the output, 1 the first operand.
    pub tensor: u8,
    /// Hash of the tree over its leaves.
    pub tree: [u8; 32],
    /// From its tensor root to the top of the trace's tree, or of the inputs', lowest first.
    pub proof: Vec<[u8; 32]>,
}

/// Tensors of the picked operation.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct DisputeTensorsArgs {
    /// Some or all of those that are not open yet.
    pub tensors: Vec<TensorOpening>,
}

/// - Anyone opens tensors of the picked operation, some or all at once: outputs of operations under the trace's root, inputs of
///   the task under its inputs' root. Silence is the provider's.
/// - The header is what the descriptor says; a tensor with another one cannot be opened, nor one without elements that hashes to
///   something.
/// - Once all are open the challenger picks a leaf.
/// - Refused: nothing but what is open already.
pub fn handler(ctx: Context<DisputeMove>, args: Option<DisputeTensorsArgs>) -> Result<()> {
    let now = Moment::now()?;
    let (turn, args) = ctx.accounts.begin(Move::Tensors { all: false }, args, now)?;
    let all = turn.dispute.open(&args.tensors)?;
    turn.make(Move::Tensors { all })
}

impl Dispute {
    /// Opens tensors; says whether all are open now.
    #[inline(never)]
    fn open(&mut self, tensors: &[TensorOpening]) -> Result<bool> {
        let operation = self.picked()?;
        let before = self.opened;
        for TensorOpening { tensor, tree, proof } in tensors {
            let (source, ty) = self.tensor(&operation, *tensor)?;
            // Nobody could pick a leaf to show that another hash is wrong.
            let is_garbage = ty.leaves() == 0 && matches!(source, Operand::Op(_)) && *tree != empty::<Hasher>();
            require!(!is_garbage, TesseraError::OpeningWrong);
            self.require_committed(source, &tensor_root::<Hasher>(&ty.header(), tree), proof)?;
            *self.tensors.get_mut(usize::from(*tensor)).ok_or(TesseraError::TensorUnknown)? = *tree;
            self.opened |= 1_u8.checked_shl((*tensor).into()).ok_or(TesseraError::TensorUnknown)?;
        }
        require!(self.opened != before, TesseraError::AlreadyOpened);
        let operands = u32::try_from(operation.operands().len()).map_err(|_| TesseraError::Overflow)?;
        Ok(self.opened.count_ones() == operands.saturating_add(1))
    }
}
