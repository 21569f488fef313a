//! From an operation to its kernel.

use std::marker::PhantomData;

use tessera_referee::{DType, Map1, Map2, Reduce};

use super::chains::CHAIN;
use super::columns::{self, By, Down};
use super::elementwise::{Choose, MapOne, MapTwo};
use super::linear::{Factor, RotateMatrix, RotateVectors, SolveRows};
use super::matmul::{self, Matrices};
use super::movement::{Constant, CopyStrided, Counter, Draws, Join, Rows, TURNED_ROWS};
use super::nearest::{Points, nearest, nearest_of_rows};
use super::pack::Side;
use super::part::{Part, Target};
use super::pool::Chunk;
use super::reads::{follows_strides, is_down};
use super::recycle::Kept;
use super::rows::{
    ArgBest, DotRowsI8, Extremes, Factors, FoldChains, SIDE, SumRowsInteger, f32_rank, fold_rows, i32_rank,
};
use super::segments::{Labelled, rows_fit, segment_sum, segment_sum_of_rows};
use super::strided::Strided;
use super::sums::Product;
use crate::exec::ExecError;
use crate::graph::strides;
use crate::tensor::Data;
use crate::word::Word;
use crate::{OpKind, Operation, Shape, TensorType};

type Evaluated = Result<Data, ExecError>;

/// Evaluates one operation of a validated graph; operands have the types that it names. Of operations that need more of an operand
/// than the rows that they make, all rows are asked for.
pub(super) fn evaluate(target: &Target<'_>, op: &Operation, parts: &[Part<'_>]) -> Evaluated {
    if let Some(copies) = copies(target, op, parts)? {
        let parts: Vec<Part<'_>> = copies
            .iter()
            .zip(parts)
            .map(|(copy, part)| copy.as_ref().map_or(*part, |data| Part { data, skip: 0, view: None }))
            .collect();
        return evaluate(target, op, &parts);
    }
    let run = Run { target, output: op.output, parts };
    if let Some(made) = run.down_columns(op) {
        return made;
    }
    let pool = target.pool();
    let data: Vec<&Data> = parts.iter().map(|part| part.data).collect();
    let types = &op.operand_types;
    match (&op.kind, &data[..]) {
        (OpKind::Map1(map), [x]) => match x {
            Data::F32(x) => run.map1(*map, x),
            Data::I8(x) => run.map1(*map, x),
            Data::I32(x) => run.map1(*map, x),
        },
        (OpKind::Map2(map), [Data::F32(a), Data::F32(b)]) => run.map2(*map, types, a, b),
        (OpKind::Map2(map), [Data::I32(a), Data::I32(b)]) => run.map2(*map, types, a, b),
        (OpKind::Select, [Data::I32(c), a, b]) => match (a, b) {
            (Data::F32(a), Data::F32(b)) => run.select(types, c, a, b),
            (Data::I8(a), Data::I8(b)) => run.select(types, c, a, b),
            (Data::I32(a), Data::I32(b)) => run.select(types, c, a, b),
            _ => Err(ExecError::Malformed),
        },
        (OpKind::Permute(axes), [x]) => {
            let (base, own) = run.walk(0, &types[0].shape, &types[0].shape);
            run.copy(x, axes.map(|axis| own[usize::from(axis)]), base)
        }
        (OpKind::Slice(starts), [x]) => {
            let (base, own) = run.walk(0, &types[0].shape, &types[0].shape);
            let first: usize = own.iter().zip(starts).map(|(step, &start)| step * start as usize).sum();
            run.copy(x, own, base.wrapping_add(first))
        }
        (OpKind::Concat(axis), _) => run.concat(usize::from(*axis), types, &data),
        (OpKind::Gather, [table, Data::I32(index)]) => match table {
            Data::F32(table) => run.gather(types, table, index),
            Data::I8(table) => run.gather(types, table, index),
            Data::I32(table) => run.gather(types, table, index),
        },
        (OpKind::Fill(word), []) => match op.output.dtype {
            DType::F32 => run.make::<f32>(1, 1, &Constant(*word)),
            DType::I8 => run.make::<i8>(1, 1, &Constant(*word)),
            DType::I32 => run.make::<i32>(1, 1, &Constant(*word)),
        },
        (OpKind::Iota, []) => run.make(1, 1, &Counter),
        (OpKind::Uniform(seed), []) => run.make(1, 8, &Draws(*seed)),
        (OpKind::Matmul, [Data::F32(a), Data::F32(b)]) => run.matmul::<f32>(types, a, b),
        (OpKind::Matmul, [Data::I8(a), Data::I8(b)]) => run.matmul::<i8>(types, a, b),
        (OpKind::Rowdot, [Data::F32(a), Data::F32(b)]) => run.fold(a, Factors::Rows(b), row(types)),
        (OpKind::Rowdot, [Data::I8(a), Data::I8(b)]) => {
            let k = row(types);
            run.make(1, k, &DotRowsI8 { a, b, k, skip: [run.skip(0), run.skip(1)] })
        }
        (OpKind::Reduce(reduce), [x]) => run.reduce(*reduce, row(types), x),
        (OpKind::Nearest, [Data::F32(x), Data::F32(centres), Data::F32(c2)]) => run.nearest(centres, c2, x, row(types)),
        (OpKind::SegmentSum, [Data::F32(xt), Data::I32(labels)]) => {
            let &[segments, d] = op.output.shape.dims() else {
                return Err(ExecError::Malformed);
            };
            let (segments, d) = (segments as usize, d as usize);
            run.output(segment_sum(pool, Labelled { xt, labels, segments, d })?)
        }
        (OpKind::Cholesky, [Data::F32(a)]) => {
            let p = row(types);
            let factor = Factor { a, p, cancel: pool.cancel };
            let out = run.make(p * p, p / 6, &factor)?;
            if pool.cancel.is_cancelled() { Err(ExecError::Cancelled) } else { Ok(out) }
        }
        (OpKind::Solve, [Data::F32(b), Data::F32(l)]) => {
            let p = row(types);
            run.make(p, p / 2, &SolveRows { b, l, p })
        }
        (OpKind::JacobiStep(round), [Data::F32(a)]) => {
            let p = row(types);
            run.make(p * p, 16, &RotateMatrix { a, p, round: *round })
        }
        (OpKind::JacobiVec(round), [Data::F32(v), Data::F32(a)]) => {
            let p = row(types);
            run.make(p, 4, &RotateVectors { v, a, p, round: *round })
        }
        _ => Err(ExecError::Malformed),
    }
}

/// Of operands that are read by strides the elements in order, where the operation cannot follow these strides.
fn copies(target: &Target<'_>, op: &Operation, parts: &[Part<'_>]) -> Result<Option<Vec<Option<Data>>>, ExecError> {
    let down = |n: usize| {
        let ty = &op.operand_types[n];
        parts[n].view.is_none_or(|view| ty.dtype == DType::F32 && is_down(&view, &ty.shape))
    };
    let follows = follows_strides(&op.kind)
        || match op.kind {
            // Element for element in the memory of its operand.
            OpKind::Map1(_) => true,
            OpKind::Reduce(Reduce::Sum | Reduce::Max | Reduce::Min) => down(0),
            OpKind::SegmentSum => down(0) && rows_fit(op.output.shape.elements() as usize, row(&op.operand_types)),
            OpKind::Rowdot => down(0) && down(1) && parts[0].view.is_some() == parts[1].view.is_some(),
            OpKind::Matmul => down(0) && down(1),
            _ => false,
        };
    if follows || parts.iter().all(|part| part.view.is_none()) {
        return Ok(None);
    }
    let copy = |(part, ty): (&Part<'_>, &TensorType)| {
        let Some(view) = part.view else { return Ok(None) };
        let whole = Target::Whole(target.pool());
        Run { target: &whole, output: *ty, parts: &[] }.copy(part.data, view.strides, view.base).map(Some)
    };
    parts.iter().zip(&op.operand_types).map(copy).collect::<Result<_, _>>().map(Some)
}

/// Length of the first operand's rows.
fn row(types: &[TensorType]) -> usize {
    types[0].shape.row() as usize
}

/// One output in the making.
struct Run<'a> {
    target: &'a Target<'a>,
    output: TensorType,
    parts: &'a [Part<'a>],
}

impl Run<'_> {
    /// Elements of an operand before those that are there.
    fn skip(&self, operand: usize) -> usize {
        self.parts.get(operand).map_or(0, |part| part.skip)
    }

    /// First element and steps of an operand along `output`, to which its shape broadcasts.
    fn walk(&self, operand: usize, shape: &Shape, output: &Shape) -> (usize, [usize; 4]) {
        let own = strides(shape, output);
        let Some(view) = self.parts.get(operand).and_then(|part| part.view) else {
            return (0usize.wrapping_sub(self.skip(operand)), own);
        };
        let missing = output.rank() - shape.rank();
        let mut steps = [0; 4];
        for (axis, &dim) in shape.dims().iter().enumerate() {
            if dim != 1 {
                steps[missing + axis] = view.strides[axis];
            }
        }
        (view.base, steps)
    }

    /// A matrix whose columns are an operand's rows.
    fn down<'b>(&self, operand: usize, ty: &TensorType, x: &'b [f32]) -> Option<Down<'b>> {
        let (view, dims) = (self.parts[operand].view?, ty.shape.dims());
        Some(Down { x, base: view.base, stride: view.strides[1], rows: dims[1] as usize, columns: dims[0] as usize })
    }

    /// Operations that walk a transposed operand as it lies in memory.
    fn down_columns(&self, op: &Operation) -> Option<Evaluated> {
        let (pool, types) = (self.target.pool(), &op.operand_types);
        let floats = |n: usize| match self.parts.get(n)?.data {
            Data::F32(x) => Some(x.as_slice()),
            _ => None,
        };
        let down = |n: usize| self.down(n, &types[n], floats(n)?);
        let made = match op.kind {
            OpKind::Reduce(Reduce::Sum) => columns::sum(pool, down(0)?, By::One),
            OpKind::Reduce(reduce @ (Reduce::Max | Reduce::Min)) => columns::extremes(pool, down(0)?, reduce),
            OpKind::Rowdot => columns::sum(pool, down(0)?, By::Each(down(1)?)),
            OpKind::Matmul if types[0].shape.rows() == 1 && self.parts[0].view.is_none() => {
                let (vector, matrix) = (floats(0)?, floats(1)?);
                match down(1) {
                    Some(down) => columns::sum(pool, down, By::Row(vector)),
                    // A row of A by each row of B: panels of it would be nearly empty.
                    None if (1..=CHAIN).contains(&row(types)) => {
                        let (b, k) = (Factors::Same(vector), row(types));
                        return Some(self.make(
                            SIDE,
                            k,
                            &FoldChains { a: matrix, b, k, chains: 1, skip: [self.skip(1), 0] },
                        ));
                    }
                    None => return None,
                }
            }
            OpKind::SegmentSum => {
                let (points, Data::I32(labels)) = (down(0)?, self.parts[1].data) else { return None };
                let segments = self.output.shape.rows() as usize;
                segment_sum_of_rows(pool, points, labels, segments)
            }
            _ => return None,
        };
        Some(made.map(f32::data))
    }

    /// A factor of a product.
    fn side<'b, T: Product>(&self, operand: usize, x: &'b [T]) -> Side<'b, T> {
        match self.parts[operand].view {
            Some(view) => Side::Columns { x: &x[view.base..], stride: view.strides[1] },
            None => Side::Rows(x),
        }
    }

    fn make<T: Word + Kept>(&self, unit: usize, steps: usize, chunk: &impl Chunk<T>) -> Evaluated {
        let elements =
            usize::try_from(self.output.shape.elements()).map_err(|_| ExecError::TooLarge(self.output.bytes()))?;
        self.target.make(elements, unit, steps, chunk)
    }

    fn output<T: Word>(&self, elements: Vec<T>) -> Evaluated {
        Ok(T::data(elements))
    }

    fn matmul<T: Product>(&self, types: &[TensorType], a: &[T], b: &[T]) -> Evaluated {
        let side = |ty: &TensorType| ty.shape.dims().iter().rev().nth(1).map_or(1, |&d| d as usize);
        let dims = self.output.shape.dims();
        let batch = dims[..dims.len() - 2].iter().product::<u64>() as usize;
        let symmetric =
            batch == 1 && std::ptr::eq(a, b) && types[0] == types[1] && self.parts[0].view == self.parts[1].view;
        let (m, n, k) = (side(&types[0]), side(&types[1]), row(types));
        let (a, b) = (self.side(0, a), self.side(1, b));
        let matrices = Matrices { a, b, symmetric, batch, m, n, k };
        self.output(matmul::multiply(self.target.pool(), matrices)?)
    }

    fn fold(&self, a: &[f32], b: Factors<'_>, k: usize) -> Evaluated {
        if let Target::Rows { .. } = self.target {
            return self.make(SIDE, k, &FoldChains { a, b, k, chains: 1, skip: [self.skip(0), self.skip(1)] });
        }
        self.output(fold_rows(self.target.pool(), a, b, self.output.shape.elements() as usize, k)?)
    }

    fn nearest(&self, centres: &[f32], c2: &[f32], x: &[f32], d: usize) -> Evaluated {
        let points = |x, n| Points { x, centres, c2, n, d };
        match self.target {
            Target::Whole(pool) => self.output(nearest(pool, points(x, self.output.shape.elements() as usize))?),
            Target::Rows { pool, range, buffers } => {
                let x = &x[range.start * d - self.skip(0)..range.end * d - self.skip(0)];
                self.output(nearest_of_rows(pool.path, &mut buffers.borrow_mut(), points(x, range.len()))?)
            }
        }
    }

    fn map1<I: Word + Kept>(&self, map: Map1, x: &[I]) -> Evaluated {
        let to = self.output.dtype;
        let chunk = MapOne { map, to, x, skip: self.skip(0) };
        match to {
            DType::F32 => self.make::<f32>(1, 2, &chunk),
            DType::I8 => self.make::<i8>(1, 2, &chunk),
            DType::I32 => self.make::<i32>(1, 2, &chunk),
        }
    }

    fn map2<I: Word + Kept>(&self, map: Map2, types: &[TensorType], a: &[I], b: &[I]) -> Evaluated {
        let out = self.output.shape;
        let walks = [0, 1].map(|n| self.walk(n, &types[n].shape, &out));
        let strided = Strided::new(out.dims(), walks.map(|(_, steps)| steps), walks.map(|(base, _)| base));
        match self.output.dtype {
            DType::F32 => self.make::<f32>(1, 1, &MapTwo { map, strided, a, b, output: PhantomData::<fn() -> f32> }),
            _ => self.make::<i32>(1, 1, &MapTwo { map, strided, a, b, output: PhantomData::<fn() -> i32> }),
        }
    }

    fn select<T: Word + Kept>(&self, types: &[TensorType], c: &[i32], a: &[T], b: &[T]) -> Evaluated {
        let out = self.output.shape;
        let walks = [0, 1, 2].map(|n| self.walk(n, &types[n].shape, &out));
        let strided = Strided::new(out.dims(), walks.map(|(_, steps)| steps), walks.map(|(base, _)| base));
        self.make(1, 2, &Choose { strided, c, a, b })
    }

    fn copy(&self, x: &Data, steps: [usize; 4], base: usize) -> Evaluated {
        let strided = Strided::new(self.output.shape.dims(), [steps], [base]);
        let unit = strided.turned().map_or(1, |(rows, columns)| rows.min(TURNED_ROWS) * columns);
        match x {
            Data::F32(x) => self.make(unit, 1, &CopyStrided { strided, x: x.as_slice() }),
            Data::I8(x) => self.make(unit, 1, &CopyStrided { strided, x: x.as_slice() }),
            Data::I32(x) => self.make(unit, 1, &CopyStrided { strided, x: x.as_slice() }),
        }
    }

    fn concat(&self, axis: usize, types: &[TensorType], data: &[&Data]) -> Evaluated {
        let lengths = types.iter().map(|ty| ty.shape.dims()[axis..].iter().product::<u64>() as usize).collect();
        macro_rules! join {
            ($variant:path) => {{
                let parts = data.iter().filter_map(|data| match data {
                    $variant(part) => Some(part.as_slice()),
                    _ => None,
                });
                self.make(1, 1, &Join { parts: parts.collect(), lengths })
            }};
        }
        match self.output.dtype {
            DType::F32 => join!(Data::F32),
            DType::I8 => join!(Data::I8),
            DType::I32 => join!(Data::I32),
        }
    }

    fn gather<T: Word + Kept>(&self, types: &[TensorType], table: &[T], index: &[i32]) -> Evaluated {
        let dims = types[0].shape.dims();
        let (rows, row) = (dims[0] as usize, dims[1..].iter().product::<u64>() as usize);
        self.make(row, 1, &Rows { table, index, rows, row, skip: self.skip(1) })
    }

    fn reduce(&self, reduce: Reduce, k: usize, x: &Data) -> Evaluated {
        let skip = self.skip(0);
        match (reduce, x) {
            (Reduce::Sum, Data::F32(x)) => self.fold(x, Factors::Ones, k),
            (Reduce::Sum, Data::I8(x)) => self.make(1, k, &SumRowsInteger { x: x.as_slice(), k, skip }),
            (Reduce::Sum, Data::I32(x)) => self.make(1, k, &SumRowsInteger { x: x.as_slice(), k, skip }),
            (Reduce::Max | Reduce::Min, Data::F32(x)) => {
                self.make::<f32>(1, k, &Extremes { reduce, x: x.as_slice(), k, skip })
            }
            (Reduce::Max | Reduce::Min, Data::I32(x)) => {
                self.make::<i32>(1, k, &Extremes { reduce, x: x.as_slice(), k, skip })
            }
            (_, Data::F32(x)) => self.make(1, k, &ArgBest { x, k, rank: f32_rank(reduce), skip }),
            (_, Data::I32(x)) => self.make(1, k, &ArgBest { x, k, rank: i32_rank(reduce), skip }),
            (_, Data::I8(_)) => Err(ExecError::Malformed),
        }
    }
}
