use crate::{BaseUnits, Refusal};

/// Shortest epoch, seconds.
pub const MIN_EPOCH_SECONDS: u32 = 3_600;
/// How many epochs after its end a pool may be closed.
pub const POOL_EPOCHS: u64 = 4;
/// Fee vaults of one epoch, each with a bit in the pool's masks.
pub const FEE_SHARDS: u8 = 16;

/// Whether a market may have epochs of this length.
pub const fn validate_epoch_seconds(seconds: u32) -> Result<(), Refusal> {
    if seconds >= MIN_EPOCH_SECONDS { Ok(()) } else { Err(Refusal::EpochTooShort) }
}

/// The epoch of a time. Times before 1970 belong to the first.
pub fn epoch_of(unix: i64, epoch_seconds: u32) -> u64 {
    u64::try_from(unix).unwrap_or(0).checked_div(u64::from(epoch_seconds)).unwrap_or(0)
}

/// Whether fees may still land in a fee vault or contributions in a pool: the epoch is not over.
pub fn epoch_open(epoch: u64, unix: i64, epoch_seconds: u32) -> Result<(), Refusal> {
    if epoch >= epoch_of(unix, epoch_seconds) { Ok(()) } else { Err(Refusal::EpochOver) }
}

/// Whether an epoch is over, so that its fee vaults may be swept.
pub fn epoch_over(epoch: u64, unix: i64, epoch_seconds: u32) -> Result<(), Refusal> {
    if epoch < epoch_of(unix, epoch_seconds) { Ok(()) } else { Err(Refusal::EpochRunning) }
}

/// Whether a pool may pay: its epoch is over and every fee vault that was opened has been swept, so that the total is final.
pub fn pool_final(epoch: u64, opened: u16, swept: u16, unix: i64, epoch_seconds: u32) -> Result<(), Refusal> {
    epoch_over(epoch, unix, epoch_seconds)?;
    if opened & !swept == 0 { Ok(()) } else { Err(Refusal::FeesUnswept) }
}

/// Whether a pool may be closed: [`POOL_EPOCHS`] after its end, whatever is unclaimed by then.
pub fn pool_closable(epoch: u64, unix: i64, epoch_seconds: u32) -> Result<(), Refusal> {
    let from = epoch.saturating_add(POOL_EPOCHS).saturating_add(1);
    if epoch_of(unix, epoch_seconds) >= from { Ok(()) } else { Err(Refusal::TooEarly) }
}

/// What a provider gets of an epoch's pool: `min(funded x fees / total, fees / 2)`, rounded down.
///
/// The first term shares the pool in proportion and, rounded down, never overdraws it. The second makes self-dealing a
/// loss: whoever pays itself to bring `fees` to the treasury gets half of them back at most.
pub fn pool_share(funded: BaseUnits, fees: BaseUnits, total: BaseUnits) -> BaseUnits {
    let fees_counted = fees.min(total);
    let share = u128::from(funded.get())
        .saturating_mul(u128::from(fees_counted.get()))
        .checked_div(u128::from(total.get()))
        .and_then(|units| u64::try_from(units).ok())
        .map_or(BaseUnits::ZERO, BaseUnits::new);
    share.min(fees.part_of(core::num::NonZeroU64::MIN.saturating_add(1)))
}
