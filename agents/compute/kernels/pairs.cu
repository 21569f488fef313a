// Elementwise maps of two and three operands with broadcasting: out[i] = f(a[..], b[..]) for i < n, the places of the
// operands given by the walk. out does not overlap the operands.
//
// Parameters: the operands, out, n (u64), walk (struct by value: dims u64[4], strides u64[N][4], bases u64[N]).
// Any grid and block of one dimension; an element is computed by one thread.
#include "walk.cuh"

#define MAP2(NAME, IN, OUT, EXPRESSION)                                                                        \
    extern "C" __global__ void map2_##NAME(const IN* __restrict__ in_a, const IN* __restrict__ in_b,           \
                                           OUT* __restrict__ out, u64 n, Walk<2> walk) {                       \
        for (u64 i = first_element(); i < n; i += next_element()) {                                            \
            u64 at[2];                                                                                         \
            locate<2>(walk, i, at);                                                                            \
            IN a = in_a[at[0]];                                                                                \
            IN b = in_b[at[1]];                                                                                \
            out[i] = (OUT)(EXPRESSION);                                                                        \
        }                                                                                                      \
    }

// IEEE equality and less-than: -0 equals +0, NaN is neither.
DEVICE bool equal(word a, word b) { return number(a) == number(b); }
DEVICE bool less(word a, word b) { return number(a) < number(b); }

MAP2(add_f32, word, word, add(a, b))
MAP2(sub_f32, word, word, sub(a, b))
MAP2(mul_f32, word, word, mul(a, b))
MAP2(div_f32, word, word, divide(a, b))
MAP2(min_f32, word, word, lesser(a, b))
MAP2(max_f32, word, word, greater(a, b))
MAP2(eq_f32, word, word, equal(a, b))
MAP2(lt_f32, word, word, less(a, b))

// i32: wrapping, so unsigned where C++ leaves overflow open.
MAP2(add_i32, word, word, a + b)
MAP2(sub_i32, word, word, a - b)
MAP2(mul_i32, word, word, a * b)
MAP2(min_i32, int, int, a < b ? a : b)
MAP2(max_i32, int, int, a > b ? a : b)
MAP2(eq_i32, int, int, a == b)
MAP2(lt_i32, int, int, a < b)

#define SELECT(NAME, ELEMENT)                                                                                  \
    extern "C" __global__ void select_##NAME(const int* __restrict__ condition, const ELEMENT* __restrict__ a, \
                                             const ELEMENT* __restrict__ b, ELEMENT* __restrict__ out, u64 n,  \
                                             Walk<3> walk) {                                                   \
        for (u64 i = first_element(); i < n; i += next_element()) {                                            \
            u64 at[3];                                                                                         \
            locate<3>(walk, i, at);                                                                            \
            out[i] = condition[at[0]] != 0 ? a[at[1]] : b[at[2]];                                              \
        }                                                                                                      \
    }

// By size of the element: 4 bytes (f32, i32) or 1 (i8).
SELECT(4, word)
SELECT(1, signed char)
