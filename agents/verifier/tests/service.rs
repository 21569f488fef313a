//! The verifier at work on a market in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../provider/tests/bench/mod.rs"]
mod bench;
#[path = "../../node/tests/gpus/mod.rs"]
mod gpus;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bench::accounts::{NOW, SOON, account_of, audit, key, market_key, owed_audit, provider, submitted};
use bench::{Bench, Counting, Hanging, Unstable, right_root};
use gpus::{Does, Fake, lost};
use tessera_chain::rules::ticket_wins;
use tessera_chain::{
    AuditState, Chain, ChainError, Draw, Keypair, Moment, Opened, Provider, Pubkey, Run, Signer, TaskState,
    TicketChain, address,
};
use tessera_compute::CpuBackend;
use tessera_node::{Accelerator, Fleet, Secrets, Shutdown, Tickets};
use tessera_verifier::{Verifier, VerifierConfig, VerifierError};
use tokio::sync::mpsc;

const A: u8 = 20;
const OWNER: u8 = 40;
const OTHER: u8 = 50;
const WRONG: [u8; 32] = [7; 32];
/// All deadlines of the accounts are at `SOON`.
const DUE: Moment = Moment { unix: SOON.unix, slot: SOON.slot };

/// A market in which the verifier has committed to a chain, and all slots up to now have a hash.
fn bench() -> Bench {
    let bench = Bench::new();
    let ticket = tickets(&bench).commitment();
    let me = provider(bench.authority.pubkey());
    bench.chain.put_provider(bench.me, Provider { ticket, ..me });
    let hashes: Vec<(u64, [u8; 32])> = (NOW.slot - 60..NOW.slot).map(|slot| (slot, [slot as u8; 32])).collect();
    bench.chain.set_slot_hashes(&hashes);
    bench
}

fn tickets(bench: &Bench) -> Tickets {
    let secrets = Secrets::new(Arc::new(bench.authority.insecure_clone()));
    Tickets::derive(&secrets, &bench.me, 0)
}

fn config(bench: &Bench) -> VerifierConfig {
    let mut config = VerifierConfig::new(market_key(), bench.folder.path().join("data"));
    config.node = Bench::tuning();
    config
}

async fn start(bench: &Bench, fleet: impl Into<Fleet>) -> (Verifier, Shutdown) {
    start_with(bench, config(bench), fleet).await
}

async fn start_with(bench: &Bench, config: VerifierConfig, fleet: impl Into<Fleet>) -> (Verifier, Shutdown) {
    let shutdown = Shutdown::new();
    let chain: Arc<dyn Chain> = bench.chain.clone();
    let authority = bench.authority.insecure_clone();
    let verifier = Verifier::spawn(config, chain, authority, fleet, shutdown.clone()).await.unwrap();
    (verifier, shutdown)
}

async fn stop(verifier: Verifier, shutdown: &Shutdown) {
    shutdown.request();
    verifier.join().await.unwrap();
}

fn run_key() -> Pubkey {
    address::run(&key(A), &key(OWNER))
}

fn stranger(root: [u8; 32]) -> Run {
    Run { output_root: root, ..submitted(key(A), key(OWNER), key(OWNER + 1)) }
}

/// Puts task A and a run of it with this root on chain.
async fn submit(bench: &Bench, root: [u8; 32]) {
    bench.put(key(A), bench.task(A).await, stranger(root));
}

async fn own_audit(bench: &Bench) -> AuditState {
    let audit = bench.chain.audit(address::audit(&run_key(), &bench.me)).await.unwrap();
    audit.expect("an audit").data.state
}

/// The next slots get their hashes, so that leaves are picked.
async fn make_slots(bench: &Bench) {
    let now = bench.chain.moment().await.unwrap();
    let hashes: Vec<(u64, [u8; 32])> = (now.slot - 60..now.slot + 60).map(|slot| (slot, [slot as u8; 32])).collect();
    bench.chain.set_slot_hashes(&hashes);
    bench.chain.set_moment(Moment { unix: now.unix, slot: now.slot + 40 });
}

/// The same for a verifier that stops: what it agreed with is opened before it ends.
async fn finish(bench: &Bench, verifier: Verifier, shutdown: &Shutdown) {
    make_slots(bench).await;
    stop(verifier, shutdown).await;
}

#[tokio::test]
async fn a_right_run_is_claimed_agreed_with_after_one_execution_and_opened_in_both_trees() {
    let mut bench = bench();
    submit(&bench, right_root().0).await;
    let backend = Arc::new(Counting::default());
    let (verifier, shutdown) = start(&bench, backend.clone()).await;
    assert_eq!(bench.next().await, "audit_claim");
    assert_eq!(bench.next().await, "audit_post");
    assert!(matches!(own_audit(&bench).await, AuditState::Agreed { keyed_root } if keyed_root != right_root().0));
    bench.settle_down().await;
    assert!(bench.next_now().is_none(), "the leaf is not picked yet");
    make_slots(&bench).await;
    assert_eq!(bench.next().await, "audit_open");
    let opened = bench.chain.audit(address::audit(&run_key(), &bench.me)).await.unwrap().unwrap().data.opened;
    assert_eq!(opened, Opened { output: true, keyed: true });
    stop(verifier, &shutdown).await;
    assert_eq!(backend.0.load(Ordering::SeqCst), 1);
    assert_eq!(bench.chain.sent_labels(), ["audit_claim", "audit_post", "audit_open"]);
}

#[tokio::test]
async fn a_wrong_run_is_disputed_after_a_second_look() {
    let mut bench = bench();
    submit(&bench, WRONG).await;
    let backend = Arc::new(Counting::default());
    let (verifier, shutdown) = start(&bench, backend.clone()).await;
    assert_eq!(bench.next().await, "audit_claim");
    assert_eq!(bench.next().await, "audit_post");
    stop(verifier, &shutdown).await;
    assert_eq!(own_audit(&bench).await, AuditState::Differs { root: right_root().0 });
    assert_eq!(bench.task_now(key(A)).state, TaskState::Disputed);
    assert_eq!(backend.0.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_matching_audit_is_shown_and_the_refuted_run_settled() {
    let mut bench = bench();
    submit(&bench, WRONG).await;
    let earlier = audit(run_key(), key(OTHER), right_root().0, 0);
    let other_audit = address::audit(&run_key(), &account_of(&key(OTHER)));
    bench.chain.put_audit(other_audit, earlier);
    let mut task = bench.task_now(key(A));
    (task.state, task.slots[0].differing) = (TaskState::Disputed, 1);
    bench.chain.put_task(key(A), task);
    bench.chain.put_run(run_key(), Run { audits_open: 1, ..stranger(WRONG) });
    let (verifier, shutdown) = start(&bench, Arc::new(CpuBackend::new())).await;
    assert_eq!(bench.next().await, "audit_claim");
    assert_eq!(bench.next().await, "audit_post");
    let posted = bench.chain.sent().pop().unwrap();
    let shown = |keys: &[tessera_chain::AccountMeta], key| keys.iter().any(|account| account.pubkey == key);
    assert!(shown(&posted.instructions[0].accounts, other_audit), "the earlier audit is shown");
    assert_eq!(bench.next_in_time(SOON.unix - 1).await, "task_settle");
    let settled = bench.chain.sent().into_iter().find(|sent| sent.label == "task_settle").unwrap();
    let accounts = &settled.instructions.last().unwrap().accounts;
    assert!(shown(accounts, other_audit) && shown(accounts, address::audit(&run_key(), &bench.me)));
    stop(verifier, &shutdown).await;
}

/// A run whose draw this verifier wins or loses, with 50 of 1,000 base units at a rate of one half.
fn drawn(bench: &Bench, wins: bool) -> Run {
    let tickets = tickets(bench);
    (0..=255)
        .map(|hash| Run { audit_rate_bps: 5_000, draw: Draw::Hash([hash; 32]), ..stranger(right_root().0) })
        .find(|run| {
            let seen = bench::accounts::at(run_key(), 1, run.clone());
            let ticket = tickets.ticket(&seen, &tickets.commitment()).unwrap();
            ticket_wins(ticket.number, 5_000.into(), 50.into(), 1_000.into()) == wins
        })
        .expect("one of 256 draws")
}

#[tokio::test]
async fn a_draw_that_is_won_is_audited_and_the_element_shown() {
    let mut bench = bench();
    bench.put(key(A), bench.task(A).await, drawn(&bench, true));
    let (verifier, shutdown) = start(&bench, Arc::new(CpuBackend::new())).await;
    assert_eq!(bench.next().await, "audit_claim");
    let claim = bench.chain.sent().pop().unwrap();
    let data = &claim.instructions[0].data[8..];
    assert_eq!((data[0], &data[1..]), (1, &tickets(&bench).element(0).unwrap()[..]));
    assert_eq!(bench.next().await, "audit_post");
    finish(&bench, verifier, &shutdown).await;
}

#[tokio::test]
async fn a_draw_that_is_lost_is_left_to_others() {
    let mut bench = bench();
    bench.put(key(A), bench.task(A).await, drawn(&bench, false));
    let backend = Arc::new(Counting::default());
    let (verifier, shutdown) = start(&bench, backend.clone()).await;
    bench.settle_down().await;
    bench.chain.set_moment(Moment { unix: NOW.unix + 20, slot: NOW.slot + 40 });
    bench.settle_down().await;
    assert!(bench.next_now().is_none());
    stop(verifier, &shutdown).await;
    assert_eq!((bench.chain.sent_labels().len(), backend.0.load(Ordering::SeqCst)), (0, 0));
}

#[tokio::test]
async fn a_draw_that_nobody_recorded_is_recorded() {
    let mut bench = bench();
    let undrawn = Run { audit_rate_bps: 5_000, draw: Draw::Pending, ..stranger(right_root().0) };
    bench.put(key(A), bench.task(A).await, undrawn);
    let account = bench.chain.provider(bench.me).await.unwrap().unwrap().data;
    // Without weight it records the draw and never wins it.
    bench.chain.put_provider(bench.me, Provider { ticket_stake: 0, ..account });
    let (verifier, shutdown) = start(&bench, Arc::new(CpuBackend::new())).await;
    assert_eq!(bench.next().await, "audit_draw");
    // Slot 1,944 is the run's draw slot.
    assert_eq!(bench.run_of(key(A), key(OWNER)).draw, Draw::Hash([1_944_u64 as u8; 32]));
    stop(verifier, &shutdown).await;
}

#[tokio::test]
async fn between_claim_and_answer_a_restart_computes_and_answers() {
    let mut bench = bench();
    submit(&bench, right_root().0).await;
    let (begun, mut begins) = mpsc::unbounded_channel();
    let mut hurried = config(&bench);
    hurried.node.grace = Duration::ZERO;
    let (verifier, shutdown) = start_with(&bench, hurried, Arc::new(Hanging(begun))).await;
    assert_eq!(bench.next().await, "audit_claim");
    begins.recv().await.unwrap();
    stop(verifier, &shutdown).await;
    assert_eq!(own_audit(&bench).await, AuditState::Claimed);

    let (verifier, shutdown) = start(&bench, Arc::new(CpuBackend::new())).await;
    assert_eq!(bench.next().await, "audit_post");
    finish(&bench, verifier, &shutdown).await;
    assert!(matches!(own_audit(&bench).await, AuditState::Agreed { .. }));
    assert_eq!(bench.chain.sent_labels()[..2], ["audit_claim", "audit_post"]);
}

#[tokio::test]
async fn between_answer_and_opening_a_restart_computes_and_opens() {
    let mut bench = bench();
    submit(&bench, right_root().0).await;
    let mut hurried = config(&bench);
    hurried.node.grace = Duration::ZERO;
    let (verifier, shutdown) = start_with(&bench, hurried, Arc::new(CpuBackend::new())).await;
    assert_eq!(bench.next().await, "audit_claim");
    assert_eq!(bench.next().await, "audit_post");
    stop(verifier, &shutdown).await;
    make_slots(&bench).await;
    let backend = Arc::new(Counting::default());
    let (verifier, shutdown) = start(&bench, backend.clone()).await;
    assert_eq!(bench.next().await, "audit_open");
    stop(verifier, &shutdown).await;
    assert_eq!(backend.0.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_shutdown_still_answers_what_is_claimed() {
    let mut bench = bench();
    submit(&bench, right_root().0).await;
    bench.chain.put_audit(address::audit(&run_key(), &bench.me), owed_audit(run_key(), bench.authority.pubkey()));
    let (verifier, shutdown) = start(&bench, Arc::new(CpuBackend::new())).await;
    shutdown.request();
    assert_eq!(bench.next().await, "audit_post");
    make_slots(&bench).await;
    verifier.join().await.unwrap();
    assert_eq!(bench.chain.sent_labels(), ["audit_post", "audit_open"]);
}

#[tokio::test]
async fn a_verifier_without_a_chain_commits_to_one_that_it_finds_again() {
    let mut bench = bench();
    let account = bench.chain.provider(bench.me).await.unwrap().unwrap().data;
    bench.chain.put_provider(bench.me, Provider { ticket: TicketChain::NONE, ..account });
    // Hour 1,000: the chain begins with the hour before.
    bench.chain.set_moment(Moment { unix: 3_600_000, slot: 9_000_000 });
    let (verifier, shutdown) = start(&bench, Arc::new(CpuBackend::new())).await;
    assert_eq!(bench.next().await, "verifier_commit");
    let committed = bench.chain.provider(bench.me).await.unwrap().unwrap().ticket;
    let secrets = Secrets::new(Arc::new(bench.authority.insecure_clone()));
    assert_eq!(committed, Tickets::derive(&secrets, &bench.me, 999).commitment());
    bench.settle_down().await;
    stop(verifier, &shutdown).await;
    assert_eq!(bench.chain.sent_labels(), ["verifier_commit"], "once");
}

#[tokio::test]
async fn a_faulty_machine_does_not_stake_on_its_results() {
    let mut bench = bench();
    submit(&bench, WRONG).await;
    let (ran, mut runs) = mpsc::unbounded_channel();
    let (verifier, shutdown) = start(&bench, Arc::new(Unstable(AtomicUsize::new(0), ran))).await;
    assert_eq!(bench.next().await, "audit_claim");
    runs.recv().await.unwrap();
    runs.recv().await.unwrap();
    shutdown.request();
    // Unanswered, the audit is owed until its deadline.
    bench.chain.set_moment(DUE);
    verifier.join().await.unwrap();
    assert_eq!(bench.chain.sent_labels(), ["audit_claim"]);
}

#[tokio::test]
async fn a_transaction_that_fails_for_now_is_sent_again() {
    let mut bench = bench();
    submit(&bench, right_root().0).await;
    bench.chain.fail_next_send(ChainError::Timeout { what: "audit_claim".into(), seconds: 1 });
    let (verifier, shutdown) = start(&bench, Arc::new(CpuBackend::new())).await;
    assert_eq!(bench.next_in_time(SOON.unix - 1).await, "audit_claim");
    bench.chain.fail_next_send(ChainError::Timeout { what: "audit_post".into(), seconds: 1 });
    assert_eq!(bench.next_in_time(SOON.unix - 1).await, "audit_post");
    finish(&bench, verifier, &shutdown).await;
    assert_eq!(bench.chain.sent_labels()[..4], ["audit_claim", "audit_claim", "audit_post", "audit_post"]);
}

#[tokio::test]
async fn a_computation_ends_when_its_window_does_and_at_a_shutdown() {
    let mut bench = bench();
    submit(&bench, right_root().0).await;
    let (begun, mut begins) = mpsc::unbounded_channel();
    let (verifier, shutdown) = start(&bench, Arc::new(Hanging(begun))).await;
    assert_eq!(bench.next().await, "audit_claim");
    begins.recv().await.unwrap();
    bench.chain.set_moment(DUE);
    // With the default grace the join would take a minute if the computation went on.
    let stopping = tokio::time::timeout(Duration::from_secs(30), stop(verifier, &shutdown));
    stopping.await.expect("the computation was told to stop");
    assert_eq!(bench.chain.sent_labels(), ["audit_claim"]);
}

#[tokio::test]
async fn it_does_not_start_where_it_cannot_work() {
    let bench = bench();
    let chain: Arc<dyn Chain> = bench.chain.clone();
    let backend = Arc::new(CpuBackend::new());
    let stranger =
        Verifier::spawn(config(&bench), chain.clone(), Keypair::new(), backend.clone(), Shutdown::new()).await;
    assert!(matches!(stranger, Err(VerifierError::NotRegistered { .. })));
    let mut account = chain.provider(bench.me).await.unwrap().unwrap().data;
    account.roles.verify = false;
    bench.chain.put_provider(bench.me, account);
    let authority = bench.authority.insecure_clone();
    let without = Verifier::spawn(config(&bench), chain, authority, backend, Shutdown::new()).await;
    assert!(matches!(without, Err(VerifierError::NoVerifyRole(_))));
}

#[tokio::test]
async fn an_audit_is_posted_from_the_cpu_when_the_gpu_fails() {
    let mut bench = bench();
    submit(&bench, right_root().0).await;
    let (cpu, gpu) = (Arc::new(Counting::default()), Fake::new(0, Does::Fails(lost())));
    let fleet = Fleet::new(cpu.clone(), vec![gpu.clone() as Arc<dyn Accelerator>]);
    let (verifier, shutdown) = start(&bench, fleet).await;
    assert_eq!(bench.next().await, "audit_claim");
    assert_eq!(bench.next().await, "audit_post");
    assert!(matches!(own_audit(&bench).await, AuditState::Agreed { .. }));
    assert_eq!((gpu.begun(), cpu.0.load(Ordering::SeqCst)), (1, 1));
    finish(&bench, verifier, &shutdown).await;
}

#[tokio::test]
async fn nothing_is_staked_on_what_only_a_gpu_has_found() {
    let mut bench = bench();
    submit(&bench, right_root().0).await;
    let wrong = tessera_compute::Tensor::f32(&[3], vec![9.0; 3]).unwrap();
    let (cpu, gpu) = (Arc::new(Counting::default()), Fake::new(0, Does::Gives(vec![wrong])));
    let fleet = Fleet::new(cpu.clone(), vec![gpu.clone() as Arc<dyn Accelerator>]);
    let (verifier, shutdown) = start(&bench, fleet).await;
    // The CPU contradicts the GPU, so both are asked again, and the GPU is right then.
    assert_eq!(bench.next().await, "audit_claim");
    assert_eq!(bench.next_in_time(SOON.unix - 1).await, "audit_post");
    assert!(matches!(own_audit(&bench).await, AuditState::Agreed { .. }));
    assert_eq!((gpu.begun(), cpu.0.load(Ordering::SeqCst)), (2, 1));
    finish(&bench, verifier, &shutdown).await;
}
