use anchor_lang::prelude::*;

use super::mirror::mirror;
use super::{Deadline, FULL_RATE, LAYOUT_VERSION, MAX_LOCATOR, MarketNow, Moment, Provider, Terms};
use crate::errors::TesseraError;

mirror! {
    /// Where a run stands. Whether it is refuted, is written in its task's slot.
    pub enum RunState = tessera_rules::RunState {
        /// The provider executes.
        Claimed,
        /// The output root is shown.
        Submitted,
        /// Paid.
        Upheld,
        /// Its lock was slashed.
        Slashed,
        /// Released, or neither submitted nor sealed in time. Such a run is closed at once.
        Abandoned,
        /// The provider committed to a root that it has not shown.
        Sealed,
        /// Neither paid nor slashed.
        Void,
    }
}

/// The two verifiers that refuted a run, by their Provider accounts.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Winners {
    /// Who posted first.
    pub first: Pubkey,
    /// Who posted the same root after it.
    pub second: Pubkey,
}

/// An answer with another root than the run's.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Differing {
    /// The verifier's Provider account; the default address for no answer.
    pub verifier: Pubkey,
    /// The root that it found.
    pub root: [u8; 32],
}

impl Differing {
    /// No answer.
    pub const NONE: Self = Self { verifier: Pubkey::new_from_array([0; 32]), root: [0; 32] };

    /// Whether there is one.
    pub fn is_some(&self) -> bool {
        self.verifier != Pubkey::default()
    }
}

/// The slot hash by which a run's audit tickets are drawn.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draw {
    /// Not recorded yet.
    Pending,
    /// The first slot hash at or after the draw slot.
    Hash([u8; 32]),
    /// The slot hash was gone before anybody recorded it: every eligible ticket wins.
    Expired,
}

/// One provider's execution of one task. Address: "run", task, provider.
#[account]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct Run {
    /// [`LAYOUT_VERSION`].
    pub version: u8,
    /// Bump of this account.
    pub bump: u8,
    /// Its market.
    pub market: Pubkey,
    /// Its task.
    pub task: Pubkey,
    /// The Provider account.
    pub provider: Pubkey,
    /// The provider's authority, which paid this account's rent and gets it back.
    pub authority: Pubkey,
    /// Where it stands.
    pub state: RunState,
    /// What the provider locked, base units.
    pub lock: u64,
    /// Commitment to the output root, see [`crate::hashes::seal_hash`]; zero until sealed, and for an optimistic task.
    pub seal: [u8; 32],
    /// Root of the outputs; zero until submitted.
    pub output_root: [u8; 32],
    /// Content id (SHA-256) of the stored outputs; zero until submitted.
    pub output_id: [u8; 32],
    /// Root of the trace; zero until posted in a dispute.
    pub trace_root: [u8; 32],
    /// When it was claimed.
    pub claimed_at: Moment,
    /// Until when it must be submitted, or sealed.
    pub execute_until: Deadline,
    /// When it was submitted; zero until then.
    pub submitted_at: Moment,
    /// When it was upheld, slashed or voided; zero until then.
    pub decided_at: Moment,
    /// The verifiers' stake in the market when it was submitted, base units; zero until then.
    pub verify_stake: u64,
    /// Probability that it is audited, bps; zero until submitted.
    pub audit_rate_bps: u16,
    /// The first slot whose hash may draw its audits; zero until submitted.
    pub draw_slot: u64,
    /// What the requester paid for a forced audit, base units; zero without one.
    pub forced: u64,
    /// Audits that are not closed.
    pub audits_open: u16,
    /// Audits that agreed, and opened one leaf in both trees.
    pub earning: u16,
    /// Disputes that are open.
    pub open_disputes: u16,
    /// The first two answers with another root.
    pub differed: [Differing; 2],
    /// The dispute that refuted it; the default address for none.
    pub refuted_by: Pubkey,
    /// Bump of that dispute's bond vault, which is paid the challenger's share of the slashed lock; zero for none.
    pub refuted_bond_bump: u8,
    /// Whether half of the challengers' share is the first auditor's that differed, since it is not the challenger itself.
    pub refuted_with_auditor: bool,
    /// Zero.
    pub reserved: [u8; 30],
    /// The slot hash that draws its audits.
    pub draw: Draw,
    /// The verifiers that refuted the run; set once.
    pub winners: Option<Winners>,
    /// Where the outputs are found; empty until submitted.
    #[max_len(96)]
    pub output_locator: String,
}

impl Run {
    /// Takes over a root that is shown, and pins what draws its audits: the market's verifiers, its provider's record, and
    /// a slot ahead.
    pub(crate) fn submit(
        &mut self,
        output: Output,
        terms: &Terms,
        market: MarketNow,
        provider: &Provider,
        now: Moment,
    ) -> Result<()> {
        let base = terms.audit_rate_bps.into();
        self.state = RunState::Submitted;
        self.output_root = output.root;
        self.output_id = output.id;
        self.output_locator = output.locator;
        self.submitted_at = now;
        self.verify_stake = market.verify_stake;
        self.audit_rate_bps = tessera_rules::audit_rate(&provider.reputation.into(), base, terms.newcomer_weight).get();
        self.draw_slot = now.slot.checked_add(terms.draw_delay_slots.into()).ok_or(TesseraError::Overflow)?;
        self.invariant()
    }

    /// The dispute that refuted it.
    pub fn refuted_by(&self) -> Option<Pubkey> {
        (self.refuted_by != Pubkey::default()).then_some(self.refuted_by)
    }

    /// What holds of every run.
    pub fn invariant(&self) -> Result<()> {
        require_eq!(self.version, LAYOUT_VERSION, TesseraError::LayoutVersion);
        require!(self.output_locator.len() <= MAX_LOCATOR, TesseraError::LocatorTooLong);
        require_gte!(FULL_RATE, self.audit_rate_bps, TesseraError::Invariant);
        if matches!(self.state, RunState::Claimed | RunState::Sealed) {
            require!(self.output_root == [0; 32] && self.audits_open == 0, TesseraError::Invariant);
            require!(self.draw == Draw::Pending && self.winners.is_none(), TesseraError::Invariant);
        }
        if self.state == RunState::Submitted {
            require!(self.output_root != [0; 32], TesseraError::Invariant);
            require_gte!(self.audits_open, self.earning, TesseraError::Invariant);
        } else {
            require_eq!(self.open_disputes, 0, TesseraError::Invariant);
        }
        require!(!self.refuted_with_auditor || self.refuted_by().is_some(), TesseraError::Invariant);
        Ok(())
    }
}

/// What a run shows.
pub(crate) struct Output {
    /// Root of the outputs.
    pub(crate) root: [u8; 32],
    /// Content id of the stored outputs.
    pub(crate) id: [u8; 32],
    /// Where they are found.
    pub(crate) locator: String,
}

impl Output {
    /// The content id is no zeros, the locator 1 to 96 bytes. The rules check the root.
    pub(crate) fn validate(&self) -> Result<()> {
        require!(self.id != [0; 32], TesseraError::RootZero);
        require!(!self.locator.is_empty(), TesseraError::LocatorMissing);
        require!(self.locator.len() <= MAX_LOCATOR, TesseraError::LocatorTooLong);
        Ok(())
    }

    /// The root, if the bytes are one.
    pub(crate) fn root(&self) -> Option<[u8; 32]> {
        (self.root != [0; 32]).then_some(self.root)
    }
}
