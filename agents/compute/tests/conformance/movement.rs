//! permute, reshape, slice, concat, gather and the sources.

use tessera_compute::DType::{F32, I8, I32};

use crate::check_operation;

const TYPES: [tessera_compute::DType; 3] = [F32, I8, I32];

#[test]
fn permute() {
    for dtype in TYPES {
        check_operation("scalar", &[(dtype, &[])], |g, x| g.permute(x[0], &[]));
        check_operation("vector", &[(dtype, &[9])], |g, x| g.permute(x[0], &[0]));
        check_operation("matrix", &[(dtype, &[13, 1])], |g, x| g.transpose(x[0]));
        for dims in [[3, 5], [4, 4], [16, 18], [18, 16], [33, 70], [2, 100]] {
            check_operation("matrix", &[(dtype, &dims)], |g, x| g.transpose(x[0]));
            let dims = [2, 3, dims[0], dims[1]];
            check_operation("matrices", &[(dtype, &dims)], |g, x| g.permute(x[0], &[1, 0, 3, 2]));
        }
        check_operation("large", &[(dtype, &[1203, 1001])], |g, x| g.transpose(x[0]));
        check_operation("empty", &[(dtype, &[13, 0])], |g, x| g.transpose(x[0]));
        for axes in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2], [2, 0, 3, 1], [0, 2, 1, 3]] {
            check_operation("rank 4", &[(dtype, &[3, 5, 2, 7])], |g, x| g.permute(x[0], &axes));
        }
    }
}

#[test]
fn reshape_and_slice() {
    for dtype in TYPES {
        check_operation("reshape", &[(dtype, &[6, 4])], |g, x| g.reshape(x[0], &[2, 3, 2, 2]));
        check_operation("reshape", &[(dtype, &[1, 1])], |g, x| g.reshape(x[0], &[]));
        check_operation("rows", &[(dtype, &[6, 4])], |g, x| g.slice(x[0], &[2, 0], &[3, 4]));
        check_operation("window", &[(dtype, &[6, 4])], |g, x| g.slice(x[0], &[1, 1], &[4, 2]));
        check_operation("nothing", &[(dtype, &[6, 4])], |g, x| g.slice(x[0], &[6, 1], &[0, 2]));
        check_operation("one", &[(dtype, &[2, 3, 4, 5])], |g, x| g.slice(x[0], &[1, 2, 3, 4], &[1, 1, 1, 1]));
    }
}

#[test]
fn concat() {
    for dtype in TYPES {
        for axis in 0..3 {
            let (mut a, mut b) = ([2, 3, 4], [2, 3, 4]);
            a[axis] = 5;
            b[axis] = 0;
            let inputs = [(dtype, &[2, 3, 4][..]), (dtype, &a[..]), (dtype, &b[..])];
            check_operation("concat", &inputs, |g, x| g.concat(&[x[0], x[1], x[2], x[0]], axis as u8));
        }
        check_operation("alone", &[(dtype, &[3])], |g, x| g.concat(x, 0));
    }
}

#[test]
fn gather_gives_zero_out_of_range() {
    for dtype in TYPES {
        check_operation("rows", &[(dtype, &[6, 5]), (I32, &[17])], |g, x| g.gather(x[0], x[1]));
        check_operation("scalars", &[(dtype, &[6]), (I32, &[4, 3])], |g, x| g.gather(x[0], x[1]));
        check_operation("one", &[(dtype, &[6, 2, 3]), (I32, &[])], |g, x| g.gather(x[0], x[1]));
        check_operation("none", &[(dtype, &[0, 2]), (I32, &[5])], |g, x| g.gather(x[0], x[1]));
    }
}

#[test]
fn sources() {
    for dims in [&[][..], &[0], &[5, 7], &[2, 3, 4, 5]] {
        check_operation("fill", &[], |g, _| g.fill(-0.0, dims));
        check_operation("fill", &[], |g, _| g.fill(f32::from_bits(0xff80_0001), dims));
        check_operation("fill", &[], |g, _| g.fill_i32(-7, dims));
        check_operation("iota", &[], |g, _| g.iota(dims));
        check_operation("uniform", &[], |g, _| g.uniform(42, dims));
    }
}
