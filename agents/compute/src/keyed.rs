//! A run's outputs as a verifier commits to them: the run's own tree, and the same tree with leaf hashes that carry the
//! verifier's key. Formulas: [`tessera_referee::proof`].

use tessera_referee::merkle::{Digest, RootKind};
use tessera_referee::proof::keyed_leaf;

use crate::merkle::{Native, header, root_of};
use crate::{Root, Tensor, Tree, tensors_root};

/// One leaf of an output, with everything that a chain needs to check it against a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafOpening {
    /// The output's encoded header: type, rank, dimensions.
    pub header: Vec<u8>,
    /// The leaf's hash, without a key; zeros for an output without leaves.
    pub leaf_hash: Digest,
    /// From the leaf to the top of the output's tree.
    pub leaf_proof: Vec<Digest>,
    /// From the output's root to the top of the outputs' tree.
    pub output_proof: Vec<Digest>,
}

/// The trees over a run's outputs, with or without a key.
#[derive(Clone, Debug)]
pub struct Trees {
    outputs: Vec<Tree>,
    top: Tree,
    root: Root,
}

impl Trees {
    fn new(outputs: Vec<Tree>, headers: &[Vec<u8>]) -> Self {
        let roots: Vec<Root> =
            outputs.iter().zip(headers).map(|(tree, header)| root_of(RootKind::Tensor, header, tree)).collect();
        let top = Tree::new(roots.iter().map(|root| &root.0[..]));
        Self { outputs, top, root: tensors_root(RootKind::Output, &roots) }
    }

    /// The output root.
    pub fn root(&self) -> Root {
        self.root
    }
}

/// Both commitments to a run's outputs.
#[derive(Clone, Debug)]
pub struct OutputTrees {
    headers: Vec<Vec<u8>>,
    /// What the run's provider commits to.
    pub plain: Trees,
    /// What the verifier commits to.
    pub keyed: Trees,
}

impl OutputTrees {
    /// The trees of these outputs for the verifier whose Provider account has this key.
    pub fn new(verifier: &[u8; 32], outputs: &[Tensor]) -> Self {
        let headers: Vec<_> = outputs.iter().map(header).collect();
        let plain: Vec<_> = outputs.iter().map(Tree::of_tensor).collect();
        let key =
            |tree: &Tree| Tree::over(tree.leaves().iter().map(|leaf| keyed_leaf::<Native>(verifier, leaf)).collect());
        let keyed = plain.iter().map(key).collect();
        Self { plain: Trees::new(plain, &headers), keyed: Trees::new(keyed, &headers), headers }
    }

    /// How many leaves an output has; `None` without such an output.
    pub fn leaf_count(&self, output: u64) -> Option<u64> {
        self.plain.outputs.get(output as usize).map(Tree::count)
    }

    /// Opens a leaf of an output in the run's tree; `None` if there is no such leaf. Of an output without leaves, leaf 0.
    pub fn open_plain(&self, output: u64, leaf: u64) -> Option<LeafOpening> {
        self.open(&self.plain, output, leaf)
    }

    /// Opens the same leaf in the verifier's tree.
    pub fn open_keyed(&self, output: u64, leaf: u64) -> Option<LeafOpening> {
        self.open(&self.keyed, output, leaf)
    }

    fn open(&self, trees: &Trees, output: u64, leaf: u64) -> Option<LeafOpening> {
        let (plain, tree) = (self.plain.outputs.get(output as usize)?, trees.outputs.get(output as usize)?);
        let nothing = plain.count() == 0 && leaf == 0;
        let (leaf_hash, leaf_proof) = match nothing {
            true => ([0; 32], Vec::new()),
            false => (*plain.leaves().get(leaf as usize)?, tree.prove(leaf)?),
        };
        let header = self.headers.get(output as usize)?.clone();
        Some(LeafOpening { header, leaf_hash, leaf_proof, output_proof: trees.top.prove(output)? })
    }
}
