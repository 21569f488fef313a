//! matmul, rowdot, reductions, nearest, segment_sum.

use tessera_compute::DType::{self, F32, I8, I32};
use tessera_compute::{Backend, Cancel, GraphBuilder, GraphError, Value, scalar_element};

use crate::values::{FLAVOURS, Random, tensor};
use crate::{backends, check_operation};

#[test]
fn matmul_with_remainders() {
    // Panels have 4 or 12 rows and 8, 24 or 32 columns, chains 4,096 terms: every side of each.
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
        (13, 25, 40),
        (24, 96, 257),
        (40, 3, 300),
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

/// An operation large enough for tiles, blocks, threads and parts by chain: all backends agree, and with the referee on some elements.
fn check_large(
    what: &str,
    inputs: &[(DType, &[u64])],
    build: impl Fn(&mut GraphBuilder, &[Value]) -> Result<Value, GraphError>,
) {
    let mut g = GraphBuilder::new();
    let values: Vec<Value> = inputs.iter().map(|(dtype, dims)| g.input(*dtype, dims).unwrap()).collect();
    let output = build(&mut g, &values).unwrap();
    g.output(output).unwrap();
    let graph = g.finish().unwrap();
    let operation = &graph.operations()[0];
    let mut random = Random(0x1a49e);
    for flavour in [FLAVOURS[0], FLAVOURS[3]] {
        let data: Vec<_> = inputs.iter().map(|(dtype, dims)| tensor(&mut random, *dtype, dims, flavour)).collect();
        let run = |backend: &dyn Backend| backend.run(&graph, &data, &Cancel::new()).unwrap().remove(0);
        let backends = backends();
        let first = run(backends[0].1.as_ref());
        for (name, backend) in &backends[1..] {
            assert!(run(backend.as_ref()) == first, "{what} {flavour:?}: {name} is not {}", backends[0].0);
        }
        for _ in 0..200 {
            let index = random.below(first.shape().elements());
            let want = scalar_element(operation, &data.iter().collect::<Vec<_>>(), &|_| 0, index);
            assert_eq!(first.word(index as usize), Some(want), "{what} {flavour:?}, element {index}");
        }
    }
}

#[test]
fn large_products() {
    for (dtype, m, n, k) in [
        (F32, 800, 1200, 300),
        (F32, 100, 100, 13_000),
        (F32, 13, 2000, 700),
        (F32, 5000, 1, 700),
        (I8, 800, 1200, 301),
        (I8, 1, 3000, 2050),
    ] {
        check_large("matmul", &[(dtype, &[m, k]), (dtype, &[n, k])], |g, x| g.matmul(x[0], x[1]));
    }
    check_large("batched", &[(F32, &[7, 90, 400]), (F32, &[7, 50, 400])], |g, x| g.matmul(x[0], x[1]));
}

#[test]
fn large_folds() {
    let points = [(F32, &[5003, 40][..]), (F32, &[70, 40][..]), (F32, &[70][..])];
    check_large("nearest", &points, |g, x| g.nearest(x[0], x[1], x[2]));
    for d in [1, 20, 100] {
        check_large("segment_sum", &[(F32, &[d, 30_001]), (I32, &[30_001])], |g, x| g.segment_sum(x[0], x[1], 7));
    }
    for dims in [&[1, 500_000][..], &[40, 20_001], &[30_000, 37]] {
        check_large("sum", &[(F32, dims)], |g, x| g.reduce_sum(x[0]));
        check_large("rowdot", &[(F32, dims), (F32, dims)], |g, x| g.rowdot(x[0], x[1]));
    }
}
