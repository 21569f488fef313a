//! map1, map2 and select. The formulas are the referee's, compiled for the CPU's instructions.

use std::marker::PhantomData;

use tessera_referee::{DType, Map1, Map2, float, functions, select};

use super::loose::Loose;
use super::machine::Machine;
use super::pool::Chunk;
use super::strided::Strided;
use crate::word::Word;

/// `out[i] = map(x[i])`, any shape.
pub(super) struct MapOne<'a, I> {
    pub(super) map: Map1,
    pub(super) to: DType,
    pub(super) x: &'a [I],
    /// Elements before those given.
    pub(super) skip: usize,
}

impl<I: Word, O: Word> Chunk<O> for MapOne<'_, I> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [O]) {
        let x = &self.x[start - self.skip..][..out.len()];
        // Naming each map once more takes the choice out of the loop. Conversions that the CPU has are the language's `as`, which
        // rounds, truncates and saturates as the referee does.
        macro_rules! each {
            ($($pattern:pat => $map:expr),* $(,)?) => {
                match (self.map, I::DTYPE, self.to) {
                    (Map1::Cast, DType::F32, DType::I32) => run(x, out, |x| f32::from_bits(x) as i32 as u32),
                    (Map1::Cast, DType::I8 | DType::I32, DType::F32) => run(x, out, number),
                    (Map1::Dequantise(s), ..) => run(x, out, |x| M::mul(number(x), s)),
                    (Map1::Gelu, ..) => run(x, out, |x| float::canonical(functions::gelu::<Loose<M>>(x))),
                    (Map1::Exp, ..) => run(x, out, |x| float::canonical(functions::exp::<Loose<M>>(x))),
                    (Map1::Log, ..) => run(x, out, |x| float::canonical(functions::log::<Loose<M>>(x))),
                    (Map1::Tanh, ..) => run(x, out, |x| float::canonical(functions::tanh::<Loose<M>>(x))),
                    (Map1::Erf, ..) => run(x, out, |x| float::canonical(functions::erf::<Loose<M>>(x))),
                    $(($pattern, ..) => run(x, out, |x| $map.apply::<M>(I::DTYPE, self.to, x)),)*
                }
            };
        }
        each! {
            Map1::AddScalar(s) => Map1::AddScalar(s),
            Map1::MulScalar(s) => Map1::MulScalar(s),
            Map1::Abs => Map1::Abs,
            Map1::Neg => Map1::Neg,
            Map1::Relu => Map1::Relu,
            Map1::Sqrt => Map1::Sqrt,
            Map1::Rsqrt => Map1::Rsqrt,
            Map1::Cast => Map1::Cast,
            Map1::Quantise(s) => Map1::Quantise(s),
        }
    }
}

/// `out[i] = map(x[i])` on words.
#[inline(always)]
fn run<I: Word, O: Word>(x: &[I], out: &mut [O], map: impl Fn(u32) -> u32) {
    for (out, x) in out.iter_mut().zip(x) {
        *out = O::from_word(map(x.word()));
    }
}

/// The f32 nearest to an integer.
#[inline(always)]
fn number(x: u32) -> u32 {
    (x as i32 as f32).to_bits()
}

/// `out[i] = map(a[i], b[i])` with broadcasting; f32 or i32.
pub(super) struct MapTwo<'a, I, O> {
    pub(super) map: Map2,
    pub(super) strided: Strided<2>,
    pub(super) a: &'a [I],
    pub(super) b: &'a [I],
    pub(super) output: PhantomData<fn() -> O>,
}

impl<I: Word, O: Word> Chunk<O> for MapTwo<'_, I, O> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [O]) {
        macro_rules! each {
            ($($map:path),* $(,)?) => {
                match self.map {
                    $($map => self.run(start, out, |a, b| $map.apply::<M>(I::DTYPE, a, b)),)*
                }
            };
        }
        each!(Map2::Add, Map2::Sub, Map2::Mul, Map2::Div, Map2::Min, Map2::Max, Map2::Eq, Map2::Lt);
    }
}

impl<I: Word, O: Word> MapTwo<'_, I, O> {
    #[inline(always)]
    fn run(&self, start: usize, out: &mut [O], map: impl Fn(u32, u32) -> u32) {
        self.strided.stretches(start, out.len(), |offset, count, [a, b], steps| {
            let out = &mut out[offset..offset + count];
            match steps {
                [1, 1] => {
                    let (a, b) = (&self.a[a..a + count], &self.b[b..b + count]);
                    for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
                        *out = O::from_word(map(a.word(), b.word()));
                    }
                }
                [1, 0] => {
                    let b = self.b[b].word();
                    for (out, a) in out.iter_mut().zip(&self.a[a..a + count]) {
                        *out = O::from_word(map(a.word(), b));
                    }
                }
                [0, 1] => {
                    let a = self.a[a].word();
                    for (out, b) in out.iter_mut().zip(&self.b[b..b + count]) {
                        *out = O::from_word(map(a, b.word()));
                    }
                }
                [step_a, step_b] => {
                    for (i, out) in out.iter_mut().enumerate() {
                        let (a, b) = (self.a[a + i * step_a], self.b[b + i * step_b]);
                        *out = O::from_word(map(a.word(), b.word()));
                    }
                }
            }
        });
    }
}

/// `out[i] = c[i] ? a[i] : b[i]` with broadcasting.
pub(super) struct Choose<'a, T> {
    pub(super) strided: Strided<3>,
    pub(super) c: &'a [i32],
    pub(super) a: &'a [T],
    pub(super) b: &'a [T],
}

impl<T: Word> Chunk<T> for Choose<'_, T> {
    #[inline(always)]
    fn fill<M: Machine>(&self, start: usize, out: &mut [T]) {
        self.strided.stretches(start, out.len(), |offset, count, [c, a, b], [sc, sa, sb]| {
            let out = &mut out[offset..offset + count];
            let choose = |c: i32, a: T, b: T| T::from_word(select(c.word(), a.word(), b.word()));
            match [sc, sa, sb] {
                [1, 1, 1] => {
                    let (a, b) = (&self.a[a..a + count], &self.b[b..b + count]);
                    for (((out, &c), &a), &b) in out.iter_mut().zip(&self.c[c..c + count]).zip(a).zip(b) {
                        *out = choose(c, a, b);
                    }
                }
                [1, 1, 0] => {
                    let b = self.b[b];
                    for ((out, &c), &a) in out.iter_mut().zip(&self.c[c..c + count]).zip(&self.a[a..a + count]) {
                        *out = choose(c, a, b);
                    }
                }
                _ => {
                    for (i, out) in out.iter_mut().enumerate() {
                        *out = choose(self.c[c + i * sc], self.a[a + i * sa], self.b[b + i * sb]);
                    }
                }
            }
        });
    }
}
