//! The integer arithmetic against the CPU's.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod vectors;

use tessera_referee::{Arith, float, order};
use vectors::Random;
use vectors::native::{Native, bits};

const CASES: usize = 2_000_000;

fn check_binary(name: &str, soft: fn(u32, u32) -> u32, hard: fn(f32, f32) -> f32) {
    let mut random = Random(0x7e55_e2a0);
    for case in 0..CASES {
        let a = random.float();
        let b = if case % 3 == 0 { random.neighbour(a) } else { random.float() };
        let want = bits(hard(f32::from_bits(a), f32::from_bits(b)));
        let got = soft(a, b);
        assert_eq!(got, want, "{name}({a:#010x}, {b:#010x}) = {got:#010x}, hardware {want:#010x}");
    }
}

#[test]
fn fma_equals_hardware() {
    let mut random = Random(0xf3a);
    for _ in 0..2 * CASES {
        let (a, b) = (random.float(), random.float());
        let c = random.addend(a, b);
        let (got, want) = (float::fma(a, b, c), Native::fma(a, b, c));
        assert_eq!(got, want, "fma({a:#010x}, {b:#010x}, {c:#010x}) = {got:#010x}, hardware {want:#010x}");
    }
}

#[test]
fn fma_equals_hardware_on_every_triple_of_edges() {
    const MAGNITUDES: [u32; 20] = [
        0,
        1,
        2,
        0x007f_ffff,
        0x0080_0000,
        0x0080_0001,
        0x00ff_ffff,
        0x1f80_0000,
        0x2000_0000,
        0x337f_ffff,
        0x3380_0000,
        0x3f00_0000,
        0x3f7f_ffff,
        0x3f80_0000,
        0x3f80_0001,
        0x5f80_0000,
        0x7f00_0000,
        0x7f7f_ffff,
        0x7f80_0000,
        0x7fc0_1234,
    ];
    let edges: Vec<u32> = MAGNITUDES.iter().flat_map(|&m| [m, m | 0x8000_0000]).collect();
    for &a in &edges {
        for &b in &edges {
            for &c in &edges {
                assert_eq!(float::fma(a, b, c), Native::fma(a, b, c), "{a:#x} {b:#x} {c:#x}");
            }
        }
    }
}

#[test]
fn a_product_and_sum_through_f64_is_not_an_fma_and_the_vectors_show_it() {
    let mut random = Random(0xf3a);
    let differs = (0..2 * CASES).any(|_| {
        let (a, b) = (random.float(), random.float());
        let c = random.addend(a, b);
        let [x, y, z] = [a, b, c].map(|bits| f64::from(f32::from_bits(bits)));
        bits((x * y + z) as f32) != float::fma(a, b, c)
    });
    assert!(differs, "the vectors are too easy");
}

#[test]
fn add_equals_hardware() {
    check_binary("add", float::add, |a, b| a + b);
}

#[test]
fn sub_equals_hardware() {
    check_binary("sub", float::sub, |a, b| a - b);
}

#[test]
fn mul_equals_hardware() {
    check_binary("mul", float::mul, |a, b| a * b);
}

#[test]
fn div_equals_hardware() {
    check_binary("div", float::div, |a, b| a / b);
}

#[test]
fn sqrt_equals_hardware() {
    let mut random = Random(0x5417);
    for case in 0..CASES {
        // Squares and their neighbours are next to halfway cases.
        let x = random.float();
        let root = f32::from_bits(random.float());
        let x = if case % 2 == 0 { random.neighbour((root * root).to_bits()) } else { x };
        assert_eq!(float::sqrt(x), bits(f32::from_bits(x).sqrt()), "sqrt({x:#010x})");
    }
}

#[test]
fn comparisons_equal_hardware() {
    let mut random = Random(0xc0);
    for case in 0..CASES / 2 {
        let a = random.float();
        let b = if case % 2 == 0 { random.neighbour(a) } else { random.float() };
        let (x, y) = (f32::from_bits(a), f32::from_bits(b));
        assert_eq!(order::eq(a, b), x == y, "{a:#x} == {b:#x}");
        assert_eq!(order::lt(a, b), x < y, "{a:#x} < {b:#x}");
        if !x.is_nan() && !y.is_nan() && x != y {
            assert_eq!(order::max(a, b), x.max(y).to_bits());
            assert_eq!(order::min(a, b), x.min(y).to_bits());
            assert_eq!(order::rank(a) < order::rank(b), x < y);
        }
    }
}
