// i8 matmul on tensor cores of sm_75 and later: C[batch, m, n] = A[batch, m, k] B[batch, n, k]^T, i32, wrapping mod 2^32.
// All row-major, 0 < k <= 65,536, a and b 16-byte aligned.
//
// Parameters: a, b, c, m, n, k (u64). Block: 256 threads. Grid: x = ceil(m / 128) * ceil(n / 128), y = batches.
#include "tile_i8.cuh"

#define ROW_BLOCKS (WARP_ROWS / 8)
#define COLUMN_BLOCKS (WARP_COLUMNS / 8)

// acc += the product of 8 rows and 8 columns over 16 terms.
DEVICE void multiply(word (&acc)[2], word a, word b) {
    asm("mma.sync.aligned.m8n8k16.row.col.s32.s8.s8.s32 {%0, %1}, {%2}, {%3}, {%0, %1};"
        : "+r"(acc[0]), "+r"(acc[1])
        : "r"(a), "r"(b));
}

extern "C" __global__ void __launch_bounds__(TILE_THREADS, 2)
    matmul_i8_sm75(const signed char* __restrict__ a, const signed char* __restrict__ b, word* __restrict__ c, u64 m, u64 n,
                   u64 terms) {
    __shared__ Stage stages[2][2];
    const int k = (int)terms, lane = threadIdx.x % 32;
    word tile_m, tile_n;
    tile_of_block(blockIdx.x, (word)((m + SIDE - 1) / SIDE), (word)((n + SIDE - 1) / SIDE), tile_m, tile_n);
    const u64 first_row = (u64)tile_m * SIDE, first_column = (u64)tile_n * SIDE;
    a += (blockIdx.y * m + first_row) * k;
    b += (blockIdx.y * n + first_column) * k;

    uint4 next_a[2], next_b[2];
    auto load = [&](int from) {
#pragma unroll
        for (int i = 0; i < 2; i++) {
            const int id = threadIdx.x + i * TILE_THREADS, row = id / CHUNKS, at = from + id % CHUNKS * CHUNK;
            next_a[i] = read(a, m - first_row, k, row, at);
            next_b[i] = read(b, n - first_column, k, row, at);
        }
    };
    auto store = [&](Stage (&stage)[2]) {
#pragma unroll
        for (int i = 0; i < 2; i++) {
            const int id = threadIdx.x + i * TILE_THREADS, to = place(id / CHUNKS, id % CHUNKS);
            *reinterpret_cast<uint4*>(stage[0].bytes + to) = next_a[i];
            *reinterpret_cast<uint4*>(stage[1].bytes + to) = next_b[i];
        }
    };

    word acc[ROW_BLOCKS][COLUMN_BLOCKS][2] = {};
    load(0);
    store(stages[0]);
    __syncthreads();
    int buffer = 0;
    for (int from = 0; from < k; from += STAGE) {
        const bool more = from + STAGE < k;
        if (more) load(from + STAGE);
#pragma unroll
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
            word of_a[2][4], of_b[4];
            load_matrices(of_a[0], stages[buffer][0], warp_row() + lane, chunk);
            load_matrices(of_a[1], stages[buffer][0], warp_row() + 32 + lane, chunk);
            load_matrices(of_b, stages[buffer][1], warp_column() + lane, chunk);
#pragma unroll
            for (int i = 0; i < ROW_BLOCKS; i++)
#pragma unroll
                for (int j = 0; j < COLUMN_BLOCKS; j++) multiply(acc[i][j], of_a[i / 4][i % 4], of_b[j]);
        }
        buffer ^= 1;
        if (more) store(stages[buffer]);
        __syncthreads();
    }

    // A lane has two neighbouring columns of row lane / 4 of each block of 8 x 8.
    c += blockIdx.y * m * n;
#pragma unroll
    for (int i = 0; i < ROW_BLOCKS; i++) {
        const u64 row = first_row + warp_row() + i * 8 + lane / 4;
#pragma unroll
        for (int j = 0; j < COLUMN_BLOCKS; j++) {
            const u64 column = first_column + warp_column() + j * 8 + lane % 4 * 2;
            write_pair(c, m, n, row, column, acc[i][j][0], acc[i][j][1]);
        }
    }
}
