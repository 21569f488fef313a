//! Conversions, order, folds, functions, rotations: what the specification says in words.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod vectors;

use tessera_referee::fold::{Best, Fold, argmax_rank, argmin_rank};
use tessera_referee::{Soft, convert, float, functions, jacobi, order, uniform};
use vectors::Random;
use vectors::errors::cases;

const NEG_ZERO: u32 = 0x8000_0000;

#[test]
fn conversions_equal_rusts_as() {
    let mut random = Random(0xca57);
    for _ in 0..1_000_000 {
        let x = random.float();
        let value = f32::from_bits(x);
        assert_eq!(convert::f32_to_i32(x), value as i32, "{x:#010x}");
        assert_eq!(convert::f32_to_i8(x), value as i8, "{x:#010x}");
        let n = (random.word() as i32) >> random.below(32);
        assert_eq!(convert::i32_to_f32(n), (n as f32).to_bits(), "{n}");
        assert_eq!(convert::i32_to_i8(n), n as i8);
    }
    for n in [0, 1, -1, i32::MIN, i32::MAX, 0x0100_0001, 0x0100_0003] {
        assert_eq!(convert::i32_to_f32(n), (n as f32).to_bits(), "{n}");
    }
}

#[test]
fn quantise_rounds_half_to_even_and_clamps() {
    let mut random = Random(0x9a);
    for case in 0..1_000_000 {
        let (x, scale) = match case % 2 {
            0 => (random.float(), random.float()),
            _ => ((random.below(1024) as f32 / 4.0 - 128.0).to_bits(), float::ONE),
        };
        let scaled = f32::from_bits(float::div(x, scale));
        let want = if scaled.is_nan() { 0 } else { scaled.clamp(-127.0, 127.0).round_ties_even() as i8 };
        assert_eq!(convert::quantise::<Soft>(x, scale), want, "{x:#010x} / {scale:#010x}");
    }
}

#[test]
fn max_and_min_put_minus_zero_below_zero_and_give_nan() {
    for (a, b) in [(0, NEG_ZERO), (NEG_ZERO, 0)] {
        assert_eq!(order::max(a, b), 0);
        assert_eq!(order::min(a, b), NEG_ZERO);
    }
    for nan in [0x7f80_0001, 0xffff_ffff, float::NAN] {
        assert_eq!(order::max(nan, float::INFINITY), float::NAN);
        assert_eq!(order::min(float::NEG_INFINITY, nan), float::NAN);
    }
}

#[test]
fn best_takes_the_lowest_index_with_nan_above_infinity_and_zeros_equal() {
    let index = |rank: fn(u32) -> i32, xs: &[u32]| {
        let mut best = Best::new();
        for (i, &x) in xs.iter().enumerate() {
            best.take(i as i32, rank(x));
        }
        best.index()
    };
    assert_eq!(index(argmin_rank, &[]), -1);
    assert_eq!(index(argmin_rank, &[0, NEG_ZERO]), 0);
    assert_eq!(index(argmax_rank, &[NEG_ZERO, 0]), 0);
    assert_eq!(index(argmin_rank, &[float::NAN, float::INFINITY]), 1);
    assert_eq!(index(argmax_rank, &[float::INFINITY, 0xff80_0001, float::NAN]), 1);
    assert_eq!(index(argmin_rank, &[float::NAN, 0xffff_ffff]), 0);
}

#[test]
fn zero_padding_does_not_change_a_fold() {
    let mut random = Random(0xf01d);
    for terms in [0usize, 1, 5, 127, 128, 4095, 4096, 4097, 8192, 9000] {
        let products: Vec<[u32; 2]> =
            (0..terms).map(|_| [(); 2].map(|()| (random.word() as i32 as f32 / 1e9).to_bits())).collect();
        let mut fold = Fold::<Soft>::new();
        products.iter().for_each(|&[a, b]| fold.term(a, b));
        let sum = fold.sum();
        for _ in 0..200 {
            fold.term(0, 0);
            assert_eq!(fold.sum(), sum);
        }
    }
}

#[test]
fn a_fold_of_one_underflowing_product_is_plus_zero() {
    let mut fold = Fold::<Soft>::new();
    fold.term(1, 0x8000_0001);
    assert_eq!(fold.sum(), 0);
}

#[test]
fn a_fold_runs_in_chains_of_4096() {
    let one_ulp = f32::EPSILON / 2.0;
    let mut fold = Fold::<Soft>::new();
    // Alone, each tiny term is lost against 1; the second chain sums them first.
    fold.term(float::ONE, float::ONE);
    (1..4096).for_each(|_| fold.term(one_ulp.to_bits(), float::ONE));
    assert_eq!(fold.sum(), float::ONE);
    (0..4096).for_each(|_| fold.term(one_ulp.to_bits(), float::ONE));
    assert_eq!(fold.sum(), (1.0f32 + 4096.0 * one_ulp).to_bits());
}

#[test]
fn functions_at_their_edges() {
    assert_eq!(functions::log::<Soft>(0), float::NEG_INFINITY);
    assert_eq!(functions::log::<Soft>(NEG_ZERO), float::NEG_INFINITY);
    assert_eq!(functions::log::<Soft>(0x8000_0001), float::NAN);
    assert_eq!(functions::log::<Soft>(float::NEG_INFINITY), float::NAN);
    assert_eq!(functions::log::<Soft>(float::INFINITY), float::INFINITY);
    assert_eq!(functions::log::<Soft>(float::ONE), 0);
    assert_eq!(functions::exp::<Soft>(0), float::ONE);
    assert_eq!(functions::exp::<Soft>(NEG_ZERO), float::ONE);
    assert_eq!(functions::exp::<Soft>(float::INFINITY), float::INFINITY);
    assert_eq!(functions::exp::<Soft>(float::NEG_INFINITY), 0);
    assert_eq!(functions::exp::<Soft>(0x42b1_7218), float::INFINITY);
    assert!(functions::exp::<Soft>(0x42b1_7217) < float::INFINITY);
    assert_eq!(functions::exp::<Soft>((-104.0f32).to_bits()), 0);
    assert_eq!(functions::exp::<Soft>((-103.0f32).to_bits()), 1);
    assert_eq!(functions::exp::<Soft>(0xffc0_0000), float::NAN);
}

#[test]
fn tanh_erf_and_gelu_at_their_edges() {
    let one = float::ONE;
    for (name, function, one_from) in [
        ("tanh", functions::tanh::<Soft> as fn(u32) -> u32, 9.1f32),
        ("erf", functions::erf::<Soft> as fn(u32) -> u32, 3.93),
    ] {
        for x in [0, 1, 0x007f_ffff, 0x0080_0000] {
            assert!(function(x) <= x + x / 4, "{name}");
            assert_eq!(function(x | NEG_ZERO), function(x) | NEG_ZERO, "{name} is odd");
        }
        assert_eq!(function(0), 0, "{name}");
        assert_eq!(function(NEG_ZERO), NEG_ZERO, "{name} keeps -0");
        for x in [one_from.to_bits(), 0x4100_0000 + (1 << 23), 0x42b2_0000, 0x7f7f_ffff, float::INFINITY] {
            assert_eq!(function(x), one, "{name}");
            assert_eq!(function(x | NEG_ZERO), one | NEG_ZERO, "{name}");
        }
        for nan in [0x7f80_0001, 0xffff_ffff, 0xff80_0001, float::NAN] {
            assert_eq!(function(nan), float::NAN, "{name}");
        }
    }
    assert_eq!(functions::gelu::<Soft>(0), 0);
    assert_eq!(functions::gelu::<Soft>(NEG_ZERO), NEG_ZERO);
    assert_eq!(functions::gelu::<Soft>(float::INFINITY), float::INFINITY);
    assert_eq!(functions::gelu::<Soft>(float::NEG_INFINITY), NEG_ZERO);
    assert_eq!(functions::gelu::<Soft>((-10.0f32).to_bits()), NEG_ZERO);
    assert_eq!(functions::gelu::<Soft>(10.0f32.to_bits()), 10.0f32.to_bits());
    assert_eq!(functions::gelu::<Soft>(0xffc0_0000), float::NAN);
}

#[test]
fn tanh_and_erf_never_fall_and_stay_within_one() {
    for function in [functions::tanh::<Soft> as fn(u32) -> u32, functions::erf::<Soft>] {
        let mut last = 0;
        for x in (0..=float::INFINITY).step_by(1009) {
            let y = function(x);
            // A polynomial may fall by a unit in the last place from one number to the next.
            assert!(y + 1 >= last && y <= float::ONE, "{x:#010x}");
            last = y;
        }
    }
}

#[test]
fn bits_of_functions_are_frozen() {
    let digest = |function: fn(u32) -> u32| {
        (0..=u32::MAX)
            .step_by(104_729)
            .fold(0xcbf2_9ce4_8422_2325u64, |hash, x| (hash ^ u64::from(function(x))).wrapping_mul(0x0100_0000_01b3))
    };
    let digests = [
        functions::log::<Soft>,
        functions::exp::<Soft>,
        functions::tanh::<Soft>,
        functions::erf::<Soft>,
        functions::gelu::<Soft>,
    ]
    .map(digest);
    assert_eq!(digests, FROZEN_FUNCTIONS, "{digests:#018x?}: a changed bit is another protocol");
}

/// FNV-1a over the words of every 104,729th input: log, exp, tanh, erf, gelu.
const FROZEN_FUNCTIONS: [u64; 5] =
    [0x2d4f_c7b7_3325_1a55, 0xd284_0170_5997_9404, 0x1e26_25c2_5ccf_0a83, 0xf6d6_8a69_a727_df87, 0xdcc9_878b_e419_1748];

#[test]
fn functions_are_within_their_bounds() {
    const STRIDE: usize = 7_919;
    for case in cases::<Soft>() {
        for x in (0..=u32::MAX).step_by(STRIDE) {
            let error = case.error(x);
            assert!(error <= case.bound, "{} is off by {error} units at {x:#010x}", case.name);
        }
    }
}

#[test]
fn uniform_is_inside_the_open_interval_even_and_frozen() {
    let mut sum = 0.0;
    let count = 100_000u64;
    for index in 0..count {
        let u = f32::from_bits(uniform(7, index));
        assert!(u > 0.0 && u < 1.0);
        sum += f64::from(u);
    }
    assert!((sum / count as f64 - 0.5).abs() < 0.004);
    let first = [uniform(0, 0), uniform(0, 1), uniform(1, 0), uniform(u64::MAX, u64::MAX)];
    assert_eq!(first, FROZEN_UNIFORM, "{first:#010x?}");
}

/// Computed from the documented formula with a separate program.
const FROZEN_UNIFORM: [u32; 4] = [0x3f62_20a9, 0x3edc_f13e, 0x3f3f_ef81, 0x3e97_ffb2];

#[test]
fn every_pair_meets_once_in_a_sweep() {
    for p in 0..=128u32 {
        let mut met = vec![0; (p * p) as usize];
        for round in 0..jacobi::rounds(p) {
            for i in 0..p {
                if let Some(j) = jacobi::partner(p, round, i) {
                    assert_ne!(i, j);
                    assert_eq!(jacobi::partner(p, round, j), Some(i));
                    met[(i * p + j) as usize] += 1;
                }
            }
        }
        for i in 0..p {
            for j in 0..p {
                assert_eq!(met[(i * p + j) as usize], u32::from(i != j), "p {p}: {i}, {j}");
            }
        }
    }
}
