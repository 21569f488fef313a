//! Steps and places are total: any words, lengths and indices give a result or a refusal, never a panic (tests are built with
//! overflow checks).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod vectors;

use tessera_referee::fold::Best;
use tessera_referee::step::{Axis, End, Finalise, Map, Partial, Rotate, Segment, Step, StepError};
use tessera_referee::{DType, Map1, Map2, Reduce, jacobi, place};
use vectors::Random;

const TWO: u32 = 0x4000_0000;
const TYPES: [DType; 3] = [DType::F32, DType::I8, DType::I32];

fn pick<T: Copy>(random: &mut Random, from: &[T]) -> T {
    from[random.below(from.len() as u64) as usize]
}

fn map1(random: &mut Random) -> Map1 {
    let s = random.float();
    pick(
        random,
        &[
            Map1::AddScalar(s),
            Map1::MulScalar(s),
            Map1::Abs,
            Map1::Neg,
            Map1::Relu,
            Map1::Gelu,
            Map1::Exp,
            Map1::Log,
            Map1::Tanh,
            Map1::Erf,
            Map1::Sqrt,
            Map1::Rsqrt,
            Map1::Cast,
            Map1::Quantise(s),
            Map1::Dequantise(s),
        ],
    )
}

fn map2(random: &mut Random) -> Map2 {
    use Map2::{Add, Div, Eq, Lt, Max, Min, Mul, Sub};
    pick(random, &[Add, Sub, Mul, Div, Min, Max, Eq, Lt])
}

fn best(random: &mut Random) -> Best {
    if random.below(4) == 0 { Best::new() } else { Best::claimed(random.word() as i32, random.word() as i32) }
}

/// A number of terms: mostly what a step has, sometimes more.
fn length(random: &mut Random, limit: u64) -> usize {
    random.below(limit + limit / 8 + 1) as usize
}

/// Replays a random step, whose words and lengths need not be those of any graph.
fn replay(random: &mut Random) -> Result<Partial, StepError> {
    let (words_a, words_b): (Vec<[u8; 4]>, Vec<[u8; 4]>) =
        (0..length(random, 128)).map(|_| (random.float().to_le_bytes(), random.float().to_le_bytes())).unzip();
    let (bytes_a, bytes_b): (Vec<u8>, Vec<u8>) =
        (0..length(random, 512)).map(|_| (random.word() as u8, random.word() as u8)).unzip();
    let results: Vec<u32> = (0..length(random, 128)).map(|_| random.float()).collect();
    let [accumulator, x, y, z] = [(); 4].map(|()| random.float());
    let [from, to] = [(); 2].map(|()| pick(random, &TYPES));
    let end = pick(random, &[End::Greatest, End::Least]);
    let p = random.below(140) as u32;
    let round = random.below(140) as u32;
    let [i, j] = [(); 2].map(|()| random.below(140) as u32);
    let (a, b) = (&words_a[..], &words_b[..]);
    // Rows as long as the matrix is wide, so that rotations are reached.
    let row: Vec<[u8; 4]> = (0..p).map(|_| random.float().to_le_bytes()).collect();
    let other =
        |index: u32| if index < p && jacobi::partner(p, round.min(127), index).is_none() { &[][..] } else { &row };
    let step = match random.below(22) {
        0 => Step::Map(Map::One { map: map1(random), from, to, x }),
        1 => Step::Map(Map::Two { map: map2(random), dtype: from, a: x, b: y }),
        2 => Step::Map(Map::Select { condition: x, a: y, b: z }),
        3 => Step::Map(Map::Copy(x)),
        4 => Step::Map(Map::Constant(x)),
        5 => Step::Map(Map::Iota(random.word())),
        6 => Step::Map(Map::Uniform { seed: random.word(), index: random.word() }),
        7 => Step::Segment(Segment::Products { accumulator, a, b: if random.below(9) == 0 { &[] } else { b } }),
        8 => Step::Segment(Segment::Values { accumulator, x: a }),
        9 => Step::Segment(Segment::Labelled { accumulator, x: a, labels: b, label: y as i32 }),
        10 => Step::Segment(Segment::ByteProducts { accumulator, a: &bytes_a, b: &bytes_b }),
        11 => Step::Segment(Segment::Bytes { accumulator, x: &bytes_a }),
        12 => Step::Segment(Segment::Integers { accumulator, x: a }),
        13 => Step::Segment(Segment::Extreme { end, dtype: from, accumulator, x: a }),
        14 => {
            let first = pick(random, &[0, -1, i32::MAX, i32::MIN]);
            Step::Segment(Segment::Best { end, dtype: from, accumulator: best(random), first, x: a })
        }
        15 => Step::Chain(x),
        16 => Step::Total(&results),
        17 => Step::Finalise(Finalise::Index(best(random))),
        18 => Step::Finalise(Finalise::Score { dot: x, c2: y }),
        19 => Step::Finalise(Finalise::Quotient { a: x, sum: y, l: z }),
        20 => Step::Rotate(Rotate::Matrix { p, round, i, j, rows: [&row, other(i), &row, other(j)] }),
        _ => Step::Rotate(Rotate::Vectors { p, round, j, row: &row, rows: [&row, other(j)] }),
    };
    step.replay()
}

#[test]
fn any_step_gives_a_result_or_a_refusal() {
    let mut random = Random(0x57e9_7074);
    let (mut given, mut refused) = (0, 0);
    for _ in 0..100_000 {
        match replay(&mut random) {
            Ok(_) => given += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(given > 50_000 && refused > 5_000, "{given} given, {refused} refused");
}

/// Dimensions of a graph, or anything.
fn dims(random: &mut Random) -> Vec<u64> {
    let wild = random.below(3) == 0;
    (0..random.below(6)).map(|_| if wild { random.word() } else { random.below(5) }).collect()
}

#[test]
fn any_place_is_some_index() {
    let mut random = Random(0x91ace);
    for _ in 0..100_000 {
        let (operand, output) = (dims(&mut random), dims(&mut random));
        let index = if random.below(2) == 0 { random.word() } else { random.below(100) };
        let starts = [(); 4].map(|()| random.word() >> random.below(64));
        let axes = [(); 4].map(|()| random.below(6) as u8);
        let axis = random.below(6) as usize;
        place::broadcast(&operand, &output, index);
        place::permute(&operand, &output, &axes, index);
        place::slice(&operand, &output, &starts, index);
        place::concat([&operand[..], &output], &output, axis, index);
        place::gather_index(&operand, index);
        if let Some(at) = place::gather_row(&operand, random.below(8) as i32 - 1, index) {
            let elements = operand.iter().try_fold(1u64, |product, dim| product.checked_mul(*dim));
            assert!(elements.is_none_or(|elements| at < elements), "{operand:?}: {at}");
        }
        let axis = Axis::new(pick(&mut random, &TYPES), index);
        let segment = random.word() >> random.below(64);
        assert!(axis.segment(segment).is_none_or(|terms| terms.start < terms.end && terms.end <= index));
        assert!(axis.chain(segment).is_none_or(|segments| segments.start < segments.end));
    }
}

#[test]
fn every_reduction_has_its_segment() {
    // An exhaustive match: a new reduction does not compile until its steps are named.
    for reduce in [Reduce::Sum, Reduce::Max, Reduce::Min, Reduce::ArgMin, Reduce::ArgMax] {
        let x = &[0x8000_0000, 0, TWO].map(u32::to_le_bytes);
        let accumulator = |end: End| end.initial(DType::F32);
        let segment = match reduce {
            Reduce::Sum => Segment::Values { accumulator: 0, x },
            Reduce::Max => {
                Segment::Extreme { end: End::Greatest, dtype: DType::F32, accumulator: accumulator(End::Greatest), x }
            }
            Reduce::Min => {
                Segment::Extreme { end: End::Least, dtype: DType::F32, accumulator: accumulator(End::Least), x }
            }
            Reduce::ArgMin => {
                Segment::Best { end: End::Least, dtype: DType::F32, accumulator: Best::new(), first: 0, x }
            }
            Reduce::ArgMax => {
                Segment::Best { end: End::Greatest, dtype: DType::F32, accumulator: Best::new(), first: 0, x }
            }
        };
        let want = match reduce {
            Reduce::Sum | Reduce::Max => Partial::Word(TWO),
            Reduce::Min => Partial::Word(0x8000_0000),
            Reduce::ArgMin => Partial::Best(Best::claimed(0, 0)),
            Reduce::ArgMax => Partial::Best(Best::claimed(!(TWO as i32), 2)),
        };
        assert_eq!(Step::Segment(segment).replay(), Ok(want), "{reduce:?}");
    }
}
