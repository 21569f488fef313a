use crate::Refusal;

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// May be claimed or cancelled.
    Open,
    /// A provider executes it.
    Claimed,
    /// An output root was committed; audits may be posted.
    Submitted,
    /// An audit differs.
    Disputed,
    /// Paid; only audits are left to close.
    Settled,
    /// Taken back by its requester before a claim.
    Cancelled,
    /// Refunded: nobody claimed it in time, nobody showed up, or its run was slashed.
    Expired,
}

impl TaskState {
    /// Every state, for tables and tests.
    pub const ALL: [Self; 7] =
        [Self::Open, Self::Claimed, Self::Submitted, Self::Disputed, Self::Settled, Self::Cancelled, Self::Expired];

    /// Whether the escrow is still undecided in this state.
    pub const fn holds_funds(self) -> bool {
        matches!(self, Self::Open | Self::Claimed | Self::Submitted | Self::Disputed)
    }
}

/// Where a run stands. A task's dispute does not change its run's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// The provider executes.
    Claimed,
    /// The output root is committed.
    Submitted,
    /// Paid.
    Upheld,
    /// Refuted; its lock was slashed.
    Slashed,
    /// Not submitted in time.
    Abandoned,
}

/// What an audit says about a run's output root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The same root.
    Agrees,
    /// Another root.
    Differs,
}

/// What may happen to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The requester takes it back.
    Cancel,
    /// A provider claims it.
    Claim,
    /// The claimer commits an output root.
    Submit,
    /// A verifier posts the run's root.
    AuditAgree,
    /// A verifier posts another root.
    AuditDiffer,
    /// The run is paid.
    Uphold,
    /// The run's lock is slashed.
    Slash,
    /// An audit of a decided run is closed.
    CloseAudit,
    /// Nobody claimed it in time.
    ExpireOpen,
    /// The claimer did not submit in time; others may still claim.
    Reopen,
    /// The claimer did not submit in time, and nobody else may claim.
    Abandon,
}

impl Action {
    /// Every action, for tables and tests.
    pub const ALL: [Self; 11] = [
        Self::Cancel,
        Self::Claim,
        Self::Submit,
        Self::AuditAgree,
        Self::AuditDiffer,
        Self::Uphold,
        Self::Slash,
        Self::CloseAudit,
        Self::ExpireOpen,
        Self::Reopen,
        Self::Abandon,
    ];

    /// Whether anyone may send it once its deadline has passed.
    pub const fn is_crank(self) -> bool {
        matches!(self, Self::Uphold | Self::Slash | Self::CloseAudit | Self::ExpireOpen | Self::Reopen | Self::Abandon)
    }
}

/// The state after `action` in `state`: the one table of legal transitions. Everything else is
/// [`Refusal::WrongState`].
pub const fn next_state(state: TaskState, action: Action) -> Result<TaskState, Refusal> {
    use Action as A;
    use TaskState as S;
    match (state, action) {
        (S::Open, A::Cancel) => Ok(S::Cancelled),
        (S::Open, A::Claim) => Ok(S::Claimed),
        (S::Open, A::ExpireOpen) => Ok(S::Expired),
        (S::Claimed, A::Submit) => Ok(S::Submitted),
        (S::Claimed, A::Reopen) => Ok(S::Open),
        (S::Claimed, A::Abandon) => Ok(S::Expired),
        (S::Submitted, A::AuditAgree) => Ok(S::Submitted),
        (S::Submitted, A::AuditDiffer) => Ok(S::Disputed),
        (S::Submitted, A::Uphold) => Ok(S::Settled),
        (S::Disputed, A::AuditAgree | A::AuditDiffer) => Ok(S::Disputed),
        (S::Disputed, A::Uphold) => Ok(S::Settled),
        (S::Disputed, A::Slash) => Ok(S::Expired),
        (S::Settled, A::CloseAudit) => Ok(S::Settled),
        (S::Expired, A::CloseAudit) => Ok(S::Expired),
        _ => Err(Refusal::WrongState),
    }
}
