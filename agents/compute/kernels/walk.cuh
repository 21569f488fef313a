// Walking operands along a row-major output: broadcasting, permuting and slicing are strides.
#pragma once

#include "word.cuh"

// How N operands are read. Passed by value, in this layout.
template <int N>
struct Walk {
    // Output dimensions, padded in front with 1.
    u64 dims[4];
    // Step of each operand along each axis, in elements; 0 repeats.
    u64 strides[N][4];
    // First element of each operand.
    u64 bases[N];
};

// Where each operand is read for output element i.
template <int N>
DEVICE void locate(const Walk<N>& walk, u64 i, u64 (&at)[N]) {
    u64 coordinates[4];
#pragma unroll
    for (int axis = 3; axis > 0; axis--) {
        // Most walks have merged into few axes; a division is skipped where there is nothing to divide.
        if (walk.dims[axis] == 1) {
            coordinates[axis] = 0;
        } else {
            coordinates[axis] = i % walk.dims[axis];
            i /= walk.dims[axis];
        }
    }
    coordinates[0] = i;
#pragma unroll
    for (int n = 0; n < N; n++) {
        at[n] = walk.bases[n];
#pragma unroll
        for (int axis = 0; axis < 4; axis++) at[n] += coordinates[axis] * walk.strides[n][axis];
    }
}
