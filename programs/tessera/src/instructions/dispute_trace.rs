use anchor_lang::prelude::*;
use tessera_referee::descriptor::Operand;
use tessera_referee::merkle::{self, Digest, FRONTIER_LEVELS, RootKind, frontier_hash};
use tessera_rules::Move;

use crate::dispute::{Turn, payload};
use crate::errors::TesseraError;
use crate::hashes::Hasher;
use crate::state::{Dispute, Moment, Run};

/// One of the graph's outputs in the trace.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct TraceOutput {
    /// The output's tensor root.
    pub tensor_root: [u8; 32],
    /// From there to the top of the trace's tree, lowest first.
    pub proof: Vec<[u8; 32]>,
}

/// The trace, as far as the run's root commits to it.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct DisputeTraceArgs {
    /// The trace's root.
    pub trace_root: [u8; 32],
    /// The graph's outputs, in order.
    pub outputs: Vec<TraceOutput>,
}

/// Accounts of `dispute_trace`.
#[derive(Accounts)]
pub struct DisputeTrace<'info> {
    /// Acts for the run's provider.
    pub mover: Signer<'info>,
    /// The dispute.
    #[account(mut, has_one = run @ TesseraError::WrongDispute)]
    pub dispute: Box<Account<'info, Dispute>>,
    /// The run, which keeps the root for later disputes.
    #[account(mut)]
    pub run: Box<Account<'info, Run>>,
    /// CHECK: the mover's buffer with the move's arguments, read in place; needed where they are not given.
    pub buffer: Option<UncheckedAccount<'info>>,
}

/// - The provider, once: the trace's root, and for each output of the graph its tensor root with a proof.
/// - The tensor roots must give the output root that the run was submitted with.
/// - The run keeps the trace's root: it serves every dispute on it. If another dispute got it meanwhile, it must be the same.
pub fn handler(ctx: Context<DisputeTrace>, args: Option<DisputeTraceArgs>) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    let (dispute, mover) = (accounts.dispute.key(), accounts.mover.key());
    let turn = Turn::begin(&mut accounts.dispute, mover, Move::Trace, now)?;
    let args = payload(args, accounts.buffer.as_ref().map(AsRef::as_ref), &dispute, &mover)?;
    turn.dispute.take_trace(&args)?;
    accounts.run.take_trace(args.trace_root)?;
    turn.make(Move::Trace)
}

impl Dispute {
    #[inline(never)]
    fn take_trace(&mut self, args: &DisputeTraceArgs) -> Result<()> {
        require!(args.trace_root != [0; 32], TesseraError::RootZero);
        self.trace_root = args.trace_root;
        let graph = self.graph()?;
        require_eq!(graph.outputs().len(), args.outputs.len(), TesseraError::OpeningMalformed);
        for (index, output) in graph.outputs().zip(&args.outputs) {
            self.require_committed(Operand::Op(index), &output.tensor_root, &output.proof)?;
        }
        require!(output_root(&args.outputs)? == self.output_root, TesseraError::OpeningWrong);
        Ok(())
    }
}

/// The output root that these tensor roots give: 16 at most, so that all leaves of the tree are four levels below its top.
#[inline(never)]
fn output_root(outputs: &[TraceOutput]) -> Result<Digest> {
    let leaves: Vec<Digest> =
        (0..).zip(outputs).map(|(index, output)| merkle::leaf::<Hasher>(index, &output.tensor_root)).collect();
    let count = u64::try_from(leaves.len()).map_err(|_| TesseraError::Overflow)?;
    let tree = frontier_hash::<Hasher>(count, FRONTIER_LEVELS, &leaves).ok_or(TesseraError::OpeningMalformed)?;
    Ok(merkle::root::<Hasher>(RootKind::Output, count, &[], &tree))
}

impl Run {
    fn take_trace(&mut self, trace_root: [u8; 32]) -> Result<()> {
        let same = self.trace_root == [0; 32] || self.trace_root == trace_root;
        require!(same, TesseraError::TraceWrong);
        self.trace_root = trace_root;
        self.invariant()
    }
}
