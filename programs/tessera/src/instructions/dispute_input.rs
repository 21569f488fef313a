use anchor_lang::prelude::*;
use tessera_referee::descriptor::Operand;
use tessera_referee::merkle::{self, RootKind};
use tessera_rules::Move;

use super::DisputeMove;
use crate::errors::TesseraError;
use crate::events::DisputeCause;
use crate::hashes::Hasher;
use crate::state::{Dispute, Moment};

/// An input of the task that is not what the graph says.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct DisputeInputArgs {
    /// Which tensor of the operation: 1 the first operand.
    pub tensor: u8,
    /// How many leaves it has.
    pub leaves: u64,
    /// Its header.
    pub header: Vec<u8>,
    /// Hash of the tree over its leaves.
    pub tree: [u8; 32],
    /// From its tensor root to the top of the inputs' tree, lowest first.
    pub proof: Vec<[u8; 32]>,
}

/// - Anyone, while the operation's tensors are being opened: an input of the task has another header than the descriptor says.
///   Nobody could open it, and nobody is right about such a task: no verdict.
pub fn handler(ctx: Context<DisputeMove>, args: Option<DisputeInputArgs>) -> Result<()> {
    let now = Moment::now()?;
    let (turn, args) = ctx.accounts.begin(Move::Contradiction, args, now)?;
    turn.dispute.require_contradiction(&args)?;
    turn.decide(Move::Contradiction, DisputeCause::Malformed)
}

impl Dispute {
    #[inline(never)]
    fn require_contradiction(&self, args: &DisputeInputArgs) -> Result<()> {
        let (source, ty) = self.tensor(&*self.picked()?, args.tensor)?;
        require!(matches!(source, Operand::Input(_)), TesseraError::TensorUnknown);
        let fits = args.leaves == ty.leaves() && args.header == ty.header().bytes();
        require!(!fits, TesseraError::InputFits);
        let root = merkle::root::<Hasher>(RootKind::Tensor, args.leaves, &args.header, &args.tree);
        self.require_committed(source, &root, &args.proof)
    }
}
