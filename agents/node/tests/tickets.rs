//! Secrets that survive restarts: ticket chains, and records.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../provider/tests/bench/accounts/mod.rs"]
mod accounts;

use std::sync::{Arc, LazyLock};

use accounts::{at, key, submitted};
use tessera_chain::program::hashes::{chain_holds, chain_step, ticket_hash};
use tessera_chain::{Draw, Keypair, Run, TicketChain};
use tessera_node::tickets::{CHAIN_HOURS, first_hour};
use tessera_node::{Records, Secrets, Tickets};

const HOUR: i64 = 500_000;
const YEAR: i64 = CHAIN_HOURS as i64;

fn secrets() -> Secrets {
    Secrets::new(Arc::new(Keypair::new_from_array([7; 32])))
}

fn chain() -> Tickets {
    static CHAIN: LazyLock<Tickets> = LazyLock::new(|| Tickets::derive(&secrets(), &key(1), HOUR));
    CHAIN.clone()
}

fn committed_at(hour: i64) -> TicketChain {
    TicketChain { head: chain().element(hour).unwrap(), hour }
}

#[test]
fn a_chain_serves_every_hour_of_a_year_and_each_element_hashes_to_the_one_before() {
    let chain = chain();
    assert_eq!(chain.commitment(), committed_at(HOUR));
    for hour in [HOUR, HOUR + 1, HOUR + YEAR - 1] {
        let (element, next) = (chain.element(hour).unwrap(), chain.element(hour + 1).unwrap());
        assert_eq!(chain_step(&next), element);
    }
    assert!(chain.element(HOUR - 1).is_none() && chain.element(HOUR + YEAR + 1).is_none());
    let TicketChain { head, hour } = chain.commitment();
    assert!(chain_holds(&head, hour, &chain.element(HOUR + 720).unwrap(), HOUR + 720), "the program checks it");
}

#[test]
fn the_same_key_finds_it_again_and_others_do_not() {
    for used in [HOUR, HOUR + 3] {
        assert_eq!(Tickets::find(&secrets(), &key(1), &committed_at(used)), Some(chain()), "its head moved to {used}");
    }
    let other = Secrets::new(Arc::new(Keypair::new_from_array([8; 32])));
    assert_ne!(Tickets::derive(&other, &key(1), HOUR).commitment(), chain().commitment());
    assert_ne!(Tickets::derive(&secrets(), &key(2), HOUR).commitment(), chain().commitment());
    assert_eq!(Tickets::find(&secrets(), &key(1), &TicketChain::NONE), None);
    let foreign = TicketChain { head: [1; 32], hour: 2 };
    assert_eq!(Tickets::find(&other, &key(1), &foreign), None);
}

#[test]
fn a_ticket_is_that_of_the_submission_s_hour() {
    let run = |hour: i64, draw| {
        let base = submitted(key(20), key(30), key(31));
        let submitted_at = tessera_chain::Moment { unix: hour * 3_600 + 59, ..base.submitted_at };
        at(key(40), 1, Run { submitted_at, draw, ..base })
    };
    let (chain, drawn) = (chain(), Draw::Hash([9; 32]));
    let ticket = chain.ticket(&run(HOUR + 3, drawn), &committed_at(HOUR)).unwrap();
    assert_eq!(ticket.element, chain.element(HOUR + 3).unwrap());
    let hash = ticket_hash(&key(40), &ticket.element, &[9; 32]);
    assert_eq!(ticket.number, u64::from_le_bytes(hash[..8].try_into().unwrap()));
    assert!(chain.ticket(&run(HOUR + 720, drawn), &committed_at(HOUR)).is_some());
    assert!(chain.ticket(&run(HOUR + 721, drawn), &committed_at(HOUR)).is_none(), "too far for the program");
    assert!(chain.ticket(&run(HOUR + 721, drawn), &committed_at(HOUR + 1)).is_some(), "from a later head it is not");
    assert!(chain.ticket(&run(HOUR - 1, drawn), &committed_at(HOUR)).is_none(), "before it began");
    assert!(chain.ticket(&run(HOUR, Draw::Pending), &committed_at(HOUR)).is_none());
    assert!(chain.ticket(&run(HOUR, Draw::Expired), &committed_at(HOUR)).is_none());
    let foreign = TicketChain { head: [1; 32], hour: HOUR };
    assert!(chain.ticket(&run(HOUR, drawn), &foreign).is_none(), "the program knows another chain");
}

#[test]
fn a_chain_is_replaced_before_it_ends_or_the_gap_grows_too_wide() {
    let chain = chain();
    let spent = |used: i64, now: i64| chain.is_spent(&committed_at(used), now * 3_600);
    assert!(!spent(HOUR, HOUR + 1));
    assert!(!spent(HOUR, HOUR + 695));
    assert!(spent(HOUR, HOUR + 696), "a day before 720 hours");
    assert!(!spent(HOUR + 10, HOUR + 700), "it was used since");
    let end = HOUR + YEAR;
    assert!(!spent(end - 30, end - 25));
    assert!(spent(end - 30, end - 24), "a day before its end");
    assert!(chain.is_spent(&TicketChain::NONE, HOUR * 3_600));
    assert_eq!(first_hour(HOUR * 3_600 + 5), HOUR - 1, "the element of this hour stays secret");
}

#[test]
fn secrets_differ_by_use_and_stay_the_same() {
    let of = |parts: &[&[u8]]| secrets().of(parts);
    assert_eq!(of(&[b"tessera/salt", b"a"]), of(&[b"tessera/salt", b"a"]));
    assert_ne!(of(&[b"tessera/salt", b"a"]), of(&[b"tessera/salt", b"b"]));
    assert_ne!(of(&[b"tessera/salt"]), of(&[b"tessera/tickets"]));
    assert!(!format!("{:?}", secrets()).contains('7'.to_string().repeat(8).as_str()));
}

#[tokio::test]
async fn a_record_is_there_until_it_is_removed_and_a_damaged_one_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let records = Records::open(&folder.path().join("records")).unwrap();
    assert_eq!(records.get::<String>(&key(1)), None);
    records.put(key(1), &"first".to_owned()).await.unwrap();
    records.put(key(1), &"second".to_owned()).await.unwrap();
    let again = Records::open(&folder.path().join("records")).unwrap();
    assert_eq!(again.get::<String>(&key(1)).as_deref(), Some("second"));
    std::fs::write(folder.path().join(format!("records/{}.json", key(1))), b"{").unwrap();
    assert_eq!(again.get::<String>(&key(1)), None);
    records.put(key(2), &1).await.unwrap();
    records.put(key(3), &1).await.unwrap();
    records.retain(|subject| *subject == key(2));
    assert_eq!((again.get::<u8>(&key(2)), again.get::<u8>(&key(3))), (Some(1), None));
    records.remove(&key(2));
    records.remove(&key(2));
    assert_eq!(std::fs::read_dir(folder.path().join("records")).unwrap().count(), 0);
    std::fs::write(folder.path().join("file"), b"").unwrap();
    assert!(Records::open(&folder.path().join("file/below")).is_err());
}
