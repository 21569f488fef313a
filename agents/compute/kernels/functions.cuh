// Transcendental functions: the formulas of `tessera_referee::functions`, step by step.
#pragma once

#include "word.cuh"

DEVICE word int_to_float(int x) { return __float_as_uint(__int2float_rn(x)); }

// 2^n for n in -126..=127.
DEVICE word power_of_two(int n) { return (word)(n + 127) << 23; }

DEVICE word logarithm(word x) {
    if ((x & ~SIGN) == 0) return NEG_INFINITY_WORD;
    if (is_nan(x) || (x & SIGN)) return NAN_WORD;
    if (x == INFINITY_WORD) return INFINITY_WORD;
    bool subnormal = x < 0x00800000u;
    word normal = subnormal ? mul(x, LOG_SUBNORMAL_SCALE) : x;
    word moved = normal + (ONE - LOG_SQRT_HALF);
    word k = int_to_float((int)(moved >> 23) - 127 - (subnormal ? 25 : 0));
    word m = (moved & 0x007fffffu) + LOG_SQRT_HALF;
    word f = sub(m, ONE);
    word s = divide(f, add(f, TWO));
    word z = mul(s, s);
    word r = fma3(z, LOG_R4, LOG_R3);
    r = fma3(z, r, LOG_R2);
    r = fma3(z, r, LOG_R1);
    r = mul(z, r);
    word half_square = mul(mul(HALF, f), f);
    word correction = fma3(s, add(half_square, r), mul(k, LOG_LN2_LOW));
    return fma3(k, LOG_LN2_HIGH, sub(f, sub(half_square, correction)));
}

// A polynomial of degree 6 with the constants NAME0..NAME6, by Horner's rule in fma from the highest power.
#define POLYNOMIAL(NAME, X)                                                                                        \
    fma3(fma3(fma3(fma3(fma3(fma3(NAME##6, X, NAME##5), X, NAME##4), X, NAME##3), X, NAME##2), X, NAME##1), X, NAME##0)

DEVICE word exponential(word x) {
    if (is_nan(x)) return NAN_WORD;
    if (!(x & SIGN) && x > EXP_GREATEST) return INFINITY_WORD;
    if ((x & SIGN) && x > EXP_LEAST) return 0;
    word rounded = fma3(x, EXP_LOG2_E, EXP_ROUND);
    int n = (int)(rounded - EXP_ROUND);
    word whole = sub(rounded, EXP_ROUND);
    word r = fma3(negate(whole), EXP_LN2_HIGH, x);
    r = fma3(negate(whole), EXP_LN2_LOW, r);
    const word p = POLYNOMIAL(EXP_P, r);
    int half = n >> 1;
    return mul(mul(p, power_of_two(half)), power_of_two(n - half));
}

DEVICE word hyperbolic_tangent(word x) {
    if (is_nan(x)) return NAN_WORD;
    const word t = x & ~SIGN;
    word result;
    if (t < TANH_LARGE_FROM) {
        const word z = mul(t, t);
        const word p = POLYNOMIAL(TANH_P, z);
        result = fma3(mul(z, p), t, t);
    } else {
        const word e = exponential(mul(TWO, t));
        result = sub(ONE, divide(TWO, add(e, ONE)));
    }
    return result | (x & SIGN);
}

DEVICE word error_function(word x) {
    if (is_nan(x)) return NAN_WORD;
    word t = x & ~SIGN;
    word result;
    if (t < ERF_LARGE_FROM) {
        const word z = mul(t, t);
        const word p = POLYNOMIAL(ERF_P, z);
        result = fma3(p, t, t);
    } else {
        t = t > ERF_GREATEST ? ERF_GREATEST : t;
        const word q = POLYNOMIAL(ERF_Q, t);
        result = sub(ONE, exponential(negate(fma3(q, t, t))));
    }
    return result | (x & SIGN);
}

DEVICE word gaussian_error_linear_unit(word x) {
    // -inf times 0 would be NaN.
    if (x == NEG_INFINITY_WORD) return SIGN;
    const word weight = add(ONE, error_function(mul(x, GELU_SQRT_HALF)));
    return mul(mul(HALF, x), weight);
}
