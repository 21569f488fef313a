#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod disputes;

use anchor_lang::prelude::Pubkey;
use tessera::instructions::{Answer, AuditOpenArgs, OpenedTree};
use tessera::seeds::FEE_SHARDS;
use tessera::slot_hashes::SYSVAR;
use tessera::state::{Audit, AuditState, Differing, Market, Run, Sink, Task, Winners};
use tessera_rules::Outcome;

use super::*;
use crate::address;
use crate::fake::fixture::{self, key};
use crate::versioned::Versioned;

const DIFFERS: AuditState = AuditState::Differs { root: [1; 32] };

fn at<T>(key: Pubkey, data: T) -> Versioned<T> {
    Versioned { key, slot: 1, data }
}

fn keys(instruction: &Instruction) -> Vec<Pubkey> {
    instruction.accounts.iter().map(|account| account.pubkey).collect()
}

fn writes(instruction: &Instruction, key: Pubkey) -> bool {
    instruction.accounts.iter().any(|account| account.pubkey == key && account.is_writable)
}

/// Market 1 paying in mint 6, a task 2 with a model whose sink burns, its submitted run 3.
struct Bench {
    market: Versioned<Market>,
    task: Versioned<Task>,
    run: Versioned<Run>,
}

fn bench() -> Bench {
    let mut task = fixture::task(key(1), key(9), 0);
    (task.terms.sink, task.terms.model) = (Sink::Burn, Some(key(14)));
    Bench {
        market: at(key(1), fixture::market(key(5), key(6))),
        task: at(key(2), task),
        run: at(key(3), fixture::submitted(key(1), key(2), key(7), key(8))),
    }
}

impl Bench {
    fn settlement<'a>(&'a self, outcome: Outcome, audits: &'a [&'a Versioned<Audit>]) -> Settlement<'a> {
        Settlement {
            cranker: key(11),
            market: &self.market,
            epoch: 20_000,
            task: &self.task,
            run: &self.run,
            outcome,
            requester: Payee::to(key(9), key(12)),
            model: Some(Payee::to(key(13), key(16))),
            cranker_token: None,
            provider_balance: false,
            dust: false,
            treasury_balance: false,
            audits,
        }
    }
}

fn audit(number: u8, authority: u8, state: AuditState) -> Versioned<Audit> {
    let mut audit = fixture::audit(key(3), key(1), key(authority), state);
    audit.ordinal = u16::from(number);
    at(key(100 + number), audit)
}

#[test]
fn a_claim_names_the_accounts_that_follow_from_task_and_authority() {
    let task = at(key(2), fixture::task(key(1), key(9), 0));
    let claim = task_claim(key(4), &task);
    let provider = address::provider(&key(1), &key(4));
    assert_eq!(keys(&claim)[..5], [key(4), key(1), provider, key(2), address::run(&key(2), &provider)]);
    assert!(claim.accounts[0].is_signer && claim.accounts[0].is_writable && !claim.accounts[1].is_writable);
    assert!(claim.data.ends_with(&task.terms_hash));
}

#[test]
fn a_seal_carries_the_terms_and_goes_to_the_run_of_the_signer() {
    let task = at(key(2), fixture::redundant(key(1), key(9), 0, 2));
    let seal = run_seal(key(4), &task, [7; 32]);
    let run = address::run(&key(2), &address::provider(&key(1), &key(4)));
    assert_eq!(keys(&seal), [key(4), key(2), run]);
    assert_eq!(seal.data[8..], [task.terms_hash, [7; 32]].concat());
}

#[test]
fn an_audit_without_a_match_leaves_its_place_to_the_program() {
    let Bench { run, .. } = bench();
    let answer = Answer::Differ { root: [7; 32] };
    let (alone, matched) = (audit_post(key(4), &run, answer, None), audit_post(key(4), &run, answer, Some(key(8))));
    assert_eq!((keys(&alone)[4], keys(&matched)[4]), (tessera::ID, key(8)));
    let verifier = address::provider(&key(1), &key(4));
    assert_eq!(keys(&alone)[..4], [key(4), key(2), key(3), address::audit(&key(3), &verifier)]);
}

#[test]
fn a_claimed_audit_reads_the_slot_hashes_and_may_show_an_element() {
    let Bench { run, .. } = bench();
    let (with, without) = (audit_claim(key(4), &run, Some([7; 32])), audit_claim(key(4), &run, None));
    assert_eq!(keys(&with), keys(&without));
    assert!(keys(&with).contains(&SYSVAR) && !writes(&with, SYSVAR));
    assert_eq!((with.data.len(), without.data.len()), (8 + 1 + 32, 8 + 1));
}

#[test]
fn a_settlement_writes_the_mint_only_to_burn_and_appends_four_accounts_for_each_audit() {
    let bench = bench();
    let plain = task_settle(&bench.settlement(Outcome::Upheld, &[]));
    assert!(!writes(&plain, key(6)));
    let audit = audit(0, 10, DIFFERS);
    let audits = [&audit];
    let burning = task_settle(&bench.settlement(Outcome::Slashed, &audits));
    assert!(writes(&burning, key(6)));
    assert_eq!(burning.accounts.len(), plain.accounts.len() + 4);
    let group = [audit.key, audit.verifier, address::stake_vault(&audit.verifier), key(10)];
    assert_eq!(keys(&burning)[plain.accounts.len()..], group);
    assert!(group.iter().all(|key| writes(&burning, *key)));
}

#[test]
fn the_lost_lock_of_a_silent_auditor_is_burned_too() {
    let (bench, silent) = (bench(), audit(0, 10, AuditState::Claimed));
    assert!(writes(&task_settle(&bench.settlement(Outcome::Upheld, &[&silent])), key(6)));
    let agreed = audit(0, 10, AuditState::Agreed { keyed_root: [2; 32] });
    assert!(!writes(&task_settle(&bench.settlement(Outcome::Upheld, &[&agreed])), key(6)));
}

#[test]
fn the_insurance_vault_is_named_only_where_something_is_insured() {
    let mut bench = bench();
    let insurance = address::insurance_vault(&key(1));
    let names = |settlement: &Settlement<'_>| {
        let settle = task_settle(settlement);
        assert_eq!(keys(&settle).contains(&insurance), writes(&settle, insurance));
        writes(&settle, insurance)
    };
    // Burned instead.
    assert!(!names(&bench.settlement(Outcome::Slashed, &[])));
    bench.task.data.terms.sink = Sink::Insurance;
    let agreed = audit(0, 10, AuditState::Agreed { keyed_root: [2; 32] });
    let silent = audit(1, 12, AuditState::Claimed);
    assert!(!names(&bench.settlement(Outcome::Upheld, &[&agreed])));
    assert!(!names(&bench.settlement(Outcome::Void, &[])));
    assert!(names(&bench.settlement(Outcome::Upheld, &[&agreed, &silent])));
    assert!(names(&bench.settlement(Outcome::Slashed, &[])));
    assert!(names(&Settlement { dust: true, ..bench.settlement(Outcome::Upheld, &[]) }));
    // What a verifier owes a provider that cannot be paid is insured.
    assert!(names(&Settlement { provider_balance: true, ..bench.settlement(Outcome::Upheld, &[]) }));
}

#[test]
fn fees_and_shares_are_those_of_the_epoch() {
    let bench = bench();
    let settle = task_settle(&bench.settlement(Outcome::Upheld, &[]));
    let shard = address::fee_shard(&key(2));
    assert!(shard < FEE_SHARDS);
    assert!(writes(&settle, address::fee_vault(&key(1), 20_000, shard)));
    assert!(writes(&settle, address::share(&key(7), 20_000)));
    assert!(!keys(&settle).contains(&address::share(&key(7), 20_001)));
}

#[test]
fn balances_and_their_vault_are_passed_only_where_something_cannot_receive() {
    let bench = bench();
    let unclaimed = address::unclaimed_vault(&key(1));
    assert!(!keys(&task_settle(&bench.settlement(Outcome::Upheld, &[]))).contains(&unclaimed));
    let mut settlement = bench.settlement(Outcome::Upheld, &[]);
    settlement.provider_balance = true;
    let settle = task_settle(&settlement);
    assert!(writes(&settle, unclaimed) && writes(&settle, address::balance(&key(1), &key(8))));
    assert!(!keys(&settle).contains(&address::balance(&key(1), &key(9))));
    settlement.requester = Payee::kept(key(9), &bench.market);
    let settle = task_settle(&settlement);
    assert!(writes(&settle, address::balance(&key(1), &key(9))));
    assert!(writes(&settle, address::market_token(&key(9), &bench.market)));
}

#[test]
fn a_silent_run_is_ended_with_its_accounts_and_an_unclaimed_task_without() {
    let mut bench = bench();
    bench.run.data = fixture::sealed(key(1), key(2), key(7), key(8));
    let expiry = |run| Expiry {
        cranker: key(11),
        market: &bench.market,
        task: &bench.task,
        run,
        requester: Payee::to(key(9), key(12)),
        cranker_token: None,
        dust: false,
        treasury_balance: false,
    };
    let (silent, unclaimed) = (task_expire(&expiry(Some(&bench.run))), task_expire(&expiry(None)));
    for account in [key(3), key(7), address::stake_vault(&key(7)), key(8), key(6)] {
        assert!(writes(&silent, account) && !writes(&unclaimed, account), "{account}");
    }
    let insurance = address::insurance_vault(&key(1));
    assert!(!writes(&silent, insurance) && !writes(&unclaimed, insurance));
    assert!(writes(&task_expire(&Expiry { dust: true, ..expiry(None) }), insurance));
    let mut insured = bench.task.clone();
    insured.data.terms.sink = Sink::Insurance;
    assert!(writes(&task_expire(&Expiry { task: &insured, ..expiry(Some(&bench.run)) }), insurance));
}

#[test]
fn winners_are_closed_first_then_the_others_as_they_were_answered() {
    let mut run = bench().run.data;
    let audits = [3, 0, 2, 1].map(|number| audit(number, 100 + number, DIFFERS));
    run.winners = Some(Winners { first: audits[3].verifier, second: audits[0].verifier });
    let order: Vec<_> = Settlement::order(&run, audits.iter()).iter().map(|audit| audit.ordinal).collect();
    assert_eq!(order, [1, 3, 0, 2]);
}

#[test]
fn a_pair_that_nobody_pinned_comes_first() {
    let run = bench().run.data;
    let root = |byte| AuditState::Differs { root: [byte; 32] };
    let audits = [
        audit(4, 14, root(2)),
        audit(0, 10, AuditState::Agreed { keyed_root: [5; 32] }),
        audit(1, 11, root(1)),
        audit(2, 12, root(2)),
        audit(3, 13, root(1)),
    ];
    let order = Settlement::order(&run, audits.iter());
    assert_eq!(order.iter().map(|audit| audit.ordinal).collect::<Vec<_>>(), [1, 3, 0, 2, 4]);
}

#[test]
fn without_a_pair_the_first_two_that_differed_come_first_since_an_outvoted_run_pays_them() {
    let mut run = bench().run.data;
    let root = |byte| AuditState::Differs { root: [byte; 32] };
    let audits = [audit(0, 10, AuditState::Claimed), audit(1, 11, root(1)), audit(2, 12, root(2))];
    for (answer, audit) in run.differed.iter_mut().zip(&audits[1..]) {
        *answer = Differing { verifier: audit.verifier, root: [1; 32] };
    }
    let order = Settlement::order(&run, audits.iter());
    assert_eq!(order.iter().map(|audit| audit.ordinal).collect::<Vec<_>>(), [1, 2, 0]);
}

#[test]
fn the_largest_settlement_that_a_transaction_holds_is_known() {
    let mut bench = bench();
    let audits: Vec<_> =
        (0..u8::try_from(Settlement::MOST_AUDITS).unwrap()).map(|n| audit(n, 50 + n, DIFFERS)).collect();
    bench.run.data.winners = Some(Winners { first: audits[0].verifier, second: audits[1].verifier });
    let audits: Vec<_> = audits.iter().collect();
    let mut settlement = bench.settlement(Outcome::Slashed, &audits);
    settlement.cranker_token = Some(key(15));
    let size = |settlement: &Settlement<'_>, more: &[Instruction]| {
        let all: Vec<_> = more.iter().cloned().chain([task_settle(settlement)]).collect();
        transaction_size(&all, &key(11))
    };
    let create = [ata_create(key(11), key(9), key(6), TOKEN_PROGRAM)];
    let open = [pool_open(key(11), &bench.market, 20_000), fee_vault_open(key(11), &bench.market, 20_000, 3)];
    println!("settle, two audits, burning, a model: {} bytes", size(&settlement, &[]));
    println!("and a token account: {} bytes", size(&settlement, &create));
    println!("and the epoch's books and fee vault: {} bytes", size(&settlement, &open));
    assert!(size(&settlement, &create) <= MAX_TRANSACTION);
    settlement.requester = Payee::kept(key(9), &bench.market);
    settlement.treasury_balance = true;
    println!("slashed, requester's and treasury's balances: {} bytes", size(&settlement, &[]));
    assert!(size(&settlement, &[]) <= MAX_TRANSACTION);
    // Whatever cannot receive where a run is paid: the settlement goes on with one audit less.
    settlement.outcome = Outcome::Upheld;
    settlement.model = Some(Payee::kept(key(13), &bench.market));
    println!("upheld, and the model's: {} bytes", size(&settlement, &[]));
    assert!(size(&settlement, &[]) <= MAX_TRANSACTION);
    settlement.provider_balance = true;
    println!("and the provider's: {} bytes", size(&settlement, &[]));
    settlement.audits = &audits[..1];
    println!("with one audit: {} bytes", size(&settlement, &[]));
    assert!(size(&settlement, &create) <= MAX_TRANSACTION);
}

#[test]
fn the_deepest_opening_fits_a_transaction() {
    let Bench { run, .. } = bench();
    // A tensor of 2^22 leaves among 4 outputs, or of 2^20 among 16, with 4 dimensions.
    let args = AuditOpenArgs {
        tree: OpenedTree::Keyed,
        header: vec![0; 2 + 4 * 8],
        output_proof: vec![[0; 32]; 2],
        leaf_hash: [0; 32],
        leaf_proof: vec![[0; 32]; 22],
    };
    let open = audit_open(key(4), &run, args);
    let bytes = transaction_size(&[open], &key(4));
    println!("audit_open, 24 hashes: {bytes} bytes");
    assert!(bytes <= MAX_TRANSACTION, "{bytes}");
}

#[test]
fn both_openings_of_small_outputs_fit_one_transaction_and_those_of_large_ones_take_two() {
    let Bench { run, .. } = bench();
    let opening = |tree, depth| {
        let args = AuditOpenArgs {
            tree,
            header: vec![0; 2 + 4 * 8],
            output_proof: vec![[0; 32]; 2],
            leaf_hash: [0; 32],
            leaf_proof: vec![[0; 32]; depth],
        };
        audit_open(key(4), &run, args)
    };
    let both = |depth| vec![opening(OpenedTree::Output, depth), opening(OpenedTree::Keyed, depth)];
    assert_eq!(packed(both(6), &key(4)), [both(6)]);
    let [output, keyed] = [opening(OpenedTree::Output, 20), opening(OpenedTree::Keyed, 20)];
    assert_eq!(packed(both(20), &key(4)), [[output], [keyed]]);
    assert!(packed(Vec::new(), &key(4)).is_empty());
}

#[test]
fn a_swept_vaults_rent_goes_to_whoever_opened_it() {
    let Bench { market, .. } = bench();
    let mut pool = fixture::pool(key(1), 7);
    pool.fee_payers[3] = key(40);
    let pool = at(address::pool(&key(1), 7), pool);
    let treasury = Payee::to(market.treasury, key(12));
    let sweep = fee_sweep(&FeeSweep { cranker: key(11), market: &market, pool: &pool, shard: 3, treasury });
    assert!(writes(&sweep, key(40)) && writes(&sweep, address::fee_vault(&key(1), 7, 3)));
    assert!(!keys(&sweep).contains(&address::unclaimed_vault(&key(1))));
}

#[test]
fn the_market_is_written_where_the_sum_of_ticket_weights_may_change() {
    let Bench { market, .. } = bench();
    let provider = at(key(7), fixture::provider(key(1), key(8)));
    assert!(writes(&stake_deposit(key(8), &market, key(12), 1), key(1)));
    assert!(writes(&stake_unbond(key(8), key(1), 1), key(1)));
    assert!(writes(&provider_update(key(8), key(1), Default::default()), key(1)));
    assert!(writes(&provider_close(&market, &provider), key(1)));
    assert!(!writes(&stake_withdraw(key(8), &market, key(12)), key(1)));
}

#[test]
fn token_accounts_follow_the_program_of_the_mint() {
    let token_2022 = anchor_spl::token_2022::ID;
    let owner = key(9);
    let (old, new) = (
        address::associated_token(&owner, &key(6), &TOKEN_PROGRAM),
        address::associated_token(&owner, &key(6), &token_2022),
    );
    assert_ne!(old, new);
    assert!(writes(&ata_create(key(1), owner, key(6), token_2022), new));
    assert_eq!(mint_to(key(6), new, key(1), 5, token_2022).unwrap().program_id, token_2022);
    assert!(mint_to(key(6), new, key(1), 5, key(77)).is_err());
}
