// Movement and sources: bits are copied or made from indices. Outputs do not overlap operands.
//
// Names end in the size of an element: 4 bytes (f32, i32) or 1 (i8). Any grid and block of one dimension; an element is
// written by one thread.
#include "walk.cuh"

// permute, slice: out[i] = x[walk] for i < n.
#define COPY(NAME, ELEMENT)                                                                              \
    extern "C" __global__ void copy_##NAME(const ELEMENT* __restrict__ x, ELEMENT* __restrict__ out, u64 n, \
                                           Walk<1> walk) {                                               \
        for (u64 i = first_element(); i < n; i += next_element()) {                                      \
            u64 at[1];                                                                                   \
            locate<1>(walk, i, at);                                                                      \
            out[i] = x[at[0]];                                                                           \
        }                                                                                                \
    }

COPY(4, word)
COPY(1, signed char)

// concat, one operand of it: x is [outer, length], out [outer, stretch], and x goes to out[.., from..from + length].
// n = outer * length elements; length > 0.
#define JOIN(NAME, ELEMENT)                                                                              \
    extern "C" __global__ void join_##NAME(const ELEMENT* __restrict__ x, ELEMENT* __restrict__ out, u64 n, \
                                           u64 length, u64 stretch, u64 from) {                          \
        for (u64 i = first_element(); i < n; i += next_element()) {                                      \
            out[i / length * stretch + from + i % length] = x[i];                                        \
        }                                                                                                \
    }

JOIN(4, word)
JOIN(1, signed char)

// gather: table [rows, row], index [n / row]; out[i, ..] = table[index[i], ..], 0 where the index is out of range.
// row > 0.
#define GATHER(NAME, ELEMENT)                                                                            \
    extern "C" __global__ void gather_##NAME(const ELEMENT* __restrict__ table, const int* __restrict__ index, \
                                             ELEMENT* __restrict__ out, u64 n, u64 rows, u64 row) {      \
        for (u64 i = first_element(); i < n; i += next_element()) {                                      \
            int picked = index[i / row];                                                                 \
            bool inside = picked >= 0 && (u64)picked < rows;                                             \
            out[i] = inside ? table[(u64)picked * row + i % row] : (ELEMENT)0;                           \
        }                                                                                                \
    }

GATHER(4, word)
GATHER(1, signed char)

// fill: out[i] = value (its low byte for 1-byte elements) for i < n.
#define FILL(NAME, ELEMENT)                                                                              \
    extern "C" __global__ void fill_##NAME(ELEMENT* __restrict__ out, u64 n, word value) {               \
        for (u64 i = first_element(); i < n; i += next_element()) out[i] = (ELEMENT)value;               \
    }

FILL(4, word)
FILL(1, signed char)

// iota: out[i] = i mod 2^32 for i < n.
extern "C" __global__ void iota(word* __restrict__ out, u64 n) {
    for (u64 i = first_element(); i < n; i += next_element()) out[i] = (word)i;
}

// SplitMix64's finaliser.
DEVICE u64 mix(u64 z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

// uniform: out[i] = (2h + 1) / 2^24 with h the upper 23 bits of mix(mix(seed) + (i + 1) * golden), for i < n.
extern "C" __global__ void uniform(word* __restrict__ out, u64 n, u64 seed) {
    u64 start = mix(seed);
    for (u64 i = first_element(); i < n; i += next_element()) {
        u64 hash = mix(start + (i + 1) * 0x9e3779b97f4a7c15ull);
        int odd = (int)((hash >> 41) << 1 | 1);
        // An odd number below 2^24 has a nonzero exponent field: subtracting 24 from it divides by 2^24.
        out[i] = __float_as_uint(__int2float_rn(odd)) - (24u << 23);
    }
}
