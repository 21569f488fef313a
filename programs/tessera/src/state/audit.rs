use anchor_lang::prelude::*;
use tessera_rules::Verdict;

use super::{Deadline, LAYOUT_VERSION, Moment};
use crate::errors::TesseraError;

/// Where an audit stands.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditState {
    /// The verifier owes an answer.
    Claimed,
    /// It found the run's root.
    Agreed {
        /// Root of the outputs, their leaves keyed with the verifier, see [`crate::hashes::keyed_leaf`].
        keyed_root: [u8; 32],
    },
    /// It found another root.
    Differs {
        /// That root.
        root: [u8; 32],
    },
}

/// Which of the two trees have been opened at the picked leaf.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// The run's output tree.
    pub output: bool,
    /// The verifier's keyed tree.
    pub keyed: bool,
}

impl Opened {
    /// Both: the audit earns.
    pub const fn both(self) -> bool {
        self.output && self.keyed
    }
}

/// One verifier's audit of one run. Address: "audit", run, the verifier's Provider account.
#[account]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct Audit {
    /// [`super::LAYOUT_VERSION`].
    pub version: u8,
    /// Bump of this account.
    pub bump: u8,
    /// Its market.
    pub market: Pubkey,
    /// The run.
    pub run: Pubkey,
    /// The verifier's Provider account.
    pub verifier: Pubkey,
    /// The verifier's authority, which paid this account's rent and gets it back.
    pub authority: Pubkey,
    /// What the verifier locked, base units.
    pub lock: u64,
    /// How many audits of the run were answered before; zero until answered.
    pub ordinal: u16,
    /// When it was claimed.
    pub claimed_at: Moment,
    /// Until when it must be answered.
    pub answer_until: Deadline,
    /// When it was answered; zero until then.
    pub posted_at: Moment,
    /// The first slot whose hash may pick the leaf to open; zero unless it agreed.
    pub pick_slot: u64,
    /// Whether its ticket won. One that was claimed without, because somebody differs, never earns the audit reward: else a
    /// provider could stage a difference and collect the reward past the lottery.
    pub drawn: bool,
    /// What has been opened.
    pub opened: Opened,
    /// The verifier's stake vault: the derived address, kept so that it need not be derived again.
    pub vault: Pubkey,
    /// Zero.
    pub reserved: [u8; 32],
    /// Where it stands.
    pub state: AuditState,
    /// The slot hash that picked the leaf, once used.
    pub pick: Option<[u8; 32]>,
    /// Hash of the leaf, tensor header and leaf count that the first opened tree showed, see
    /// [`crate::hashes::shown_leaf`]; the other must show the same.
    pub leaf: Option<[u8; 32]>,
}

impl Audit {
    /// What it says about the run's root, once answered.
    pub fn verdict(&self) -> Option<Verdict> {
        match self.state {
            AuditState::Claimed => None,
            AuditState::Agreed { .. } => Some(Verdict::Agrees),
            AuditState::Differs { .. } => Some(Verdict::Differs),
        }
    }

    /// The root that it found instead of the run's.
    pub fn differing_root(&self) -> Option<[u8; 32]> {
        match self.state {
            AuditState::Differs { root } => Some(root),
            AuditState::Claimed | AuditState::Agreed { .. } => None,
        }
    }

    /// What holds of every audit.
    pub fn invariant(&self) -> Result<()> {
        require_eq!(self.version, LAYOUT_VERSION, TesseraError::LayoutVersion);
        let agreed = matches!(self.state, AuditState::Agreed { .. });
        let any = self.opened.output || self.opened.keyed;
        require!((agreed && self.drawn) || !any, TesseraError::Invariant);
        require_eq!(any, self.leaf.is_some(), TesseraError::Invariant);
        require_eq!(any, self.pick.is_some(), TesseraError::Invariant);
        Ok(())
    }
}
