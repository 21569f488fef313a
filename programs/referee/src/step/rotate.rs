//! Elements of Jacobi rotations.

use super::StepError;
use crate::Soft;
use crate::jacobi::{Rotation, partner, rounds, step_element, vector_element};
use crate::limits::MAX_JACOBI_SIDE;

/// Elements of a row as they lie in a leaf: little-endian words, which nobody copies.
pub type RowBytes<'a> = &'a [[u8; 4]];

/// One element of a rotation, from whole rows. The row of a partner is empty where an index rests.
#[derive(Clone, Copy, Debug)]
pub enum Rotate<'a> {
    /// Element (i, j) of `jacobi_step`.
    Matrix {
        /// Side of A.
        p: u32,
        /// The operation's round.
        round: u32,
        /// Row of the element.
        i: u32,
        /// Column of the element.
        j: u32,
        /// The rows of A that it reads: i, i's partner, j, j's partner.
        rows: [RowBytes<'a>; 4],
    },
    /// The element in column j of a row of `jacobi_vec`.
    Vectors {
        /// Side of A.
        p: u32,
        /// The operation's round.
        round: u32,
        /// Column of the element.
        j: u32,
        /// The row of V.
        row: RowBytes<'a>,
        /// The rows of A that it reads: j, j's partner.
        rows: [RowBytes<'a>; 2],
    },
}

impl Rotate<'_> {
    pub(super) fn replay(&self) -> Result<u32, StepError> {
        match *self {
            Self::Matrix { p, round, i, j, rows: [own_i, other_i, own_j, other_j] } => {
                let of_i = Pair::new(p, round, i, own_i, other_i)?;
                let of_j = Pair::new(p, round, j, own_j, other_j)?;
                let at = |row, column| of_i.read(row, column).or_else(|| of_j.read(row, column)).unwrap_or(0);
                let [turn_i, turn_j] = [i, j].map(|index| Rotation::of::<Soft>(p, round, index, at));
                Ok(step_element::<Soft>((i, &turn_i), (j, &turn_j), at))
            }
            Self::Vectors { p, round, j, row, rows: [own, other] } => {
                let pair = Pair::new(p, round, j, own, other)?;
                if row.len() != own.len() {
                    return Err(StepError::Lengths);
                }
                let turn = Rotation::of::<Soft>(p, round, j, |row, column| pair.read(row, column).unwrap_or(0));
                Ok(vector_element::<Soft>(j, &turn, |column| word(row, column).unwrap_or(0)))
            }
        }
    }
}

fn word(row: RowBytes<'_>, column: u32) -> Option<u32> {
    row.get(column as usize).map(|word| u32::from_le_bytes(*word))
}

/// The rows of an index and its partner.
struct Pair<'a> {
    index: u32,
    partner: Option<u32>,
    own: RowBytes<'a>,
    other: RowBytes<'a>,
}

impl<'a> Pair<'a> {
    fn new(p: u32, round: u32, index: u32, own: RowBytes<'a>, other: RowBytes<'a>) -> Result<Self, StepError> {
        if u64::from(p) > MAX_JACOBI_SIDE || index >= p || round >= rounds(p) {
            return Err(StepError::Rotation);
        }
        let partner = partner(p, round, index);
        let other_length = if partner.is_some() { p as usize } else { 0 };
        if own.len() != p as usize || other.len() != other_length {
            return Err(StepError::Lengths);
        }
        Ok(Self { index, partner, own, other })
    }

    /// An element of one of the two rows.
    fn read(&self, row: u32, column: u32) -> Option<u32> {
        let words = if row == self.index {
            self.own
        } else if Some(row) == self.partner {
            self.other
        } else {
            return None;
        };
        word(words, column)
    }
}
