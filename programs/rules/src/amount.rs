use crate::Refusal;

/// The whole, in basis points.
pub const FULL_BPS: u16 = 10_000;

/// An amount of a mint, in its smallest unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct BaseUnits(u64);

impl BaseUnits {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Wraps a count of base units.
    pub const fn new(units: u64) -> Self {
        Self(units)
    }

    /// The count of base units.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Whether this is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Sum. Fails with [`Refusal::Overflow`].
    pub fn plus(self, other: Self) -> Result<Self, Refusal> {
        self.0.checked_add(other.0).map(Self).ok_or(Refusal::Overflow)
    }

    /// Difference. Fails with [`Refusal::Overflow`] when `other` is larger.
    pub fn minus(self, other: Self) -> Result<Self, Refusal> {
        self.0.checked_sub(other.0).map(Self).ok_or(Refusal::Overflow)
    }

    /// `self / parts`, rounded down.
    pub const fn part_of(self, parts: core::num::NonZeroU64) -> Self {
        // A division by a non-zero number cannot fail.
        #[allow(clippy::arithmetic_side_effects)]
        Self(self.0 / parts.get())
    }
}

impl From<u64> for BaseUnits {
    fn from(units: u64) -> Self {
        Self(units)
    }
}

impl From<BaseUnits> for u64 {
    fn from(amount: BaseUnits) -> Self {
        amount.0
    }
}

/// A rate in basis points (1 bps = 1/10,000). May exceed the whole, as in a lock of 25,000 bps of a reward.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bps(u16);

impl Bps {
    /// Wraps a rate.
    pub const fn new(bps: u16) -> Self {
        Self(bps)
    }

    /// The rate.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// This rate of `amount`, rounded down. Fails with [`Refusal::Overflow`] only for rates above the whole.
    pub fn of_floor(self, amount: BaseUnits) -> Result<BaseUnits, Refusal> {
        let scaled = self.scaled(amount)?;
        scaled.checked_div(u128::from(FULL_BPS)).and_then(to_units).ok_or(Refusal::Overflow)
    }

    /// This rate of `amount`, rounded up. Fails with [`Refusal::Overflow`] only for rates above the whole.
    pub fn of_ceil(self, amount: BaseUnits) -> Result<BaseUnits, Refusal> {
        let scaled = self.scaled(amount)?;
        to_units(scaled.div_ceil(u128::from(FULL_BPS))).ok_or(Refusal::Overflow)
    }

    fn scaled(self, amount: BaseUnits) -> Result<u128, Refusal> {
        u128::from(amount.0).checked_mul(u128::from(self.0)).ok_or(Refusal::Overflow)
    }
}

impl From<u16> for Bps {
    fn from(bps: u16) -> Self {
        Self(bps)
    }
}

impl From<Bps> for u16 {
    fn from(bps: Bps) -> Self {
        bps.0
    }
}

fn to_units(value: u128) -> Option<BaseUnits> {
    u64::try_from(value).ok().map(BaseUnits)
}
