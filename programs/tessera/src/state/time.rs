use anchor_lang::prelude::*;

use super::mirror::mirror;

mirror! {
    /// A point in time on both of the cluster's clocks.
    pub struct Moment = tessera_rules::Moment {
        /// Unix seconds.
        pub unix: i64,
        /// Slot.
        pub slot: u64,
    }
}

mirror! {
    /// A deadline: passed once unix time and slot have both been reached.
    pub struct Deadline = tessera_rules::Deadline {
        /// Unix seconds.
        pub unix: i64,
        /// Slot.
        pub slot: u64,
    }
}

mirror! {
    /// How long each phase of a task lasts.
    pub struct Windows = tessera_rules::Windows {
        /// From creation: providers may claim.
        pub open_seconds: u32,
        /// From the claim: the provider must submit, or seal.
        pub execution_seconds: u32,
        /// From the start of the windows: verifiers may claim audits.
        pub audit_seconds: u32,
        /// From the start of the windows: nothing is paid.
        pub challenge_seconds: u32,
        /// From creation: only the shortlist may claim. Zero without a shortlist.
        pub exclusive_seconds: u32,
        /// From the claim: the claimer may release it once. Zero allows no release.
        pub grace_seconds: u32,
        /// From the start of the reveal phase: seals are opened. Zero for an optimistic task.
        pub reveal_seconds: u32,
    }
}

impl Moment {
    /// For a field whose phase has not begun.
    pub(crate) const BEGINNING: Self = Self { unix: 0, slot: 0 };

    /// The cluster's clock: the only read of the world, for handlers.
    pub(crate) fn now() -> Result<Self> {
        let clock = Clock::get()?;
        Ok(Self { unix: clock.unix_timestamp, slot: clock.slot })
    }
}

impl Deadline {
    /// See [`Moment::BEGINNING`].
    pub(crate) const UNSET: Self = Self { unix: 0, slot: 0 };

    /// Whether both the unix time and the slot have been reached.
    pub fn passed(self, now: Moment) -> bool {
        tessera_rules::Deadline::from(self).passed(now.into())
    }
}
