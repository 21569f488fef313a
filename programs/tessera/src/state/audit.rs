use anchor_lang::prelude::*;

use super::Moment;
use super::mirror::mirror;

mirror! {
    /// What an audit says about a run's output root.
    pub enum Verdict = tessera_rules::Verdict {
        /// The same root.
        Agrees,
        /// Another root.
        Differs,
    }
}

/// One verifier's answer on one run. Address: "audit", run, the verifier's Provider account.
#[account]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct Audit {
    /// [`super::LAYOUT_VERSION`].
    pub version: u8,
    /// Bump of this account.
    pub bump: u8,
    /// The run.
    pub run: Pubkey,
    /// The verifier's Provider account.
    pub verifier: Pubkey,
    /// The verifier's authority, which paid this account's rent and gets it back.
    pub authority: Pubkey,
    /// What the verifier locked, base units.
    pub lock: u64,
    /// The root that it found.
    pub root: [u8; 32],
    /// What that says.
    pub verdict: Verdict,
    /// How many audits of the run were posted before.
    pub ordinal: u16,
    /// When it was posted.
    pub posted_at: Moment,
    /// Zero.
    pub reserved: [u8; 32],
}
