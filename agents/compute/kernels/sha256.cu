// Merkle hashing of a tensor on the device: leaves, then the tree level by level. FIPS 180-4.
#include "word.cuh"

__constant__ word ROUND_CONSTANTS[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

DEVICE word rotate(word x, int n) { return __funnelshift_r(x, x, n); }
DEVICE word big_endian(word x) { return __byte_perm(x, 0, 0x0123); }

struct State {
    word h[8];
};

DEVICE State initial() {
    return {{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

// Takes one block of 16 big-endian words, which it overwrites with the schedule.
DEVICE void compress(State& state, word (&w)[16]) {
    word a = state.h[0], b = state.h[1], c = state.h[2], d = state.h[3];
    word e = state.h[4], f = state.h[5], g = state.h[6], h = state.h[7];
#pragma unroll 1
    for (int part = 0; part < 64; part += 16) {
        if (part > 0) {
#pragma unroll
            for (int i = 0; i < 16; i++) {
                const word early = w[(i + 1) % 16], late = w[(i + 14) % 16];
                w[i] += (rotate(early, 7) ^ rotate(early, 18) ^ (early >> 3)) + w[(i + 9) % 16] +
                        (rotate(late, 17) ^ rotate(late, 19) ^ (late >> 10));
            }
        }
#pragma unroll
        for (int i = 0; i < 16; i++) {
            const word first = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) +
                               ROUND_CONSTANTS[part + i] + w[i];
            const word second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
            h = g, g = f, f = e, e = d + first, d = c, c = b, b = a, a = first + second;
        }
    }
    state.h[0] += a, state.h[1] += b, state.h[2] += c, state.h[3] += d;
    state.h[4] += e, state.h[5] += f, state.h[6] += g, state.h[7] += h;
}

DEVICE void write_digest(word* out, const State& state) {
#pragma unroll
    for (int i = 0; i < 8; i++) out[i] = big_endian(state.h[i]);
}

#define LEAF_WORDS 128

// Reads the padded tensor word by word: rows of `row` elements, padded to `padded` with zeros; beyond the last row there
// are zeros. The place is counted on, because a division for every word would cost as much as the hash.
template <class Element>
struct Reader {
    const Element* x;
    u64 rows, row, padded;
    // The place of the next element.
    u64 r, column;

    __device__ __forceinline__ Reader(const Element* x, u64 rows, u64 row, u64 padded, u64 first)
        : x(x), rows(rows), row(row), padded(padded), r(first / padded), column(first % padded) {}

    __device__ __forceinline__ word element() {
        const word next = r < rows && column < row ? x[r * row + column] : 0;
        if (++column == padded) column = 0, r++;
        return next;
    }

    // Four bytes, little-endian.
    __device__ __forceinline__ word next() {
        if (sizeof(Element) == 4) return element();
        word four = 0;
#pragma unroll
        for (int i = 0; i < 4; i++) four |= element() << (8 * i);
        return four;
    }
};

// hashes[l] = SHA-256(0x00 || l as u64 little-endian || the leaf's 512 bytes), 521 bytes in 9 blocks.
template <class Element>
DEVICE void hash_leaves(const Element* x, word* hashes, u64 leaves, u64 rows, u64 row, u64 padded) {
    for (u64 leaf = first_element(); leaf < leaves; leaf += next_element()) {
        State state = initial();
        Reader<Element> reader(x, rows, row, padded, leaf * (512 / sizeof(Element)));
        // The message as little-endian words, three of them before the leaf's: 0, the index from its byte 1 on; the leaf
        // begins at byte 9, so a word of the message takes a byte of one leaf word and three of the next.
        word before = (word)(leaf >> 56);
#pragma unroll 1
        for (int block = 0; block < 9; block++) {
            word w[16];
#pragma unroll
            for (int i = 0; i < 16; i++) {
                const int at = block * 16 + i - 2;
                word little;
                if (at == -2) {
                    little = (word)leaf << 8;
                } else if (at == -1) {
                    little = (word)(leaf >> 24);
                } else if (at < LEAF_WORDS) {
                    const word next = reader.next();
                    little = at == 0 ? before | next << 8 : __funnelshift_l(before, next, 8);
                    before = next;
                } else if (at == LEAF_WORDS) {
                    little = before >> 24 | 0x8000;
                } else {
                    little = 0;
                }
                w[i] = block == 8 && i == 15 ? 521 * 8 : big_endian(little);
            }
            compress(state, w);
        }
        write_digest(hashes + leaf * 8, state);
    }
}

// Parameters: x, hashes (8 words each), leaves, rows, row, padded (u64, in elements; row <= padded). Any grid and block
// of one dimension, a leaf to a thread.
extern "C" __global__ void hash_leaves_4(const word* __restrict__ x, word* __restrict__ hashes, u64 leaves, u64 rows, u64 row,
                                         u64 padded) {
    hash_leaves(x, hashes, leaves, rows, row, padded);
}
extern "C" __global__ void hash_leaves_1(const unsigned char* __restrict__ x, word* __restrict__ hashes, u64 leaves, u64 rows,
                                         u64 row, u64 padded) {
    hash_leaves(x, hashes, leaves, rows, row, padded);
}

// One level of the tree: out[i] = SHA-256(0x01 || in[2i] || in[2i + 1]), the last one of an odd count as it is: pairing
// neighbours level by level is the RFC 6962 tree. Parameters: in, out (ceil(count / 2) hashes), count (u64). Any grid and
// block of one dimension.
extern "C" __global__ void hash_nodes(const word* __restrict__ in, word* __restrict__ out, u64 count) {
    for (u64 i = first_element(); i < (count + 1) / 2; i += next_element()) {
        const word* children = in + i * 16;
        word* to = out + i * 8;
        if (2 * i + 1 == count) {
#pragma unroll
            for (int n = 0; n < 8; n++) to[n] = children[n];
            continue;
        }
        State state = initial();
        word w[16];
        word before = 1;
#pragma unroll
        for (int n = 0; n < 16; n++) {
            const word next = children[n];
            w[n] = big_endian(n == 0 ? before | next << 8 : __funnelshift_l(before, next, 8));
            before = next;
        }
        compress(state, w);
#pragma unroll
        for (int n = 0; n < 16; n++) w[n] = 0;
        w[0] = big_endian(before >> 24 | 0x8000);
        w[15] = 65 * 8;
        compress(state, w);
        write_digest(to, state);
    }
}
