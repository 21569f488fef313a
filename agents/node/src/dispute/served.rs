//! What a provider serves of its trace beside the chain, checked against what it committed to before it is used.

use tessera_compute::referee::dispute::LEAF;
use tessera_compute::referee::merkle::{self, Digest, Node, Proof, frontier_hash};
use tessera_compute::{Native, Root, RootKind, TensorType};

use super::truth::{Roots, root_of};

/// Levels that one answer goes down a tree of leaves, at most 16 hashes each.
pub const LEVELS: u32 = merkle::FRONTIER_LEVELS;

/// A leaf of an operation's output with its proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedLeaf {
    /// Its bytes.
    pub bytes: [u8; LEAF],
    /// To the top of the tensor's tree, lowest first.
    pub proof: Vec<Digest>,
}

/// Asks one provider about one run. `None`: it does not serve that, or not in time. Answers are not checked here, see
/// [`Checked`].
pub trait Served {
    /// The tensor roots of all operations' outputs.
    fn trace(&self) -> Option<Vec<Root>>;

    /// The hash of the tree over an operation's output.
    fn tree(&self, operation: u16) -> Option<Digest>;

    /// The hashes [`LEVELS`] below a node of an operation's output.
    fn nodes(&self, operation: u16, of: Node) -> Option<Vec<Digest>>;

    /// A leaf of an operation's output.
    fn leaf(&self, operation: u16, index: u64) -> Option<ServedLeaf>;
}

/// Serves nothing.
#[derive(Clone, Copy, Debug)]
pub struct NotServed;

impl Served for NotServed {
    fn trace(&self) -> Option<Vec<Root>> {
        None
    }

    fn tree(&self, _: u16) -> Option<Digest> {
        None
    }

    fn nodes(&self, _: u16, _: Node) -> Option<Vec<Digest>> {
        None
    }

    fn leaf(&self, _: u16, _: u64) -> Option<ServedLeaf> {
        None
    }
}

/// What is served, as far as it is what the provider committed to. The rest is as if it was not served.
#[derive(Clone, Copy)]
pub struct Checked<'a>(pub &'a dyn Served);

impl Checked<'_> {
    /// The trace with this root.
    pub fn trace(&self, root: &Digest, operations: u16) -> Option<Roots> {
        let roots = self.0.trace().filter(|roots| roots.len() == usize::from(operations))?;
        let trace = Roots::new(RootKind::Trace, roots);
        (trace.root.0 == *root).then_some(trace)
    }

    /// The tree hash of an operation's output of this type and root.
    pub fn tree(&self, operation: u16, ty: &TensorType, root: &Root) -> Option<Digest> {
        self.0.tree(operation).filter(|tree| root_of(ty, tree) == *root)
    }

    /// The hashes below a node with this hash.
    pub fn nodes(&self, operation: u16, of: Node, hash: &Digest) -> Option<Vec<Digest>> {
        let hashes = self.0.nodes(operation, of)?;
        (frontier_hash::<Native>(of.count, LEVELS, &hashes).as_ref() == Some(hash)).then_some(hashes)
    }

    /// A leaf of the output with this type and tree.
    pub fn leaf(&self, operation: u16, index: u64, ty: &TensorType, tree: &Digest) -> Option<ServedLeaf> {
        let leaf = self.0.leaf(operation, index)?;
        let hash = merkle::leaf::<Native>(index, &leaf.bytes);
        let found = merkle::verify::<Native>(hash, index, ty.leaves(), Proof(&leaf.proof));
        (found.as_ref() == Some(tree)).then_some(leaf)
    }
}
