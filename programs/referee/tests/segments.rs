//! Segments of products, term after term, against the CPU's fused multiply-add.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod vectors;

use tessera_referee::Arith;
use tessera_referee::float::Accumulator;
use tessera_referee::fold::i8_term;
use tessera_referee::step::{Partial, Segment, Step};
use vectors::Random;
use vectors::native::Native;
use vectors::terms::Terms;

const SEGMENTS: usize = 10_000;
const TERMS: usize = 128;

fn word(segment: Segment<'_>) -> u32 {
    match Step::Segment(segment).replay() {
        Ok(Partial::Word(word)) => word,
        other => panic!("{segment:?} gives {other:?}"),
    }
}

#[test]
fn an_accumulator_equals_hardware_after_every_term() {
    let mut terms = Terms::new(0xacc);
    let mut sum = Accumulator::new(0);
    for _ in 0..SEGMENTS * TERMS {
        let (a, b, restart) = terms.next(sum.bits());
        let before = restart.unwrap_or(sum.bits());
        if restart.is_some() {
            sum = Accumulator::new(before);
        }
        sum = sum.plus_product(a, b);
        let (got, want) = (sum.bits(), Native::fma(a, b, before));
        assert_eq!(got, want, "{a:#010x} * {b:#010x} + {before:#010x} = {got:#010x}, hardware {want:#010x}");
    }
}

#[test]
fn segments_equal_repeated_fma() {
    let mut terms = Terms::new(0x5e9);
    for _ in 0..SEGMENTS {
        let accumulator = terms.random.float();
        let count = terms.random.below(TERMS as u64 + 1) as usize;
        let (mut products, mut values, mut labelled) = (accumulator, accumulator, accumulator);
        let mut given: [Vec<u32>; 3] = Default::default();
        for _ in 0..count {
            let (a, b, _) = terms.next(products);
            let label = terms.random.below(2) as u32;
            products = Native::fma(a, b, products);
            values = Native::add(a, values);
            labelled = if label == 1 { Native::add(a, labelled) } else { labelled };
            given.iter_mut().zip([a, b, label]).for_each(|(words, word)| words.push(word));
        }
        let [a, b, labels] = given.map(|words: Vec<u32>| words.into_iter().map(u32::to_le_bytes).collect::<Vec<_>>());
        assert_eq!(word(Segment::Products { accumulator, a: &a, b: &b }), products, "{a:x?} {b:x?}");
        assert_eq!(word(Segment::Values { accumulator, x: &a }), values);
        assert_eq!(word(Segment::Labelled { accumulator, x: &a, labels: &labels, label: 1 }), labelled);
    }
}

#[test]
fn a_segment_without_terms_keeps_its_accumulator() {
    let mut random = Random(0xe3);
    for _ in 0..100_000 {
        let accumulator = random.float();
        assert_eq!(word(Segment::Products { accumulator, a: &[], b: &[] }), accumulator);
    }
}

#[test]
fn byte_segments_equal_their_terms() {
    let mut random = Random(0xb17e);
    for case in 0..20_000 {
        let accumulator = random.word() as u32;
        // Extremes of products and of their sums, and anything.
        let mut byte = |at: usize| match case % 4 {
            0 => 0x80,
            1 => [0x80, 0x7f][at % 2],
            2 => [0x80, 0x7f, 0xff, 0, 1][random.below(5) as usize],
            _ => random.word() as u8,
        };
        let (a, b): (Vec<u8>, Vec<u8>) = (0..512 - case % 17).map(|at| (byte(at), byte(at / 3))).unzip();
        let want = a.iter().zip(&b).fold(accumulator as i32, |acc, (a, b)| i8_term(*a as i8, *b as i8, acc));
        assert_eq!(word(Segment::ByteProducts { accumulator, a: &a, b: &b }), want as u32, "{a:x?} {b:x?}");
    }
}

#[test]
fn what_is_lost_below_a_tie_decides_it() {
    // The product is two last places and hardly more, so that the sum carries into the next binade, at a tie but for the rest.
    let near_ties = (0x80_0001..0x100_0000u64).filter_map(|a| {
        let b = (1u64 << 47).div_ceil(a);
        let rest = a * b - (1 << 47);
        (b < 0x100_0000 && (1..128).contains(&rest)).then_some((a as u32, b as u32))
    });
    let significand = |x: u32, exponent: u32| exponent << 23 | x & 0x7f_ffff;
    let mut cases = 0;
    for (a, b) in near_ties {
        let (a, b, before) = (significand(a, 127), significand(b, 104), 0x3fff_ffff);
        let got = Accumulator::new(before).plus_product(a, b).bits();
        assert_eq!(got, Native::fma(a, b, before), "{a:#010x} {b:#010x}");
        cases += 1;
    }
    assert!(cases > 20, "{cases}");
}
