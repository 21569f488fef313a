//! The integer arithmetic against the CPU's, for as long as one likes:
//! `cargo run --release -p tessera-referee --example float_cases -- --cases 100000000`.
//!
//! A case is one random choice of operands, for each operation of the table below. Three quarters are structured (edges of
//! fields, cancellation, operands just beyond the rounding place, squares, integers next to what f32 hold exactly), one quarter
//! is any bits. A case is also a term of dot products, each of which starts from the accumulator that the one before has left:
//! of one scale, cancelling, ties, very small, very large, zeros, anything, in runs.

#[path = "../tests/vectors/mod.rs"]
mod vectors;

use std::process::ExitCode;
use std::time::Instant;

use tessera_referee::float::Accumulator;
use tessera_referee::{Arith, Soft, convert, order};
use vectors::Random;
use vectors::native::{self, Native};
use vectors::terms::Terms;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let cases: u64 = match (arguments.next().as_deref(), arguments.next().map(|count| count.parse())) {
        (None, _) => 1_000_000,
        (Some("--cases"), Some(Ok(cases))) => cases,
        _ => {
            eprintln!("usage: float_cases [--cases COUNT]");
            return ExitCode::FAILURE;
        }
    };
    let start = Instant::now();
    let mut random = Random(0x7e55_e2a0_f3a0_5417);
    let mut disagreements = [0u64; OPERATIONS.len()];
    let (mut terms, mut sum, mut wrong_terms) = (Terms::new(0xd07_9406), Accumulator::new(0), 0u64);
    for case in 0..cases {
        let operands = operands(&mut random, case);
        for ((name, soft, native), count) in OPERATIONS.iter().zip(&mut disagreements) {
            let (soft, native) = (soft(&operands), native(&operands));
            if soft != native {
                *count += 1;
                if *count <= 3 {
                    eprintln!("case {case}: {name} of {operands:x?} is {soft:#010x}, hardware {native:#010x}");
                }
            }
        }
    }
    for case in 0..cases {
        let (a, b, restart) = terms.next(sum.bits());
        sum = restart.map_or(sum, Accumulator::new);
        let before = sum.bits();
        sum = sum.plus_product(a, b);
        let (soft, native) = (sum.bits(), Native::fma(a, b, before));
        if soft != native {
            wrong_terms += 1;
            if wrong_terms <= 3 {
                eprintln!(
                    "term {case}: {a:#010x} * {b:#010x} + {before:#010x} is {soft:#010x}, hardware {native:#010x}"
                );
            }
            sum = Accumulator::new(native);
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    for ((name, ..), count) in OPERATIONS.iter().zip(disagreements) {
        println!("{name:>10}: {cases} cases, {count} disagreements with the hardware");
    }
    println!("{:>10}: {cases} cases, {wrong_terms} disagreements with the hardware", "dot term");
    println!("{} comparisons in {seconds:.0} s", cases * (OPERATIONS.len() as u64 + 1));
    if wrong_terms == 0 && disagreements.iter().all(|count| *count == 0) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Operands of fma; of the others what their row in the table takes.
#[derive(Debug)]
struct Operands {
    a: u32,
    b: u32,
    c: u32,
    radicand: u32,
    integer: i32,
    to_truncate: u32,
}

type Operation = (&'static str, fn(&Operands) -> u32, fn(&Operands) -> u32);

const fn signed(x: i8) -> u32 {
    x as i32 as u32
}

/// Name, the referee's and the hardware's.
const OPERATIONS: [Operation; 15] = [
    ("fma", |o| Soft::fma(o.a, o.b, o.c), |o| Native::fma(o.a, o.b, o.c)),
    ("add", |o| Soft::add(o.a, o.b), |o| Native::add(o.a, o.b)),
    ("sub", |o| Soft::sub(o.a, o.b), |o| Native::sub(o.a, o.b)),
    ("mul", |o| Soft::mul(o.a, o.b), |o| Native::mul(o.a, o.b)),
    ("div", |o| Soft::div(o.a, o.b), |o| Native::div(o.a, o.b)),
    ("sqrt", |o| Soft::sqrt(o.radicand), |o| Native::sqrt(o.radicand)),
    ("i32 to f32", |o| convert::i32_to_f32(o.integer), |o| (o.integer as f32).to_bits()),
    ("f32 to i32", |o| convert::f32_to_i32(o.to_truncate) as u32, |o| f32::from_bits(o.to_truncate) as i32 as u32),
    ("f32 to i8", |o| signed(convert::f32_to_i8(o.to_truncate)), |o| signed(f32::from_bits(o.to_truncate) as i8)),
    (
        "quantise",
        |o| signed(convert::quantise::<Soft>(o.a, o.b)),
        |o| signed(native::quantise(f32::from_bits(o.a), f32::from_bits(o.b))),
    ),
    (
        "dequantise",
        |o| convert::dequantise::<Soft>(o.integer, o.b),
        |o| native::bits(o.integer as f32 * f32::from_bits(o.b)),
    ),
    ("eq", |o| order::eq(o.a, o.b).into(), |o| (f32::from_bits(o.a) == f32::from_bits(o.b)).into()),
    ("lt", |o| order::lt(o.a, o.b).into(), |o| (f32::from_bits(o.a) < f32::from_bits(o.b)).into()),
    ("max", |o| order::max(o.a, o.b), |o| native::max(f32::from_bits(o.a), f32::from_bits(o.b))),
    ("min", |o| order::min(o.a, o.b), |o| native::min(f32::from_bits(o.a), f32::from_bits(o.b))),
];

fn operands(random: &mut Random, case: u64) -> Operands {
    if case.is_multiple_of(4) {
        let [a, b, c, radicand, integer, to_truncate] = [(); 6].map(|()| random.word() as u32);
        return Operands { a, b, c, radicand, integer: integer as i32, to_truncate };
    }
    let a = random.float();
    let b = if case % 4 == 1 { random.neighbour(a) } else { random.float() };
    let c = random.addend(a, b);
    // Squares and their neighbours are next to halfway cases.
    let root = f32::from_bits(random.float());
    let radicand = random.neighbour((root * root).to_bits()) & 0x7fff_ffff;
    // Integers of any length, and floats next to them and to what lies between them.
    let integer = (random.word() as i32) >> random.below(32);
    let half = (f64::from(integer) * [0.5, 1.0][random.below(2) as usize]) as f32;
    Operands { a, b, c, radicand, integer, to_truncate: random.neighbour(half.to_bits()) }
}
