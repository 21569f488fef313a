use anchor_lang::prelude::*;
use tessera_referee::dispute::{CLAIM_BYTES, MAX_PARTS};
use tessera_rules::{DisputeView, Phase};

use super::mirror::mirror;
use super::{Deadline, LAYOUT_VERSION, Moment};
use crate::errors::TesseraError;

mirror! {
    /// How a dispute was decided.
    pub enum DisputeVerdict = tessera_rules::DisputeVerdict {
        /// The run is wrong, or its provider was silent.
        ChallengerWon,
        /// The step is right, or the challenger was silent.
        ProviderWon,
        /// The task is malformed: nobody is right about it.
        NoVerdict,
    }
}

/// What a dispute waits for.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputePhase {
    /// The provider shows the trace's root.
    Trace,
    /// The challenger picks an operation, or asks for hashes of the trace's tree.
    PickOperation,
    /// The provider shows hashes of the trace's tree.
    RevealTrace,
    /// The provider opens the operation's output and operands.
    OpenTensors,
    /// The challenger picks a leaf of the output, or asks for hashes of its tree.
    PickLeaf,
    /// The provider shows hashes of the output's tree.
    RevealTensor,
    /// The provider shows the leaf.
    OpenLeaf,
    /// The challenger picks an element of the leaf.
    PickElement,
    /// The provider says what the claim is made of.
    Parts,
    /// The challenger picks one of the parts.
    PickPart,
    /// The provider shows what the step reads.
    Step,
    /// Nothing: it is decided.
    Over(DisputeVerdict),
}

impl DisputePhase {
    /// The verdict, once there is one.
    pub fn verdict(self) -> Option<DisputeVerdict> {
        Phase::from(self).verdict().map(Into::into)
    }
}

impl From<DisputePhase> for Phase {
    fn from(phase: DisputePhase) -> Self {
        match phase {
            DisputePhase::Trace => Self::Trace,
            DisputePhase::PickOperation => Self::PickOperation,
            DisputePhase::RevealTrace => Self::RevealTrace,
            DisputePhase::OpenTensors => Self::OpenTensors,
            DisputePhase::PickLeaf => Self::PickLeaf,
            DisputePhase::RevealTensor => Self::RevealTensor,
            DisputePhase::OpenLeaf => Self::OpenLeaf,
            DisputePhase::PickElement => Self::PickElement,
            DisputePhase::Parts => Self::Parts,
            DisputePhase::PickPart => Self::PickPart,
            DisputePhase::Step => Self::Step,
            DisputePhase::Over(verdict) => Self::Over(verdict.into()),
        }
    }
}

impl From<Phase> for DisputePhase {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Trace => Self::Trace,
            Phase::PickOperation => Self::PickOperation,
            Phase::RevealTrace => Self::RevealTrace,
            Phase::OpenTensors => Self::OpenTensors,
            Phase::PickLeaf => Self::PickLeaf,
            Phase::RevealTensor => Self::RevealTensor,
            Phase::OpenLeaf => Self::OpenLeaf,
            Phase::PickElement => Self::PickElement,
            Phase::Parts => Self::Parts,
            Phase::PickPart => Self::PickPart,
            Phase::Step => Self::Step,
            Phase::Over(verdict) => Self::Over(verdict.into()),
        }
    }
}

mirror! {
    /// Both sides' clocks.
    pub struct DisputeClocks = tessera_rules::Clocks {
        /// What the provider has left, seconds.
        pub provider_left: u32,
        /// What the challenger has left, seconds.
        pub challenger_left: u32,
        /// By how much the provider's times are multiplied: more, the more disputes were open against it.
        pub factor: u16,
        /// Since when the present move is owed.
        pub since: Moment,
        /// Until when it must be made.
        pub until: Deadline,
    }
}

mirror! {
    /// What the clocks depend on.
    pub struct DisputeTerms = tessera_rules::DisputeTerms {
        /// The task's execution window.
        pub execution_seconds: u32,
        /// Bytes of the whole trace.
        pub trace_bytes: u64,
        /// The market's unbonding period when the dispute was opened: no deadline lies further ahead.
        pub unbonding_seconds: u32,
    }
}

/// A node of a Merkle tree: over leaves `first` to `first + count`.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeNode {
    /// Its first leaf.
    pub first: u64,
    /// How many leaves it is over; zero for no node.
    pub count: u64,
    /// Its hash; zero for the top of a trace, which is known by its root.
    pub hash: [u8; 32],
}

impl TreeNode {
    /// No node.
    pub const NONE: Self = Self { first: 0, count: 0, hash: [0; 32] };

    /// Whether there is one.
    pub fn is_some(&self) -> bool {
        self.count > 0
    }
}

/// Tensors of an operation: its output and at most four operands.
pub const DISPUTED_TENSORS: usize = 5;
/// Before anything is claimed.
pub const NO_CLAIM: [u8; CLAIM_BYTES] = [0; CLAIM_BYTES];
/// Longest scratch: a leaf, or the parts of a claim.
pub const MAX_SCRATCH: usize = MAX_PARTS * 4;

/// A challenger and a provider narrow their disagreement down to one step, which the program replays.
/// Address: "dispute", run, challenger.
///
/// What a later phase knows is zero or empty before it.
#[account]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// [`LAYOUT_VERSION`].
    pub version: u8,
    /// Bump of this account.
    pub bump: u8,
    /// Its market.
    pub market: Pubkey,
    /// The run.
    pub run: Pubkey,
    /// Who says that the run is wrong; paid this account's rent, and gets it back.
    pub challenger: Pubkey,
    /// The run's Provider account.
    pub provider: Pubkey,
    /// Who acts for it.
    pub provider_authority: Pubkey,
    /// The task.
    pub task: Pubkey,
    /// Bump of the bond vault.
    pub vault_bump: u8,
    /// What it waits for.
    pub phase: DisputePhase,
    /// Both clocks.
    pub clocks: DisputeClocks,
    /// When it was opened.
    pub opened_at: Moment,
    /// What the challenger has at stake, base units; zero where another run of it answers.
    pub bond: u64,
    /// Whether its run, and what of the bond was lost, is accounted for: what is left is to close it.
    pub settled: bool,
    /// Moves made so far.
    pub moves: u16,
    /// What the clocks depend on.
    pub terms: DisputeTerms,
    /// Descents in the present tree, or parts that were asked for again.
    pub rounds: u8,
    /// Root of the task's inputs.
    pub inputs_root: [u8; 32],
    /// Root of the run's outputs.
    pub output_root: [u8; 32],
    /// Root of the trace.
    pub trace_root: [u8; 32],
    /// Hash of the graph's tree.
    pub graph_tree: [u8; 32],
    /// Operations of the graph, and tensors of the trace.
    pub operations: u16,
    /// The picked operation.
    pub operation: u16,
    /// Which tensors are open: bit 0 the output, bit 1 the first operand.
    pub opened: u8,
    /// Hashes of their trees, the output's first.
    pub tensors: [[u8; 32]; DISPUTED_TENSORS],
    /// The node whose hashes were asked for last, of the trace's tree or the output's.
    pub node: TreeNode,
    /// The picked leaf of the output.
    pub leaf: u64,
    /// The picked element, row-major.
    pub element: u64,
    /// What the provider claims of it, see `tessera_referee::dispute::Claim`.
    pub claim: [u8; CLAIM_BYTES],
    /// Zero.
    pub reserved: [u8; 64],
    /// The graph's header.
    #[max_len(69)]
    pub graph_header: Vec<u8>,
    /// The picked operation's descriptor.
    #[max_len(256)]
    pub descriptor: Vec<u8>,
    /// What was shown last and is to be picked from: hashes of a tree, a leaf, or parts of the claim.
    #[max_len(MAX_SCRATCH)]
    pub scratch: Vec<u8>,
}

impl Dispute {
    /// The dispute as the rules see it.
    #[inline(never)]
    pub fn view(&self) -> DisputeView {
        DisputeView {
            phase: self.phase.into(),
            clocks: self.clocks.into(),
            terms: self.terms.into(),
            rounds: self.rounds,
        }
    }

    /// Takes over what the rules made of [`Dispute::view`].
    #[inline(never)]
    pub(crate) fn apply(&mut self, next: &DisputeView) {
        self.phase = next.phase.into();
        self.clocks = next.clocks.into();
        self.rounds = next.rounds;
    }

    /// What holds of every dispute.
    pub fn invariant(&self) -> Result<()> {
        require_eq!(self.version, LAYOUT_VERSION, TesseraError::LayoutVersion);
        let won = self.phase == DisputePhase::Over(DisputeVerdict::ChallengerWon);
        require!(won || !self.settled, TesseraError::Invariant);
        require!(self.provider_authority != self.challenger, TesseraError::Invariant);
        require!(self.scratch.len() <= MAX_SCRATCH, TesseraError::Invariant);
        Ok(())
    }
}
