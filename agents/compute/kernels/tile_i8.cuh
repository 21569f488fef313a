// What both i8 products share: a block's tile of A B^T, its stages in shared memory, the matrices of a warp.
//
// The tile is 128 x 128; 8 warps, 2 x 4, have 64 x 32 each. A stage holds 64 terms of 128 rows of both operands. Sums wrap
// mod 2^32, so their order changes no bit.
#pragma once

#include "word.cuh"

#define TILE_THREADS 256
#define SIDE 128
#define WARP_ROWS 64
#define WARP_COLUMNS 32
#define STAGE 64
// 16 bytes, what a thread moves at once.
#define CHUNK 16
#define CHUNKS (STAGE / CHUNK)

struct __align__(16) Stage {
    unsigned char bytes[SIDE * STAGE];
};

// Where 16 terms of a row lie in a stage. Eight rows of one chunk lie in different banks.
DEVICE int place(int row, int chunk) { return row * STAGE + (chunk ^ row / 2 % CHUNKS) * CHUNK; }

// 16 terms of a row from global memory; those beyond k, or of a row beyond the operand, are zeros.
DEVICE uint4 read(const signed char* x, u64 rows, int k, int row, int at) {
    uint4 terms = make_uint4(0, 0, 0, 0);
    if (row >= rows || at >= k) return terms;
    const signed char* source = x + (u64)row * k + at;
    if (k % CHUNK == 0) return *reinterpret_cast<const uint4*>(source);
    word* words = reinterpret_cast<word*>(&terms);
#pragma unroll
    for (int i = 0; i < CHUNK; i++) {
        if (at + i < k) words[i / 4] |= (word)(unsigned char)source[i] << (i % 4 * 8);
    }
    return terms;
}

// Four matrices of 8 rows of 16 bytes: lane 8 i + r gives the address of row r of matrix i, and gets four bytes of row
// lane / 4 of each.
DEVICE void load_matrices(word (&to)[4], const Stage& stage, int row, int chunk) {
    const word address = (word)__cvta_generic_to_shared(stage.bytes + place(row, chunk));
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
                 : "r"(address)
                 : "memory");
}

DEVICE int warp_row() { return threadIdx.x / 128 * WARP_ROWS; }
DEVICE int warp_column() { return threadIdx.x / 32 % 4 * WARP_COLUMNS; }

DEVICE void write_pair(word* c, u64 m, u64 n, u64 row, u64 column, word first, word second) {
    if (row >= m) return;
    if (column < n) c[row * n + column] = first;
    if (column + 1 < n) c[row * n + column + 1] = second;
}

// The tile of a block: groups of eight rows of tiles, column after column, so that neighbours share operands in cache.
DEVICE void tile_of_block(word block, word tiles_m, word tiles_n, word& tile_m, word& tile_n) {
    const word group = block / (8 * tiles_n), within = block % (8 * tiles_n);
    const word left = tiles_m - group * 8, height = left < 8 ? left : 8;
    tile_m = group * 8 + within % height;
    tile_n = within / height;
}
