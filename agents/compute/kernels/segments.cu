// segment_sum, its chains: partial[(chain * segments + j) * d + f] = the chained fold over the 4,096 points i of the chain
// of xt[f, i] where labels[i] = j; other terms are skipped but keep their place. `chain_totals` adds the chains in order.
//
// xt [d, n] f32 row-major, labels [n] i32. Parameters: xt, labels, partial, d, n, segments, first, chains (u64): chains
// first..first + chains are done, and partial begins with chain `first`. Block: 128 threads, 32 segments x 4 features.
// Any grid of one dimension.
#include "word.cuh"

#define SEGMENTS 32
#define FEATURES 4
#define POINTS 128

extern "C" __global__ void __launch_bounds__(SEGMENTS * FEATURES)
    segment_chains(const float* __restrict__ xt, const int* __restrict__ labels, word* __restrict__ partial, u64 d, u64 n,
                   u64 segments, u64 first, u64 chains) {
    __shared__ int label[POINTS];
    __shared__ float x[FEATURES][POINTS];
    const u64 tiles_j = (segments + SEGMENTS - 1) / SEGMENTS, tiles_f = (d + FEATURES - 1) / FEATURES;
    const int own_f = threadIdx.x / SEGMENTS;
    for (u64 unit = blockIdx.x; unit < chains * tiles_f * tiles_j; unit += gridDim.x) {
        const u64 chain = unit / (tiles_f * tiles_j), tile = unit % (tiles_f * tiles_j);
        const u64 j = tile % tiles_j * SEGMENTS + threadIdx.x % SEGMENTS;
        const u64 first_f = tile / tiles_j * FEATURES;
        const u64 start = (first + chain) * CHAIN_TERMS;
        const u64 end = start + CHAIN_TERMS < n ? start + CHAIN_TERMS : n;
        float sum = 0.0f;
        for (u64 from = start; from < end; from += POINTS) {
            const u64 i = from + threadIdx.x;
            // No segment has the label -1.
            label[threadIdx.x] = i < end ? labels[i] : -1;
#pragma unroll
            for (int f = 0; f < FEATURES; f++) {
                x[f][threadIdx.x] = i < end && first_f + f < d ? xt[(first_f + f) * n + i] : 0.0f;
            }
            __syncthreads();
#pragma unroll 8
            for (int t = 0; t < POINTS; t++) {
                if ((u64)(long long)label[t] == j) sum = __fmaf_rn(x[own_f][t], 1.0f, sum);
            }
            __syncthreads();
        }
        if (j < segments && first_f + own_f < d) {
            partial[(chain * segments + j) * d + first_f + own_f] = canonical(__fadd_rn(sum, 0.0f));
        }
    }
}
