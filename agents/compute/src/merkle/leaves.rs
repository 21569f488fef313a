//! A tensor's padded leaves.

use tessera_referee::layout;
use tessera_referee::merkle::Digest;

use super::in_parts;
use crate::Tensor;
use crate::sha256::{Batch, MESSAGES};
use crate::tensor::Data;

const LEAF: usize = layout::LEAF_BYTES as usize;
/// Bytes of leaves that are worth a thread.
const WORTH_A_THREAD: usize = 1 << 20;

/// Hashes of all leaves, in order, by at most so many threads.
pub(super) fn digests(tensor: &Tensor, threads: usize) -> Vec<Digest> {
    match tensor.data() {
        Data::F32(data) => of_rows(tensor, threads, data, |x| x.to_bits().to_le_bytes()),
        Data::I32(data) => of_rows(tensor, threads, data, |x| x.to_le_bytes()),
        Data::I8(data) => of_rows(tensor, threads, data, |x| x.to_le_bytes()),
    }
}

/// Bytes of a padded row.
fn padded(tensor: &Tensor) -> usize {
    (layout::padded_row(tensor.dtype(), tensor.shape().row()) * tensor.dtype().size()) as usize
}

fn of_rows<T: Copy + Sync, const N: usize>(
    tensor: &Tensor,
    threads: usize,
    data: &[T],
    bytes: impl Fn(T) -> [u8; N] + Sync,
) -> Vec<Digest> {
    let (row, padded) = (tensor.shape().row() as usize, padded(tensor));
    if data.is_empty() {
        return Vec::new();
    }
    // A padded row either divides a leaf or is a multiple of it, so a whole number of these rows begins at a leaf.
    let rows = (LEAF / padded).max(1);
    let leaves = padded.div_ceil(LEAF);
    let units = data.len().div_ceil(row * rows);
    let part = units.div_ceil(threads.min(units * leaves * LEAF / WORTH_A_THREAD).max(1));
    let hash = |(index, data): (usize, &[T])| {
        let mut hashed = Hashed::new(index * part * leaves, part * leaves);
        pad(data, row, padded, &bytes, &mut hashed);
        hashed.finish()
    };
    if part == units {
        return hash((0, data));
    }
    in_parts(data.chunks(part * rows * row).enumerate(), hash).concat()
}

/// Hashes leaves, many at a time.
struct Hashed {
    first: usize,
    digests: Vec<Digest>,
    /// `0x00 || index || bytes`.
    batch: Batch<9>,
    waiting: usize,
}

impl Hashed {
    fn new(first: usize, count: usize) -> Self {
        Self { first, digests: Vec::with_capacity(count), batch: Batch::new(1 + 8 + LEAF), waiting: 0 }
    }

    /// The bytes of the next leaf, to be written whole.
    fn leaf(&mut self) -> &mut [u8] {
        &mut self.batch.message(self.waiting)[9..]
    }

    /// Takes the leaf that was written.
    fn take(&mut self) {
        let index = (self.first + self.digests.len() + self.waiting) as u64;
        self.batch.message(self.waiting)[1..9].copy_from_slice(&index.to_le_bytes());
        self.waiting += 1;
        if self.waiting == MESSAGES {
            self.batch.digests(MESSAGES, &mut self.digests);
            self.waiting = 0;
        }
    }

    fn finish(mut self) -> Vec<Digest> {
        self.batch.digests(self.waiting, &mut self.digests);
        self.digests
    }
}

/// Hashes the padded leaves of these rows.
fn pad<T: Copy, const N: usize>(
    data: &[T],
    row: usize,
    padded: usize,
    bytes: impl Fn(T) -> [u8; N],
    hashed: &mut Hashed,
) {
    let mut filled = 0;
    for row in data.chunks_exact(row) {
        // A padded row either divides a leaf or is a multiple of it, so a row never starts inside a leaf it leaves.
        for stretch in row.chunks(LEAF / N) {
            let leaf = &mut hashed.leaf()[filled..];
            let (slots, rest) = leaf.split_at_mut(stretch.len() * N);
            for (slot, &x) in slots.as_chunks_mut::<N>().0.iter_mut().zip(stretch) {
                *slot = bytes(x);
            }
            let taken = padded.min(LEAF);
            rest[..taken - stretch.len() * N].fill(0);
            filled += taken;
            if filled == LEAF {
                hashed.take();
                filled = 0;
            }
        }
    }
    if filled > 0 {
        hashed.leaf()[filled..].fill(0);
        hashed.take();
    }
}
