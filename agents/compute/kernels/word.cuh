// Elements as 32-bit words, and arithmetic on them with the bits of `tessera_referee`.
//
// An f32 is its bits, an i32 its two's complement, an i8 is sign-extended. Every rounding is explicit: the compiler may
// neither fuse nor approximate (`-fmad=false`, no fast math), and NaN is made canonical after every operation, because
// PTX does not promise which NaN an instruction gives.
#pragma once

#include "constants.cuh"

typedef unsigned int word;
typedef unsigned long long u64;

#define SIGN 0x80000000u
#define NAN_WORD 0x7fffffffu
#define INFINITY_WORD 0x7f800000u
#define NEG_INFINITY_WORD 0xff800000u
#define ONE 0x3f800000u

// Terms of one chain of an f32 fold.
#define CHAIN_TERMS 4096

#define DEVICE static __device__ __forceinline__

DEVICE float number(word x) { return __uint_as_float(x); }

DEVICE bool is_nan(word x) { return (x & ~SIGN) > INFINITY_WORD; }

DEVICE word canonical_word(word x) { return is_nan(x) ? NAN_WORD : x; }

// NaN in its canonical form; other bits as they are.
DEVICE word canonical(float x) { return x != x ? NAN_WORD : __float_as_uint(x); }

DEVICE word add(word a, word b) { return canonical(__fadd_rn(number(a), number(b))); }
DEVICE word sub(word a, word b) { return canonical(__fsub_rn(number(a), number(b))); }
DEVICE word mul(word a, word b) { return canonical(__fmul_rn(number(a), number(b))); }
DEVICE word divide(word a, word b) { return canonical(__fdiv_rn(number(a), number(b))); }
DEVICE word square_root(word x) { return canonical(__fsqrt_rn(number(x))); }
DEVICE word fma3(word a, word b, word c) { return canonical(__fmaf_rn(number(a), number(b), number(c))); }

DEVICE word negate(word x) { return canonical_word(x ^ SIGN); }
DEVICE word magnitude(word x) { return canonical_word(x & ~SIGN); }

// A key whose integer order is that of the numbers, -0 below +0.
DEVICE int key(word x) { return (int)(x ^ ((word)((int)x >> 31) >> 1)); }

// The place of a number in argmin's order: both zeros are one place, all NaN one place above +inf.
DEVICE int rank(word x) {
    if (is_nan(x)) return 0x7fffffff;
    return (x & ~SIGN) == 0 ? 0 : key(x);
}

// -0 below +0, any NaN gives NaN.
DEVICE word greater(word a, word b) { return is_nan(a) || is_nan(b) ? NAN_WORD : key(a) >= key(b) ? a : b; }
DEVICE word lesser(word a, word b) { return is_nan(a) || is_nan(b) ? NAN_WORD : key(a) <= key(b) ? a : b; }

// Ends a chain of an f32 fold: its accumulator plus +0, canonical, is added to the total.
DEVICE float end_chain(float total, float chain) {
    return number(add(__float_as_uint(total), canonical(__fadd_rn(chain, 0.0f))));
}

// The first element of this thread and the distance to its next one, in kernels with one element a thread.
DEVICE u64 first_element() { return (u64)blockIdx.x * blockDim.x + threadIdx.x; }
DEVICE u64 next_element() { return (u64)gridDim.x * blockDim.x; }
