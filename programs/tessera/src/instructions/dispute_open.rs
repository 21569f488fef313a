use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use tessera_referee::descriptor::Descriptor;
use tessera_referee::graph_header::GraphHeader;
use tessera_referee::merkle::{self, Digest, RootKind};
use tessera_rules::{bond, is_bond_free, plan_dispute_open, plan_dispute_start};

use crate::creation::create;
use crate::dispute::{climb, payload};
use crate::errors::TesseraError;
use crate::events::DisputeOpened;
use crate::hashes::Hasher;
use crate::seeds;
use crate::state::{
    DISPUTED_TENSORS, Dispute, DisputeTerms, LAYOUT_VERSION, Market, Moment, NO_CLAIM, Provider, Run, Task, TreeNode,
};
use crate::tokens::{Mover, open_vault};

/// What the graph's root is made of.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct DisputeOpenArgs {
    /// The graph's header.
    pub graph_header: Vec<u8>,
    /// The descriptor of its last operation, which says how long the trace is.
    pub last_descriptor: Vec<u8>,
    /// From there to the top of the graph's tree, lowest first.
    pub proof: Vec<[u8; 32]>,
}

/// Accounts of `dispute_open`.
#[derive(Accounts)]
pub struct DisputeOpen<'info> {
    /// Says that the run is wrong; pays the bond and the accounts' rent.
    #[account(mut)]
    pub challenger: Signer<'info>,
    /// The market.
    #[account(has_one = mint @ TesseraError::WrongMint)]
    pub market: Box<Account<'info, Market>>,
    /// CHECK: what the market pays in.
    pub mint: UncheckedAccount<'info>,
    /// The task.
    #[account(mut, constraint = task.terms.market == market.key() @ TesseraError::WrongMarket)]
    pub task: Box<Account<'info, Task>>,
    /// The run.
    #[account(mut, has_one = task @ TesseraError::WrongRun, has_one = provider @ TesseraError::WrongProvider)]
    pub run: Box<Account<'info, Run>>,
    /// The run's provider.
    #[account(mut)]
    pub provider: Box<Account<'info, Provider>>,
    /// Another run of the task with another root, of a provider for which the challenger acts: its lock answers in place of a
    /// bond.
    #[account(has_one = task @ TesseraError::WrongRun)]
    pub own_run: Option<Box<Account<'info, Run>>>,
    /// The dispute.
    ///
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::DISPUTE, run.key().as_ref(), challenger.key().as_ref()], bump)]
    pub dispute: UncheckedAccount<'info>,
    /// CHECK: the dispute's bond vault, created here at its derived address.
    #[account(mut, seeds = [seeds::BOND, dispute.key().as_ref()], bump)]
    pub bond_vault: UncheckedAccount<'info>,
    /// CHECK: a token account of the challenger; the token program checks it.
    #[account(mut)]
    pub challenger_token: UncheckedAccount<'info>,
    /// CHECK: the challenger's buffer with the arguments, read in place; needed where they are not given.
    pub buffer: Option<UncheckedAccount<'info>>,
    /// Moves the bond.
    #[account(address = market.token_program @ TesseraError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
    /// Makes the accounts.
    pub system_program: Program<'info, System>,
}

/// The graph, as far as its root commits to it.
struct Graph {
    tree: Digest,
    trace_bytes: u64,
}

impl DisputeOpenArgs {
    /// Holds header and last operation against the task's graph root.
    #[inline(never)]
    fn graph(&self, task: &Task) -> Result<Graph> {
        let operations = task.terms.op_count;
        let last = operations.checked_sub(1).ok_or(TesseraError::GraphMalformed)?;
        let leaf = merkle::leaf::<Hasher>(last.into(), &self.last_descriptor);
        let tree = climb(leaf, last.into(), operations.into(), &self.proof)?;
        let root = merkle::root::<Hasher>(RootKind::Graph, operations.into(), &self.graph_header, &tree);
        require!(root == task.terms.graph_root, TesseraError::OpeningWrong);
        let header = GraphHeader::decode(&self.graph_header).map_err(|_| TesseraError::GraphMalformed)?;
        let counts = header.output_count() == usize::from(task.terms.output_count);
        require!(counts && header.outputs().all(|output| output < operations), TesseraError::GraphMalformed);
        let descriptor = Descriptor::parse(&self.last_descriptor).map_err(|_| TesseraError::GraphMalformed)?;
        Ok(Graph { tree, trace_bytes: descriptor.trace_bytes })
    }
}

impl DisputeOpen<'_> {
    /// What the challenger puts at stake.
    #[inline(never)]
    fn bond(&self) -> Result<u64> {
        let slot = self.task.slot_of(&self.run.provider)?;
        let own = match &self.own_run {
            None => None,
            Some(own) => {
                require_keys_eq!(own.authority, self.challenger.key(), TesseraError::WrongAuthority);
                Some(self.task.slot_of(&own.provider)?)
            }
        };
        let free = is_bond_free(&self.task.view(), slot, own).map_err(TesseraError::from)?;
        require!(free || own.is_none(), TesseraError::WrongRun);
        Ok(bond(self.task.terms.reward.into(), free).get())
    }

    /// Counts the dispute, and makes its first state.
    #[inline(never)]
    fn begin(&mut self, args: DisputeOpenArgs, bumps: &DisputeOpenBumps, now: Moment) -> Result<Box<Dispute>> {
        let graph = args.graph(&self.task)?;
        let slot = self.task.slot_of(&self.run.provider)?;
        let open = plan_dispute_open(&self.task.view(), slot, self.run.open_disputes, now.into());
        let terms = DisputeTerms {
            execution_seconds: self.task.terms.windows.execution_seconds,
            trace_bytes: graph.trace_bytes,
            unbonding_seconds: self.market.params.unbonding_seconds,
        };
        let own = self.run.authority == self.challenger.key();
        let traced = self.run.trace_root != [0; 32];
        let start = plan_dispute_start(terms.into(), traced, self.provider.open_disputes, own, now.into());
        let start = start.map_err(TesseraError::from)?;
        let bond = self.bond()?;
        self.run.open_disputes = open.map_err(TesseraError::from)?;
        self.run.invariant()?;
        self.task.open_disputes = self.task.open_disputes.checked_add(1).ok_or(TesseraError::Overflow)?;
        self.provider.open_disputes = self.provider.open_disputes.checked_add(1).ok_or(TesseraError::Overflow)?;
        let dispute = Box::new(Dispute {
            version: LAYOUT_VERSION,
            bump: bumps.dispute,
            market: self.market.key(),
            run: self.run.key(),
            challenger: self.challenger.key(),
            provider: self.run.provider,
            provider_authority: self.run.authority,
            task: self.task.key(),
            vault_bump: bumps.bond_vault,
            phase: start.phase.into(),
            clocks: start.clocks.into(),
            opened_at: now,
            bond,
            settled: false,
            moves: 0,
            terms,
            rounds: start.rounds,
            inputs_root: self.task.terms.inputs_root,
            output_root: self.run.output_root,
            trace_root: self.run.trace_root,
            graph_tree: graph.tree,
            operations: self.task.terms.op_count,
            operation: 0,
            opened: 0,
            tensors: [[0; 32]; DISPUTED_TENSORS],
            node: TreeNode::NONE,
            leaf: 0,
            element: 0,
            claim: NO_CLAIM,
            reserved: [0; 64],
            graph_header: args.graph_header,
            descriptor: Vec::new(),
            scratch: Vec::new(),
        });
        dispute.invariant()?;
        Ok(dispute)
    }

    #[inline(never)]
    fn store(&self, dispute: &Dispute) -> Result<()> {
        let (account, vault) = (self.dispute.as_ref(), self.bond_vault.as_ref());
        let (payer, mint) = (self.challenger.as_ref(), self.mint.as_ref());
        let seeds: [&[u8]; 4] = [seeds::DISPUTE, dispute.run.as_ref(), dispute.challenger.as_ref(), &[dispute.bump]];
        create(account, payer, &seeds, dispute)?;
        let seeds: [&[u8]; 3] = [seeds::BOND, account.key.as_ref(), &[dispute.vault_bump]];
        open_vault(vault, account, mint, payer, &seeds)?;
        Mover::new(mint)?.take(self.challenger_token.as_ref(), vault, payer, dispute.bond)
    }
}

/// - Any wallet but the run's own authority, once at a time for a run, while the run is submitted and not refuted, before the
///   challenge window has passed.
/// - The graph's header and its last operation are proven under the task's graph root; a header that no graph has is refused.
/// - The bond is the task's reward, taken into the dispute's vault. There is none for whoever has another run of the task that
///   is submitted, not refuted and of another root: that run's lock answers.
/// - The run is not settled while it has disputes. The provider's times grow with the disputes that are open against it.
pub fn handler(ctx: Context<DisputeOpen>, args: Option<DisputeOpenArgs>) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    let (key, challenger) = (accounts.dispute.key(), accounts.challenger.key());
    let args = payload(args, accounts.buffer.as_ref().map(AsRef::as_ref), &key, &challenger)?;
    let dispute = accounts.begin(args, &ctx.bumps, now)?;
    accounts.store(&dispute)?;
    emit!(DisputeOpened {
        task: dispute.task,
        run: dispute.run,
        dispute: key,
        provider: dispute.provider,
        challenger,
        bond: dispute.bond,
        phase: dispute.phase,
        until: dispute.clocks.until,
    });
    Ok(())
}
