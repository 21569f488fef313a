//! Integer `mma.sync`: D = A B + C with A of m x k bytes in rows, B of k x 8 bytes in columns, C and D of m x 8 i32.
//!
//! With g = lane / 4 and t = lane % 4, as the PTX ISA lays the fragments out: register r of A holds row g (+ 8 for odd
//! r, where m is 16) at columns 4 t .. 4 t + 3 (+ 16 for r >= 2); register r of B holds column g at rows
//! 4 t .. 4 t + 3 (+ 16 for r = 1); register r of C and D holds row g (+ 8 for r >= 2) at column 2 t + r % 2.

use crate::op::MmaShape;

#[derive(Clone, Copy, Debug)]
pub struct Fragments {
    pub shape: MmaShape,
    pub a_signed: bool,
    pub b_signed: bool,
    /// Sums are clamped to i32 instead of wrapped.
    pub saturate: bool,
}

impl Fragments {
    /// Registers of A, B and C in each lane.
    pub fn registers(&self) -> (usize, usize, usize) {
        let MmaShape { m, k } = self.shape;
        ((m * k / 128) as usize, (k / 16) as usize, (m / 4) as usize)
    }

    /// D's registers in each lane from A's, B's and C's.
    pub fn multiply(&self, a: &[Vec<u32>], b: &[Vec<u32>], c: &[Vec<u32>]) -> Vec<Vec<u32>> {
        let k = self.shape.k as usize;
        let mut rows = vec![vec![0i64; k]; self.shape.m as usize];
        let mut columns = vec![vec![0i64; k]; 8];
        for (lane, registers) in a.iter().enumerate() {
            for (r, word) in registers.iter().enumerate() {
                // m8n8k16 has one register of A, so its row is never moved.
                let (row, column) = (lane / 4 + 8 * (r % 2), 4 * (lane % 4) + 16 * (r / 2));
                for (i, byte) in word.to_le_bytes().into_iter().enumerate() {
                    rows[row][column + i] = widen(byte, self.a_signed);
                }
            }
        }
        for (lane, registers) in b.iter().enumerate() {
            for (r, word) in registers.iter().enumerate() {
                for (i, byte) in word.to_le_bytes().into_iter().enumerate() {
                    columns[lane / 4][4 * (lane % 4) + 16 * r + i] = widen(byte, self.b_signed);
                }
            }
        }
        let element = |(lane, registers): (usize, &Vec<u32>)| {
            let each = |(r, c): (usize, &u32)| {
                let (row, column) = (&rows[lane / 4 + 8 * (r / 2)], &columns[2 * (lane % 4) + r % 2]);
                let dot: i64 = row.iter().zip(column).map(|(x, y)| x * y).sum();
                let sum = i64::from(*c as i32) + dot;
                if self.saturate { sum.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as u32 } else { sum as u32 }
            };
            registers.iter().enumerate().map(each).collect()
        };
        c.iter().enumerate().map(element).collect()
    }
}

fn widen(byte: u8, signed: bool) -> i64 {
    if signed { i64::from(byte as i8) } else { i64::from(byte) }
}
