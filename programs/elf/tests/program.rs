//! The embedded file is a program that current clusters load, and is the one its hash names.

use sha2::{Digest, Sha256};
use tessera_elf::{ELF, SHA256};

fn u16_at(at: usize) -> u16 {
    u16::from_le_bytes([ELF[at], ELF[at + 1]])
}

#[test]
fn it_is_a_64_bit_little_endian_bpf_object() {
    assert_eq!(ELF[..6], *b"\x7fELF\x02\x01");
    // e_machine: EM_BPF, or EM_SBPF that older tools write.
    assert!([247, 263].contains(&u16_at(18)), "machine {}", u16_at(18));
}

#[test]
fn its_hash_is_the_one_published() {
    assert_eq!(hex::encode(Sha256::digest(ELF)), SHA256);
}

#[test]
fn it_fits_into_one_account() {
    const LARGEST_ACCOUNT: usize = 10 * 1024 * 1024;
    assert!(ELF.len() < LARGEST_ACCOUNT);
}
