use crate::Refusal;

/// Slots that a cluster is assumed to make per second at its fastest; deadlines wait for both clocks.
const SLOTS_PER_SECOND: u64 = 2;

/// A point in time on both of a cluster's clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Moment {
    /// Unix seconds.
    pub unix: i64,
    /// Slot.
    pub slot: u64,
}

impl Moment {
    /// The deadline that has passed from this moment on.
    pub const fn at_once(self) -> Deadline {
        Deadline { unix: self.unix, slot: self.slot }
    }

    /// Whole seconds since an earlier moment, by the slower of both clocks: while a cluster is halted none pass. Zero if
    /// that moment is later.
    pub fn seconds_since(self, earlier: Self) -> u32 {
        let unix = u64::try_from(self.unix.saturating_sub(earlier.unix)).unwrap_or(0);
        let slots = self.slot.saturating_sub(earlier.slot).checked_div(SLOTS_PER_SECOND).unwrap_or(0);
        u32::try_from(unix.min(slots)).unwrap_or(u32::MAX)
    }

    /// The deadline `seconds` from here: that many unix seconds and two slots for each.
    pub fn after(self, seconds: u32) -> Result<Deadline, Refusal> {
        let slots = u64::from(seconds).checked_mul(SLOTS_PER_SECOND).ok_or(Refusal::Overflow)?;
        Ok(Deadline {
            unix: self.unix.checked_add(i64::from(seconds)).ok_or(Refusal::Overflow)?,
            slot: self.slot.checked_add(slots).ok_or(Refusal::Overflow)?,
        })
    }
}

/// A deadline. The party acts before it has passed, the crank after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Deadline {
    /// Unix seconds.
    pub unix: i64,
    /// Slot.
    pub slot: u64,
}

impl Deadline {
    /// Whether both the unix time and the slot have been reached, so that a halted cluster slashes nobody.
    pub const fn passed(self, now: Moment) -> bool {
        now.unix >= self.unix && now.slot >= self.slot
    }

    /// The deadline `seconds` after this one, as [`Moment::after`] counts.
    pub fn after(self, seconds: u32) -> Result<Self, Refusal> {
        Moment { unix: self.unix, slot: self.slot }.after(seconds)
    }

    /// The earlier of the two on each clock.
    pub fn earlier(self, other: Self) -> Self {
        Self { unix: self.unix.min(other.unix), slot: self.slot.min(other.slot) }
    }

    /// The later of the two on each clock.
    pub fn later(self, other: Self) -> Self {
        Self { unix: self.unix.max(other.unix), slot: self.slot.max(other.slot) }
    }
}
