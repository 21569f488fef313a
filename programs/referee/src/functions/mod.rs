//! Transcendental functions: one range reduction and polynomial each, in fma, the same constants everywhere.
//!
//! | function | reduction | greatest error, all f32 |
//! | --- | --- | --- |
//! | [`log`] | `x = 2^k m`, m in `[sqrt(1/2), sqrt(2))`, polynomial in `(m - 1) / (m + 1)` | 0.840 |
//! | [`exp`] | `x = n ln 2 + r`, polynomial in r, times `2^n` | 0.866 |
//! | [`tanh`] | below 13/16 a polynomial in `x^2`, beyond `1 - 2 / (e^2x + 1)` | 1.043 |
//! | [`erf`] | below 59/64 a polynomial in `x^2`, beyond `1 - e^-(x + x Q(x))` | 1.027 |
//! | [`gelu`] | its formula, by erf | 1.693 from 0 on; below, 1.519 units of x |
//!
//! A unit is one in the last place of the exact result. The figures are what
//! `cargo run --release -p tessera-referee --example function_errors 1` prints; a test holds a part of all inputs to them.
//! How the polynomials of tanh and erf were found is in `tools/functions/derive.py`, which also compares the constants here
//! with what it derives; those of log are FreeBSD's.

pub mod constants;

mod erf;
mod exp;
mod log;
mod tanh;

pub use erf::{erf, gelu};
pub use exp::exp;
pub use log::log;
pub use tanh::tanh;

use crate::Arith;

/// The polynomial with these coefficients, highest power first, by Horner's rule.
#[inline(always)]
fn polynomial<A: Arith, const N: usize>(coefficients: [u32; N], x: u32) -> u32 {
    let [first, rest @ ..] = coefficients.as_slice() else {
        return 0;
    };
    rest.iter().fold(*first, |p, coefficient| A::fma(p, x, *coefficient))
}
