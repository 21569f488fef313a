//! Reading the SlotHashes sysvar in place: a count, then at most 512 entries of a slot and its hash, newest first. Slots
//! without a block have no entry.

use anchor_lang::prelude::*;

/// The sysvar's address.
pub const SYSVAR: Pubkey = pubkey!("SysvarS1otHashes111111111111111111111111111");

const ENTRY: usize = 40;

/// What the sysvar says about a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotHash {
    /// The cluster has not made it yet.
    NotYet,
    /// The first hash at or after the slot.
    Found([u8; 32]),
    /// It may have been dropped.
    Expired,
}

/// [`first_at_or_after`] of the sysvar's account, whose address must have been checked.
pub(crate) fn read(sysvar: &AccountInfo<'_>, slot: u64) -> Result<SlotHash> {
    Ok(first_at_or_after(&sysvar.try_borrow_data()?, slot))
}

/// The first recorded hash at or after `slot`, of the sysvar's account data.
///
/// - No entry at or after it: not yet made.
/// - The oldest entry is newer: the slot's entry may have been dropped, so it is lost.
/// - Data that end within an entry count as without that entry.
pub fn first_at_or_after(data: &[u8], slot: u64) -> SlotHash {
    let Some((count, entries)) = data.split_first_chunk::<8>() else {
        return SlotHash::NotYet;
    };
    let count = usize::try_from(u64::from_le_bytes(*count)).unwrap_or(usize::MAX);
    let entries = entries.as_chunks::<ENTRY>().0;
    let entries = entries.get(..count).unwrap_or(entries);
    // Entries descend: those at or after the slot come first.
    let found = entries.partition_point(|entry| slot_of(entry) >= slot);
    let Some(first) = found.checked_sub(1).and_then(|at| entries.get(at)) else {
        return SlotHash::NotYet;
    };
    if found == entries.len() && slot_of(first) > slot {
        return SlotHash::Expired;
    }
    let (_, hash) = first.split_at(8);
    hash.try_into().map_or(SlotHash::NotYet, SlotHash::Found)
}

fn slot_of(entry: &[u8; ENTRY]) -> u64 {
    entry.first_chunk::<8>().map_or(0, |slot| u64::from_le_bytes(*slot))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sysvar with these slots, newest first; each hash is filled with its slot's lowest byte.
    fn sysvar(slots: &[u64]) -> Vec<u8> {
        let mut data = (slots.len() as u64).to_le_bytes().to_vec();
        for slot in slots {
            data.extend(slot.to_le_bytes());
            data.extend([slot.to_le_bytes()[0]; 32]);
        }
        data
    }

    #[test]
    fn finds_the_slot_or_the_first_after_it() {
        let data = sysvar(&[20, 19, 15, 12, 10]);
        for (slot, hash) in [(10, 10), (11, 12), (12, 12), (13, 15), (15, 15), (16, 19), (20, 20)] {
            assert_eq!(first_at_or_after(&data, slot), SlotHash::Found([hash; 32]), "slot {slot}");
        }
    }

    #[test]
    fn a_slot_ahead_is_not_yet() {
        assert_eq!(first_at_or_after(&sysvar(&[20, 19]), 21), SlotHash::NotYet);
        assert_eq!(first_at_or_after(&sysvar(&[]), 0), SlotHash::NotYet);
        assert_eq!(first_at_or_after(&[], 0), SlotHash::NotYet);
    }

    #[test]
    fn a_slot_before_the_oldest_is_lost() {
        assert_eq!(first_at_or_after(&sysvar(&[20, 19, 12]), 11), SlotHash::Expired);
        assert_eq!(first_at_or_after(&sysvar(&[20]), 19), SlotHash::Expired);
    }

    #[test]
    fn a_full_sysvar_is_searched_right_everywhere() {
        let slots: Vec<u64> = (0..512).map(|i| 5_000 - 3 * i).collect();
        let data = sysvar(&slots);
        let oldest = slots[511];
        for slot in oldest..=5_000 {
            let first = slots.iter().rev().find(|recorded| **recorded >= slot).copied().unwrap_or_default();
            assert_eq!(first_at_or_after(&data, slot), SlotHash::Found([first.to_le_bytes()[0]; 32]));
        }
        assert_eq!(first_at_or_after(&data, oldest - 1), SlotHash::Expired);
        assert_eq!(first_at_or_after(&data, 5_001), SlotHash::NotYet);
    }

    #[test]
    fn entries_cut_off_do_not_count() {
        let mut data = sysvar(&[20, 10]);
        data.truncate(8 + 40 + 39);
        assert_eq!(first_at_or_after(&data, 20), SlotHash::Found([20; 32]));
        assert_eq!(first_at_or_after(&data, 10), SlotHash::Expired);
        data[..8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert_eq!(first_at_or_after(&data, 20), SlotHash::Found([20; 32]));
    }
}
