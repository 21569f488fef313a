use anchor_lang::prelude::*;

use super::mirror::mirror;

mirror! {
    /// Stake on its way out. An amount of zero marks a free slot.
    pub struct Unbonding = tessera_rules::Unbonding {
        /// How much leaves, base units.
        pub amount: u64,
        /// Unix seconds from which it may be withdrawn.
        pub until: i64,
    }
}

/// The tokens of a stake vault, by what they are bound to, in base units.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stake {
    /// Bound to nothing.
    pub free: u64,
    /// Bound to open runs and audits.
    pub locked: u64,
    /// Leaving.
    pub unbonding: [Unbonding; 4],
}

impl From<Stake> for tessera_rules::Stake {
    fn from(stake: Stake) -> Self {
        Self { free: stake.free.into(), locked: stake.locked.into(), unbonding: stake.unbonding.map(Into::into) }
    }
}

impl From<tessera_rules::Stake> for Stake {
    fn from(stake: tessera_rules::Stake) -> Self {
        Self { free: stake.free.into(), locked: stake.locked.into(), unbonding: stake.unbonding.map(Into::into) }
    }
}
