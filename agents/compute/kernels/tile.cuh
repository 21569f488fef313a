// The inner part of f32 matrix products: one block's tile of A B^T, in the chained fold's order.
#pragma once

#include "word.cuh"

// Threads of a block, as 16 x 16.
#define TILE_THREADS 256
// Terms of a stage in shared memory. It divides 4,096, so that a chain ends between stages.
#define STAGE 8

// A tile of ROWS x COLUMNS outputs; each thread has TM x TN of them, TM = ROWS / 16, TN = COLUMNS / 16.
//
// Rows of A and B are k long and lie one after the other. Terms are taken in order; an element's terms all belong to
// one thread. Rows beyond the operands and terms beyond k read as zeros: the first are thrown away, the second change
// no bit, because a chain's result has +0 added.
template <int ROWS, int COLUMNS>
struct Tile {
    static const int TM = ROWS / 16, TN = COLUMNS / 16;

    // Two stages of both operands, turned so that a thread reads neighbouring rows at once.
    struct Stages {
        float a[2][STAGE][ROWS + 4];
        float b[2][STAGE][COLUMNS + 4];
    };

    // Where this thread's outputs lie: a warp covers 4 x 8 threads, so that it reads few distinct words.
    static __device__ __forceinline__ int thread_row() { return threadIdx.x / 64 * 4 + threadIdx.x % 32 / 8; }
    static __device__ __forceinline__ int thread_column() { return threadIdx.x / 32 % 2 * 8 + threadIdx.x % 8; }

    // Outputs of a thread lie in groups of up to four neighbours; the next group is a stretch of 16 groups further on.
    template <int SIDE>
    static __device__ __forceinline__ constexpr int width() { return SIDE / 16 < 4 ? SIDE / 16 : 4; }
    template <int SIDE>
    static __device__ __forceinline__ int place(int thread, int i) {
        return i / width<SIDE>() * (16 * width<SIDE>()) + thread * width<SIDE>() + i % width<SIDE>();
    }
    // The tile's row of this thread's output i, and the column of its output j.
    static __device__ __forceinline__ int row(int i) { return place<ROWS>(thread_row(), i); }
    static __device__ __forceinline__ int column(int j) { return place<COLUMNS>(thread_column(), j); }

    // Calls `ended(accumulators, first)` at every chain's end and resets them. 0 < k < 2^31; a and b are 16-byte aligned.
    template <class Ended>
    static __device__ __forceinline__ void run(Stages& stages, const float* a, u64 rows, const float* b, u64 columns,
                                               int k, Ended ended) {
        float4 next_a[QUADS<ROWS>], next_b[QUADS<COLUMNS>];
        float acc[TM][TN];
        clear(acc);
        load<ROWS>(next_a, a, rows, k, 0);
        load<COLUMNS>(next_b, b, columns, k, 0);
        store<ROWS>(stages.a[0], next_a);
        store<COLUMNS>(stages.b[0], next_b);
        __syncthreads();
        int buffer = 0;
        for (int from = 0; from < k; from += STAGE) {
            const bool more = from + STAGE < k;
            if (more) {
                load<ROWS>(next_a, a, rows, k, from + STAGE);
                load<COLUMNS>(next_b, b, columns, k, from + STAGE);
            }
            multiply(acc, stages.a[buffer], stages.b[buffer]);
            buffer ^= 1;
            if (more) {
                store<ROWS>(stages.a[buffer], next_a);
                store<COLUMNS>(stages.b[buffer], next_b);
            }
            __syncthreads();
            if (!more || (from + STAGE) % CHAIN_TERMS == 0) {
                ended(acc, from < CHAIN_TERMS);
                clear(acc);
            }
        }
    }

  private:
    // Vectors of four terms that a thread stages of an operand.
    template <int SIDE>
    static const int QUADS = (SIDE * STAGE / 4 + TILE_THREADS - 1) / TILE_THREADS;

    static __device__ __forceinline__ void clear(float (&acc)[TM][TN]) {
#pragma unroll
        for (int i = 0; i < TM; i++)
#pragma unroll
            for (int j = 0; j < TN; j++) acc[i][j] = 0.0f;
    }

    // Four neighbouring terms of some rows, from global memory.
    template <int SIDE, int COUNT>
    static __device__ __forceinline__ void load(float4 (&next)[COUNT], const float* x, u64 rows, int k, int from) {
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
            const int quad = threadIdx.x + i * TILE_THREADS;
            const int row = quad / (STAGE / 4), at = from + quad % (STAGE / 4) * 4;
            next[i] = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
            if (row >= SIDE || row >= rows || at >= k) continue;
            const float* source = x + (u64)row * k + at;
            if (k % 4 == 0) {
                next[i] = *reinterpret_cast<const float4*>(source);
            } else {
                next[i].x = source[0];
                if (at + 1 < k) next[i].y = source[1];
                if (at + 2 < k) next[i].z = source[2];
                if (at + 3 < k) next[i].w = source[3];
            }
        }
    }

    template <int SIDE, int COUNT>
    static __device__ __forceinline__ void store(float (&stage)[STAGE][SIDE + 4], const float4 (&next)[COUNT]) {
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
            const int quad = threadIdx.x + i * TILE_THREADS;
            const int row = quad / (STAGE / 4), at = quad % (STAGE / 4) * 4;
            if (row >= SIDE) continue;
            stage[at][row] = next[i].x;
            stage[at + 1][row] = next[i].y;
            stage[at + 2][row] = next[i].z;
            stage[at + 3][row] = next[i].w;
        }
    }

    // A thread's elements of one term, read in vectors of its neighbours.
    template <int SIDE>
    static __device__ __forceinline__ void pick(float (&to)[SIDE / 16], const float (&from)[SIDE + 4], int thread) {
        const int count = SIDE / 16, width = Tile::width<SIDE>();
#pragma unroll
        for (int i = 0; i < count; i += width) {
            const float* source = &from[place<SIDE>(thread, i)];
            if (width == 4) {
                const float4 four = *reinterpret_cast<const float4*>(source);
                to[i] = four.x, to[i + 1] = four.y, to[i + 2] = four.z, to[i + 3] = four.w;
            } else {
#pragma unroll
                for (int n = 0; n < width; n++) to[i + n] = source[n];
            }
        }
    }

    static __device__ __forceinline__ void multiply(float (&acc)[TM][TN], const float (&a)[STAGE][ROWS + 4],
                                                    const float (&b)[STAGE][COLUMNS + 4]) {
        const int row = thread_row(), column = thread_column();
#pragma unroll
        for (int term = 0; term < STAGE; term++) {
            float of_a[TM], of_b[TN];
            pick<ROWS>(of_a, a[term], row);
            pick<COLUMNS>(of_b, b[term], column);
#pragma unroll
            for (int i = 0; i < TM; i++)
#pragma unroll
                for (int j = 0; j < TN; j++) acc[i][j] = __fmaf_rn(of_a[i], of_b[j], acc[i][j]);
        }
    }
};

// The tile of a block: groups of eight rows of tiles, column after column, so that neighbours share operands in cache.
DEVICE void tile_of_block(word block, word tiles_m, word tiles_n, word& tile_m, word& tile_n) {
    const word group = block / (8 * tiles_n), within = block % (8 * tiles_n);
    const word left = tiles_m - group * 8, height = left < 8 ? left : 8;
    tile_m = group * 8 + within % height;
    tile_n = within / height;
}
