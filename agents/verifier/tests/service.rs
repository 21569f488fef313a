//! The verifier at work on a market in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../provider/tests/bench/mod.rs"]
mod bench;
#[path = "../../node/tests/gpus/mod.rs"]
mod gpus;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bench::accounts::{SOON, audit, key, market_key, submitted};
use bench::{Bench, Counting, Hanging, Unstable, right_root};
use gpus::{Does, Fake, lost};
use tessera_chain::{Chain, ChainError, Keypair, Moment, Pubkey, Run, Task, TaskState, address};
use tessera_compute::CpuBackend;
use tessera_node::{Accelerator, Fleet, Shutdown};
use tessera_verifier::{Verifier, VerifierConfig, VerifierError};
use tokio::sync::mpsc;

const A: u8 = 20;
const OWNER: u8 = 40;
const OTHER: u8 = 50;
const OTHER_AUDIT: u8 = 60;
const WRONG: [u8; 32] = [7; 32];
/// All deadlines of the accounts are at `SOON`.
const DUE: Moment = Moment { unix: SOON.unix, slot: SOON.slot };

fn config(bench: &Bench) -> VerifierConfig {
    let mut config = VerifierConfig::new(market_key(), bench.folder.path().join("data"));
    config.node = Bench::tuning();
    config
}

async fn start(bench: &Bench, fleet: impl Into<Fleet>) -> (Verifier, Shutdown) {
    let shutdown = Shutdown::new();
    let chain: Arc<dyn Chain> = bench.chain.clone();
    let authority = bench.authority.insecure_clone();
    let verifier = Verifier::spawn(config(bench), chain, authority, fleet, shutdown.clone()).await.unwrap();
    (verifier, shutdown)
}

async fn stop(verifier: Verifier, shutdown: &Shutdown) {
    shutdown.request();
    verifier.join().await.unwrap();
}

fn run_key() -> Pubkey {
    address::run(&key(A), &key(OWNER))
}

/// Puts task A and a run of it with this root on chain.
async fn submit(bench: &Bench, root: [u8; 32]) {
    let task = bench.task(A).await;
    let run = submitted(key(A), key(OWNER), key(OWNER + 1));
    bench.chain.put_run(run_key(), Run { output_root: root, ..run });
    bench.chain.put_task(key(A), Task { state: TaskState::Submitted, ..task });
}

fn own_audit_root(bench: &Bench) -> [u8; 32] {
    let posted = bench.chain.sent().into_iter().find(|sent| sent.label == "audit_post").unwrap();
    posted.instructions[0].data[8..40].try_into().unwrap()
}

#[tokio::test]
async fn a_right_run_is_agreed_with_after_one_execution() {
    let mut bench = Bench::new();
    submit(&bench, right_root().0).await;
    let backend = Arc::new(Counting::default());
    let (verifier, shutdown) = start(&bench, backend.clone()).await;
    assert_eq!(bench.next().await, "audit_post");
    stop(verifier, &shutdown).await;
    assert_eq!(own_audit_root(&bench), right_root().0);
    assert_eq!(backend.0.load(Ordering::SeqCst), 1);
    assert_eq!(bench.chain.sent_labels(), ["audit_post"]);
}

#[tokio::test]
async fn a_wrong_run_is_disputed_after_a_second_look() {
    let mut bench = Bench::new();
    submit(&bench, WRONG).await;
    let backend = Arc::new(Counting::default());
    let (verifier, shutdown) = start(&bench, backend.clone()).await;
    assert_eq!(bench.next().await, "audit_post");
    stop(verifier, &shutdown).await;
    assert_eq!(own_audit_root(&bench), right_root().0);
    assert_eq!(backend.0.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_matching_audit_is_shown_and_the_refuted_run_settled() {
    let mut bench = Bench::new();
    submit(&bench, WRONG).await;
    let earlier = audit(run_key(), key(OTHER), key(OTHER + 1), right_root().0, 0);
    bench.chain.put_audit(key(OTHER_AUDIT), earlier);
    let task = Task { state: TaskState::Disputed, ..bench.task(A).await };
    bench.chain.put_task(key(A), task);
    let run = submitted(key(A), key(OWNER), key(OWNER + 1));
    bench.chain.put_run(run_key(), Run { output_root: WRONG, differing: 1, audits_open: 1, ..run });
    let (verifier, shutdown) = start(&bench, Arc::new(CpuBackend::new())).await;
    assert_eq!(bench.next().await, "audit_post");
    let posted = &bench.chain.sent()[0].instructions[0];
    assert!(posted.accounts.iter().any(|account| account.pubkey == key(OTHER_AUDIT)), "the earlier audit is shown");
    while bench.next_in_time(SOON.unix - 1).await != "task_settle" {}
    let settled = bench.chain.sent().into_iter().find(|sent| sent.label == "task_settle").unwrap();
    let accounts = &settled.instructions[0].accounts;
    let mine = address::audit(&run_key(), &bench.me);
    assert!([key(OTHER_AUDIT), mine].iter().all(|audit| accounts.iter().any(|account| account.pubkey == *audit)));
    stop(verifier, &shutdown).await;
}

#[tokio::test]
async fn a_faulty_machine_does_not_stake_on_its_results() {
    let bench = Bench::new();
    submit(&bench, WRONG).await;
    let (ran, mut runs) = mpsc::unbounded_channel();
    let (verifier, shutdown) = start(&bench, Arc::new(Unstable(AtomicUsize::new(0), ran))).await;
    runs.recv().await.unwrap();
    runs.recv().await.unwrap();
    stop(verifier, &shutdown).await;
    assert_eq!(bench.chain.sent_labels(), Vec::<String>::new());
}

#[tokio::test]
async fn a_transaction_that_fails_for_now_is_sent_again() {
    let mut bench = Bench::new();
    submit(&bench, right_root().0).await;
    bench.chain.fail_next_send(ChainError::Timeout { what: "audit_post".into(), seconds: 1 });
    let (verifier, shutdown) = start(&bench, Arc::new(CpuBackend::new())).await;
    assert_eq!(bench.next_in_time(SOON.unix - 1).await, "audit_post");
    stop(verifier, &shutdown).await;
    assert_eq!(bench.chain.sent_labels(), ["audit_post", "audit_post"]);
}

#[tokio::test]
async fn a_computation_ends_when_its_window_does_and_at_a_shutdown() {
    let bench = Bench::new();
    submit(&bench, right_root().0).await;
    let (begun, mut begins) = mpsc::unbounded_channel();
    let (verifier, shutdown) = start(&bench, Arc::new(Hanging(begun))).await;
    begins.recv().await.unwrap();
    bench.chain.set_moment(DUE);
    // With the default grace the join would take a minute if the computation went on.
    let stopping = tokio::time::timeout(Duration::from_secs(30), stop(verifier, &shutdown));
    stopping.await.expect("the computation was told to stop");
    assert_eq!(bench.chain.sent_labels(), Vec::<String>::new());
}

#[tokio::test]
async fn it_does_not_start_where_it_cannot_work() {
    let bench = Bench::new();
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
    let mut bench = Bench::new();
    submit(&bench, right_root().0).await;
    let (cpu, gpu) = (Arc::new(Counting::default()), Fake::new(0, Does::Fails(lost())));
    let fleet = Fleet::new(cpu.clone(), vec![gpu.clone() as Arc<dyn Accelerator>]);
    let (verifier, shutdown) = start(&bench, fleet).await;
    assert_eq!(bench.next().await, "audit_post");
    assert_eq!(own_audit_root(&bench), right_root().0);
    assert_eq!((gpu.begun(), cpu.0.load(Ordering::SeqCst)), (1, 1));
    stop(verifier, &shutdown).await;
}

#[tokio::test]
async fn nothing_is_staked_on_what_only_a_gpu_has_found() {
    let mut bench = Bench::new();
    submit(&bench, right_root().0).await;
    let wrong = tessera_compute::Tensor::f32(&[3], vec![9.0; 3]).unwrap();
    let (cpu, gpu) = (Arc::new(Counting::default()), Fake::new(0, Does::Gives(vec![wrong])));
    let fleet = Fleet::new(cpu.clone(), vec![gpu.clone() as Arc<dyn Accelerator>]);
    let (verifier, shutdown) = start(&bench, fleet).await;
    // The CPU contradicts the GPU, so both are asked again, and the GPU is right then.
    assert_eq!(bench.next_in_time(SOON.unix - 1).await, "audit_post");
    assert_eq!(own_audit_root(&bench), right_root().0);
    assert_eq!((gpu.begun(), cpu.0.load(Ordering::SeqCst)), (2, 1));
    stop(verifier, &shutdown).await;
}
