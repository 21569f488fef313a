//! One element of an operation, composed from the referee's steps. Each step is given only the words that it names.

use tessera_compute::DType::{self, F32, I8};
use tessera_compute::referee::fold::Best;
use tessera_compute::referee::step::{Axis, End, Finalise, Map, Partial, Rotate, Segment, Step};
use tessera_compute::referee::{Reduce, jacobi, place};
use tessera_compute::{OpKind, Operation, Tensor};

/// An operation with its operands and its output, which cholesky and solve read.
pub struct Claim<'a> {
    pub operation: &'a Operation,
    pub operands: &'a [Tensor],
    pub output: &'a Tensor,
}

fn word(step: Step<'_>) -> u32 {
    match step.replay() {
        Ok(Partial::Word(word)) => word,
        other => panic!("{step:?} gives {other:?}"),
    }
}

fn best(step: Step<'_>) -> Best {
    match step.replay() {
        Ok(Partial::Best(best)) => best,
        other => panic!("{step:?} gives {other:?}"),
    }
}

fn words(x: &Tensor, from: u64, count: u64) -> Vec<u32> {
    (from..from + count).map(|at| x.word(at as usize).unwrap()).collect()
}

/// As they lie in a leaf.
fn leaf_words(x: &Tensor, from: u64, count: u64) -> Vec<[u8; 4]> {
    words(x, from, count).into_iter().map(u32::to_le_bytes).collect()
}

fn leaf_bytes(x: &Tensor, from: u64, count: u64) -> Vec<u8> {
    words(x, from, count).into_iter().map(|word| word as u8).collect()
}

/// An f32 fold: `segment` gives the step of these terms that starts from this accumulator.
fn chained(terms: u64, segment: impl Fn(u64, u64, u32) -> u32) -> u32 {
    let axis = Axis::new(F32, terms);
    let chains: Vec<u32> = (0..axis.chains())
        .map(|chain| {
            let last = axis.chain(chain).unwrap().fold(0, |accumulator, index| {
                let terms = axis.segment(index).unwrap();
                segment(terms.start, terms.end - terms.start, accumulator)
            });
            word(Step::Chain(last))
        })
        .collect();
    word(Step::Total(&chains))
}

/// A fold whose accumulator runs over the whole axis.
fn running<T>(dtype: DType, terms: u64, from: T, segment: impl Fn(u64, u64, T) -> T) -> T {
    let axis = Axis::new(dtype, terms);
    (0..axis.segments()).fold(from, |accumulator, index| {
        let terms = axis.segment(index).unwrap();
        segment(terms.start, terms.end - terms.start, accumulator)
    })
}

/// The dot product of `k` elements of each, from these on.
fn dot((a, from_a): (&Tensor, u64), (b, from_b): (&Tensor, u64), k: u64) -> u32 {
    if a.dtype() == I8 {
        return running(I8, k, 0, |start, count, accumulator| {
            let [a, b] = [leaf_bytes(a, from_a + start, count), leaf_bytes(b, from_b + start, count)];
            word(Step::Segment(Segment::ByteProducts { accumulator, a: &a, b: &b }))
        });
    }
    chained(k, |start, count, accumulator| {
        let [a, b] = [leaf_words(a, from_a + start, count), leaf_words(b, from_b + start, count)];
        word(Step::Segment(Segment::Products { accumulator, a: &a, b: &b }))
    })
}

/// argmin or argmax over words that `read` gives by start and count. A claimed accumulator goes through its parts.
fn best_of(end: End, dtype: DType, terms: u64, read: impl Fn(u64, u64) -> Vec<[u8; 4]>) -> u32 {
    let best = running(F32, terms, Best::new(), |start, count, accumulator| {
        let x = read(start, count);
        let next = best(Step::Segment(Segment::Best { end, dtype, accumulator, first: start as i32, x: &x }));
        next.get().map_or(Best::new(), |(rank, index)| Best::claimed(rank, index))
    });
    word(Step::Finalise(Finalise::Index(best)))
}

impl Claim<'_> {
    /// The element at a row-major index.
    pub fn element(&self, index: u64) -> u32 {
        let out = self.operation.output.shape;
        let x = |operand: usize| &self.operands[operand];
        let read = |operand: usize, at: u64| words(x(operand), at, 1)[0];
        let broadcast = |operand: usize| read(operand, place::broadcast(x(operand).shape().dims(), out.dims(), index));
        let map = |map| word(Step::Map(map));
        let [row, columns] = [0, 1].map(|axis| out.dims().iter().rev().nth(axis).map_or(1, |&dim| dim));
        match &self.operation.kind {
            OpKind::Map1(one) => {
                let (from, to) = (x(0).dtype(), self.operation.output.dtype);
                map(Map::One { map: *one, from, to, x: read(0, index) })
            }
            OpKind::Map2(two) => map(Map::Two { map: *two, dtype: x(0).dtype(), a: broadcast(0), b: broadcast(1) }),
            OpKind::Select => map(Map::Select { condition: broadcast(0), a: broadcast(1), b: broadcast(2) }),
            OpKind::Permute(axes) => {
                map(Map::Copy(read(0, place::permute(x(0).shape().dims(), out.dims(), axes, index))))
            }
            OpKind::Reshape => map(Map::Copy(read(0, index))),
            OpKind::Slice(starts) => {
                map(Map::Copy(read(0, place::slice(x(0).shape().dims(), out.dims(), starts, index))))
            }
            OpKind::Concat(axis) => {
                let dims = self.operation.operand_types.iter().map(|ty| ty.shape.dims());
                let (which, at) = place::concat(dims, out.dims(), usize::from(*axis), index).unwrap();
                map(Map::Copy(read(which, at)))
            }
            OpKind::Gather => {
                let table = x(0).shape();
                let picked = read(1, place::gather_index(table.dims(), index)) as i32;
                match place::gather_row(table.dims(), picked, index) {
                    Some(at) => map(Map::Copy(read(0, at))),
                    None => map(Map::Constant(0)),
                }
            }
            OpKind::Fill(constant) => map(Map::Constant(*constant)),
            OpKind::Iota => map(Map::Iota(index)),
            OpKind::Uniform(seed) => map(Map::Uniform { seed: *seed, index }),
            OpKind::Matmul => {
                let k = x(0).shape().row();
                let batch = index / row / columns;
                dot((x(0), index / row * k), (x(1), (batch * row + index % row) * k), k)
            }
            OpKind::Rowdot => {
                let k = x(0).shape().row();
                dot((x(0), index * k), (x(1), index * k), k)
            }
            OpKind::Reduce(reduce) => self.reduced(*reduce, index),
            OpKind::Nearest => {
                let d = x(0).shape().row();
                let score = |j| {
                    let dot = dot((x(0), index * d), (x(1), j * d), d);
                    word(Step::Finalise(Finalise::Score { dot, c2: read(2, j) }))
                };
                best_of(End::Least, F32, x(2).shape().row(), |start, count| {
                    (start..start + count).map(|j| score(j).to_le_bytes()).collect()
                })
            }
            OpKind::SegmentSum => {
                let (label, feature, n) = ((index / row) as i32, index % row, x(1).shape().row());
                chained(n, |start, count, accumulator| {
                    let [x, labels] = [leaf_words(x(0), feature * n + start, count), leaf_words(x(1), start, count)];
                    word(Step::Segment(Segment::Labelled { accumulator, x: &x, labels: &labels, label }))
                })
            }
            OpKind::Cholesky => {
                let (i, j) = (index / row, index % row);
                if i < j {
                    return map(Map::Constant(0));
                }
                let (a, sum) = (read(0, index), dot((self.output, i * row), (self.output, j * row), j));
                let l = words(self.output, j * row + j, 1)[0];
                word(Step::Finalise(if i == j { Finalise::Root { a, sum } } else { Finalise::Quotient { a, sum, l } }))
            }
            OpKind::Solve => {
                let (r, i) = (index / row, index % row);
                let sum = dot((self.output, r * row), (x(1), i * row), i);
                word(Step::Finalise(Finalise::Quotient { a: read(0, index), sum, l: read(1, i * row + i) }))
            }
            OpKind::JacobiStep(round) => {
                let (i, j) = ((index / row) as u32, (index % row) as u32);
                let [[a, b], [c, d]] = [i, j].map(|at| pair(x(0), *round, at));
                let rows = [&a[..], &b, &c, &d];
                word(Step::Rotate(Rotate::Matrix { p: row as u32, round: *round, i, j, rows }))
            }
            OpKind::JacobiVec(round) => {
                let j = (index % row) as u32;
                let [own, other] = pair(x(1), *round, j);
                let v = leaf_words(x(0), index / row * row, row);
                let (p, rows) = (row as u32, [&own[..], &other]);
                word(Step::Rotate(Rotate::Vectors { p, round: *round, j, row: &v, rows }))
            }
        }
    }

    fn reduced(&self, reduce: Reduce, index: u64) -> u32 {
        let x = &self.operands[0];
        let (dtype, k) = (x.dtype(), x.shape().row());
        let extreme = |end: End| {
            running(F32, k, end.initial(dtype), |start, count, accumulator| {
                let x = leaf_words(x, index * k + start, count);
                word(Step::Segment(Segment::Extreme { end, dtype, accumulator, x: &x }))
            })
        };
        let best = |end| best_of(end, dtype, k, |start, count| leaf_words(x, index * k + start, count));
        match (reduce, dtype) {
            (Reduce::Sum, F32) => chained(k, |start, count, accumulator| {
                let x = leaf_words(x, index * k + start, count);
                word(Step::Segment(Segment::Values { accumulator, x: &x }))
            }),
            (Reduce::Sum, I8) => running(I8, k, 0, |start, count, accumulator| {
                let x = leaf_bytes(x, index * k + start, count);
                word(Step::Segment(Segment::Bytes { accumulator, x: &x }))
            }),
            (Reduce::Sum, _) => running(dtype, k, 0, |start, count, accumulator| {
                let x = leaf_words(x, index * k + start, count);
                word(Step::Segment(Segment::Integers { accumulator, x: &x }))
            }),
            (Reduce::Max, _) => extreme(End::Greatest),
            (Reduce::Min, _) => extreme(End::Least),
            (Reduce::ArgMax, _) => best(End::Greatest),
            (Reduce::ArgMin, _) => best(End::Least),
        }
    }
}

/// The rows of a matrix at an index and at its partner.
fn pair(a: &Tensor, round: u32, index: u32) -> [Vec<[u8; 4]>; 2] {
    let p = a.shape().row();
    let row = |at: u32| leaf_words(a, u64::from(at) * p, p);
    [row(index), jacobi::partner(p as u32, round, index).map_or(Vec::new(), row)]
}
