//! The referee's entry points as functions of a library that has nothing else in it, for `check` to look at its instructions.
#![no_std]

use core::ops::Range;
use core::panic::PanicInfo;

use tessera_referee::descriptor::{Descriptor, DescriptorError};
use tessera_referee::dispute::{self, CLAIM_BYTES, Claim, ClaimError, Expect, LEAF, Leaves, Slot};
use tessera_referee::graph_header::{GraphHeader, HeaderError};
use tessera_referee::merkle::{self, Digest, Node, Proof, Sha256, TensorHeader};
use tessera_referee::proof::OutputLeaf;
use tessera_referee::step::{Axis, Partial, Step, StepError};
use tessera_referee::{TensorType, place};

/// Every panic that the compiler cannot rule out ends here, so the library then needs a symbol of this name.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        safe fn referee_may_panic() -> !;
    }
    referee_may_panic()
}

#[unsafe(no_mangle)]
pub fn replay(step: &Step<'_>) -> Result<Partial, StepError> {
    step.replay()
}

#[unsafe(no_mangle)]
pub fn segment(axis: Axis, index: u64) -> Option<Range<u64>> {
    axis.segment(index)
}

#[unsafe(no_mangle)]
pub fn chain(axis: Axis, index: u64) -> Option<Range<u64>> {
    axis.chain(index)
}

#[unsafe(no_mangle)]
pub fn broadcast(operand: &[u64], output: &[u64], index: u64) -> u64 {
    place::broadcast(operand, output, index)
}

#[unsafe(no_mangle)]
pub fn permute(operand: &[u64], output: &[u64], axes: &[u8; 4], index: u64) -> u64 {
    place::permute(operand, output, axes, index)
}

#[unsafe(no_mangle)]
pub fn slice(operand: &[u64], output: &[u64], starts: &[u64; 4], index: u64) -> u64 {
    place::slice(operand, output, starts, index)
}

#[unsafe(no_mangle)]
pub fn concat(operands: &[&[u64]], output: &[u64], axis: usize, index: u64) -> Option<(usize, u64)> {
    place::concat(operands.iter().copied(), output, axis, index)
}

#[unsafe(no_mangle)]
pub fn gather(table: &[u64], picked: i32, index: u64) -> (u64, Option<u64>) {
    (place::gather_index(table, index), place::gather_row(table, picked, index))
}

#[unsafe(no_mangle)]
pub fn decode_descriptor(bytes: &[u8]) -> Result<Descriptor, DescriptorError> {
    Descriptor::decode(bytes)
}

#[unsafe(no_mangle)]
pub fn decode_graph_header(bytes: &[u8]) -> Result<GraphHeader<'_>, HeaderError> {
    GraphHeader::decode(bytes)
}

#[unsafe(no_mangle)]
pub fn decode_tensor_header(bytes: &[u8]) -> Option<TensorHeader> {
    TensorHeader::decode(bytes)
}

/// The hash function is the caller's: here one that panics as little as the rest.
struct Xor;

impl Sha256 for Xor {
    fn hash(parts: &[&[u8]]) -> Digest {
        let mut digest = [0; 32];
        for part in parts {
            digest.iter_mut().zip(*part).for_each(|(slot, byte)| *slot ^= *byte);
        }
        digest
    }
}

#[unsafe(no_mangle)]
pub fn verify(leaf: &Digest, index: u64, count: u64, proof: &[Digest]) -> Option<Digest> {
    merkle::verify::<Xor>(*leaf, index, count, Proof(proof))
}

#[unsafe(no_mangle)]
pub fn output_root(leaf: &OutputLeaf<'_>) -> Option<Digest> {
    leaf.root::<Xor>()
}

#[unsafe(no_mangle)]
pub fn frontier_node(of: Node, levels: u32, index: usize) -> Option<Node> {
    merkle::frontier(of, levels).nth(index)
}

#[unsafe(no_mangle)]
pub fn frontier_hash(count: u64, levels: u32, hashes: &[Digest]) -> Option<Digest> {
    merkle::frontier_hash::<Xor>(count, levels, hashes)
}

#[unsafe(no_mangle)]
pub fn element_in_leaf(ty: &TensorType, element: u64, index: u64, leaf: &[u8; LEAF]) -> (Option<u64>, Option<u32>, bool) {
    let place = dispute::leaf_of(ty, element);
    (place, dispute::value_in_leaf(ty, element, leaf), dispute::padding_is_zero(ty, index, leaf))
}

#[unsafe(no_mangle)]
pub fn encode_claim(claim: &Claim) -> [u8; CLAIM_BYTES] {
    claim.encode()
}

#[unsafe(no_mangle)]
pub fn decode_claim(bytes: &[u8; CLAIM_BYTES]) -> Option<Claim> {
    Claim::decode(bytes)
}

#[unsafe(no_mangle)]
pub fn expects(d: &Descriptor, element: u64, claim: &Claim) -> Result<Expect, ClaimError> {
    dispute::expects(d, element, claim)
}

#[unsafe(no_mangle)]
pub fn parts_hold(d: &Descriptor, element: u64, claim: &Claim, parts: &[u8]) -> Result<bool, ClaimError> {
    dispute::parts_hold(d, element, claim, parts)
}

#[unsafe(no_mangle)]
pub fn pick(d: &Descriptor, element: u64, claim: &Claim, parts: &[u8], index: u16) -> Result<Claim, ClaimError> {
    dispute::pick(d, element, claim, parts, index)
}

/// A leaf with the tensor and the place that it was proven at.
type Given<'a> = (Slot, u64, &'a [u8; LEAF]);

struct Table<'a>(&'a [Given<'a>]);

impl Leaves for Table<'_> {
    fn leaf(&self, slot: Slot, index: u64) -> Option<&[u8; LEAF]> {
        self.0.iter().find(|given| (given.0, given.1) == (slot, index)).map(|given| given.2)
    }
}

#[unsafe(no_mangle)]
pub fn check(d: &Descriptor, element: u64, claim: &Claim, leaves: &[Given<'_>]) -> Result<bool, ClaimError> {
    dispute::check(d, element, claim, &Table(leaves))
}
