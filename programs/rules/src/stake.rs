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
/// A lock is taken from `free` only, and a slash takes only what its own run or audit locked; `unbonding` backs slashes
/// for silence ([`Stake::slash_liveness`]) and nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stake {
    /// Bound to nothing.
    pub free: BaseUnits,
    /// Bound to open runs and audits.
    pub locked: BaseUnits,
    /// Leaving.
    pub unbonding: [Unbonding; UNBONDING_SLOTS],
}

/// What a slash for a silence took. `slashed - from_unbonding + released` is the run's lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LivenessSlash {
    /// Taken in all; its tokens leave the vault, to the requester.
    pub slashed: BaseUnits,
    /// Of that, from unbonding stake.
    pub from_unbonding: BaseUnits,
    /// Of the run's lock, freed.
    pub released: BaseUnits,
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

    /// Takes `amount` away for a silence and frees what is left of the run's `lock`. What exceeds the lock is taken from
    /// unbonding stake, newest first, as far as there is; free stake and other locks are never touched.
    pub fn slash_liveness(mut self, lock: BaseUnits, amount: BaseUnits) -> Result<(Self, LivenessSlash), Refusal> {
        let from_lock = amount.min(lock);
        let released = lock.minus(from_lock)?;
        self = self.slash(from_lock)?.release(released)?;
        let mut missing = amount.minus(from_lock)?;
        let mut from_unbonding = BaseUnits::ZERO;
        while !missing.is_zero() {
            let waiting = self.unbonding.iter_mut().filter(|entry| !entry.amount.is_zero());
            let Some(newest) = waiting.max_by_key(|entry| entry.until) else {
                break;
            };
            let taken = newest.amount.min(missing);
            newest.amount = newest.amount.minus(taken)?;
            if newest.amount.is_zero() {
                *newest = Unbonding::default();
            }
            missing = missing.minus(taken)?;
            from_unbonding = from_unbonding.plus(taken)?;
        }
        Ok((self, LivenessSlash { slashed: from_lock.plus(from_unbonding)?, from_unbonding, released }))
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
