//! The dispute's functions are total: any descriptor, claim, parts and leaves give an answer or a refusal, never a panic, and
//! within the bounds that are documented (tests are built with overflow checks).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod descriptors;

use std::cell::RefCell;
use std::collections::BTreeSet;

use descriptors::{descriptor, dimension, operation};
use proptest::collection::vec;
use proptest::prelude::*;
use tessera_referee::TensorType;
use tessera_referee::descriptor::Descriptor;
use tessera_referee::dispute::{
    CLAIM_BYTES, Claim, ClaimError, Expect, LEAF, Leaves, MAX_PARTS, Slot, add_up, check, expects, leaf_of,
    padding_is_zero, parts_hold, pick, value_in_leaf,
};
use tessera_referee::graph_header::GraphHeader;
use tessera_referee::layout::leaf_elements;

/// Leaves of any bytes, and which of them were read.
struct Any<'a> {
    bytes: &'a [u8; LEAF],
    read: RefCell<BTreeSet<(Slot, u64)>>,
}

impl Leaves for Any<'_> {
    fn leaf(&self, slot: Slot, index: u64) -> Option<&[u8; LEAF]> {
        self.read.borrow_mut().insert((slot, index));
        Some(self.bytes)
    }
}

struct Nothing;

impl Leaves for Nothing {
    fn leaf(&self, _: Slot, _: u64) -> Option<&[u8; LEAF]> {
        None
    }
}

/// A claim of any fields, whose indices are often small.
fn claim() -> impl Strategy<Value = Claim> {
    let bytes = (0u8..6, vec(prop_oneof![3 => Just(0u8), 1 => 0u8..4, 1 => any::<u8>()], CLAIM_BYTES - 1));
    bytes.prop_filter_map("a claim", |(tag, fields)| {
        let mut bytes = [0; CLAIM_BYTES];
        bytes[0] = tag;
        // What lies beyond the fields of the tag is zero.
        let length = [4, 13, CLAIM_BYTES - 1, 17, 8, 13][usize::from(tag)];
        bytes[1..=length].copy_from_slice(&fields[..length]);
        (0..=length).rev().find_map(|end| {
            bytes[1 + end..].fill(0);
            Claim::decode(&bytes)
        })
    })
}

/// Plays on from a claim with these parts and leaves, down to a check or a refusal.
fn play(d: &Descriptor, element: u64, mut claim: Claim, bytes: &[u8], leaf: &[u8; LEAF]) -> Result<(), TestCaseError> {
    for depth in 0.. {
        prop_assert!(depth < 9, "{:?}", claim);
        prop_assert_eq!(Claim::decode(&claim.encode()), Some(claim));
        let leaves = Any { bytes: leaf, read: RefCell::default() };
        let expected = expects(d, element, &claim);
        let verdict = check(d, element, &claim, &leaves);
        prop_assert!(leaves.read.borrow().len() <= 4);
        for (slot, index) in leaves.read.borrow().iter() {
            let ty = match slot {
                Slot::Output => d.output,
                Slot::Operand(operand) => d.operand_types()[usize::from(*operand)],
            };
            prop_assert!(*index < ty.leaves(), "{:?} reads leaf {} of {}", d.kind, index, slot);
        }
        let (count, width) = match expected {
            Ok(Expect::Check) => {
                prop_assert!(verdict.is_ok(), "{:?}, element {}: {:?} {:?}", d, element, claim, verdict);
                prop_assert_eq!(parts_hold(d, element, &claim, bytes), Err(ClaimError::HasNoParts));
                let refused = check(d, element, &claim, &Nothing);
                prop_assert!(leaves.read.borrow().is_empty() || matches!(refused, Err(ClaimError::LeafMissing(..))));
                return Ok(());
            }
            Ok(Expect::Parts { count, width }) => (count, width),
            Err(error) => {
                prop_assert_eq!(verdict, Err(error));
                prop_assert_eq!(pick(d, element, &claim, bytes, 0), Err(error));
                return Ok(());
            }
        };
        prop_assert_eq!(verdict, Err(ClaimError::HasParts));
        prop_assert!((1..=MAX_PARTS).contains(&count));
        let wanted = count * width.bytes();
        let parts: Vec<u8> = bytes.iter().copied().cycle().take(wanted).collect();
        prop_assert_eq!(parts_hold(d, element, &claim, &parts[1..]), Err(ClaimError::Length { wanted }));
        prop_assert!(parts_hold(d, element, &claim, &parts).is_ok());
        prop_assert!(add_up(d, element, &claim, &parts)?.is_some());
        prop_assert_eq!(pick(d, element, &claim, &parts, count as u16), Err(ClaimError::NoPart));
        let index = usize::from(bytes[0]) % count;
        claim = pick(d, element, &claim, &parts, index as u16)?;
        prop_assert!(expects(d, element, &claim).is_ok(), "{:?} has no part {:?}", d.kind, claim);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn any_bytes_are_a_descriptor_or_not(bytes in vec(any::<u8>(), 0..300)) {
        prop_assert!(Descriptor::decode(&bytes).is_err() || bytes.len() <= 256);
        let _ = GraphHeader::decode(&bytes);
    }

    #[test]
    fn a_changed_descriptor_is_one_or_not(
        operation in operation(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        element in any::<u64>(),
        leaf in any::<[u8; 32]>(),
    ) {
        let mut bytes = descriptor(&operation);
        prop_assert!(Descriptor::decode(&bytes).is_ok());
        let at = at.index(bytes.len());
        bytes[at] ^= byte;
        // Fields alone, rules unchecked: the game is still total.
        if let Ok(d) = Descriptor::parse(&bytes) {
            let leaf = leaf.repeat(16).try_into().unwrap();
            let leaves = Any { bytes: &leaf, read: RefCell::default() };
            for claim in [Claim::Element { value: 0 }, Claim::Score { centre: 0, value: 0 }] {
                for element in [element, 0, element % d.output.shape.elements().max(1)] {
                    let _ = expects(&d, element, &claim);
                    let _ = check(&d, element, &claim, &leaves);
                    let _ = parts_hold(&d, element, &claim, &bytes);
                    let _ = pick(&d, element, &claim, &bytes, u16::from(byte));
                }
            }
        }
    }

    #[test]
    fn any_game_ends(
        operation in operation(),
        element in any::<u64>(),
        value in any::<u32>(),
        claim in claim(),
        bytes in vec(any::<u8>(), 1..64),
        leaf in any::<[u8; 32]>(),
    ) {
        let d = Descriptor::decode(&descriptor(&operation)).unwrap();
        let leaf = leaf.repeat(16).try_into().unwrap();
        let elements = d.output.shape.elements();
        for element in [element, elements, elements.saturating_sub(1), element % elements.max(1)] {
            play(&d, element, Claim::Element { value }, &bytes, &leaf)?;
            play(&d, element, claim, &bytes, &leaf)?;
        }
        if elements == 0 {
            prop_assert_eq!(expects(&d, 0, &Claim::Element { value }), Err(ClaimError::NoElement));
        }
    }

    #[test]
    fn any_bytes_are_a_claim_or_not(bytes in any::<[u8; CLAIM_BYTES]>()) {
        if let Some(claim) = Claim::decode(&bytes) {
            prop_assert_eq!(claim.encode(), bytes);
        }
    }

    #[test]
    fn padding_is_what_holds_no_element(
        code in 1u8..4,
        dims in vec(dimension(), 0..4),
        index in any::<u64>(),
        byte in 0..LEAF,
    ) {
        let dtype = tessera_referee::DType::from_code(code).unwrap();
        let Ok(ty) = TensorType::new(dtype, &dims) else { return Ok(()) };
        let mut leaf = [0; LEAF];
        prop_assert!(padding_is_zero(&ty, index, &leaf));
        leaf[byte] = 1;
        let index = index % ty.leaves().max(1);
        // The byte is an element's, or it is padding.
        let padded = tessera_referee::layout::padded_row(dtype, ty.shape.row());
        let at = index * leaf_elements(dtype) + byte as u64 / dtype.size();
        let (row, column) = (at.checked_div(padded), at.checked_rem(padded));
        let held = column.is_some_and(|column| column < ty.shape.row()) && row.is_some_and(|row| row < ty.shape.rows());
        prop_assert_eq!(padding_is_zero(&ty, index, &leaf), held);
        if held {
            let element = row.unwrap() * ty.shape.row() + column.unwrap();
            prop_assert_eq!(leaf_of(&ty, element), Some(index));
            prop_assert_ne!(value_in_leaf(&ty, element, &leaf), Some(0));
        }
        prop_assert_eq!(leaf_of(&ty, ty.shape.elements()), None);
    }
}
