use crate::Refusal;

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaskState {
    /// A slot is free: may be claimed while the open window lasts.
    Open,
    /// Every slot is taken: providers execute, seal or reveal.
    Claimed,
    /// Roots are public and nobody differs; audits may be claimed.
    Submitted,
    /// An audit or another run differs.
    Disputed,
    /// At least one run was paid, and every run is decided; only audits are left to close.
    Settled,
    /// Taken back by its requester while nobody worked on it.
    Cancelled,
    /// Refunded: every run is over and none was paid.
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

/// Where a run stands, as its own account says. A task's dispute does not change its runs' states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunState {
    /// The provider executes.
    Claimed,
    /// The output root is committed.
    Submitted,
    /// Paid.
    Upheld,
    /// Refuted, outvoted, or sealed and not revealed; its lock was slashed.
    Slashed,
    /// Not submitted in time, or released.
    Abandoned,
    /// The output root is sealed.
    Sealed,
    /// Neither paid nor slashed.
    Void,
}

/// What an audit says about a run's output root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// The same root.
    Agrees,
    /// Another root.
    Differs,
}

/// What may happen to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// The requester takes it back.
    Cancel,
    /// A provider claims a slot, and another stays free.
    Claim,
    /// A provider claims the last free slot.
    ClaimLast,
    /// A provider gives its claim back in time.
    Release,
    /// A provider seals its root.
    Seal,
    /// A provider reveals its root, and others have not.
    Reveal,
    /// The last root is public, and the roots are equal: the windows start.
    Submit,
    /// The last root is public, and the roots differ: the windows start in a dispute.
    Split,
    /// A verifier takes an audit on.
    AuditClaim,
    /// A verifier answers that it agrees.
    AuditAgree,
    /// A verifier answers with another root.
    AuditDiffer,
    /// An agreeing verifier opens a leaf.
    AuditOpen,
    /// The requester pays for an audit.
    AuditForce,
    /// A challenger opens a dispute on a run.
    Dispute,
    /// A run is decided, and another is not.
    SettleRun,
    /// The last run is decided, and one was paid.
    Settle,
    /// The last run is decided, and none was paid.
    Refund,
    /// An audit of a decided run is closed.
    CloseAudit,
    /// Nobody works on it and nobody can claim.
    ExpireOpen,
    /// A claimer did not submit or seal in time.
    NoShow,
    /// A provider did not reveal in time.
    Silence,
    /// The last run ended so, and nobody can claim.
    Abandon,
}

impl Action {
    /// Every action, for tables and tests.
    pub const ALL: [Self; 22] = [
        Self::Cancel,
        Self::Claim,
        Self::ClaimLast,
        Self::Release,
        Self::Seal,
        Self::Reveal,
        Self::Submit,
        Self::Split,
        Self::AuditClaim,
        Self::AuditAgree,
        Self::AuditDiffer,
        Self::AuditOpen,
        Self::AuditForce,
        Self::Dispute,
        Self::SettleRun,
        Self::Settle,
        Self::Refund,
        Self::CloseAudit,
        Self::ExpireOpen,
        Self::NoShow,
        Self::Silence,
        Self::Abandon,
    ];

    /// Whether anyone may send it once its deadline has passed.
    pub const fn is_crank(self) -> bool {
        use Action as A;
        matches!(
            self,
            A::SettleRun
                | A::Settle
                | A::Refund
                | A::CloseAudit
                | A::ExpireOpen
                | A::NoShow
                | A::Silence
                | A::Abandon
                // A silence that leaves only public roots starts the windows.
                | A::Submit
                | A::Split
        )
    }
}

/// The state after `action` in `state`: the one table of legal transitions. Everything else is
/// [`Refusal::WrongState`].
pub const fn next_state(state: TaskState, action: Action) -> Result<TaskState, Refusal> {
    use Action as A;
    use TaskState as S;
    match (state, action) {
        (S::Open, A::Cancel) => Ok(S::Cancelled),
        (S::Open, A::Claim | A::Seal | A::Reveal | A::Silence) => Ok(S::Open),
        (S::Open, A::ClaimLast) => Ok(S::Claimed),
        (S::Open | S::Claimed, A::Release | A::NoShow) => Ok(S::Open),
        (S::Open, A::ExpireOpen) => Ok(S::Expired),
        (S::Claimed, A::Seal | A::Reveal | A::Silence) => Ok(S::Claimed),
        (S::Open | S::Claimed, A::Submit) => Ok(S::Submitted),
        (S::Open | S::Claimed, A::Split) => Ok(S::Disputed),
        (S::Open | S::Claimed, A::Abandon) => Ok(S::Expired),
        (S::Submitted, A::AuditClaim | A::AuditAgree | A::AuditOpen | A::AuditForce | A::Dispute | A::SettleRun) => {
            Ok(S::Submitted)
        }
        (S::Submitted, A::AuditDiffer) => Ok(S::Disputed),
        (
            S::Disputed,
            A::AuditClaim | A::AuditAgree | A::AuditDiffer | A::AuditOpen | A::AuditForce | A::Dispute | A::SettleRun,
        ) => Ok(S::Disputed),
        (S::Submitted | S::Disputed, A::Settle) => Ok(S::Settled),
        (S::Submitted | S::Disputed, A::Refund) => Ok(S::Expired),
        (S::Settled, A::CloseAudit) => Ok(S::Settled),
        (S::Expired, A::CloseAudit) => Ok(S::Expired),
        _ => Err(Refusal::WrongState),
    }
}
