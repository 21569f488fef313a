//! What parties commit to: each hash names everything that it must, and chains lead where they should.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects)]

use anchor_lang::prelude::Pubkey;
use solana_sha256_hasher::hashv;
use tessera::hashes::{
    MAX_CHAIN_STEPS, chain_holds, chain_hour, chain_step, chain_walk, keyed_leaf, seal_hash, shown_leaf, ticket_hash,
};

fn key(byte: u8) -> Pubkey {
    Pubkey::new_from_array([byte; 32])
}

#[test]
fn the_formulas_are_frozen() {
    let (task, provider, root, salt) = (key(1), key(2), [3; 32], [4; 32]);
    let seal = hashv(&[b"tessera/seal", task.as_ref(), provider.as_ref(), &root, &salt]).to_bytes();
    assert_eq!(seal_hash(&task, &provider, &root, &salt), seal);
    let ticket = hashv(&[b"tessera/ticket", task.as_ref(), &root, &salt]).to_bytes();
    assert_eq!(ticket_hash(&task, &root, &salt), ticket);
    assert_eq!(chain_step(&root), hashv(&[b"tessera/ticket-chain", &root]).to_bytes());
    assert_eq!(keyed_leaf(&provider, &root), hashv(&[&[3], provider.as_ref(), &root]).to_bytes());
    assert_eq!(shown_leaf(&root, b"header"), hashv(&[&root, b"header"]).to_bytes());
}

#[test]
fn a_seal_names_task_provider_root_and_salt() {
    let seal = seal_hash(&key(1), &key(2), &[3; 32], &[4; 32]);
    for other in [
        seal_hash(&key(9), &key(2), &[3; 32], &[4; 32]),
        seal_hash(&key(1), &key(9), &[3; 32], &[4; 32]),
        seal_hash(&key(1), &key(2), &[9; 32], &[4; 32]),
        seal_hash(&key(1), &key(2), &[3; 32], &[9; 32]),
    ] {
        assert_ne!(seal, other);
    }
}

#[test]
fn a_chain_holds_forward_and_back_and_no_further_than_thirty_days() {
    let seed = [7; 32];
    let head = chain_walk(&seed, 2_000);
    let element = |hour: i64| chain_walk(&seed, u64::try_from(2_000 - hour).unwrap());
    assert_eq!(element(0), head);
    for at in [0, 1, 24, 720] {
        assert!(chain_holds(&head, 0, &element(at), at), "hour {at}");
        assert!(chain_holds(&element(at), at, &head, 0), "back from hour {at}");
    }
    assert!(!chain_holds(&head, 0, &element(721), 721));
    assert!(!chain_holds(&element(721), 721, &head, 0));
    assert!(!chain_holds(&head, 0, &element(5), 6));
    assert!(!chain_holds(&head, 0, &[0; 32], 1));
    assert!(!chain_holds(&[0; 32], 0, &element(1), 480_000));
    assert!(!chain_holds(&head, i64::MIN, &head, i64::MAX));
    assert_eq!(MAX_CHAIN_STEPS, 720);
}

#[test]
fn hours_begin_with_1970() {
    assert_eq!(chain_hour(-1), 0);
    assert_eq!(chain_hour(3_599), 0);
    assert_eq!(chain_hour(3_600), 1);
    assert_eq!(chain_hour(i64::MAX), i64::MAX / 3_600);
}
