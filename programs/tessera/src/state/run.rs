use anchor_lang::prelude::*;

use super::mirror::mirror;
use super::{Deadline, LAYOUT_VERSION, MAX_LOCATOR, Moment};
use crate::errors::TesseraError;

mirror! {
    /// Where a run stands. A dispute is a state of its task.
    pub enum RunState = tessera_rules::RunState {
        /// The provider executes.
        Claimed,
        /// The output root is shown.
        Submitted,
        /// Paid.
        Upheld,
        /// Refuted; its lock was slashed.
        Slashed,
        /// Not submitted in time.
        Abandoned,
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
    /// Zero.
    pub reserved: [u8; 64],
    /// The slot hash that draws its audits.
    pub draw: Draw,
    /// The verifiers that refuted the run; set once.
    pub winners: Option<Winners>,
    /// Where the outputs are found; empty until submitted.
    #[max_len(96)]
    pub output_locator: String,
}

impl Run {
    /// What holds of every run.
    pub fn invariant(&self) -> Result<()> {
        require_eq!(self.version, LAYOUT_VERSION, TesseraError::LayoutVersion);
        require!(self.output_locator.len() <= MAX_LOCATOR, TesseraError::LocatorTooLong);
        let posted = self.agreeing.checked_add(self.differing).ok_or(TesseraError::Overflow)?;
        require_gte!(posted, self.audits_open, TesseraError::Invariant);
        require_eq!(self.first_agreeing.is_some(), self.agreeing > 0, TesseraError::Invariant);
        require!(self.winners.is_none() || self.differing >= 2, TesseraError::Invariant);
        if self.state == RunState::Claimed {
            require!(posted == 0 && self.output_root == [0; 32], TesseraError::Invariant);
        }
        Ok(())
    }
}
