//! Carrying out a group.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use super::plan::Group;
use crate::cpu::dispatch;
use crate::cpu::machine::Machine;
use crate::cpu::matmul::Product;
use crate::cpu::part::{Part, Target};
use crate::cpu::pool::{Pool, Tiles};
use crate::cpu::product::{self, Packed};
use crate::cpu::reads::{Read, Reads};
use crate::cpu::recycle::Buffers;
use crate::cpu::shared::Shared;
use crate::cpu::values::Values;
use crate::exec::ExecError;
use crate::tensor::Data;
use crate::word::Word;
use crate::{Graph, OpKind, Operand, Operation};

/// Computes a group's members; of those that `kept` names the whole tensors are returned, in order.
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
    let factors: Vec<Option<Arc<Packed>>> =
        group.members.iter().map(|&index| factor(pool, graph, reads, index, values)).collect::<Result<_, _>>()?;
    let work = group.members.iter().map(|&index| operations[index].flops() / 4 + 1).fold(0, u64::saturating_add);
    let work = usize::try_from(work).unwrap_or(usize::MAX);
    let last = last_readers(reads, group);
    let outputs = whole.iter_mut().zip(kept).map(|(data, &index)| (index, Whole::new(data))).collect();
    let run = Run { pool, operations, reads, group, last, values, factors, outputs };
    let tiles = group.rows.div_ceil(group.tile) as usize;
    pool.tiles(tiles, work, &run)?;
    let factors = run.factors;
    for packed in factors.into_iter().flatten().filter_map(Arc::into_inner) {
        packed.recycle(&mut pool.store.tensors());
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

/// The second factor of a product of rows, packed.
fn factor(
    pool: &Pool<'_>,
    graph: &Graph,
    reads: &Reads,
    index: usize,
    values: &Values<'_>,
) -> Result<Option<Arc<Packed>>, ExecError> {
    let op = &graph.operations()[index];
    let Some(Sides { batch: 1, n, k, .. }) = Sides::of(op) else { return Ok(None) };
    let source = reads.operands[index][1].source;
    if let Some(packed) = pool.store.factor((source, n, k)) {
        return Ok(Some(packed));
    }
    let packed = match values.get(source) {
        Some(Data::F32(b)) => Packed::new(pool.path, &mut pool.store.tensors(), b, (n, k))?,
        Some(Data::I8(b)) => Packed::new(pool.path, &mut pool.store.tensors(), b, (n, k))?,
        _ => return Err(ExecError::Malformed),
    };
    let packed = Arc::new(packed);
    let is_factor = |(op, own): &(&Operation, &Vec<Read>)| op.kind == OpKind::Matmul && own[1].source == source;
    if matches!(source, Operand::Input(_))
        && graph.operations().iter().zip(&reads.operands).filter(is_factor).count() > 1
    {
        pool.store.keep_factor((source, n, k), &packed);
    }
    Ok(Some(packed))
}

/// For each member the place in the group of the last one that reads it.
fn last_readers(reads: &Reads, group: &Group) -> Vec<usize> {
    let mut last: Vec<usize> = (0..group.members.len()).collect();
    for (at, &index) in group.members.iter().enumerate() {
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

/// Sides of a batched product.
struct Sides {
    batch: usize,
    m: usize,
    n: usize,
    k: usize,
}

impl Sides {
    fn of(op: &Operation) -> Option<Self> {
        let [batch @ .., m, n] = op.output.shape.dims() else { return None };
        let k = op.operand_types.first().map_or(0, |ty| ty.shape.row()) as usize;
        let batch = batch.iter().product::<u64>() as usize;
        (op.kind == OpKind::Matmul).then_some(Self { batch, m: *m as usize, n: *n as usize, k })
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
    /// All members' elements of one tile.
    fn rows(&self, buffers: &RefCell<Buffers>, index: usize) -> Result<(), ExecError> {
        let (tile, rows) = (self.group.tile as usize, self.group.rows as usize);
        let rows = index * tile..rows.min((index + 1) * tile);
        let mut live: Vec<Option<Data>> = self.group.members.iter().map(|_| None).collect();
        for (at, &member) in self.group.members.iter().enumerate() {
            let op = &self.operations[member];
            let own = self.stretch(member, &rows);
            let parts = self.reads.operands[member]
                .iter()
                .map(|read| self.part(&live, read, &rows).ok_or(ExecError::Malformed))
                .collect::<Result<Vec<_>, _>>()?;
            let made = if op.kind == OpKind::Matmul {
                self.product(buffers, op, at, &parts, &own)?
            } else {
                let target = Target::Rows { pool: self.pool, range: own.clone(), buffers };
                dispatch::evaluate(&target, op, &parts)?
            };
            if let Some((_, whole)) = self.outputs.iter().find(|(index, _)| *index == member) {
                whole.store(own.start, &made);
            }
            live[at] = Some(made);
            for dead in (0..=at).filter(|&member| self.last[member] == at) {
                if let Some(data) = live[dead].take() {
                    buffers.borrow_mut().give_data(data);
                }
            }
        }
        Ok(())
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

    fn product(
        &self,
        buffers: &RefCell<Buffers>,
        op: &Operation,
        at: usize,
        parts: &[Part<'_>],
        own: &Range<usize>,
    ) -> Result<Data, ExecError> {
        let sides = Sides::of(op).ok_or(ExecError::Malformed)?;
        let factor = self.factors[at].as_deref();
        match parts {
            [Part { data: Data::F32(a), skip: a_skip, .. }, Part { data: Data::F32(b), skip: b_skip, .. }] => {
                self.multiply::<f32>(buffers, &sides, factor, (a, *a_skip), (b, *b_skip), own)
            }
            [Part { data: Data::I8(a), skip: a_skip, .. }, Part { data: Data::I8(b), skip: b_skip, .. }] => {
                self.multiply::<i8>(buffers, &sides, factor, (a, *a_skip), (b, *b_skip), own)
            }
            _ => Err(ExecError::Malformed),
        }
    }

    /// The output's elements `own`: rows by the packed factor, or whole matrices.
    fn multiply<T: Product>(
        &self,
        buffers: &RefCell<Buffers>,
        &Sides { m, n, k, .. }: &Sides,
        factor: Option<&Packed>,
        (a, a_skip): (&[T], usize),
        (b, b_skip): (&[T], usize),
        own: &Range<usize>,
    ) -> Result<Data, ExecError> {
        let path = self.pool.path;
        let buffers = &mut *buffers.borrow_mut();
        let mut out = buffers.take::<T::Sum>(own.len())?;
        if let Some(factor) = factor {
            let rows = own.start / n..own.end / n;
            let a = &a[rows.start * k - a_skip..rows.end * k - a_skip];
            product::multiply(path, buffers, a, factor, (rows.len(), n, k), &mut out)?;
        } else {
            for (matrix, out) in (own.start / (m * n)..).zip(out.chunks_exact_mut(m * n)) {
                let packed = Packed::new(path, buffers, &b[matrix * n * k - b_skip..][..n * k], (n, k))?;
                let a = &a[matrix * m * k - a_skip..][..m * k];
                let done = product::multiply(path, buffers, a, &packed, (m, n, k), out);
                packed.recycle(buffers);
                done?;
            }
        }
        Ok(T::Sum::data(out))
    }
}
