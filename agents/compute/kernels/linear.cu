// cholesky and solve, f32. Factors are kept transposed while they are made, so that neighbouring threads read
// neighbouring words: lt[k, i] = L[i, k].
#include "word.cuh"

// Column j of the Cholesky factor of a [p, p]: for i >= j, s = the chained fold of L_ik L_jk over k < j; L_jj =
// sqrt(A_jj - s), else L_ij = (A_ij - s) / L_jj. Rows k < j of lt are done.
//
// Parameters: a, lt, p, j (u64). A thread makes one element; each folds the diagonal too, rather than wait for it.
// Any grid and block of one dimension. Launched once for each j in order.
extern "C" __global__ void cholesky_column(const word* __restrict__ a, float* lt, u64 p, u64 j) {
    for (u64 i = j + first_element(); i < p; i += next_element()) {
        float total = 0.0f, total_diagonal = 0.0f;
        for (u64 from = 0; from < j; from += CHAIN_TERMS) {
            const u64 end = from + CHAIN_TERMS < j ? from + CHAIN_TERMS : j;
            float chain = 0.0f, chain_diagonal = 0.0f;
#pragma unroll 4
            for (u64 k = from; k < end; k++) {
                const float of_i = lt[k * p + i], of_j = lt[k * p + j];
                chain = __fmaf_rn(of_i, of_j, chain);
                chain_diagonal = __fmaf_rn(of_j, of_j, chain_diagonal);
            }
            total = end_chain(total, chain);
            total_diagonal = end_chain(total_diagonal, chain_diagonal);
        }
        const word diagonal = square_root(sub(a[j * p + j], __float_as_uint(total_diagonal)));
        const word below = divide(sub(a[i * p + j], __float_as_uint(total)), diagonal);
        lt[j * p + i] = number(i == j ? diagonal : below);
    }
}

// out[i, j] = lt[j, i] for j <= i, +0 above the diagonal. Parameters: lt, out, p (u64). Any grid and block of one
// dimension.
extern "C" __global__ void cholesky_factor(const word* __restrict__ lt, word* __restrict__ out, u64 p) {
    for (u64 at = first_element(); at < p * p; at += next_element()) {
        const u64 i = at / p, j = at % p;
        out[at] = i < j ? 0 : lt[j * p + i];
    }
}

#define SOLVE_THREADS 256

// One row at a time: X_rk = (B_rk - s_k) / L_kk, then s_i = fma(X_rk, L_ik, s_i) for all i > k at once. Each s takes its
// terms in the order of k and is touched by one thread only.
template <bool LONG>
DEVICE void solve(const word* b, const float* lt, float* x, float* sums, float* totals, u64 r, u64 p) {
    __shared__ float pivots[2];
    for (u64 row = blockIdx.x; row < r; row += gridDim.x) {
        const u64 start = row * p;
        if (LONG) sums = x + start;
        for (u64 i = threadIdx.x; i < p; i += SOLVE_THREADS) {
            sums[i] = 0.0f;
            if (LONG) totals[start + i] = 0.0f;
        }
        for (u64 k = 0; k < p; k++) {
            if (k % SOLVE_THREADS == threadIdx.x) {
                const float sum = end_chain(LONG ? totals[start + k] : 0.0f, sums[k]);
                const word element = divide(sub(b[start + k], __float_as_uint(sum)), __float_as_uint(lt[k * p + k]));
                x[start + k] = number(element);
                pivots[k % 2] = number(element);
            }
            // One barrier a step: a pivot's slot is written again two steps later, when all have read it.
            __syncthreads();
            const float pivot = pivots[k % 2];
            const bool ends = LONG && (k + 1) % CHAIN_TERMS == 0;
            // The first of this thread's elements beyond k.
            u64 i = k - k % SOLVE_THREADS + threadIdx.x;
            if (i <= k) i += SOLVE_THREADS;
            for (; i < p; i += SOLVE_THREADS) {
                const float sum = __fmaf_rn(pivot, lt[k * p + i], sums[i]);
                if (ends) totals[start + i] = end_chain(totals[start + i], sum);
                sums[i] = ends ? 0.0f : sum;
            }
        }
        __syncthreads();
    }
}

// X [r, p] with X L^T = B for p <= 4,096: b [r, p], lt [p, p] (L transposed). Parameters: b, lt, x, r, p (u64).
// Block: 256 threads, one row at a time. Any grid of one dimension.
extern "C" __global__ void __launch_bounds__(SOLVE_THREADS)
    solve_rows(const word* __restrict__ b, const float* __restrict__ lt, float* __restrict__ x, u64 r, u64 p) {
    __shared__ float sums[CHAIN_TERMS];
    solve<false>(b, lt, x, sums, nullptr, r, p);
}

// The same for any p, with totals [r, p] as room for finished chains. Parameters: b, lt, x, totals, r, p (u64).
extern "C" __global__ void __launch_bounds__(SOLVE_THREADS)
    solve_rows_long(const word* __restrict__ b, const float* __restrict__ lt, float* __restrict__ x,
                    float* __restrict__ totals, u64 r, u64 p) {
    solve<true>(b, lt, x, nullptr, totals, r, p);
}
