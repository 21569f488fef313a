//! Merkle roots and proofs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use sha2::{Digest, Sha256};
use tessera_compute::referee::{layout, merkle};
use tessera_compute::{DType, Root, Shape, Tensor, Tree, inputs_root, leaf_count, output_root};

fn sha(parts: &[&[u8]]) -> [u8; 32] {
    parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part)).finalize().into()
}

/// RFC 6962's definition, written down once more.
fn naive(leaves: &[Vec<u8>], first: u64) -> [u8; 32] {
    match leaves {
        [] => sha(&[]),
        [leaf] => sha(&[&[0], &first.to_le_bytes(), leaf]),
        _ => {
            let mut k = 1;
            while 2 * k < leaves.len() {
                k *= 2;
            }
            let right = naive(&leaves[k..], first + k as u64);
            sha(&[&[1], &naive(&leaves[..k], first), &right])
        }
    }
}

/// A tensor's padded bytes by the words of the specification: first all rows padded, then cut.
fn naive_leaves(tensor: &Tensor) -> Vec<Vec<u8>> {
    let (shape, size) = (tensor.shape(), tensor.dtype().size() as usize);
    let row = shape.row() as usize;
    let leaf = 512 / size;
    let padded = match row {
        0 => 0,
        n if n <= leaf => (0..).map(|e| 1 << e).find(|&p| p >= n).unwrap(),
        n => n.div_ceil(leaf) * leaf,
    };
    let mut bytes = Vec::new();
    for r in 0..shape.rows() as usize {
        for c in 0..padded {
            let word = if c < row { tensor.word(r * row + c).unwrap() } else { 0 };
            bytes.extend(&word.to_le_bytes()[..size]);
        }
    }
    bytes.chunks(512).map(|leaf| [leaf, &vec![0; 512 - leaf.len()]].concat()).collect()
}

#[test]
fn roots_follow_the_specification() {
    let shapes: [&[u64]; 13] = [
        &[],
        &[0],
        &[1],
        &[3, 0],
        &[3],
        &[5, 3],
        &[128],
        &[129],
        &[3, 130],
        &[2, 3, 5, 7],
        &[700, 2],
        &[2, 513],
        &[4, 512],
    ];
    for dims in shapes {
        let count = dims.iter().product::<u64>();
        for tensor in [
            Tensor::f32(dims, (0..count).map(|i| i as f32 + 0.5).collect()).unwrap(),
            Tensor::i32(dims, (0..count).map(|i| i as i32 - 5).collect()).unwrap(),
            Tensor::i8(dims, (0..count).map(|i| i as i8).collect()).unwrap(),
        ] {
            let leaves = naive_leaves(&tensor);
            assert_eq!(leaf_count(tensor.dtype(), &tensor.shape()), leaves.len() as u64, "{dims:?}");
            let mut header = vec![tensor.dtype().code(), dims.len() as u8];
            dims.iter().for_each(|dim| header.extend(dim.to_le_bytes()));
            let count = (leaves.len() as u64).to_le_bytes();
            let root = sha(&[&[2, 1], &count, &header, &naive(&leaves, 0)]);
            assert_eq!(tensor.root(), Root(root), "{dims:?} {:?}", tensor.dtype());
        }
    }
}

#[test]
fn every_leaf_is_proven_and_nothing_else() {
    for count in (0..20u64).chain([31, 32, 33]) {
        let leaves: Vec<Vec<u8>> = (0..count).map(|i| vec![i as u8; 3]).collect();
        let tree = Tree::new(leaves.iter().map(Vec::as_slice));
        assert_eq!(tree.hash(), naive(&leaves, 0), "{count}");
        assert!(tree.prove(count).is_none());
        assert!(!tree.contains(count, &[0; 3], &[]));
        for (index, leaf) in (0..).zip(&leaves) {
            let proof = tree.prove(index).unwrap();
            assert_eq!(merkle::proof_length(index, count), Some(proof.len()));
            assert!(tree.contains(index, leaf, &proof), "{index} of {count}");
            assert!(!tree.contains(index, &[99; 3], &proof), "another leaf");
            for other in (0..count).filter(|&other| other != index) {
                assert!(!tree.contains(other, leaf, &proof), "another index");
            }
            let longer = [&proof[..], &[[0; 32]]].concat();
            assert!(!tree.contains(index, leaf, &longer), "a longer proof");
            if let Some((_, shorter)) = proof.split_last() {
                assert!(!tree.contains(index, leaf, shorter), "a shorter proof");
            }
        }
    }
}

#[test]
fn huge_trees_have_proof_lengths_without_overflow() {
    assert_eq!(merkle::proof_length(0, u64::MAX), Some(64));
    assert_eq!(merkle::proof_length(u64::MAX - 1, u64::MAX), Some(63));
    assert_eq!(merkle::proof_length(u64::MAX, u64::MAX), None);
    assert_eq!(merkle::proof_length(0, 0), None);
}

#[test]
fn roots_of_lists_differ_by_kind_and_order() {
    let [a, b] = [1, 2].map(|x| Tensor::i8(&[1], vec![x]).unwrap());
    let ab = [a.clone(), b.clone()];
    assert_ne!(inputs_root(&ab), output_root(&ab));
    assert_ne!(output_root(&ab), output_root(&[b, a]));
}

#[test]
fn zero_and_minus_zero_have_different_roots_and_so_have_shapes() {
    let [plus, minus] = [0.0, -0.0].map(|x| Tensor::f32(&[4], vec![x; 4]).unwrap().root());
    assert_ne!(plus, minus);
    assert_ne!(plus, Tensor::f32(&[2, 2], vec![0.0; 4]).unwrap().root());
    assert_ne!(plus, Tensor::i32(&[4], vec![0; 4]).unwrap().root());
    assert_ne!(plus, Tensor::f32(&[3], vec![0.0; 3]).unwrap().root());
}

#[test]
fn elements_lie_where_locate_says() {
    for dims in [&[5u64, 3][..], &[3, 130], &[2, 700]] {
        let count = dims.iter().product::<u64>();
        let tensor = Tensor::i32(dims, (1..=count as i32).collect()).unwrap();
        let leaves = naive_leaves(&tensor);
        let shape = Shape::new(dims).unwrap();
        for index in 0..count {
            let (row, column) = (index / shape.row(), index % shape.row());
            let (leaf, byte) = layout::locate(DType::I32, shape.row(), row, column);
            let bytes = &leaves[leaf as usize][byte as usize..][..4];
            assert_eq!(i32::from_le_bytes(bytes.try_into().unwrap()), index as i32 + 1);
        }
    }
}

#[test]
fn roots_are_written_and_read_as_hex() {
    let root = Root(std::array::from_fn(|i| i as u8 * 7));
    assert_eq!(root.to_string().parse(), Ok(root));
    assert_eq!(root.to_string().to_uppercase().parse(), Ok(root));
    for bad in ["", "00", "+0", &"g".repeat(64), &"é".repeat(32)] {
        assert!(bad.parse::<Root>().is_err(), "{bad}");
    }
}
