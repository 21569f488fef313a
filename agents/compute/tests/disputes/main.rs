//! The game on one element: whoever is right can always show it, for every operation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod adversary;
mod cases;
mod game;
#[path = "../conformance/values.rs"]
mod values;

use std::collections::{BTreeMap, BTreeSet};

use adversary::End;
use cases::each;
use game::Game;
use tessera_compute::referee::dispute::{Claim, ClaimError, Expect, parts_hold};
use values::Random;

/// Elements to play on: all where they are few.
fn elements(game: &Game, random: &mut Random, most: u64) -> Vec<u64> {
    let count = game.elements();
    if count <= most {
        return (0..count).collect();
    }
    let mut some: BTreeSet<u64> = (0..most - 2).map(|_| random.below(count)).collect();
    some.extend([0, count - 1]);
    some.into_iter().collect()
}

#[test]
fn an_honest_provider_can_defend_every_element_along_any_pick() {
    let mut random = Random(0xde_fe4d);
    let (mut seen, mut checks) = (BTreeSet::new(), 0);
    each(&mut |game| {
        for element in elements(game, &mut random, 12) {
            checks += game.defend(element, &mut random);
        }
        seen.insert(game.descriptor.kind.name());
    });
    assert_eq!(seen.len(), 45, "{seen:?}");
    assert!(checks > 10_000, "{checks}");
}

#[test]
fn a_wrong_element_ends_at_a_check_that_fails() {
    let mut random = Random(0xa77a_c4e2);
    let mut ends: BTreeMap<(&str, End), usize> = BTreeMap::new();
    each(&mut |game| {
        for element in elements(game, &mut random, 6) {
            for value in game.wrong_values(element, &mut random) {
                let end = game.attack(element, Claim::Element { value }, &mut random);
                *ends.entry((game.descriptor.kind.name(), end)).or_default() += 1;
            }
        }
    });
    let failed: BTreeSet<&str> = ends.keys().filter(|(_, end)| *end == End::Failed).map(|(name, _)| *name).collect();
    assert_eq!(failed.len(), 45, "some operations are never attacked to the end: {ends:?}");
}

#[test]
fn parts_of_another_length_or_that_do_not_add_up_are_refused() {
    let mut random = Random(0xadd);
    let (mut refused, mut lengths) = (0, 0);
    each(&mut |game| {
        for element in elements(game, &mut random, 3) {
            let claim = Claim::Element { value: game.value(element) };
            let d = &game.descriptor;
            let Expect::Parts { count, width } = game.expects(element, &claim) else {
                assert_eq!(parts_hold(d, element, &claim, &[]), Err(ClaimError::HasNoParts));
                continue;
            };
            let mut parts = game.with(|opened| opened.true_parts(element, &claim)).unwrap();
            let wanted = count * width.bytes();
            for wrong in [&parts[1..], &parts[4..], &[], &[&parts[..], &[0; 4]].concat()] {
                assert_eq!(parts_hold(d, element, &claim, wrong), Err(ClaimError::Length { wanted }));
                lengths += 1;
            }
            // A changed part does not add up, or is found: the sum of chains may round a change away, as a NaN's bits are.
            let last = parts.len() - 4;
            parts[last] ^= 1;
            if parts_hold(d, element, &claim, &parts).unwrap() {
                let wrong = game.with(|opened| opened.first_wrong_part(element, &claim, &parts)).unwrap();
                assert_eq!(wrong, Some(count as u16 - 1), "{:?}, element {element}", d.kind);
            } else {
                refused += 1;
            }
        }
    });
    assert!(refused > 100 && lengths > 400, "{refused}, {lengths}");
}
