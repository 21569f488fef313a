//! Products of a group: rows by a factor that is packed once for all, or whole matrices.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use crate::cpu::pack::Side;
use crate::cpu::part::Part;
use crate::cpu::path::Path;
use crate::cpu::pool::Pool;
use crate::cpu::product::{self, Packed};
use crate::cpu::reads::{Read, Reads};
use crate::cpu::recycle::Buffers;
use crate::cpu::sums::Product;
use crate::cpu::values::Values;
use crate::exec::ExecError;
use crate::tensor::Data;
use crate::word::Word;
use crate::{Graph, OpKind, Operand, Operation};

/// The second factor of a product of rows, packed; that of one row is not, whose own rows are the group's.
pub(super) fn factor(
    pool: &Pool<'_>,
    graph: &Graph,
    reads: &Reads,
    index: usize,
    values: &Values<'_>,
) -> Result<Option<Arc<Packed>>, ExecError> {
    let op = &graph.operations()[index];
    let Some(Sides { batch: 1, m: 2.., n, k }) = Sides::of(op) else { return Ok(None) };
    let Read { source, view } = reads.operands[index][1];
    if let Some(packed) = pool.store.factor((source, n, k)).filter(|_| view.is_none()) {
        return Ok(Some(packed));
    }
    let packed = match (values.get(source), view) {
        (Some(Data::F32(b)), None) => Packed::new(pool.path, &mut pool.store.tensors(), Side::Rows(b), (n, k))?,
        (Some(Data::F32(b)), Some(view)) => {
            let columns = Side::Columns { x: &b[view.base..], stride: view.strides[1] };
            Packed::new(pool.path, &mut pool.store.tensors(), columns, (n, k))?
        }
        (Some(Data::I8(b)), None) => Packed::new(pool.path, &mut pool.store.tensors(), Side::Rows(b), (n, k))?,
        _ => return Err(ExecError::Malformed),
    };
    let packed = Arc::new(packed);
    let is_factor =
        |(op, own): &(&Operation, &Vec<Read>)| op.kind == OpKind::Matmul && own[1] == Read { source, view: None };
    if matches!(source, Operand::Input(_))
        && view.is_none()
        && graph.operations().iter().zip(&reads.operands).filter(is_factor).count() > 1
    {
        pool.store.keep_factor((source, n, k), &packed);
    }
    Ok(Some(packed))
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

/// The output's elements `own` of a product. Rows take the time in which memory `ahead` comes.
pub(super) fn multiply(
    path: Path,
    buffers: &RefCell<Buffers>,
    op: &Operation,
    factor: Option<&Packed>,
    parts: &[Part<'_>],
    own: &Range<usize>,
    ahead: &mut &[f32],
) -> Result<Data, ExecError> {
    let ahead = if factor.is_some() { std::mem::take(ahead) } else { &[] };
    let rows = Rows { path, sides: Sides::of(op).ok_or(ExecError::Malformed)?, factor, own, ahead };
    let buffers = &mut *buffers.borrow_mut();
    match parts {
        [Part { data: Data::F32(a), skip: a_skip, .. }, Part { data: Data::F32(b), skip: b_skip, .. }] => {
            rows.multiply::<f32>(buffers, (a, *a_skip), (b, *b_skip))
        }
        [Part { data: Data::I8(a), skip: a_skip, .. }, Part { data: Data::I8(b), skip: b_skip, .. }] => {
            rows.multiply::<i8>(buffers, (a, *a_skip), (b, *b_skip))
        }
        _ => Err(ExecError::Malformed),
    }
}

struct Rows<'a> {
    path: Path,
    sides: Sides,
    factor: Option<&'a Packed>,
    /// Elements of the output.
    own: &'a Range<usize>,
    ahead: &'a [f32],
}

impl Rows<'_> {
    /// The output's elements `own`: rows by the packed factor, or whole matrices.
    fn multiply<T: Product>(
        &self,
        buffers: &mut Buffers,
        (a, a_skip): (&[T], usize),
        (b, b_skip): (&[T], usize),
    ) -> Result<Data, ExecError> {
        let Self { path, sides: Sides { m, n, k, .. }, factor, own, ahead } = *self;
        let mut out = buffers.take::<T::Sum>(own.len())?;
        if let Some(factor) = factor {
            let rows = own.start / n..own.end / n;
            let a = &a[rows.start * k - a_skip..rows.end * k - a_skip];
            product::multiply(path, buffers, a, factor, (rows.len(), n, k), &mut out, ahead)?;
        } else {
            for (matrix, out) in (own.start / (m * n)..).zip(out.chunks_exact_mut(m * n)) {
                let packed = Packed::new(path, buffers, Side::Rows(&b[matrix * n * k - b_skip..][..n * k]), (n, k))?;
                let a = &a[matrix * m * k - a_skip..][..m * k];
                let done = product::multiply(path, buffers, a, &packed, (m, n, k), out, &[]);
                packed.recycle(buffers);
                done?;
            }
        }
        Ok(T::Sum::data(out))
    }
}
