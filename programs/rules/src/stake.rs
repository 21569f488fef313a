use crate::{BaseUnits, Refusal};

/// How many withdrawals may unbond at once.
pub const UNBONDING_SLOTS: usize = 4;

/// Stake on its way out. An amount of zero marks a free slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unbonding {
    /// How much leaves.
    pub amount: BaseUnits,
    /// Unix seconds from which it may be withdrawn.
    pub until: i64,
}

/// The stake of a provider or verifier: the tokens of its stake vault, by what they are bound to.
///
/// A lock is taken from `free` only, and a slash takes only what was locked; `unbonding` backs neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stake {
    /// Bound to nothing.
    pub free: BaseUnits,
    /// Bound to open runs and audits.
    pub locked: BaseUnits,
    /// Leaving.
    pub unbonding: [Unbonding; UNBONDING_SLOTS],
}

impl Stake {
    /// Everything that the vault holds for its owner.
    pub fn total(&self) -> Result<BaseUnits, Refusal> {
        let bound = self.free.plus(self.locked)?;
        self.unbonding.iter().try_fold(bound, |sum, entry| sum.plus(entry.amount))
    }

    /// Adds tokens that came into the vault to `free`; zero changes nothing.
    pub fn credit(mut self, amount: BaseUnits) -> Result<Self, Refusal> {
        self.free = self.free.plus(amount)?;
        self.total()?;
        Ok(self)
    }

    /// Binds free stake to a run or an audit.
    pub fn lock(mut self, amount: BaseUnits) -> Result<Self, Refusal> {
        self.free = self.free.minus(amount).map_err(|_| Refusal::FreeStakeTooLow)?;
        self.locked = self.locked.plus(amount)?;
        Ok(self)
    }

    /// Frees locked stake.
    pub fn release(mut self, amount: BaseUnits) -> Result<Self, Refusal> {
        self = self.slash(amount)?;
        self.free = self.free.plus(amount)?;
        Ok(self)
    }

    /// Takes locked stake away; its tokens leave the vault.
    pub fn slash(mut self, amount: BaseUnits) -> Result<Self, Refusal> {
        self.locked = self.locked.minus(amount).map_err(|_| Refusal::LockedStakeTooLow)?;
        Ok(self)
    }

    /// Moves free stake towards the exit, to be withdrawn at `until`. Merges with an entry of the same second.
    pub fn unbond(mut self, amount: BaseUnits, until: i64) -> Result<Self, Refusal> {
        if amount.is_zero() {
            return Err(Refusal::AmountZero);
        }
        self.free = self.free.minus(amount).map_err(|_| Refusal::FreeStakeTooLow)?;
        let same_second = self.unbonding.iter().position(|e| !e.amount.is_zero() && e.until == until);
        let slot = same_second.or_else(|| self.unbonding.iter().position(|e| e.amount.is_zero()));
        let entry = slot.and_then(|i| self.unbonding.get_mut(i)).ok_or(Refusal::UnbondingFull)?;
        *entry = Unbonding { amount: entry.amount.plus(amount)?, until };
        Ok(self)
    }

    /// Takes out every matured entry; returns the sum, whose tokens leave the vault.
    pub fn withdraw(mut self, now_unix: i64) -> Result<(Self, BaseUnits), Refusal> {
        let mut matured = BaseUnits::ZERO;
        for entry in &mut self.unbonding {
            if now_unix >= entry.until {
                matured = matured.plus(entry.amount)?;
                *entry = Unbonding::default();
            }
        }
        if matured.is_zero() { Err(Refusal::NothingMatured) } else { Ok((self, matured)) }
    }
}
