//! The integer arithmetic against the CPU's, for as long as one likes:
//! `cargo run --release -p tessera-referee --example float_cases -- --cases 100000000`.
//!
//! A case is one random choice of operands, for each of fma, add, sub, mul, div and sqrt. Three quarters are structured
//! (edges of fields, cancellation, operands just beyond the rounding place, squares), one quarter is any bits.

#[path = "../tests/vectors/mod.rs"]
mod vectors;

use std::process::ExitCode;
use std::time::Instant;

use tessera_referee::{Arith, Soft};
use vectors::Random;
use vectors::native::Native;

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
    for case in 0..cases {
        let operands = operands(&mut random, case);
        if let Some(failure) = compare(operands) {
            eprintln!("case {case}: {failure}");
            return ExitCode::FAILURE;
        }
    }
    println!(
        "{cases} cases of each of fma, add, sub, mul, div and sqrt: all bits equal to the hardware's ({:.0} s)",
        start.elapsed().as_secs_f64()
    );
    ExitCode::SUCCESS
}

/// Operands of fma and sqrt, and the second operand of the others.
struct Operands {
    a: u32,
    b: u32,
    c: u32,
    radicand: u32,
}

fn operands(random: &mut Random, case: u64) -> Operands {
    if case.is_multiple_of(4) {
        let [a, b, c, radicand] = [(); 4].map(|()| random.word() as u32);
        return Operands { a, b, c, radicand };
    }
    let a = random.float();
    let b = if case % 4 == 1 { random.neighbour(a) } else { random.float() };
    let c = random.addend(a, b);
    // Squares and their neighbours are next to halfway cases.
    let root = f32::from_bits(random.float());
    let radicand = random.neighbour((root * root).to_bits()) & 0x7fff_ffff;
    Operands { a, b, c, radicand }
}

fn compare(Operands { a, b, c, radicand }: Operands) -> Option<String> {
    let results = [
        ("fma", Soft::fma(a, b, c), Native::fma(a, b, c)),
        ("add", Soft::add(a, b), Native::add(a, b)),
        ("sub", Soft::sub(a, b), Native::sub(a, b)),
        ("mul", Soft::mul(a, b), Native::mul(a, b)),
        ("div", Soft::div(a, b), Native::div(a, b)),
        ("sqrt", Soft::sqrt(radicand), Native::sqrt(radicand)),
    ];
    let (name, soft, native) = *results.iter().find(|(_, soft, native)| soft != native)?;
    Some(format!(
        "{name} of {a:#010x}, {b:#010x}, {c:#010x}, {radicand:#010x} is {soft:#010x}, hardware {native:#010x}"
    ))
}
