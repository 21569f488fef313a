use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anchor_lang::prelude::Pubkey;
use tessera::instructions::{AuditOpenArgs, OpenedTree};
use tessera_compute::OutputTrees;

use crate::svm::outputs::{picked, trees};
use crate::svm::{CANDIDATE_ROOT, OTHER_ROOT};

/// The roots that are shown: the right one, and two others.
pub(crate) fn root_of(number: u8) -> [u8; 32] {
    match number {
        0 => CANDIDATE_ROOT,
        1 => OTHER_ROOT,
        _ => [0xe3; 32],
    }
}

fn trees_of(verifier: &Pubkey) -> Arc<OutputTrees> {
    static KNOWN: OnceLock<Mutex<BTreeMap<Pubkey, Arc<OutputTrees>>>> = OnceLock::new();
    let mut known = KNOWN.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(*verifier).or_insert_with(|| Arc::new(trees(verifier))).clone()
}

/// What a verifier commits to that found the right outputs.
pub(crate) fn keyed_root_of(verifier: &Pubkey) -> [u8; 32] {
    trees_of(verifier).keyed.root().0
}

/// Header and leaf hash of the leaf that a slot hash picks.
pub(crate) fn picked_at(hash: &[u8; 32]) -> (Vec<u8>, [u8; 32]) {
    let trees = trees_of(&Pubkey::default());
    let (output, leaf) = picked(hash, &trees);
    let opening = trees.open_plain(output, leaf).expect("there is such a leaf");
    (opening.header, opening.leaf_hash)
}

pub(super) fn opening_at(verifier: &Pubkey, tree: OpenedTree, hash: &[u8; 32]) -> AuditOpenArgs {
    let trees = trees_of(verifier);
    let (output, leaf) = picked(hash, &trees);
    let opened = match tree {
        OpenedTree::Output => trees.open_plain(output, leaf),
        OpenedTree::Keyed => trees.open_keyed(output, leaf),
    };
    let at = opened.expect("there is such a leaf");
    AuditOpenArgs {
        tree,
        header: at.header,
        output_proof: at.output_proof,
        leaf_hash: at.leaf_hash,
        leaf_proof: at.leaf_proof,
    }
}
