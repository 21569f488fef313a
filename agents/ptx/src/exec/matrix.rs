//! `ldmatrix`: 8 x 8 matrices of 16-bit elements from shared memory, spread over a warp.

use super::access::Order;
use super::thread::Thread;
use super::warp::Failure;
use super::world::World;
use crate::op::{Address, Reg};

/// Lane 8 j + i gives the address of row i of matrix j. Register j of a lane gets elements 2 t and 2 t + 1 of row g of
/// matrix j (g = lane / 4, t = lane % 4), or, transposed, of column g.
pub fn load(
    world: &mut World<'_>,
    lanes: &mut [Thread],
    (transposed, d): (bool, &[Reg]),
    at: &Address,
) -> Result<(), Failure> {
    let mut rows = Vec::with_capacity(8 * d.len());
    for (lane, thread) in lanes.iter().enumerate().take(8 * d.len()) {
        let address = world.address(thread, at);
        let row = world.read(thread, (at, address), 16, Order::Plain).map_err(|fault| (fault, Some(lane)))?;
        rows.push(row);
    }
    let element = |matrix: usize, row: usize, column: usize| {
        let bytes = rows.get(8 * matrix + row).map_or([0, 0], |row| [row[2 * column], row[2 * column + 1]]);
        u64::from(u16::from_le_bytes(bytes))
    };
    for (lane, thread) in lanes.iter_mut().enumerate() {
        let (g, t) = (lane / 4, lane % 4);
        for (matrix, reg) in d.iter().enumerate() {
            let [low, high] = [2 * t, 2 * t + 1]
                .map(|place| if transposed { element(matrix, place, g) } else { element(matrix, g, place) });
            thread.set(*reg, low | high << 16);
        }
    }
    Ok(())
}
