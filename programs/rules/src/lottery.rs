use crate::amount::FULL_BPS;
use crate::reputation::REPUTATION_ONE;
use crate::{BaseUnits, Bps, Moment, Refusal, Reputation};

/// The probability with which a run is audited, pinned when it is submitted.
///
/// A provider whose counted weight is below `newcomer_weight` is audited always. The others: `base` for a perfect score,
/// half way to always for a score of zero, rounded up, so never below `base`, which is what the locks were computed with.
pub fn audit_rate(reputation: &Reputation, base: Bps, newcomer_weight: u64) -> Bps {
    if reputation.is_newcomer(newcomer_weight) {
        return Bps::new(FULL_BPS);
    }
    let full = u64::from(FULL_BPS);
    let missing = REPUTATION_ONE.saturating_sub(reputation.score());
    let span = full.saturating_sub(u64::from(base.get()));
    let extra = span.saturating_mul(missing).div_ceil(REPUTATION_ONE.saturating_mul(2));
    let rate = u64::from(base.get()).saturating_add(extra).min(full);
    Bps::new(u16::try_from(rate).unwrap_or(FULL_BPS)).max(base)
}

/// Whether a ticket wins: `ticket < 2^64 x rate x stake / total`, exact. At a rate of the whole every ticket wins, so that
/// newcomers, forced audits and draws that expired unseen do not depend on luck.
///
/// With `x = rate x (honest stake / total)` the honest tickets win `x` times on average, and at least one wins with
/// probability `>= 1 - e^-x`, however the stake is divided.
pub fn ticket_wins(ticket: u64, rate: Bps, stake: BaseUnits, total: BaseUnits) -> bool {
    if rate.get() >= FULL_BPS {
        return true;
    }
    let share = u128::from(stake.get()).saturating_mul(u128::from(rate.get()));
    let whole = u128::from(total.get()).saturating_mul(u128::from(FULL_BPS));
    if share >= whole {
        return !total.is_zero();
    }
    // Two steps of a long division in base 2^32; `share < whole < 2^78`, so that nothing is lost.
    let (high, rest) = divide(share.wrapping_shl(32), whole);
    let (low, _) = divide(rest.wrapping_shl(32), whole);
    u128::from(ticket) < high.wrapping_shl(32).saturating_add(low)
}

fn divide(value: u128, by: u128) -> (u128, u128) {
    (value.checked_div(by).unwrap_or(0), value.checked_rem(by).unwrap_or(0))
}

/// Whether chain and stake of a verifier are older than a submission by more than the draw delay, on both clocks: nobody
/// can commit a chain or buy weight for a submission that it has seen coming.
pub fn old_enough(since: Moment, submitted_at: Moment, draw_delay_slots: u16) -> Result<(), Refusal> {
    let delay_seconds = i64::from(draw_delay_slots.div_ceil(2));
    let by_slot = since.slot.saturating_add(u64::from(draw_delay_slots)) < submitted_at.slot;
    let by_time = since.unix.saturating_add(delay_seconds) < submitted_at.unix;
    if by_slot && by_time { Ok(()) } else { Err(Refusal::VerifierTooYoung) }
}

/// Where the slot hash of a draw stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draw {
    /// No slot at or after the wanted one has a hash yet.
    Pending,
    /// It may have fallen out of the list unseen.
    Expired,
    /// The entry at this index is the first at or after the wanted slot.
    Found(usize),
}

/// Finds the first slot at or after `wanted` in a list of `len` slots that falls strictly, newest first, as SlotHashes
/// does. Skipped slots are passed over. If even the oldest entry is newer than `wanted`, an entry between them may have
/// been dropped, so the draw has expired.
pub fn find_draw(wanted: u64, len: usize, slot_at: impl Fn(usize) -> Option<u64>) -> Draw {
    let Some(oldest) = len.checked_sub(1).and_then(&slot_at) else {
        return Draw::Pending;
    };
    if oldest > wanted {
        return Draw::Expired;
    }
    // Entries [0, from) are at or after `wanted`, entries [to, len) before it.
    let (mut from, mut to) = (0_usize, len);
    while from < to {
        let middle = from.midpoint(to);
        if slot_at(middle).is_some_and(|slot| slot >= wanted) {
            from = middle.saturating_add(1);
        } else {
            to = middle;
        }
    }
    from.checked_sub(1).map_or(Draw::Pending, Draw::Found)
}
