// i8 matmul on tensor cores of sm_80 and later: C[batch, m, n] = A[batch, m, k] B[batch, n, k]^T, i32, wrapping mod 2^32.
// All row-major, 0 < k <= 65,536, a and b 16-byte aligned. Stages are copied while earlier ones are multiplied.
//
// Parameters: a, b, c, m, n, k (u64). Block: 256 threads. Grid: x = ceil(m / 128) * ceil(n / 128), y = batches.
#include "tile_i8.cuh"

#define ROW_BLOCKS (WARP_ROWS / 16)
#define COLUMN_BLOCKS (WARP_COLUMNS / 8)
#define BUFFERS 3

// acc += the product of 16 rows and 8 columns over 32 terms.
DEVICE void multiply(word (&acc)[4], const word (&a)[4], word b0, word b1) {
    asm("mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+r"(acc[0]), "+r"(acc[1]), "+r"(acc[2]), "+r"(acc[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// Begins to copy 64 terms of 128 rows; rows and terms beyond the operand become zeros.
DEVICE void begin_copy(Stage& stage, const signed char* x, u64 rows, int k, int from) {
#pragma unroll
    for (int i = 0; i < SIDE * CHUNKS / TILE_THREADS; i++) {
        const int id = threadIdx.x + i * TILE_THREADS, row = id / CHUNKS, at = from + id % CHUNKS * CHUNK;
        unsigned char* to = stage.bytes + place(row, id % CHUNKS);
        if (k % CHUNK == 0) {
            const bool inside = row < rows && at < k;
            const signed char* source = inside ? x + (u64)row * k + at : x;
            // With a source of 0 bytes nothing is read and 16 zeros are written.
            asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"((word)__cvta_generic_to_shared(to)),
                         "l"(__cvta_generic_to_global(source)), "r"(inside ? 16 : 0)
                         : "memory");
        } else {
            *reinterpret_cast<uint4*>(to) = read(x, rows, k, row, at);
        }
    }
}

extern "C" __global__ void __launch_bounds__(TILE_THREADS, 2)
    matmul_i8_sm80(const signed char* __restrict__ a, const signed char* __restrict__ b, word* __restrict__ c, u64 m, u64 n,
                   u64 terms) {
    __shared__ Stage stages[BUFFERS][2];
    const int k = (int)terms, lane = threadIdx.x % 32;
    word tile_m, tile_n;
    tile_of_block(blockIdx.x, (word)((m + SIDE - 1) / SIDE), (word)((n + SIDE - 1) / SIDE), tile_m, tile_n);
    const u64 first_row = (u64)tile_m * SIDE, first_column = (u64)tile_n * SIDE;
    a += (blockIdx.y * m + first_row) * k;
    b += (blockIdx.y * n + first_column) * k;

    // Every step closes a group of copies, empty ones too, so that the last but one group is always the next stage.
    auto copy = [&](int step) {
        if (step * STAGE < k) {
            begin_copy(stages[step % BUFFERS][0], a, m - first_row, k, step * STAGE);
            begin_copy(stages[step % BUFFERS][1], b, n - first_column, k, step * STAGE);
        }
        asm volatile("cp.async.commit_group;" ::: "memory");
    };

    word acc[ROW_BLOCKS][COLUMN_BLOCKS][4] = {};
    copy(0);
    copy(1);
    const int steps = (k + STAGE - 1) / STAGE;
    for (int step = 0; step < steps; step++) {
        asm volatile("cp.async.wait_group 1;" ::: "memory");
        // All copies of this stage are seen by all, and all are done with the buffer that is filled next.
        __syncthreads();
        copy(step + 2);
        const Stage& stage_a = stages[step % BUFFERS][0];
        const Stage& stage_b = stages[step % BUFFERS][1];
#pragma unroll
        for (int chunk = 0; chunk < CHUNKS; chunk += 2) {
            // Of A, rows 0..8 and 8..16 of 16 terms, then of the next 16; of B, columns 0..8 of both, then 8..16.
            word of_a[ROW_BLOCKS][4], of_b[COLUMN_BLOCKS / 2][4];
#pragma unroll
            for (int i = 0; i < ROW_BLOCKS; i++)
                load_matrices(of_a[i], stage_a, warp_row() + i * 16 + lane % 16, chunk + lane / 16);
#pragma unroll
            for (int j = 0; j < COLUMN_BLOCKS / 2; j++)
                load_matrices(of_b[j], stage_b, warp_column() + j * 16 + lane / 16 * 8 + lane % 8, chunk + lane / 8 % 2);
#pragma unroll
            for (int i = 0; i < ROW_BLOCKS; i++)
#pragma unroll
                for (int j = 0; j < COLUMN_BLOCKS; j++)
                    multiply(acc[i][j], of_a[i], of_b[j / 2][j % 2 * 2], of_b[j / 2][j % 2 * 2 + 1]);
        }
    }

    // A lane has two neighbouring columns of rows lane / 4 and lane / 4 + 8 of each block of 16 x 8.
    c += blockIdx.y * m * n;
#pragma unroll
    for (int i = 0; i < ROW_BLOCKS; i++) {
        const u64 row = first_row + warp_row() + i * 16 + lane / 4;
#pragma unroll
        for (int j = 0; j < COLUMN_BLOCKS; j++) {
            const u64 column = first_column + warp_column() + j * 8 + lane % 4 * 2;
            write_pair(c, m, n, row, column, acc[i][j][0], acc[i][j][1]);
            write_pair(c, m, n, row + 8, column, acc[i][j][2], acc[i][j][3]);
        }
    }
}
