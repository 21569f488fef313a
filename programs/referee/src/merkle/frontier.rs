//! Going down a tree several levels at a time.

use super::{Digest, Sha256, node};

/// Most levels that one move goes down: 16 nodes.
pub const FRONTIER_LEVELS: u32 = 4;

/// The node over some consecutive leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// The first of them.
    pub first: u64,
    /// How many; with one, the node is the leaf.
    pub count: u64,
}

impl Node {
    /// The nodes right below; `None` for a leaf, and for a node over no leaves.
    pub const fn children(self) -> Option<[Self; 2]> {
        if self.count < 2 {
            return None;
        }
        // The greatest power of two below the count.
        let left = 1 << (self.count - 1).ilog2();
        let right = Self { first: self.first.saturating_add(left), count: self.count.wrapping_sub(left) };
        Some([Self { first: self.first, count: left }, right])
    }

    /// The node that is reached by going down `levels` levels along the bits of `path`, 0 to the left, the highest first. A leaf
    /// that is reached before has the remaining bits 0.
    fn below(self, path: u32, levels: u32) -> Option<Self> {
        let mut at = self;
        for level in (0..levels).rev() {
            let right = path.checked_shr(level).is_some_and(|path| path & 1 == 1);
            at = match (at.children(), right) {
                (Some([_, child]), true) | (Some([child, _]), false) => child,
                (None, true) => return None,
                (None, false) => at,
            };
        }
        Some(at)
    }
}

/// The nodes `levels` levels below a node, in order; leaves that are reached before stay. At most 16, of at most
/// [`FRONTIER_LEVELS`] levels; none below a node over no leaves.
pub fn frontier(of: Node, levels: u32) -> impl Iterator<Item = Node> {
    let levels = levels.min(FRONTIER_LEVELS);
    let paths = if of.count == 0 { 0 } else { 1u32.checked_shl(levels).unwrap_or(0) };
    (0..paths).filter_map(move |path| of.below(path, levels))
}

/// The hash of a node over `count` leaves from those of its [`frontier`]; `None` unless they are exactly as many.
pub fn frontier_hash<H: Sha256>(count: u64, levels: u32, hashes: &[Digest]) -> Option<Digest> {
    let mut hashes = hashes.iter();
    let hash = gather::<H>(Node { first: 0, count }, levels.min(FRONTIER_LEVELS), &mut hashes)?;
    (count > 0 && hashes.next().is_none()).then_some(hash)
}

fn gather<'a, H: Sha256>(of: Node, levels: u32, hashes: &mut impl Iterator<Item = &'a Digest>) -> Option<Digest> {
    match (of.children(), levels.checked_sub(1)) {
        (Some([left, right]), Some(levels)) => {
            let left = gather::<H>(left, levels, hashes)?;
            let right = gather::<H>(right, levels, hashes)?;
            Some(node::<H>(&left, &right))
        }
        _ => hashes.next().copied(),
    }
}
