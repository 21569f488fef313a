use anchor_lang::prelude::*;

use super::mirror::mirror;

mirror! {
    /// Where one of a task's runs stands, as far as the whole task needs to know.
    pub enum SlotState = tessera_rules::SlotState {
        /// May be claimed.
        Free,
        /// A provider executes.
        Claimed,
        /// Its root is committed to, not yet shown.
        Sealed,
        /// Its root is shown.
        Submitted,
        /// Its root is refuted; the lock is not slashed yet.
        Refuted,
        /// Paid.
        Upheld,
        /// Its lock was slashed: refuted, outvoted, or sealed and never shown.
        Slashed,
        /// Neither paid nor slashed.
        Void,
    }
}

/// A place for one run in a task.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The Provider account that has it; the default address while it is free.
    pub provider: Pubkey,
    /// Where its run stands.
    pub state: SlotState,
    /// Root of the run's outputs; zero until shown.
    pub root: [u8; 32],
    /// Answered audits that agree.
    pub agreeing: u16,
    /// Answered audits that differ.
    pub differing: u16,
}

impl Slot {
    /// Nobody's.
    pub const FREE: Self = Self {
        provider: Pubkey::new_from_array([0; 32]),
        state: SlotState::Free,
        root: [0; 32],
        agreeing: 0,
        differing: 0,
    };
}

/// Which root a task's runs are settled by. Pinned by the first settlement after the windows, never changed.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Not yet known.
    Undecided,
    /// Runs with this root are upheld, others are slashed.
    Root([u8; 32]),
    /// A tie: nobody is paid, nobody is slashed.
    Void,
}

impl From<Slot> for tessera_rules::Slot<[u8; 32]> {
    fn from(slot: Slot) -> Self {
        Self { state: slot.state.into(), root: slot.root, agreeing: slot.agreeing, differing: slot.differing }
    }
}

impl From<Decision> for tessera_rules::Decision<[u8; 32]> {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Undecided => Self::Undecided,
            Decision::Root(root) => Self::Root(root),
            Decision::Void => Self::Void,
        }
    }
}

impl From<tessera_rules::Decision<[u8; 32]>> for Decision {
    fn from(decision: tessera_rules::Decision<[u8; 32]>) -> Self {
        match decision {
            tessera_rules::Decision::Undecided => Self::Undecided,
            tessera_rules::Decision::Root(root) => Self::Root(root),
            tessera_rules::Decision::Void => Self::Void,
        }
    }
}
