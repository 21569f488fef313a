// nearest: out[p] = argmin over j of fma(-2, x[p] . c[j], c2[j]), lowest index first, NaN above +inf.
//
// x [n, d], c [k, d], c2 [k], f32 row-major; d > 0, k > 0. Dot products are chained folds over d; no n x k matrix is
// stored. Parameters: x, c, c2, out (i32), n, k, d (u64). Block: 256 threads for 128 points. Grid: x = ceil(n / 128).
#include "tile.cuh"

#define POINTS 128
#define CENTRES 64
#define MINUS_TWO 0xc0000000u

typedef Tile<POINTS, CENTRES> Own;

extern "C" __global__ void __launch_bounds__(TILE_THREADS)
    nearest(const float* __restrict__ x, const float* __restrict__ c, const word* __restrict__ c2, word* __restrict__ out,
            u64 n, u64 k, u64 d) {
    __shared__ typename Own::Stages stages;
    // The best of each point among the columns of each of 16 threads: rank above, index below.
    __shared__ u64 best[POINTS][16 + 1];
    const u64 first = (u64)blockIdx.x * POINTS;
    const int column = Own::thread_column();
    u64 own[Own::TM];
#pragma unroll
    for (int i = 0; i < Own::TM; i++) own[i] = ~0ull;
    for (u64 centre = 0; centre < k; centre += CENTRES) {
        float dot[Own::TM][Own::TN];
        Own::run(stages, x + first * d, n - first, c + centre * d, k - centre, (int)d,
                 [&](const float (&acc)[Own::TM][Own::TN], bool start) {
#pragma unroll
                     for (int i = 0; i < Own::TM; i++)
#pragma unroll
                         for (int j = 0; j < Own::TN; j++) dot[i][j] = end_chain(start ? 0.0f : dot[i][j], acc[i][j]);
                 });
#pragma unroll
        for (int j = 0; j < Own::TN; j++) {
            const u64 index = centre + Own::column(j);
            if (index >= k) continue;
            const word norm = c2[index];
#pragma unroll
            for (int i = 0; i < Own::TM; i++) {
                const word score = fma3(MINUS_TWO, __float_as_uint(dot[i][j]), norm);
                const u64 candidate = (u64)((word)rank(score) ^ SIGN) << 32 | index;
                if (candidate < own[i]) own[i] = candidate;
            }
        }
    }
#pragma unroll
    for (int i = 0; i < Own::TM; i++) best[Own::row(i)][column] = own[i];
    __syncthreads();
    if (threadIdx.x < POINTS && first + threadIdx.x < n) {
        u64 least = best[threadIdx.x][0];
        for (int i = 1; i < 16; i++) least = best[threadIdx.x][i] < least ? best[threadIdx.x][i] : least;
        out[first + threadIdx.x] = (word)least;
    }
}
