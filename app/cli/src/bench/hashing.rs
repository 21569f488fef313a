//! The Merkle tree of a tensor.

use sha2::{Digest as _, Sha256};
use tessera_compute::{Tensor, Tree};

use super::draws::Draws;
use super::turns::{Turns, timed};
use super::{BenchError, Figure, Name};

/// f32 in a leaf of 512 bytes.
const LEAF: usize = 128;

/// The tree of a square matrix of f32, next to the same tree in a few lines.
pub(super) fn merkle(side: u64, turns: Turns<'_>) -> Result<Figure, BenchError> {
    let values = Draws::new(6).many(usize::try_from(side * side).unwrap_or(usize::MAX));
    let tensor = Tensor::f32(&[side, side], values.clone())?;
    let (mut ours, mut theirs) = ([0; 32], [0; 32]);
    let mut tree = || {
        let (tree, seconds) = timed(|| Tree::of_tensor(&tensor));
        ours = tree.hash();
        Ok(seconds)
    };
    let mut plain = || {
        let (hash, seconds) = timed(|| plain(&values));
        theirs = hash;
        Ok(seconds)
    };
    let times = turns.minima(&mut [&mut tree, &mut plain])?;
    let (own, peer) = (times.first().copied().unwrap_or(f64::NAN), times.last().copied().unwrap_or(f64::NAN));
    let shape = format!("{side}x{side} f32, {:.2} GB/s", (side * side * 4) as f64 / own / 1e9);
    // Hashes are equal or not.
    let apart = if ours == theirs { 0.0 } else { f64::INFINITY };
    Ok(Figure::alone(Name::Merkle, shape, 1, own).beside("sha2, the same tree", peer).differing(apart, 0.0))
}

/// RFC 6962's tree with the leaf's index in its hash, for rows of whole leaves.
fn plain(values: &[f32]) -> [u8; 32] {
    let leaf = |(index, leaf): (u64, &[f32])| {
        let mut engine = Sha256::new();
        engine.update([0]);
        engine.update(index.to_le_bytes());
        let bytes: Vec<u8> = leaf.iter().flat_map(|x| x.to_le_bytes()).collect();
        engine.update(bytes);
        engine.finalize().into()
    };
    let mut level: Vec<[u8; 32]> = (0..).zip(values.chunks(LEAF)).map(leaf).collect();
    while level.len() > 1 {
        let above = level.chunks(2).map(|pair| match pair {
            [left, right] => Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into(),
            [last, ..] => *last,
            [] => [0; 32],
        });
        level = above.collect();
    }
    level.first().copied().unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn both_trees_are_one_also_where_levels_are_odd() {
        for rows in [1, 2, 3, 7, 12] {
            let values = Draws::new(1).many(rows * 256);
            let tensor = Tensor::f32(&[rows as u64, 256], values.clone()).unwrap();
            assert_eq!(Tree::of_tensor(&tensor).hash(), plain(&values));
        }
    }
}
