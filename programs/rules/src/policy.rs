use crate::Refusal;

/// Most runs of one task.
pub const MAX_RUNS: usize = 3;
/// Most providers that a requester names.
pub const MAX_SHORTLIST: usize = 4;

/// How a task's result is trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Policy {
    /// One run, a challenge window, audits.
    #[default]
    Optimistic,
    /// Several sealed runs; equal roots shorten the challenge window.
    Redundant {
        /// How many: 2 or 3.
        runs: u8,
    },
}

impl Policy {
    /// How many runs it asks for.
    pub const fn runs(self) -> u8 {
        match self {
            Self::Optimistic => 1,
            Self::Redundant { runs } => runs,
        }
    }

    /// Whether runs are sealed and revealed.
    pub const fn is_redundant(self) -> bool {
        matches!(self, Self::Redundant { .. })
    }

    /// Two or three runs where there are several.
    pub const fn validate(self) -> Result<(), Refusal> {
        match self {
            Self::Optimistic | Self::Redundant { runs: 2 | 3 } => Ok(()),
            Self::Redundant { .. } => Err(Refusal::RunCount),
        }
    }
}

/// Whom a requester lets claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Assignment {
    /// How many providers it names.
    pub listed: usize,
    /// Nobody else may claim, ever.
    pub named_only: bool,
    /// Equal roots settle at once. Only whoever named all providers may trust them so far: else two accounts of one
    /// thief would be paid for any root.
    pub waive_window: bool,
}

impl Assignment {
    /// Whether a task may be assigned like this.
    pub const fn validate(&self, policy: Policy) -> Result<(), Refusal> {
        if self.listed > MAX_SHORTLIST {
            return Err(Refusal::ShortlistTooLong);
        }
        // Fewer names than runs could never fill the runs.
        if self.named_only && self.listed < policy.runs() as usize {
            return Err(Refusal::ShortlistTooShort);
        }
        if self.waive_window && !(self.named_only && policy.is_redundant()) {
            return Err(Refusal::WaiveRefused);
        }
        Ok(())
    }
}

/// Refuses a list that names somebody twice.
pub fn validate_shortlist<K: PartialEq>(names: &[K]) -> Result<(), Refusal> {
    if names.len() > MAX_SHORTLIST {
        return Err(Refusal::ShortlistTooLong);
    }
    let twice = names.iter().enumerate().any(|(i, name)| names.iter().skip(i.saturating_add(1)).any(|n| n == name));
    if twice { Err(Refusal::ShortlistDuplicate) } else { Ok(()) }
}
