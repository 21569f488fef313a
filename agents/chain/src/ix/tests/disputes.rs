use tessera::instructions::{DisputePartsArgs, DisputeRevealArgs};
use tessera::state::{DisputePhase, DisputeVerdict};

use super::*;

#[test]
fn a_payload_is_inline_or_in_the_senders_buffer() {
    let args = DisputePartsArgs { parts: vec![7; 4] };
    let inline = dispute_parts(key(4), key(20), Payload::Inline(args.clone()));
    let buffered = dispute_parts(key(4), key(20), Payload::Buffered);
    assert_eq!(keys(&inline), [key(4), key(20), tessera::ID]);
    assert_eq!(keys(&buffered), [key(4), key(20), address::buffer(&key(20), &key(4))]);
    assert_eq!(inline.data[8..], [vec![1], payload_bytes(&args)].concat());
    assert_eq!(buffered.data[8..], [0]);
    assert!(writes(&inline, key(20)) && !writes(&buffered, address::buffer(&key(20), &key(4))));
}

#[test]
fn a_long_payload_is_written_in_parts_that_fit_a_transaction() {
    let payload = payload_bytes(&DisputeRevealArgs { hashes: vec![[3; 32]; 60] });
    let writes = buffer_writes(key(4), key(20), &payload);
    assert_eq!(writes.len(), payload.len().div_ceil(BUFFER_PART));
    assert!(writes.iter().all(|write| transaction_size(std::slice::from_ref(write), &key(4)) <= MAX_TRANSACTION));
}

#[test]
fn a_dispute_names_the_accounts_that_follow_from_run_and_challenger() {
    let Bench { market, run, .. } = bench();
    let open = dispute_open(key(4), &market, &run, None, key(5), Payload::Buffered);
    let dispute = address::dispute(&key(3), &key(4));
    let expected =
        [key(4), key(1), key(6), key(2), key(3), key(7), tessera::ID, dispute, address::bond_vault(&dispute)];
    assert_eq!(keys(&open)[..9], expected);
}

#[test]
fn a_lost_bond_names_where_half_of_it_is_sunk() {
    let Bench { market, task, run } = bench();
    let mut dispute = at(key(20), fixture::dispute(&run, key(3), key(4)));
    let settle = |dispute: &Versioned<_>| {
        dispute_settle(&DisputeSettlement {
            cranker: key(11),
            market: &market,
            task: &task,
            dispute,
            challenger: Payee::to(key(4), key(5)),
            provider_balance: false,
            treasury_balance: false,
        })
    };
    assert!(!writes(&settle(&dispute), key(6)));
    dispute.data.phase = DisputePhase::Over(DisputeVerdict::ProviderWon);
    assert!(writes(&settle(&dispute), key(6)), "the task burns");
}

#[test]
fn a_slash_pays_the_bond_vault_of_the_dispute_that_refuted_the_run() {
    let mut bench = bench();
    bench.run.data.refuted_by = key(20);
    let vault = address::bond_vault(&key(20));
    assert!(writes(&task_settle(&bench.settlement(Outcome::Slashed, &[])), vault));
    bench.run.data.state = tessera::state::RunState::Slashed;
    assert!(!keys(&task_settle(&bench.settlement(Outcome::Slashed, &[]))).contains(&vault), "it was paid");
}
