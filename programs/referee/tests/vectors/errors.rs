//! Errors of the transcendental functions against references in f64, which are exact to 1e-8 units.

use tessera_referee::{Arith, float, functions};

/// A function and what it is held to.
pub struct Case {
    pub name: &'static str,
    pub function: fn(u32) -> u32,
    pub exact: fn(f64) -> f64,
    /// What the error is counted in units of: one in the last place of the f32 nearest to this.
    pub unit_of: fn(x: f64, exact: f64) -> f64,
    /// The greatest error over all f32, as the functions' documentation says.
    pub bound: f64,
}

/// The cases, computed by this arithmetic.
pub fn cases<A: Arith>() -> [Case; 6] {
    let of = |name, function, exact, bound| Case { name, function, exact, unit_of: |_, exact| exact, bound };
    [
        of("log", functions::log::<A>, f64::ln, 0.840),
        of("exp", functions::exp::<A>, f64::exp, 0.866),
        of("tanh", functions::tanh::<A>, f64::tanh, 1.043),
        of("erf", functions::erf::<A>, libm::erf, 1.027),
        // 1 + erf cancels below 0: there the error is small against x only.
        of(
            "gelu, x >= 0",
            |x| if x & float::SIGN == 0 { functions::gelu::<A>(x) } else { 0 },
            |x| gelu(x.max(0.0)),
            1.693,
        ),
        Case { unit_of: |x, _| x, ..of("gelu, units of x", functions::gelu::<A>, gelu, 1.519) },
    ]
}

fn gelu(x: f64) -> f64 {
    if x == f64::NEG_INFINITY { 0.0 } else { 0.5 * x * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2) }
}

impl Case {
    /// The error at x, in units; none where the exact result is not a finite f32.
    pub fn error(&self, x: u32) -> f64 {
        let value = f64::from(f32::from_bits(x));
        let want = (self.exact)(value);
        if want.is_nan() || want.abs() > f64::from(f32::MAX) || !value.is_finite() {
            return 0.0;
        }
        let magnitude = ((self.unit_of)(value, want).abs() as f32).max(f32::MIN_POSITIVE);
        let unit = f64::from(f32::from_bits(magnitude.to_bits() + 1)) - f64::from(magnitude);
        (f64::from(f32::from_bits((self.function)(x))) - want).abs() / unit
    }
}
