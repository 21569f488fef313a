//! Carrying out the folds of a group: a thread takes the rows of a chain tile by tile.

use std::ops::Range;

use tessera_referee::Reduce;

use super::folds::{Columns, Fold, Terms};
use crate::cpu::chains::CHAIN;
use crate::cpu::columns::{self, AddTerms, By, Down, TakeRows};
use crate::cpu::gram::{Products, mirror};
use crate::cpu::path::Path;
use crate::cpu::pool::Pool;
use crate::cpu::recycle::Buffers;
use crate::cpu::segments::AddLabelled;
use crate::cpu::shared::Shared;
use crate::exec::ExecError;
use crate::tensor::Data;

/// What an operand holds of a tile's rows.
#[derive(Clone, Copy)]
pub(super) enum Operand<'a> {
    /// All rows of a tensor outside, of which the tile's are these.
    Outside(&'a Data, usize),
    /// The tile's rows.
    Inside(&'a Data),
}

/// Chain results of a fold, `[chains][elements]`.
pub(super) struct Results {
    data: Vec<f32>,
}

impl Results {
    pub(super) fn new(pool: &Pool<'_>, fold: &Fold, rows: u64) -> Result<Self, ExecError> {
        let chains = (rows as usize).div_ceil(CHAIN);
        Ok(Self { data: pool.store.tensors().take(chains * fold.elements)? })
    }

    pub(super) fn shared(&mut self) -> Shared<'_, f32> {
        Shared::new(&mut self.data)
    }

    /// The fold's output.
    pub(super) fn total(self, pool: &Pool<'_>, fold: &Fold) -> Result<Data, ExecError> {
        let mut total = match fold.terms {
            Terms::Extreme(reduce, _) => columns::best(pool, self.data, fold.elements, reduce)?,
            _ => columns::total(pool, self.data, fold.elements)?,
        };
        if let Terms::Products([a, _], true) = fold.terms {
            mirror(&mut total, a.count);
        }
        Ok(Data::F32(total))
    }
}

/// A chain in the making.
pub(super) enum Chain<'a> {
    Sums(&'a mut [f32]),
    Products(Products, &'a mut [f32]),
}

impl<'a> Chain<'a> {
    /// `results` are the chain's.
    pub(super) fn begin(
        path: Path,
        buffers: &mut Buffers,
        fold: &Fold,
        results: &'a mut [f32],
    ) -> Result<Self, ExecError> {
        results.fill(match fold.terms {
            Terms::Extreme(reduce, _) => columns::start(reduce),
            _ => 0.0,
        });
        Ok(match fold.terms {
            Terms::Products([a, b], same) => {
                Self::Products(Products::new(path, buffers, (a.count, b.count), same)?, results)
            }
            _ => Self::Sums(results),
        })
    }

    /// Adds `count` rows. Products take the time in which memory `ahead` comes.
    pub(super) fn add(
        &mut self,
        path: Path,
        terms: &Terms,
        operands: &[Operand<'_>],
        count: usize,
        ahead: &mut &[f32],
    ) -> Result<(), ExecError> {
        let rows = 0..count;
        let down = |n: usize, columns: Columns| operands.get(n).and_then(|operand| operand.down(columns, count));
        match self {
            Self::Products(products, _) => {
                let Terms::Products([a, b], _) = *terms else { return Err(ExecError::Malformed) };
                let (a, b) = down(0, a).zip(down(1, b)).ok_or(ExecError::Malformed)?;
                products.add(path, a, b, std::mem::take(ahead));
            }
            Self::Sums(sums) => sum(path, terms, operands, &down, rows, sums).ok_or(ExecError::Malformed)?,
        }
        Ok(())
    }

    pub(super) fn end(self, path: Path, buffers: &mut Buffers) {
        if let Self::Products(products, results) = self {
            products.end(path, buffers, results);
        }
    }
}

/// Adds rows to the sums of their columns; none if an operand is not what the fold takes.
fn sum<'b>(
    path: Path,
    terms: &Terms,
    operands: &[Operand<'b>],
    down: &dyn Fn(usize, Columns) -> Option<Down<'b>>,
    rows: Range<usize>,
    sums: &mut [f32],
) -> Option<()> {
    let count = rows.len();
    match *terms {
        Terms::Sum(own) => path.run(AddTerms { down: down(0, own)?, by: By::One, rows, sums }),
        Terms::Extreme(reduce @ (Reduce::Max | Reduce::Min), own) => {
            path.run(TakeRows { down: down(0, own)?, reduce, rows, best: sums });
        }
        Terms::ByRow(own) => {
            let Data::F32(by) = operands[0].data() else { return None };
            let by = By::Row(&by[operands[0].first()..][..count]);
            path.run(AddTerms { down: down(1, own)?, by, rows, sums });
        }
        Terms::ByEach([a, b]) => {
            path.run(AddTerms { down: down(0, a)?, by: By::Each(down(1, b)?), rows, sums });
        }
        Terms::Labelled(own) => {
            let Data::I32(labels) = operands[1].data() else { return None };
            let labels = &labels[operands[1].first()..][..count];
            path.run(AddLabelled { points: down(0, own)?, labels, rows, sums });
        }
        Terms::Extreme(..) | Terms::Products(..) => return None,
    }
    Some(())
}

impl<'a> Operand<'a> {
    fn data(self) -> &'a Data {
        match self {
            Self::Outside(data, _) | Self::Inside(data) => data,
        }
    }

    /// The tile's first row in what is there.
    fn first(self) -> usize {
        match self {
            Self::Outside(_, first) => first,
            Self::Inside(_) => 0,
        }
    }

    fn down(self, columns: Columns, rows: usize) -> Option<Down<'a>> {
        let Data::F32(x) = self.data() else { return None };
        let Columns { base, stride, count } = columns;
        Some(Down { x, base: base + self.first() * stride, stride, rows, columns: count })
    }
}
