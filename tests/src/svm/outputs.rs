//! What the providers of a world compute, so that audits can open real leaves.

use anchor_lang::prelude::Pubkey;
use tessera::instructions::{AuditOpenArgs, OpenedTree};
use tessera_compute::{LeafOpening, OutputTrees, Tensor};

/// Outputs of every task of a world.
pub const OUTPUT_COUNT: u8 = 2;

/// One output of several leaves, and one of a single leaf.
fn outputs() -> [Tensor; OUTPUT_COUNT as usize] {
    let rising = (0_u16..9_000).map(f32::from).collect();
    let few = vec![1.5, -2.5, 3.5];
    [Tensor::f32(&[9, 1_000], rising), Tensor::f32(&[3], few)].map(|tensor| tensor.expect("the shape fits its values"))
}

/// The outputs' trees, plain and keyed for a verifier's Provider account.
pub fn trees(verifier: &Pubkey) -> OutputTrees {
    OutputTrees::new(&verifier.to_bytes(), &outputs())
}

/// Root of the outputs, keyed for a verifier's Provider account.
pub fn keyed_root(verifier: &Pubkey) -> [u8; 32] {
    trees(verifier).keyed.root().0
}

/// The output, and the leaf in it, that a slot hash picks.
pub fn picked(hash: &[u8; 32], trees: &OutputTrees) -> (u64, u64) {
    let word = |at: usize| u64::from_le_bytes(hash[at..at + 8].try_into().expect("eight bytes are eight bytes"));
    let output = word(0) % u64::from(OUTPUT_COUNT);
    (output, word(8) % trees.leaf_count(output).expect("the output is picked among those that there are"))
}

/// The opening of one leaf in one tree.
pub fn opening(verifier: &Pubkey, tree: OpenedTree, (output, leaf): (u64, u64)) -> AuditOpenArgs {
    let trees = trees(verifier);
    let opened = match tree {
        OpenedTree::Output => trees.open_plain(output, leaf),
        OpenedTree::Keyed => trees.open_keyed(output, leaf),
    };
    let LeafOpening { header, leaf_hash, leaf_proof, output_proof } = opened.expect("there is such a leaf");
    AuditOpenArgs { tree, header, output_proof, leaf_hash, leaf_proof }
}

#[test]
fn the_candidate_root_is_that_of_the_outputs() {
    assert_eq!(trees(&Pubkey::default()).plain.root().0, super::CANDIDATE_ROOT);
}
