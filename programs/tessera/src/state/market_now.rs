use anchor_lang::prelude::*;

use super::{LAYOUT_VERSION, Market, MarketParams};
use crate::ID;
use crate::errors::TesseraError;

/// What hot paths need of a market, read in place: the parameters, which they do not need, take most of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketNow {
    /// Whether new tasks and claims are refused.
    pub paused: bool,
    /// Sum of the ticket weights of its verifiers, base units.
    pub verify_stake: u64,
}

/// Where the version lies.
const VERSION_AT: usize = 8;
/// Where the parameters begin: after discriminator, version, two bumps, id and four keys.
const PARAMS_AT: usize = VERSION_AT + 3 + 2 + 4 * 32;
/// After the parameters, the token program and a bump.
const PAUSED_AT: usize = PARAMS_AT + MarketParams::INIT_SPACE + 32 + 1;
/// After the epoch's length.
const VERIFY_STAKE_AT: usize = PAUSED_AT + 1 + 4;

impl MarketNow {
    /// Of a market's account.
    pub(crate) fn read(market: &AccountInfo<'_>) -> Result<Self> {
        require_keys_eq!(*market.owner, ID, TesseraError::WrongMarket);
        Self::of(&market.try_borrow_data()?)
    }

    /// Of the bytes of a market's account. Refuses those of another type or version.
    pub fn of(data: &[u8]) -> Result<Self> {
        require!(data.starts_with(Market::DISCRIMINATOR), TesseraError::WrongMarket);
        require!(data.get(VERSION_AT) == Some(&LAYOUT_VERSION), TesseraError::LayoutVersion);
        let paused = *data.get(PAUSED_AT).ok_or(TesseraError::WrongMarket)? != 0;
        let stake = data.get(VERIFY_STAKE_AT..).and_then(|rest| rest.first_chunk()).ok_or(TesseraError::WrongMarket)?;
        Ok(Self { paused, verify_stake: u64::from_le_bytes(*stake) })
    }
}
