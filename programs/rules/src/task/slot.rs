/// Where one of a task's runs stands, as the task keeps it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SlotState {
    /// Nobody has it, or its provider released it or did not show up.
    #[default]
    Free,
    /// A provider executes.
    Claimed,
    /// The provider committed a root that is not shown yet.
    Sealed,
    /// The root is public.
    Submitted,
    /// The root is public and refuted; the lock is not slashed yet.
    Refuted,
    /// Paid.
    Upheld,
    /// Its lock was slashed: refuted, outvoted, or sealed and never revealed.
    Slashed,
    /// Neither paid nor slashed.
    Void,
}

impl SlotState {
    /// Every state, for tables and tests.
    pub const ALL: [Self; 8] = [
        Self::Free,
        Self::Claimed,
        Self::Sealed,
        Self::Submitted,
        Self::Refuted,
        Self::Upheld,
        Self::Slashed,
        Self::Void,
    ];

    /// Whether a lock depends on what happens next.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Claimed | Self::Sealed | Self::Submitted | Self::Refuted)
    }
}

/// One of a task's runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Slot<R> {
    /// Where it stands.
    pub state: SlotState,
    /// The output root; means nothing before it is submitted.
    pub root: R,
    /// Answered audits that agree.
    pub agreeing: u16,
    /// Answered audits that differ.
    pub differing: u16,
}

impl<R: Copy> Slot<R> {
    pub(crate) const fn with_state(self, state: SlotState) -> Self {
        Self { state, ..self }
    }

    /// A free slot. Its root was never shown: only a claimed slot is emptied.
    pub(crate) const fn emptied(self) -> Self {
        Self { state: SlotState::Free, root: self.root, agreeing: 0, differing: 0 }
    }
}
