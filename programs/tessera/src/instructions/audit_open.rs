use anchor_lang::prelude::*;
use tessera_referee::merkle::{Proof, TensorHeader};
use tessera_referee::proof::{OutputLeaf, pick};
use tessera_rules::plan_audit_open;

use crate::errors::TesseraError;
use crate::events::AuditOpened;
use crate::hashes::{Hasher, keyed_leaf, shown_leaf};
use crate::slot_hashes::{self, SlotHash};
use crate::state::{Audit, AuditState, Moment, Run, Task};

/// Which tree of an agreeing audit is opened.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenedTree {
    /// The run's outputs.
    Output,
    /// The verifier's keyed tree.
    Keyed,
}

/// One leaf, with its proofs.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct AuditOpenArgs {
    /// The tree.
    pub tree: OpenedTree,
    /// Encoded header of the output that holds the leaf: type, rank, dimensions.
    pub header: Vec<u8>,
    /// From the output's root to the top of the outputs' tree, lowest first.
    pub output_proof: Vec<[u8; 32]>,
    /// Hash of the leaf, without a key; zeros for an output without leaves.
    pub leaf_hash: [u8; 32],
    /// From the leaf to the top of the output's tree, lowest first.
    pub leaf_proof: Vec<[u8; 32]>,
}

/// Accounts of `audit_open`.
#[derive(Accounts)]
pub struct AuditOpen<'info> {
    /// Acts for the verifier.
    pub authority: Signer<'info>,
    /// The task.
    pub task: Box<Account<'info, Task>>,
    /// The run.
    #[account(mut, has_one = task @ TesseraError::WrongRun)]
    pub run: Box<Account<'info, Run>>,
    /// The audit.
    #[account(
        mut,
        has_one = run @ TesseraError::AuditOfOtherRun,
        has_one = authority @ TesseraError::WrongAuthority,
    )]
    pub audit: Box<Account<'info, Audit>>,
    /// CHECK: the SlotHashes sysvar, read in place.
    #[account(address = slot_hashes::SYSVAR @ TesseraError::WrongSysvar)]
    pub slot_hashes: UncheckedAccount<'info>,
}

impl AuditOpen<'_> {
    /// The root that the opening must lead to, if the audit may be opened now.
    #[inline(never)]
    fn expected(&self, tree: OpenedTree, now: Moment) -> Result<[u8; 32]> {
        let opened = match tree {
            OpenedTree::Output => self.audit.opened.output,
            OpenedTree::Keyed => self.audit.opened.keyed,
        };
        let slot = self.task.slot_of(&self.run.provider)?;
        plan_audit_open(&self.task.view(), slot, self.audit.verdict(), opened, now.into())
            .map_err(TesseraError::from)?;
        require!(self.audit.drawn, TesseraError::NotDrawn);
        match (tree, self.audit.state) {
            (OpenedTree::Output, _) => Ok(self.run.output_root),
            (OpenedTree::Keyed, AuditState::Agreed { keyed_root }) => Ok(keyed_root),
            (OpenedTree::Keyed, _) => err!(TesseraError::NotAgreed),
        }
    }

    /// The slot hash that picks the leaf: the one used before, or the first at or after the pick slot.
    fn pick(&self) -> Result<[u8; 32]> {
        if let Some(pick) = self.audit.pick {
            return Ok(pick);
        }
        match slot_hashes::read(self.slot_hashes.as_ref(), self.audit.pick_slot)? {
            SlotHash::Found(hash) => Ok(hash),
            SlotHash::NotYet => err!(TesseraError::SlotHashNotYet),
            SlotHash::Expired => err!(TesseraError::SlotHashExpired),
        }
    }

    /// The root that the opening leads to, with the picked leaf in it.
    #[inline(never)]
    fn root(&self, args: &AuditOpenArgs, pick_hash: &[u8; 32]) -> Result<[u8; 32]> {
        let header = TensorHeader::decode(&args.header).ok_or(TesseraError::OpeningMalformed)?;
        let outputs = u64::from(self.task.terms.output_count);
        let output = pick(pick_hash, 0, outputs).ok_or(TesseraError::OpeningMalformed)?;
        let index = pick(pick_hash, 1, header.leaves()).unwrap_or(0);
        let hash = match args.tree {
            OpenedTree::Keyed if header.leaves() > 0 => keyed_leaf(&self.audit.verifier, &args.leaf_hash),
            _ => args.leaf_hash,
        };
        let leaf = OutputLeaf {
            outputs,
            output,
            header: &header,
            index,
            hash,
            leaf_proof: Proof(&args.leaf_proof),
            output_proof: Proof(&args.output_proof),
        };
        Ok(leaf.root::<Hasher>().ok_or(TesseraError::OpeningMalformed)?)
    }
}

/// - The verifier of an audit whose ticket won and that agreed, while the run is undecided and the challenge window lasts.
/// - The leaf is picked by the first slot hash at or after the answer's pick slot, which its keyed root could not know: the
///   output by the hash's first eight bytes, the leaf in it by its next eight. That hash must still be recorded; the second
///   opening uses what the first recorded.
/// - One call for each tree, in either order, each once; both must show the same leaf hash and header.
/// - The output tree must lead to the run's root, the keyed tree to the root that the audit posted.
/// - With both, the audit earns its part of the audit reward if the run is upheld.
pub fn handler(ctx: Context<AuditOpen>, args: AuditOpenArgs) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    let expected = accounts.expected(args.tree, now)?;
    let pick = accounts.pick()?;
    let root = accounts.root(&args, &pick)?;
    require!(root == expected, TesseraError::OpeningWrong);
    let shown = shown_leaf(&args.leaf_hash, &args.header);
    let audit = &mut accounts.audit;
    require!(audit.leaf.is_none_or(|leaf| leaf == shown), TesseraError::OpeningsDiffer);
    audit.pick = Some(pick);
    audit.leaf = Some(shown);
    match args.tree {
        OpenedTree::Output => audit.opened.output = true,
        OpenedTree::Keyed => audit.opened.keyed = true,
    }
    audit.invariant()?;
    let earns = audit.opened.both();
    if earns {
        accounts.run.earning = accounts.run.earning.checked_add(1).ok_or(TesseraError::Overflow)?;
        accounts.run.invariant()?;
    }
    emit!(AuditOpened {
        task: accounts.task.key(),
        run: accounts.run.key(),
        audit: accounts.audit.key(),
        verifier: accounts.audit.verifier,
        tree: args.tree,
        earns,
    });
    Ok(())
}
