// Chained f32 folds of rows: rowdot and reduce_sum.
//
// A row of k terms is cut into chains of 4,096; chains are folded side by side, term after term, and their results
// are added in order by `chain_totals`. Rows are row-major [rows, k], 1 <= k <= 524,288.
#include "word.cuh"

#define WARPS 4

// partial[chain * rows + row] = the chain's terms folded in order from +0, plus +0, canonical.
//
// Block: 128 threads. A warp folds 32 chains: it reads 32 x 32 elements along rows into shared memory, then each lane
// takes those of its own chain in order. Terms beyond a chain's end are zeros, which change no bit.
template <bool PRODUCT>
DEVICE void fold(const float* __restrict__ a, const float* __restrict__ b, word* __restrict__ partial, u64 rows, u64 k,
                 u64 chains) {
    __shared__ float tile_a[WARPS][32][33];
    __shared__ float tile_b[PRODUCT ? WARPS : 1][PRODUCT ? 32 : 1][33];
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const u64 units = rows * chains;
    const int longest = k < CHAIN_TERMS ? (int)k : CHAIN_TERMS;
    for (u64 first = ((u64)blockIdx.x * WARPS + warp) * 32; first < units; first += (u64)gridDim.x * WARPS * 32) {
        // This lane's chain: where it starts and how many terms it has.
        u64 start = 0;
        int terms = 0;
        if (first + lane < units) {
            u64 chain = (first + lane) / rows, row = (first + lane) % rows;
            u64 left = k - chain * CHAIN_TERMS;
            start = row * k + chain * CHAIN_TERMS;
            terms = left < CHAIN_TERMS ? (int)left : CHAIN_TERMS;
        }
        float sum = 0.0f;
        for (int from = 0; from < longest; from += 32) {
            for (int i = 0; i < 32; i++) {
                u64 other_start = __shfl_sync(0xffffffffu, start, i);
                int other_terms = __shfl_sync(0xffffffffu, terms, i);
                bool inside = from + lane < other_terms;
                tile_a[warp][i][lane] = inside ? a[other_start + from + lane] : 0.0f;
                if (PRODUCT) tile_b[warp][i][lane] = inside ? b[other_start + from + lane] : 0.0f;
            }
            __syncwarp();
#pragma unroll
            for (int i = 0; i < 32; i++) {
                float factor = PRODUCT ? tile_b[warp][lane][i] : 1.0f;
                sum = __fmaf_rn(tile_a[warp][lane][i], factor, sum);
            }
            __syncwarp();
        }
        if (first + lane < units) partial[first + lane] = canonical(__fadd_rn(sum, 0.0f));
    }
}

// Terms a[row, i] * b[row, i].
extern "C" __global__ void __launch_bounds__(128) chains_rowdot(const float* __restrict__ a, const float* __restrict__ b,
                                                                word* __restrict__ partial, u64 rows, u64 k, u64 chains) {
    fold<true>(a, b, partial, rows, k, chains);
}

// Terms x[row, i] * 1.
extern "C" __global__ void __launch_bounds__(128) chains_sum(const float* __restrict__ x, word* __restrict__ partial,
                                                             u64 rows, u64 k, u64 chains) {
    fold<false>(x, x, partial, rows, k, chains);
}

// out[i] = base + partial[0, i] + partial[1, i] + ..., in this order, for i < n; partial is [chains, n], the base is
// out[i] if `resume` is not 0, else +0. Any grid and block of one dimension.
extern "C" __global__ void chain_totals(const word* __restrict__ partial, word* __restrict__ out, u64 n, u64 chains,
                                        word resume) {
    for (u64 i = first_element(); i < n; i += next_element()) {
        word total = resume ? out[i] : 0;
        for (u64 chain = 0; chain < chains; chain++) total = add(total, partial[chain * n + i]);
        out[i] = total;
    }
}
