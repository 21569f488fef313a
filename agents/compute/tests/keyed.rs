//! A verifier's openings satisfy the referee, and only the right ones do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use tessera_compute::referee::merkle::{Proof, TensorHeader};
use tessera_compute::referee::proof::{OutputLeaf, keyed_leaf, pick};
use tessera_compute::{LeafOpening, Native, OutputTrees, Root, Tensor, output_root};

const KEY: [u8; 32] = [7; 32];

fn outputs() -> Vec<Tensor> {
    let ramp = |n: u64| (0..n).map(|i| i as f32).collect::<Vec<_>>();
    vec![
        Tensor::f32(&[], vec![1.0]).unwrap(),
        Tensor::f32(&[9, 130], ramp(1170)).unwrap(),
        Tensor::i8(&[3, 0], Vec::new()).unwrap(),
        Tensor::i32(&[700], (0..700).collect()).unwrap(),
        Tensor::i8(&[2, 2, 300], vec![-3; 1200]).unwrap(),
    ]
}

/// What the referee makes of an opening; `key` for the keyed tree.
fn referee(count: u64, output: u64, leaf: u64, opening: &LeafOpening, key: Option<&[u8; 32]>) -> Option<Root> {
    let header = TensorHeader::decode(&opening.header)?;
    let hash = match key {
        Some(key) if header.leaves() > 0 => keyed_leaf::<Native>(key, &opening.leaf_hash),
        _ => opening.leaf_hash,
    };
    let leaf = OutputLeaf {
        outputs: count,
        output,
        header: &header,
        index: leaf,
        hash,
        leaf_proof: Proof(&opening.leaf_proof),
        output_proof: Proof(&opening.output_proof),
    };
    leaf.root::<Native>().map(Root)
}

#[test]
fn every_leaf_opens_in_both_trees() {
    let outputs = outputs();
    for count in 1..=outputs.len() {
        let trees = OutputTrees::new(&KEY, &outputs[..count]);
        assert_eq!(trees.plain.root(), output_root(&outputs[..count]));
        assert_ne!(trees.plain.root(), trees.keyed.root());
        let n = count as u64;
        for output in 0..n {
            for leaf in 0..trees.leaf_count(output).unwrap().max(1) {
                let plain = trees.open_plain(output, leaf).unwrap();
                let keyed = trees.open_keyed(output, leaf).unwrap();
                assert_eq!((&plain.header, plain.leaf_hash), (&keyed.header, keyed.leaf_hash));
                assert_eq!(referee(n, output, leaf, &plain, None), Some(trees.plain.root()));
                assert_eq!(referee(n, output, leaf, &keyed, Some(&KEY)), Some(trees.keyed.root()));
            }
        }
    }
}

#[test]
fn an_opening_proves_nothing_else() {
    let trees = OutputTrees::new(&KEY, &outputs());
    let (n, output, leaf) = (5, 1, 4);
    let keyed = trees.open_keyed(output, leaf).unwrap();
    let right = Some(trees.keyed.root());
    let wrong = |count, output, leaf, opening: &LeafOpening, key| {
        assert_ne!(referee(count, output, leaf, opening, key), right);
    };
    // Another key, no key, another place, another count.
    wrong(n, output, leaf, &keyed, Some(&[8; 32]));
    wrong(n, output, leaf, &keyed, None);
    wrong(n, output, leaf + 1, &keyed, Some(&KEY));
    wrong(n, output + 2, leaf, &keyed, Some(&KEY));
    wrong(n - 1, output, leaf, &keyed, Some(&KEY));
    wrong(17, output, leaf, &keyed, Some(&KEY));
    // Any changed, missing or additional hash.
    for at in 0..keyed.leaf_proof.len() {
        let mut changed = keyed.clone();
        changed.leaf_proof[at][31] ^= 1;
        wrong(n, output, leaf, &changed, Some(&KEY));
    }
    for at in 0..keyed.output_proof.len() {
        let mut changed = keyed.clone();
        changed.output_proof[at][0] ^= 1;
        wrong(n, output, leaf, &changed, Some(&KEY));
    }
    let mut longer = keyed.clone();
    longer.leaf_proof.push([0; 32]);
    assert_eq!(referee(n, output, leaf, &longer, Some(&KEY)), None);
    let mut shorter = keyed.clone();
    shorter.output_proof.pop();
    assert_eq!(referee(n, output, leaf, &shorter, Some(&KEY)), None);
    let mut other = keyed.clone();
    other.leaf_hash[0] ^= 1;
    wrong(n, output, leaf, &other, Some(&KEY));
    // A header of another shape with as many leaves.
    let mut reshaped = keyed;
    reshaped.header = TensorHeader::new(tessera_compute::DType::F32, &[9, 131]).unwrap().bytes().to_vec();
    wrong(n, output, leaf, &reshaped, Some(&KEY));
}

#[test]
fn an_output_without_leaves_opens_only_as_nothing() {
    let trees = OutputTrees::new(&KEY, &outputs());
    let mut opening = trees.open_plain(2, 0).unwrap();
    assert_eq!(referee(5, 2, 0, &opening, None), Some(trees.plain.root()));
    assert_eq!(referee(5, 2, 1, &opening, None), None);
    opening.leaf_hash = [1; 32];
    assert_eq!(referee(5, 2, 0, &opening, None), None);
    assert!(trees.open_plain(2, 1).is_none() && trees.open_plain(5, 0).is_none());
}

#[test]
fn headers_are_read_strictly() {
    let good = TensorHeader::new(tessera_compute::DType::I8, &[2, 3]).unwrap();
    assert_eq!(TensorHeader::decode(good.bytes()), Some(good));
    let with = |at: usize, byte: u8| {
        let mut bytes = good.bytes().to_vec();
        bytes[at] = byte;
        TensorHeader::decode(&bytes)
    };
    assert_eq!(with(0, 0), None);
    assert_eq!(with(0, 4), None);
    assert_eq!(with(1, 1), None);
    assert_eq!(with(1, 3), None);
    assert_eq!(with(9, 0xff), None);
    assert_eq!(TensorHeader::decode(&[]), None);
    assert_eq!(TensorHeader::decode(&good.bytes()[..17]), None);
    assert_eq!(TensorHeader::decode(&[good.bytes(), &[0]].concat()), None);
    assert_eq!(TensorHeader::decode(&[[1, 5].as_slice(), &[0; 40]].concat()), None);
}

#[test]
fn picks_are_in_range() {
    let mut random = [0; 32];
    random[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    random[8..16].copy_from_slice(&10u64.to_le_bytes());
    assert_eq!(pick(&random, 0, 16), Some(15));
    assert_eq!(pick(&random, 1, 7), Some(3));
    assert_eq!(pick(&random, 1, 0), None);
    assert_eq!(pick(&random, 4, 7), None);
}
