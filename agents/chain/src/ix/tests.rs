#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use anchor_lang::prelude::Pubkey;
use tessera::state::{Sink, Verdict, Winners};

use super::*;
use crate::address;
use crate::fake::fixture::{self, key};
use crate::versioned::Versioned;

fn at<T>(key: Pubkey, data: T) -> Versioned<T> {
    Versioned { key, slot: 1, data }
}

fn keys(instruction: &Instruction) -> Vec<Pubkey> {
    instruction.accounts.iter().map(|account| account.pubkey).collect()
}

#[test]
fn a_claim_names_the_accounts_that_follow_from_task_and_authority() {
    let task = at(key(2), fixture::task(key(1), key(9), 0));
    let claim = task_claim(key(4), &task);
    let provider = address::provider(&key(1), &key(4));
    assert_eq!(keys(&claim)[..4], [key(4), provider, key(2), address::run(&key(2), &provider)]);
    assert!(claim.accounts[0].is_signer && claim.accounts[0].is_writable);
    assert!(claim.data.ends_with(&task.terms_hash));
}

#[test]
fn an_audit_without_a_match_leaves_its_place_to_the_program() {
    let task = at(key(2), fixture::task(key(1), key(9), 0));
    let alone = audit_post(key(4), &task, key(3), [7; 32], None);
    let matched = audit_post(key(4), &task, key(3), [7; 32], Some(key(8)));
    assert_eq!((keys(&alone)[5], keys(&matched)[5]), (tessera::ID, key(8)));
}

#[test]
fn a_settlement_writes_the_mint_only_to_burn_and_appends_four_accounts_for_each_audit() {
    let market = at(key(1), fixture::market(key(5), key(6)));
    let mut task = at(key(2), fixture::task(key(1), key(9), 0));
    task.data.terms.sink = Sink::Burn;
    let mut run = at(key(3), fixture::submitted(key(2), key(7), key(8)));
    let audit = at(key(4), fixture::audit(key(3), key(1), key(10), [1; 32], Verdict::Differs));
    let audits = [&audit];
    let settle = |run: &_, audits: &[_]| {
        let (cranker, requester_token) = (key(11), key(12));
        task_settle(&Settlement {
            cranker,
            market: &market,
            task: &task,
            run,
            requester_token,
            cranker_token: None,
            model_token: None,
            audits,
        })
    };
    let plain = settle(&run, &[]);
    assert!(!plain.accounts.iter().any(|account| account.pubkey == key(6) && account.is_writable));
    run.data.winners = Some(Winners { first: audit.verifier, second: key(13) });
    let burning = settle(&run, &audits);
    assert!(burning.accounts.iter().any(|account| account.pubkey == key(6) && account.is_writable));
    assert_eq!(burning.accounts.len(), plain.accounts.len() + 4);
    let group = [key(4), audit.verifier, address::stake_vault(&audit.verifier), key(10)];
    assert_eq!(keys(&burning)[plain.accounts.len()..], group);
}

#[test]
fn winners_are_closed_first_then_the_others_as_they_were_posted() {
    let mut run = fixture::submitted(key(2), key(7), key(8));
    let audit = |number: u8| {
        let mut audit = fixture::audit(key(3), key(1), key(100 + number), [1; 32], Verdict::Differs);
        audit.ordinal = u16::from(number);
        at(key(number), audit)
    };
    let audits = [audit(3), audit(0), audit(2), audit(1)];
    run.winners = Some(Winners { first: audits[3].verifier, second: audits[0].verifier });
    let order: Vec<_> = Settlement::order(&run, audits.iter()).iter().map(|audit| audit.ordinal).collect();
    assert_eq!(order, [1, 3, 0, 2]);
}

#[test]
fn a_pair_that_nobody_pinned_comes_first_and_burns_too() {
    let market = at(key(1), fixture::market(key(5), key(6)));
    let mut task = at(key(2), fixture::task(key(1), key(9), 0));
    task.data.terms.sink = Sink::Burn;
    let run = at(key(3), fixture::submitted(key(2), key(7), key(8)));
    let audit = |ordinal: u16, authority: u8, root: u8, verdict| {
        let mut audit = fixture::audit(key(3), key(1), key(authority), [root; 32], verdict);
        audit.ordinal = ordinal;
        at(key(20 + authority), audit)
    };
    let audits = [
        audit(4, 14, 2, Verdict::Differs),
        audit(0, 10, 5, Verdict::Agrees),
        audit(1, 11, 1, Verdict::Differs),
        audit(2, 12, 2, Verdict::Differs),
        audit(3, 13, 1, Verdict::Differs),
    ];
    let order = Settlement::order(&run, audits.iter());
    assert_eq!(order.iter().map(|audit| audit.ordinal).collect::<Vec<_>>(), [1, 3, 0, 2, 4]);
    let burns = |audits: &[&Versioned<_>]| {
        let (cranker, requester_token) = (key(11), key(12));
        let settlement = Settlement {
            cranker,
            market: &market,
            task: &task,
            run: &run,
            requester_token,
            cranker_token: None,
            model_token: None,
            audits,
        };
        let settle = task_settle(&settlement);
        settle.accounts.iter().any(|account| account.pubkey == key(6) && account.is_writable)
    };
    assert!(burns(&order[..2]));
    assert!(!burns(&order[1..3]), "no two of these agree with each other");
}

#[test]
fn the_largest_settlement_fits_a_transaction() {
    let market = at(key(1), fixture::market(key(5), key(6)));
    let mut task = at(key(2), fixture::task(key(1), key(9), 0));
    (task.data.terms.sink, task.data.terms.model) = (Sink::Burn, Some(key(14)));
    let audits: Vec<_> = (0..u8::try_from(Settlement::MOST_AUDITS).unwrap())
        .map(|n| at(key(40 + n), fixture::audit(key(3), key(1), key(50 + n), [1; 32], Verdict::Differs)))
        .collect();
    let mut run = at(key(3), fixture::submitted(key(2), key(7), key(8)));
    run.data.winners = Some(Winners { first: audits[0].verifier, second: audits[1].verifier });
    let audits: Vec<_> = audits.iter().collect();
    let settlement = Settlement {
        cranker: key(11),
        market: &market,
        task: &task,
        run: &run,
        requester_token: key(12),
        cranker_token: Some(key(15)),
        model_token: Some(key(16)),
        audits: &audits,
    };
    let budget = solana_compute_budget_interface::ComputeBudgetInstruction::set_compute_unit_limit(1);
    let price = solana_compute_budget_interface::ComputeBudgetInstruction::set_compute_unit_price(1);
    let instructions = [budget, price, ata_create(key(11), key(9), key(6)), task_settle(&settlement)];
    let transaction = solana_transaction::Transaction::new_with_payer(&instructions, Some(&key(11)));
    let bytes = bincode::serialize(&transaction).unwrap().len();
    assert!(bytes <= 1_232, "{bytes} bytes");
}
