// One round of Jacobi rotations, as in `tessera_referee::jacobi`: schedule, rotation and elements are explained there.
#include "word.cuh"

#define MAX_SIDE 128

// What a rotation does to one index of its pair.
struct Rotation {
    // The other index; the index itself for one who rests.
    word partner;
    // Weights of the index's own element and of its partner's; what A_lh is worth on the diagonal.
    word own, other, diagonal;
};

// Whom i meets in the round; i itself if it rests. i < p.
DEVICE word partner_of(word p, word round, word i) {
    const word players = p + p % 2, cycle = players < 2 ? 1 : players - 1;
    const word other = i == cycle ? round : i == round ? cycle : (2 * round + cycle - i) % cycle;
    return other < p ? other : i;
}

DEVICE Rotation rotation_of(const word* a, word p, word round, word i) {
    Rotation rotation = {partner_of(p, round, i), ONE, 0, 0};
    if (rotation.partner == i) return rotation;
    const word low = i < rotation.partner ? i : rotation.partner, high = i < rotation.partner ? rotation.partner : i;
    const word a_ll = a[low * p + low], a_hh = a[high * p + high], a_lh = a[low * p + high];
    word s = 0, t = 0;
    if ((a_lh & ~SIGN) != 0) {
        const word tau = divide(sub(a_hh, a_ll), mul(TWO, a_lh));
        const word root = square_root(fma3(tau, tau, ONE));
        t = canonical_word(divide(ONE, add(magnitude(tau), root)) | (tau & SIGN));
        rotation.own = divide(ONE, square_root(fma3(t, t, ONE)));
        s = mul(t, rotation.own);
    }
    rotation.other = i == low ? negate(s) : s;
    rotation.diagonal = i == low ? negate(t) : t;
    return rotation;
}

DEVICE word mix(const Rotation& rotation, word own, word other) {
    return fma3(rotation.own, own, mul(rotation.other, other));
}

// Element j of a row times the rotation of j.
DEVICE word rotated(const word* row, const Rotation& rotation, word j) {
    return mix(rotation, row[j], rotation.partner == j ? 0 : row[rotation.partner]);
}

// out = J^T A J for symmetric a [p, p], p <= 128. Parameters: a, out, p, round (u32). Any grid and block of one dimension,
// one element to a thread; round < rounds(p).
extern "C" __global__ void jacobi_step(const word* __restrict__ a, word* __restrict__ out, word p, word round) {
    for (u64 at = first_element(); at < (u64)p * p; at += next_element()) {
        // Below the diagonal the element is that above it.
        const word row = (word)at / p, column = (word)at % p;
        const word i = row < column ? row : column, j = row < column ? column : row;
        const Rotation of_i = rotation_of(a, p, round, i);
        word element = 0;
        if (i == j) {
            const word low = of_i.partner < i ? of_i.partner : i, high = of_i.partner < i ? i : of_i.partner;
            const word a_lh = of_i.partner == i ? 0 : a[low * p + high];
            element = fma3(of_i.diagonal, a_lh, a[i * p + i]);
        } else if (of_i.partner != j) {
            const Rotation of_j = rotation_of(a, p, round, j);
            const word own = rotated(a + i * p, of_j, j);
            const word other = of_i.partner == i ? 0 : rotated(a + of_i.partner * p, of_j, j);
            element = mix(of_i, own, other);
        }
        out[at] = element;
    }
}

// out = V J for v [n, p] and the a [p, p] from before the step, p <= 128. Parameters: v, a, out, n (u64), p, round (u32).
// Block: 128 threads, a column to a thread. Any grid of one dimension.
extern "C" __global__ void __launch_bounds__(MAX_SIDE)
    jacobi_vec(const word* __restrict__ v, const word* __restrict__ a, word* __restrict__ out, u64 n, word p, word round) {
    const word j = threadIdx.x;
    if (j >= p) return;
    const Rotation rotation = rotation_of(a, p, round, j);
    for (u64 row = blockIdx.x; row < n; row += gridDim.x) out[row * p + j] = rotated(v + row * p, rotation, j);
}
