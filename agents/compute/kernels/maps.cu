// Elementwise maps of one operand: y[i] = f(x[i]) for i < n. x and y do not overlap.
//
// Parameters: x, y, n (u64), s (u32, the bits of the scalar operand; not read by maps without one).
// Any grid and block of one dimension; an element is computed by one thread.
#include "functions.cuh"

#define MAP1(NAME, IN, OUT, EXPRESSION)                                                              \
    extern "C" __global__ void map1_##NAME(const IN* __restrict__ in, OUT* __restrict__ out, u64 n, word s) { \
        for (u64 i = first_element(); i < n; i += next_element()) {                                  \
            IN x = in[i];                                                                            \
            out[i] = (OUT)(EXPRESSION);                                                              \
        }                                                                                            \
    }

DEVICE int truncate(word x) { return is_nan(x) ? 0 : __float2int_rz(number(x)); }

DEVICE int clamp(int x, int least, int greatest) { return x < least ? least : x > greatest ? greatest : x; }

// x / scale, NaN to 0, clamped to +-127, half to even.
DEVICE int quantise(word x, word scale) {
    word scaled = divide(x, scale);
    if (is_nan(scaled)) return 0;
    return clamp(__float2int_rn(number(scaled)), -127, 127);
}

MAP1(add_scalar, word, word, add(x, s))
MAP1(mul_scalar, word, word, mul(x, s))
MAP1(abs, word, word, magnitude(x))
MAP1(neg, word, word, negate(x))
MAP1(relu, word, word, greater(x, 0))
MAP1(exp, word, word, exponential(x))
MAP1(log, word, word, logarithm(x))
MAP1(tanh, word, word, hyperbolic_tangent(x))
MAP1(erf, word, word, error_function(x))
MAP1(gelu, word, word, gaussian_error_linear_unit(x))
MAP1(sqrt, word, word, square_root(x))
MAP1(rsqrt, word, word, divide(ONE, square_root(x)))

MAP1(cast_f32_i32, word, int, truncate(x))
MAP1(cast_f32_i8, word, signed char, clamp(truncate(x), -128, 127))
MAP1(cast_i32_f32, int, word, int_to_float(x))
MAP1(cast_i32_i8, int, signed char, x)
MAP1(cast_i8_f32, signed char, word, int_to_float(x))
MAP1(cast_i8_i32, signed char, int, x)

MAP1(quantise, word, signed char, quantise(x, s))
MAP1(dequantise_i8, signed char, word, mul(int_to_float(x), s))
MAP1(dequantise_i32, int, word, mul(int_to_float(x), s))
