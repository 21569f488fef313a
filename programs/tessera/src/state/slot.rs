use anchor_lang::prelude::*;

/// Where one of a task's runs stands, as far as the whole task needs to know.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotState {
    /// May be claimed.
    Free,
    /// A provider executes.
    Claimed,
    /// Its root is committed to, not yet shown.
    Sealed,
    /// Its root is shown.
    Submitted,
    /// Paid.
    Upheld,
    /// Refuted, or sealed and never shown; its lock was slashed.
    Slashed,
    /// Part of a tie: its lock was freed, nothing was paid.
    Void,
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
    pub const FREE: Self =
        Self { provider: Pubkey::new_from_array([0; 32]), state: SlotState::Free, root: [0; 32], agreeing: 0, differing: 0 };
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
