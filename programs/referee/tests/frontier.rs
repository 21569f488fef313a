//! Going down a tree four levels at a time reaches every leaf, and the hashes on the way make the tree's.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use tessera_referee::merkle::{self, Digest, FRONTIER_LEVELS, Node, Sha256, frontier, frontier_hash, node};

/// Not a hash to trust, but a different digest for different parts.
struct Mix;

impl Sha256 for Mix {
    fn hash(parts: &[&[u8]]) -> Digest {
        let mut state = [0x9e37_79b9_7f4a_7c15u64; 4];
        for (at, byte) in parts.concat().iter().enumerate() {
            let lane = &mut state[at % 4];
            *lane = (*lane ^ u64::from(*byte) ^ at as u64).wrapping_mul(0x2545_f491_4f6c_dd1d).rotate_left(29);
        }
        let mut digest = [0; 32];
        digest.as_chunks_mut::<8>().0.iter_mut().zip(state).for_each(|(slot, lane)| *slot = lane.to_le_bytes());
        digest
    }
}

/// The hash over consecutive leaves, as RFC 6962 has it.
fn hash_of(node_over: Node) -> Digest {
    if node_over.count == 1 {
        return merkle::leaf::<Mix>(node_over.first, &node_over.first.to_le_bytes());
    }
    let left = (node_over.count.next_power_of_two()) / 2;
    let [first, rest] = [(node_over.first, left), (node_over.first + left, node_over.count - left)]
        .map(|(first, count)| hash_of(Node { first, count }));
    node::<Mix>(&first, &rest)
}

#[test]
fn a_frontier_covers_the_leaves_and_makes_the_hash() {
    for count in 1..=150 {
        let top = Node { first: 1_000, count };
        let hash = hash_of(top);
        for levels in 0..=FRONTIER_LEVELS {
            let nodes: Vec<Node> = frontier(top, levels).collect();
            assert!(nodes.len() <= 1 << levels && !nodes.is_empty());
            let mut next = top.first;
            for node in &nodes {
                assert_eq!(node.first, next, "{count} leaves, {levels} levels");
                next += node.count;
            }
            assert_eq!(next, top.first + count);
            let mut hashes: Vec<Digest> = nodes.iter().map(|node| hash_of(*node)).collect();
            assert_eq!(frontier_hash::<Mix>(count, levels, &hashes), Some(hash));
            assert_eq!(frontier_hash::<Mix>(count, levels, &hashes[1..]), None);
            hashes.push(hash);
            assert_eq!(frontier_hash::<Mix>(count, levels, &hashes), None);
        }
    }
}

proptest! {
    #[test]
    fn any_leaf_of_any_tree_is_reached_in_few_moves(count in 1u64..=1 << 40, place in any::<u64>()) {
        let leaf = place % count;
        let mut at = Node { first: 0, count };
        let mut moves = 0;
        while at.count > 1 {
            at = frontier(at, FRONTIER_LEVELS)
                .find(|node| (node.first..node.first + node.count).contains(&leaf))
                .expect("a node over the leaf");
            moves += 1;
        }
        prop_assert_eq!(at.first, leaf);
        prop_assert!(moves <= 10);
    }

    #[test]
    fn any_node_has_a_frontier_and_any_hashes_an_answer(
        first in any::<u64>(),
        count in any::<u64>(),
        levels in any::<u32>(),
        hashes in 0usize..40,
    ) {
        let nodes = frontier(Node { first, count }, levels).count();
        prop_assert!(nodes <= 16 && (nodes == 0) == (count == 0));
        let given = vec![[7; 32]; hashes];
        prop_assert_eq!(frontier_hash::<Mix>(count, levels, &given).is_some(), hashes == nodes && count > 0);
    }
}
