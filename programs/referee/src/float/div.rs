//! Division.

use super::pack::{round_pack, unpack};
use super::{INFINITY, NAN, SIGN, is_nan};

/// `a / b`, correctly rounded.
pub const fn div(a: u32, b: u32) -> u32 {
    if is_nan(a) || is_nan(b) {
        return NAN;
    }
    let sign = (a ^ b) & SIGN;
    let (a, b) = (a & !SIGN, b & !SIGN);
    if a == b && (a == 0 || a == INFINITY) {
        return NAN;
    }
    if a == INFINITY || b == 0 {
        return sign | INFINITY;
    }
    if a == 0 || b == INFINITY {
        return sign;
    }
    let (ma, ea) = unpack(a);
    let (mb, eb) = unpack(b);
    let dividend = ma << 38;
    // mb is never 0.
    let quotient = match dividend.checked_div(mb) {
        Some(quotient) => quotient,
        None => 0,
    };
    let sticky = (quotient.wrapping_mul(mb) != dividend) as u64;
    // In 2^38..2^40: one bit more for the remainder.
    round_pack(sign, quotient << 1 | sticky, ea.wrapping_sub(eb).wrapping_sub(39))
}
