//! matmul, rowdot, reductions, nearest, segment_sum.

use tessera_compute::DType::{F32, I8, I32};

use crate::check_operation;

#[test]
fn matmul_with_remainders() {
    // Tiles are 4 x 16, chains 4,096: every side of each.
    for (m, n, k) in [
        (1, 1, 1),
        (1, 1, 0),
        (0, 3, 2),
        (3, 0, 2),
        (4, 16, 8),
        (5, 17, 9),
        (9, 33, 31),
        (3, 15, 128),
        (1, 2, 4095),
        (2, 1, 4096),
        (2, 3, 4097),
        (5, 2, 8193),
    ] {
        check_operation("matmul", &[(F32, &[m, k]), (F32, &[n, k])], |g, x| g.matmul(x[0], x[1]));
        check_operation("i8 matmul", &[(I8, &[m, k]), (I8, &[n, k])], |g, x| g.matmul(x[0], x[1]));
    }
}

#[test]
fn matmul_in_batches() {
    for (batch, m, n, k) in [(3, 5, 7, 11), (2, 1, 17, 3), (2, 3, 2, 0), (0, 2, 2, 2), (2, 0, 1, 1)] {
        for dtype in [F32, I8] {
            let (a, b) = ([batch, m, k], [batch, n, k]);
            check_operation("rank 3", &[(dtype, &a), (dtype, &b)], |g, x| g.matmul(x[0], x[1]));
            let (a, b) = ([2, batch, m, k], [2, batch, n, k]);
            check_operation("rank 4", &[(dtype, &a), (dtype, &b)], |g, x| g.matmul(x[0], x[1]));
        }
    }
}

const ROWS: [&[u64]; 9] = [&[0], &[1], &[5], &[3, 0], &[0, 3], &[17, 9], &[2, 3, 4, 5], &[2, 4096], &[9, 4100]];

#[test]
fn rowdot_and_reductions() {
    for dims in ROWS {
        for dtype in [F32, I8] {
            check_operation("rowdot", &[(dtype, dims), (dtype, dims)], |g, x| g.rowdot(x[0], x[1]));
        }
        for dtype in [F32, I8, I32] {
            check_operation("sum", &[(dtype, dims)], |g, x| g.reduce_sum(x[0]));
        }
        for dtype in [F32, I32] {
            check_operation("max", &[(dtype, dims)], |g, x| g.reduce_max(x[0]));
            check_operation("min", &[(dtype, dims)], |g, x| g.reduce_min(x[0]));
            check_operation("argmin", &[(dtype, dims)], |g, x| g.argmin(x[0]));
            check_operation("argmax", &[(dtype, dims)], |g, x| g.argmax(x[0]));
        }
    }
}

#[test]
fn nearest() {
    for (n, k, d) in [(1, 1, 1), (23, 3, 4), (9, 130, 5), (4, 0, 2), (0, 3, 2), (5, 4, 0), (2, 3, 4099)] {
        let inputs = [(F32, &[n, d][..]), (F32, &[k, d][..]), (F32, &[k][..])];
        check_operation("nearest", &inputs, |g, x| g.nearest(x[0], x[1], x[2]));
    }
}

#[test]
fn segment_sum() {
    for (d, n, k) in [(1, 1, 1), (4, 50, 3), (3, 0, 2), (0, 5, 2), (2, 5, 0), (2, 9000, 5)] {
        check_operation("segment_sum", &[(F32, &[d, n]), (I32, &[n])], |g, x| g.segment_sum(x[0], x[1], k));
    }
}
