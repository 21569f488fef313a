//! The constants of the functions, as bits, so that kernels in other languages can be compared with them.
//!
//! A polynomial's `P0` is its constant term. Those of tanh and erf are derived by `tools/functions/derive.py`.

/// 1/2.
pub const HALF: u32 = 0x3f00_0000;
/// 2.
pub const TWO: u32 = 0x4000_0000;
/// log: the square root of 1/2, where the reduced range begins.
pub const LOG_SQRT_HALF: u32 = 0x3f35_04f3;
/// log: 2^25, which makes a subnormal normal.
pub const LOG_SUBNORMAL_SCALE: u32 = 0x4c00_0000;
/// log: ln 2 without its last bits, so that a product with an exponent is exact.
pub const LOG_LN2_HIGH: u32 = 0x3f31_7180;
/// log: the rest of ln 2.
pub const LOG_LN2_LOW: u32 = 0x3717_f7d1;
/// log: the factor of `s^2` in R.
pub const LOG_R1: u32 = 0x3f2a_aaaa;
/// log: the factor of `s^4` in R.
pub const LOG_R2: u32 = 0x3ecc_ce13;
/// log: the factor of `s^6` in R.
pub const LOG_R3: u32 = 0x3e91_e9ee;
/// log: the factor of `s^8` in R.
pub const LOG_R4: u32 = 0x3e78_9e26;
/// exp: the greatest x whose e^x is finite, 88.7228.
pub const EXP_GREATEST: u32 = 0x42b1_7217;
/// exp: -103.98, below which e^x is +0.
pub const EXP_LEAST: u32 = 0xc2cf_f5c3;
/// exp, log: 1.5 * 2^23; adding it leaves the nearest integer in the low bits.
pub const EXP_ROUND: u32 = 0x4b40_0000;
/// exp: 1 / ln 2.
pub const EXP_LOG2_E: u32 = 0x3fb8_aa3b;
/// exp: ln 2 without its last bits.
pub const EXP_LN2_HIGH: u32 = 0x3f31_7200;
/// exp: the rest of ln 2.
pub const EXP_LN2_LOW: u32 = 0x35bf_be8e;
/// exp: the factor of `r^0`.
pub const EXP_P0: u32 = 0x3f80_0000;
/// exp: the factor of `r^1`.
pub const EXP_P1: u32 = 0x3f80_0000;
/// exp: the factor of `r^2`.
pub const EXP_P2: u32 = 0x3eff_fffb;
/// exp: the factor of `r^3`.
pub const EXP_P3: u32 = 0x3e2a_aa28;
/// exp: the factor of `r^4`.
pub const EXP_P4: u32 = 0x3d2a_adad;
/// exp: the factor of `r^5`.
pub const EXP_P5: u32 = 0x3c09_2f6e;
/// exp: the factor of `r^6`.
pub const EXP_P6: u32 = 0x3ab4_a000;
/// tanh: 13/16, from which on it goes through exp.
pub const TANH_LARGE_FROM: u32 = 0x3f50_0000;
/// tanh: the factor of `z^0` in P.
pub const TANH_P0: u32 = 0xbeaa_aaa9;
/// tanh: the factor of `z^1` in P.
pub const TANH_P1: u32 = 0x3e08_8818;
/// tanh: the factor of `z^2` in P.
pub const TANH_P2: u32 = 0xbd5c_f863;
/// tanh: the factor of `z^3` in P.
pub const TANH_P3: u32 = 0x3cb2_2533;
/// tanh: the factor of `z^4` in P.
pub const TANH_P4: u32 = 0xbc0a_6fba;
/// tanh: the factor of `z^5` in P.
pub const TANH_P5: u32 = 0x3b36_814a;
/// tanh: the factor of `z^6` in P.
pub const TANH_P6: u32 = 0xba0d_f235;
/// erf: 59/64, from which on it goes through exp.
pub const ERF_LARGE_FROM: u32 = 0x3f6c_0000;
/// erf: 4, where it has long been 1.
pub const ERF_GREATEST: u32 = 0x4080_0000;
/// erf: the factor of `z^0` in P.
pub const ERF_P0: u32 = 0x3e03_75d4;
/// erf: the factor of `z^1` in P.
pub const ERF_P1: u32 = 0xbec0_93a1;
/// erf: the factor of `z^2` in P.
pub const ERF_P2: u32 = 0x3de7_16f8;
/// erf: the factor of `z^3` in P.
pub const ERF_P3: u32 = 0xbcdc_06b8;
/// erf: the factor of `z^4` in P.
pub const ERF_P4: u32 = 0x3baa_615a;
/// erf: the factor of `z^5` in P.
pub const ERF_P5: u32 = 0xba55_1935;
/// erf: the factor of `z^6` in P.
pub const ERF_P6: u32 = 0x38ae_7e11;
/// erf: the factor of `t^0` in Q.
pub const ERF_Q0: u32 = 0x3e03_be92;
/// erf: the factor of `t^1` in Q.
pub const ERF_Q1: u32 = 0x3f22_9700;
/// erf: the factor of `t^2` in Q.
pub const ERF_Q2: u32 = 0x3dd9_b247;
/// erf: the factor of `t^3` in Q.
pub const ERF_Q3: u32 = 0xbcc3_1a87;
/// erf: the factor of `t^4` in Q.
pub const ERF_Q4: u32 = 0x3b70_7913;
/// erf: the factor of `t^5` in Q.
pub const ERF_Q5: u32 = 0xb9ac_dd1f;
/// erf: the factor of `t^6` in Q.
pub const ERF_Q6: u32 = 0x3748_8435;
/// gelu: the nearest to the square root of 1/2.
pub const GELU_SQRT_HALF: u32 = 0x3f35_04f3;
