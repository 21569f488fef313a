//! Carrying out a group.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use super::chain::{self, Chain, Results};
use super::plan::Group;
use super::products;
use crate::cpu::chains::CHAIN;
use crate::cpu::dispatch;
use crate::cpu::machine::Machine;
use crate::cpu::part::{Part, Target};
use crate::cpu::pool::{Pool, Tiles};
use crate::cpu::product::Packed;
use crate::cpu::reads::{Read, Reads};
use crate::cpu::recycle::Buffers;
use crate::cpu::shared::Shared;
use crate::cpu::values::Values;
use crate::exec::ExecError;
use crate::tensor::Data;
use crate::{Graph, OpKind, Operand, Operation};

/// Computes a group's members and folds; the whole tensors of members that `kept` names are returned, in order, then the folds.
pub(in crate::cpu) fn run(
    pool: &Pool<'_>,
    graph: &Graph,
    reads: &Reads,
    group: &Group,
    kept: &[usize],
    values: &Values<'_>,
) -> Result<Vec<Data>, ExecError> {
    let operations = graph.operations();
    let mut whole = Vec::with_capacity(kept.len());
    for &index in kept {
        let output = operations[index].output;
        let elements = usize::try_from(output.shape.elements()).map_err(|_| ExecError::TooLarge(output.bytes()))?;
        whole.push(take(&mut pool.store.tensors(), &output.dtype, elements)?);
    }
    let factors: Vec<Option<Arc<Packed>>> = group
        .members
        .iter()
        .map(|&index| products::factor(pool, graph, reads, index, values))
        .collect::<Result<_, _>>()?;
    let work = group.operations().map(|index| operations[index].flops() / 4 + 1).fold(0, u64::saturating_add);
    let work = usize::try_from(work).unwrap_or(usize::MAX);
    let last = last_readers(reads, group);
    let mut results =
        group.folds.iter().map(|fold| Results::new(pool, fold, group.rows)).collect::<Result<Vec<_>, _>>()?;
    let outputs = whole.iter_mut().zip(kept).map(|(data, &index)| (index, Whole::new(data))).collect();
    let folds = results.iter_mut().map(Results::shared).collect();
    let run = Run { pool, operations, reads, group, last, values, factors, outputs, folds };
    pool.tiles((group.rows as usize).div_ceil(run.piece()), work, &run)?;
    let factors = run.factors;
    for packed in factors.into_iter().flatten().filter_map(Arc::into_inner) {
        packed.recycle(&mut pool.store.tensors());
    }
    for (results, fold) in results.into_iter().zip(&group.folds) {
        whole.push(results.total(pool, fold)?);
    }
    Ok(whole)
}

fn take(buffers: &mut Buffers, dtype: &tessera_referee::DType, elements: usize) -> Result<Data, ExecError> {
    use tessera_referee::DType;
    Ok(match dtype {
        DType::F32 => Data::F32(buffers.take(elements)?),
        DType::I8 => Data::I8(buffers.take(elements)?),
        DType::I32 => Data::I32(buffers.take(elements)?),
    })
}

/// For each member the place in the group of the last one that reads it; folds come after all.
fn last_readers(reads: &Reads, group: &Group) -> Vec<usize> {
    let mut last: Vec<usize> = (0..group.members.len()).collect();
    for (at, index) in group.operations().enumerate() {
        for read in &reads.operands[index] {
            if let Some(member) = place(group, read.source) {
                last[member] = at;
            }
        }
    }
    last
}

/// The place in the group of what is read.
fn place(group: &Group, source: Operand) -> Option<usize> {
    let Operand::Op(i) = source else { return None };
    group.members.iter().position(|&member| member == usize::from(i))
}

/// A whole output that tiles write.
enum Whole<'a> {
    F32(Shared<'a, f32>),
    I8(Shared<'a, i8>),
    I32(Shared<'a, i32>),
}

impl<'a> Whole<'a> {
    fn new(data: &'a mut Data) -> Self {
        match data {
            Data::F32(data) => Self::F32(Shared::new(data)),
            Data::I8(data) => Self::I8(Shared::new(data)),
            Data::I32(data) => Self::I32(Shared::new(data)),
        }
    }

    fn store(&self, start: usize, data: &Data) {
        // SAFETY: tiles do not overlap, each is computed by one thread, and this is the only range it holds.
        unsafe {
            match (self, data) {
                (Self::F32(out), Data::F32(data)) => out.range(start, data.len()).copy_from_slice(data),
                (Self::I8(out), Data::I8(data)) => out.range(start, data.len()).copy_from_slice(data),
                (Self::I32(out), Data::I32(data)) => out.range(start, data.len()).copy_from_slice(data),
                _ => {}
            }
        }
    }
}

struct Run<'a> {
    pool: &'a Pool<'a>,
    operations: &'a [Operation],
    reads: &'a Reads,
    group: &'a Group,
    last: Vec<usize>,
    values: &'a Values<'a>,
    /// Of each member that is a product of rows.
    factors: Vec<Option<Arc<Packed>>>,
    outputs: Vec<(usize, Whole<'a>)>,
    /// Chain results of each fold.
    folds: Vec<Shared<'a, f32>>,
}

impl Tiles for Run<'_> {
    type Scratch = RefCell<Buffers>;

    fn scratch(&self) -> Self::Scratch {
        RefCell::new(self.pool.store.worker())
    }

    fn finish(&self, scratch: Self::Scratch) {
        self.pool.store.keep(scratch.into_inner());
    }

    #[inline(always)]
    fn tile<M: Machine>(&self, scratch: &mut Self::Scratch, index: usize) -> Result<(), ExecError> {
        // Kernels choose their instructions themselves.
        self.rows(scratch, index)
    }
}

impl Run<'_> {
    /// Rows that one thread takes: a tile, or a chain of the folds tile by tile.
    fn piece(&self) -> usize {
        if self.folds.is_empty() { self.group.tile as usize } else { CHAIN }
    }

    /// All members' elements of a piece, and what folds make of them.
    fn rows(&self, buffers: &RefCell<Buffers>, index: usize) -> Result<(), ExecError> {
        let path = self.pool.path;
        let rows = index * self.piece()..((index + 1) * self.piece()).min(self.group.rows as usize);
        let mut chains = Vec::with_capacity(self.folds.len());
        for (fold, results) in self.group.folds.iter().zip(&self.folds) {
            // SAFETY: chains do not overlap, each is computed by one thread, and this is the only range of the fold's that it holds.
            let results = unsafe { results.range(index * fold.elements, fold.elements) };
            chains.push(Chain::begin(path, &mut buffers.borrow_mut(), fold, results)?);
        }
        for first in rows.clone().step_by(self.group.tile as usize) {
            self.members(buffers, first..rows.end.min(first + self.group.tile as usize), &mut chains)?;
        }
        chains.into_iter().for_each(|chain| chain.end(path, &mut buffers.borrow_mut()));
        Ok(())
    }

    /// All members' elements of these rows.
    fn members(
        &self,
        buffers: &RefCell<Buffers>,
        rows: Range<usize>,
        chains: &mut [Chain<'_>],
    ) -> Result<(), ExecError> {
        let mut live: Vec<Option<Data>> = self.group.members.iter().map(|_| None).collect();
        let mut ahead = self.ahead(&rows);
        for (at, &member) in self.group.members.iter().enumerate() {
            let op = &self.operations[member];
            let own = self.stretch(member, &rows);
            let parts = self.reads.operands[member]
                .iter()
                .map(|read| self.part(&live, read, &rows).ok_or(ExecError::Malformed))
                .collect::<Result<Vec<_>, _>>()?;
            let made = if op.kind == OpKind::Matmul && !is_row(op) {
                products::multiply(self.pool.path, buffers, op, self.factors[at].as_deref(), &parts, &own, &mut ahead)?
            } else {
                let target = Target::Rows { pool: self.pool, range: own.clone(), buffers };
                dispatch::evaluate(&target, op, &parts)?
            };
            if let Some((_, whole)) = self.outputs.iter().find(|(index, _)| *index == member) {
                whole.store(own.start, &made);
            }
            live[at] = Some(made);
            self.release(buffers, &mut live, at);
        }
        for (at, (fold, chain)) in self.group.folds.iter().zip(chains).enumerate() {
            let operand = |read: &Read| match place(self.group, read.source) {
                Some(member) => live[member].as_ref().map(chain::Operand::Inside),
                None => self.values.get(read.source).map(|data| chain::Operand::Outside(data, rows.start)),
            };
            let operands: Option<Vec<_>> = self.reads.operands[fold.index].iter().map(operand).collect();
            chain.add(self.pool.path, &fold.terms, &operands.ok_or(ExecError::Malformed)?, rows.len(), &mut ahead)?;
            self.release(buffers, &mut live, self.group.members.len() + at);
        }
        Ok(())
    }

    /// What the next tile's first member reads from outside.
    fn ahead(&self, rows: &Range<usize>) -> &[f32] {
        let first = self.group.members.first().and_then(|&first| self.reads.operands[first].first());
        let Some(Read { source, view: None }) = first else { return &[] };
        let Some(Data::F32(x)) = self.values.get(*source) else { return &[] };
        let each = x.len() / self.group.rows as usize;
        let end = self.group.rows as usize;
        let next = rows.end..end.min(rows.end + rows.len());
        x.get(next.start * each..next.end * each).unwrap_or_default()
    }

    /// Gives back what nothing reads after the operation at this place.
    fn release(&self, buffers: &RefCell<Buffers>, live: &mut [Option<Data>], at: usize) {
        for (data, _) in live.iter_mut().zip(&self.last).filter(|(_, last)| **last == at) {
            if let Some(data) = data.take() {
                buffers.borrow_mut().give_data(data);
            }
        }
    }

    /// A tensor's elements in these rows.
    fn stretch(&self, member: usize, rows: &Range<usize>) -> Range<usize> {
        let each = (self.operations[member].output.shape.elements() / self.group.rows) as usize;
        rows.start * each..rows.end * each
    }

    fn part<'a>(&'a self, live: &'a [Option<Data>], read: &Read, rows: &Range<usize>) -> Option<Part<'a>> {
        let Some(member) = place(self.group, read.source) else {
            return Some(Part { data: self.values.get(read.source)?, skip: 0, view: read.view });
        };
        let skip = self.stretch(self.group.members[member], rows).start;
        Some(Part { data: live[member].as_ref()?, skip, view: None })
    }
}

/// Whether a product's only row goes by the rows of its second factor.
fn is_row(op: &Operation) -> bool {
    matches!(op.output.shape.dims(), [1, _])
}
