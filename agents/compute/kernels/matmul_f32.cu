// f32 matmul: C[batch, m, n] = A[batch, m, k] B[batch, n, k]^T, all row-major, the fold over k in chains of 4,096 with no
// other split. 0 < k <= 524,288.
//
// Parameters: a, b, c, m, n, k (u64). Block: 256 threads. Grid: x = ceil(m / SIDE) * ceil(n / SIDE), y = batches.
#include "tile.cuh"

// The running total of an element lives in C: it is touched once a chain, by the one thread that owns it.
template <int SIDE>
DEVICE void product(const float* a, const float* b, word* c, u64 m, u64 n, u64 k) {
    typedef Tile<SIDE, SIDE> Own;
    __shared__ typename Own::Stages stages;
    word tile_m, tile_n;
    tile_of_block(blockIdx.x, (word)((m + SIDE - 1) / SIDE), (word)((n + SIDE - 1) / SIDE), tile_m, tile_n);
    {
        const u64 first_row = blockIdx.y * m + (u64)tile_m * SIDE;
        a += first_row * k;
        b += (blockIdx.y * n + (u64)tile_n * SIDE) * k;
    }
    Own::run(stages, a, m - (u64)tile_m * SIDE, b, n - (u64)tile_n * SIDE, (int)k,
             [=](const float (&acc)[Own::TM][Own::TN], bool first) {
                 // Nothing of this is to stay in registers from one chain to the next: the tile needs them all.
                 word left = tile_m, right = tile_n;
                 asm volatile("mov.u32 %0, %0;" : "+r"(left));
                 asm volatile("mov.u32 %0, %0;" : "+r"(right));
                 const u64 row = (u64)left * SIDE + Own::row(0), column = (u64)right * SIDE + Own::column(0);
                 word* corner = c + (blockIdx.y * m + row) * n + column;
#pragma unroll
                 for (int i = 0; i < Own::TM; i++) {
                     const u64 down = Own::template place<SIDE>(0, i);
#pragma unroll
                     for (int j = 0; j < Own::TN; j++) {
                         const u64 across = Own::template place<SIDE>(0, j);
                         if (row + down >= m || column + across >= n) continue;
                         word* out = corner + down * n + across;
                         const float total = first ? 0.0f : number(*out);
                         *out = __float_as_uint(end_chain(total, acc[i][j]));
                     }
                 }
             });
}

extern "C" __global__ void __launch_bounds__(TILE_THREADS, 2)
    matmul_f32_128(const float* __restrict__ a, const float* __restrict__ b, word* __restrict__ c, u64 m, u64 n, u64 k) {
    product<128>(a, b, c, m, n, k);
}

// For outputs too small to fill the device with the large tile.
extern "C" __global__ void __launch_bounds__(TILE_THREADS)
    matmul_f32_32(const float* __restrict__ a, const float* __restrict__ b, word* __restrict__ c, u64 m, u64 n, u64 k) {
    product<32>(a, b, c, m, n, k);
}
