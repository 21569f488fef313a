//! A provider that claims a wrong element and gives parts that add up wherever some do.

use tessera_compute::referee::dispute::{Claim, Expect, PartWidth, add_up, parts_hold, pick};
use tessera_compute::referee::fold::{Best, argmin_rank};
use tessera_compute::referee::step::Partial;
use tessera_compute::referee::{Arith, Soft, float};

use super::game::Game;
use super::values::Random;

/// How a game against a wrong claim ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum End {
    /// At a check that failed.
    Failed,
    /// No parts were found that add up to the claim.
    Refused,
}

impl Game {
    /// Plays a wrong claim to its end: the challenger picks the first part that is wrong.
    pub fn attack(&self, element: u64, mut claim: Claim, random: &mut Random) -> End {
        let truth = self.with(|opened| opened.true_value(element, &claim)).unwrap();
        assert_ne!(truth, claim.claimed(), "{claim:?} is no wrong claim");
        for _ in 0..9 {
            let Expect::Parts { width, .. } = self.expects(element, &claim) else {
                assert!(!self.check(element, &claim), "{:?}, element {element}: {claim:?}", self.descriptor.kind);
                return End::Failed;
            };
            let Some(parts) = self.forge(element, &claim, width, random) else { return End::Refused };
            let wrong = self.with(|opened| opened.first_wrong_part(element, &claim, &parts)).unwrap();
            let Some(wrong) = wrong else { panic!("{claim:?} is wrong and all of its parts are right") };
            claim = pick(&self.descriptor, element, &claim, &parts, wrong).unwrap();
        }
        panic!("{claim:?} does not end");
    }

    /// Parts that add up to a wrong claim: some of the true ones changed, and the last so that they fit.
    fn forge(&self, element: u64, claim: &Claim, width: PartWidth, random: &mut Random) -> Option<Vec<u8>> {
        let holds = |parts: &[u8]| parts_hold(&self.descriptor, element, claim, parts).unwrap();
        let truth = self.with(|opened| opened.true_parts(element, claim)).unwrap();
        for attempt in 0..40 {
            let mut parts = truth.clone();
            let size = width.bytes();
            let last = parts.len() / size - 1;
            // Other parts than the last are corrupted now and then: they change nothing, or what the last must be.
            if attempt % 2 == 1 {
                let part = random.below(last as u64 + 1) as usize;
                flip(&mut parts[part * size..(part + 1) * size], random);
            }
            self.fit(element, claim, width, &mut parts, random);
            if holds(&parts) {
                return Some(parts);
            }
        }
        None
    }

    /// Changes the last part, or the scores of a block, so that the parts may add up to the claim.
    fn fit(&self, element: u64, claim: &Claim, width: PartWidth, parts: &mut [u8], random: &mut Random) {
        let sum_is_first = matches!(pick(&self.descriptor, element, claim, parts, 0).unwrap(), Claim::Finalise { .. });
        let last = parts.len() - width.bytes();
        if sum_is_first {
            // Whatever the rest adds up to is the sum, and finalising it is wrong or the rest is.
            let Some(Partial::Word(sum)) = add_up(&self.descriptor, element, claim, parts).unwrap() else { return };
            parts[..4].copy_from_slice(&sum.to_le_bytes());
            return;
        }
        match claim.claimed() {
            Partial::Best(after) if width == PartWidth::Word => scores_for(after, claim, parts),
            Partial::Best(after) => {
                let (rank, index) = after.get().unwrap_or_default();
                write_best(&mut parts[last..], rank, index);
            }
            Partial::Word(value) if width == PartWidth::Best => {
                write_best(&mut parts[last..], random.word() as i32, value as i32);
            }
            Partial::Word(value) => {
                parts[last..].copy_from_slice(&value.to_le_bytes());
                if self.adds_up(element, claim, parts) {
                    return;
                }
                // Results of chains are added: what is missing, or a neighbour of it.
                parts[last..].fill(0);
                let Some(Partial::Word(others)) = add_up(&self.descriptor, element, claim, parts).unwrap() else {
                    return;
                };
                let missing = Soft::sub(value, others).wrapping_add(random.below(9) as u32).wrapping_sub(4);
                parts[last..].copy_from_slice(&missing.to_le_bytes());
            }
        }
    }

    fn adds_up(&self, element: u64, claim: &Claim, parts: &[u8]) -> bool {
        parts_hold(&self.descriptor, element, claim, parts).unwrap()
    }

    /// Wrong values of an element: bits flipped, and what wrong parts add up to.
    pub fn wrong_values(&self, element: u64, random: &mut Random) -> Vec<u32> {
        let value = self.value(element);
        let claim = Claim::Element { value };
        let mut wrong = vec![value ^ 1 << random.below(32), value ^ 1, value ^ 1 << 31];
        if let Expect::Parts { width, .. } = self.expects(element, &claim) {
            let mut parts = self.with(|opened| opened.true_parts(element, &claim)).unwrap();
            let part = random.below((parts.len() / width.bytes()) as u64) as usize;
            flip(&mut parts[part * width.bytes()..][..width.bytes()], random);
            match add_up(&self.descriptor, element, &claim, &parts).unwrap() {
                Some(Partial::Word(forged)) if forged != value => wrong.push(forged),
                _ => {}
            }
        }
        wrong
    }
}

/// Scores of a block that take what is before it to this best, as far as scores can.
fn scores_for(after: Best, claim: &Claim, parts: &mut [u8]) {
    let (Some((rank, index)), Claim::Range { first, .. }) = (after.get(), claim) else { return };
    let at = i64::from(index) - (first * 128) as i64;
    for (i, score) in parts.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        if i as i64 == at {
            *score = of_rank(rank).to_le_bytes();
        } else if argmin_rank(u32::from_le_bytes(*score)) <= rank {
            *score = float::NAN.to_le_bytes();
        }
    }
}

/// A number of this rank, if one has it.
fn of_rank(rank: i32) -> u32 {
    if rank < 0 { rank as u32 ^ 0x7fff_ffff } else { rank as u32 }
}

fn write_best(part: &mut [u8], rank: i32, index: i32) {
    part.copy_from_slice([rank.to_le_bytes(), index.to_le_bytes()].as_flattened());
}

fn flip(bytes: &mut [u8], random: &mut Random) {
    let bit = random.below(8 * bytes.len() as u64);
    bytes[(bit / 8) as usize] ^= 1 << (bit % 8);
}
