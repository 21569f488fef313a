//! The provider at work on a market in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bench;

use std::sync::Arc;
use std::time::Duration;

use bench::accounts::{SOON, key, market_key, run, submitted};
use bench::{Bench, Counting, Hanging, Panicking, right_output_id, right_root};
use tessera_chain::fake::fixture;
use tessera_chain::{Chain, ChainError, Keypair, Moment, Signer, address};
use tessera_compute::{Backend, CpuBackend};
use tessera_node::Shutdown;
use tessera_node::journal::Step;
use tessera_provider::{Provider, ProviderConfig, ProviderError};
use tokio::sync::mpsc;

const A: u8 = 20;
const B: u8 = 21;
/// All deadlines of the accounts are at `SOON`.
const DUE: Moment = Moment { unix: SOON.unix, slot: SOON.slot };
const BEFORE: Moment = Moment { unix: SOON.unix - 1, slot: SOON.slot - 1 };

fn config(bench: &Bench) -> ProviderConfig {
    let data_dir = bench.folder.path().join("data");
    let mut config = ProviderConfig::new(market_key(), data_dir, bench.store.clone());
    config.node = Bench::tuning();
    config.work.open_shares = false;
    config
}

async fn spawn(
    bench: &Bench,
    config: ProviderConfig,
    backend: Arc<dyn Backend>,
    shutdown: &Shutdown,
) -> Result<Provider, ProviderError> {
    let chain: Arc<dyn Chain> = bench.chain.clone();
    Provider::spawn(config, chain, bench.authority.insecure_clone(), backend, shutdown.clone()).await
}

async fn start(bench: &Bench, backend: impl Backend + 'static) -> (Provider, Shutdown) {
    let shutdown = Shutdown::new();
    (spawn(bench, config(bench), Arc::new(backend), &shutdown).await.unwrap(), shutdown)
}

async fn stop(provider: Provider, shutdown: &Shutdown) {
    shutdown.request();
    provider.join().await.unwrap();
}

#[tokio::test]
async fn a_task_is_claimed_computed_stored_submitted_and_settled() {
    let mut bench = Bench::new();
    bench.chain.put_task(key(A), bench.task(A).await);
    let (provider, shutdown) = start(&bench, CpuBackend::new()).await;
    assert_eq!(bench.next().await, "task_claim");
    assert_eq!(bench.next().await, "run_submit");
    let run = bench.run_of(key(A), bench.me);
    assert_eq!((run.output_root, run.output_id), (right_root().0, right_output_id().0));
    bench.store.get(&right_output_id(), 10_000).await.expect("the outputs are stored before they are submitted");

    bench.chain.set_moment(DUE);
    assert_eq!(bench.next().await, "task_settle");
    stop(provider, &shutdown).await;
}

#[tokio::test]
async fn after_a_restart_a_claimed_run_is_finished_without_another_claim() {
    let mut bench = Bench::new();
    bench.put(key(A), bench.task(A).await, run(key(A), bench.me, bench.authority.pubkey()));
    let (provider, shutdown) = start(&bench, CpuBackend::new()).await;
    assert_eq!(bench.next().await, "run_submit");
    assert_eq!(bench.run_of(key(A), bench.me).output_root, right_root().0);
    stop(provider, &shutdown).await;
    assert_eq!(bench.chain.sent_labels(), ["run_submit"]);
}

#[tokio::test]
async fn a_malformed_task_is_skipped_and_the_next_one_is_done() {
    let mut bench = Bench::new();
    let mut malformed = bench.task(A).await;
    malformed.terms.inputs_root = [9; 32];
    malformed.terms.reward = 200;
    bench.chain.put_task(key(A), malformed);
    bench.chain.put_task(key(B), bench.task(B).await);
    let (provider, shutdown) = start(&bench, CpuBackend::new()).await;
    assert_eq!(bench.next().await, "task_claim");
    assert_eq!(bench.next().await, "run_submit");
    stop(provider, &shutdown).await;
    bench.run_of(key(B), bench.me);
    assert_eq!(bench.chain.sent_labels().len(), 2, "nothing is staked on the malformed one");
}

#[tokio::test]
async fn a_task_beyond_this_machine_is_not_claimed() {
    let mut bench = Bench::new();
    let mut hurried = bench.task(A).await;
    hurried.terms.windows.execution_seconds = 0;
    hurried.terms.reward = 200;
    bench.chain.put_task(key(A), hurried);
    bench.chain.put_task(key(B), bench.task(B).await);
    let (provider, shutdown) = start(&bench, CpuBackend::new()).await;
    assert_eq!(bench.next().await, "task_claim");
    stop(provider, &shutdown).await;
    bench.run_of(key(B), bench.me);
}

#[tokio::test]
async fn data_that_come_late_are_found() {
    let mut bench = Bench::new();
    let task = bench.task(A).await;
    let manifest =
        bench.folder.path().join("store").join(tessera_compute::ContentId(task.terms.manifest_id).to_string());
    let content = std::fs::read(&manifest).unwrap();
    std::fs::remove_file(&manifest).unwrap();
    bench.chain.put_task(key(A), task);
    let (provider, shutdown) = start(&bench, CpuBackend::new()).await;
    bench.store.put(content).await.unwrap();
    assert_eq!(bench.next_in_time(BEFORE.unix).await, "task_claim");
    stop(provider, &shutdown).await;
}

#[tokio::test]
async fn a_transaction_that_fails_for_now_is_sent_again() {
    let mut bench = Bench::new();
    bench.chain.put_task(key(A), bench.task(A).await);
    bench.chain.fail_next_send(ChainError::Timeout { what: "task_claim".into(), seconds: 1 });
    let (provider, shutdown) = start(&bench, CpuBackend::new()).await;
    assert_eq!(bench.next_in_time(BEFORE.unix).await, "task_claim");
    stop(provider, &shutdown).await;
}

#[tokio::test]
async fn intents_are_journalled_before_they_are_sent() {
    let mut bench = Bench::new();
    bench.chain.put_task(key(A), bench.task(A).await);
    let path = bench.folder.path().join("data/provider.journal.jsonl");
    let (tell, mut seen) = mpsc::unbounded_channel();
    bench.chain.on_send({
        let path = path.clone();
        move |_, _, _| {
            tell.send(std::fs::read_to_string(&path).unwrap()).unwrap();
            Err(ChainError::NotFound { what: "task".into(), key: key(A) })
        }
    });
    let (provider, shutdown) = start(&bench, CpuBackend::new()).await;
    let at_send = seen.recv().await.unwrap();
    let last: tessera_node::journal::Entry = serde_json::from_str(at_send.lines().last().unwrap()).unwrap();
    assert_eq!((last.action.as_str(), last.step), ("task_claim", Step::Intent));
    stop(provider, &shutdown).await;
    let (_journal, open) = tessera_node::Journal::open(&path).unwrap();
    assert!(open.is_empty(), "the end is recorded, too: {open:?}");
    assert!(bench.next_now().is_none());
}

#[tokio::test]
async fn a_run_whose_deadline_passes_stops_and_is_expired() {
    let mut bench = Bench::new();
    bench.chain.put_task(key(A), bench.task(A).await);
    let (begun, mut begins) = mpsc::unbounded_channel();
    let (provider, shutdown) = start(&bench, Hanging(begun)).await;
    assert_eq!(bench.next().await, "task_claim");
    begins.recv().await.unwrap();
    bench.chain.set_moment(DUE);
    assert_eq!(bench.next().await, "task_expire");
    stop(provider, &shutdown).await;
    assert!(!bench.chain.sent_labels().contains(&"run_submit".to_owned()));
}

#[tokio::test]
async fn a_shutdown_abandons_what_does_not_end_within_the_grace_period() {
    let mut bench = Bench::new();
    bench.chain.put_task(key(A), bench.task(A).await);
    let (begun, mut begins) = mpsc::unbounded_channel();
    let mut config = config(&bench);
    config.node.grace = Duration::ZERO;
    let shutdown = Shutdown::new();
    let provider = spawn(&bench, config, Arc::new(Hanging(begun)), &shutdown).await.unwrap();
    assert_eq!(bench.next().await, "task_claim");
    begins.recv().await.unwrap();
    stop(provider, &shutdown).await;
    assert_eq!(bench.chain.sent_labels(), ["task_claim"]);
}

#[tokio::test]
async fn a_shutdown_during_a_claim_still_finishes_the_run() {
    let mut bench = Bench::new();
    bench.chain.put_task(key(A), bench.task(A).await);
    let (provider, shutdown) = start(&bench, Counting::default()).await;
    assert_eq!(bench.next().await, "task_claim");
    stop(provider, &shutdown).await;
    assert_eq!(bench.chain.sent_labels(), ["task_claim", "run_submit"]);
}

#[tokio::test]
async fn a_panicking_backend_does_not_take_the_agent_down() {
    let mut bench = Bench::new();
    bench.chain.put_task(key(A), bench.task(A).await);
    let (begun, mut begins) = mpsc::unbounded_channel();
    let (provider, shutdown) = start(&bench, Panicking(begun)).await;
    assert_eq!(bench.next().await, "task_claim");
    begins.recv().await.unwrap();
    // Still alive: it sees the deadline pass and ends its own run.
    bench.chain.set_moment(DUE);
    assert_eq!(bench.next().await, "task_expire");
    stop(provider, &shutdown).await;
}

#[tokio::test]
async fn what_a_person_must_mend_ends_the_agent_with_the_reason() {
    let bench = Bench::new();
    bench.chain.put_task(key(A), bench.task(A).await);
    bench.chain.fail_next_send(ChainError::Config { reason: "no such cluster".into() });
    let (provider, _shutdown) = start(&bench, CpuBackend::new()).await;
    let error = provider.join().await.unwrap_err();
    assert!(error.to_string().contains("no such cluster"), "{error}");
}

#[tokio::test]
async fn it_does_not_start_where_it_cannot_work() {
    let bench = Bench::new();
    let (shutdown, backend) = (Shutdown::new(), Arc::new(CpuBackend::new()));
    let chain: Arc<dyn Chain> = bench.chain.clone();
    let stranger = Provider::spawn(config(&bench), chain, Keypair::new(), backend.clone(), shutdown.clone()).await;
    assert!(matches!(stranger, Err(ProviderError::NotRegistered { .. })));

    std::fs::write(bench.folder.path().join("file"), b"").unwrap();
    let mut unwritable = config(&bench);
    let place = bench.folder.path().join("file/below");
    unwritable.store = tessera_node::ContentStore::open(place.to_str().unwrap()).unwrap();
    let refused = spawn(&bench, unwritable, backend.clone(), &shutdown).await;
    assert!(matches!(refused, Err(ProviderError::Store(_))));

    let first = spawn(&bench, config(&bench), backend.clone(), &shutdown).await.unwrap();
    let second = spawn(&bench, config(&bench), backend, &shutdown).await;
    assert!(matches!(second, Err(ProviderError::Journal(_))), "one data directory per agent");
    stop(first, &shutdown).await;
}

#[tokio::test]
async fn a_lost_race_for_a_crank_is_no_problem() {
    let mut bench = Bench::new();
    bench.put(key(A), bench.task(A).await, submitted(key(A), bench.me, bench.authority.pubkey()));
    bench.chain.put_task(key(B), bench.task(B).await);
    bench.chain.set_moment(BEFORE);
    let (provider, shutdown) = start(&bench, CpuBackend::new()).await;
    assert_eq!(bench.next().await, "task_claim");
    assert_eq!(bench.next().await, "run_submit");
    bench.chain.fail_next_send(ChainError::Rejected { reason: "gone".into(), logs: Vec::new() });
    bench.chain.set_moment(DUE);
    let mut settled = 0;
    while settled < 2 {
        let label = bench.next_in_time(i64::MAX).await;
        settled += usize::from(label == "task_settle");
    }
    stop(provider, &shutdown).await;
}

#[tokio::test]
async fn a_share_is_opened_before_its_first_settlement_and_a_waiting_payment_claimed() {
    let mut bench = Bench::new();
    let authority = bench.authority.pubkey();
    bench.put(key(A), bench.task(A).await, submitted(key(A), bench.me, authority));
    let balance = address::balance(&market_key(), &authority);
    bench.chain.put_balance(balance, fixture::balance(market_key(), authority));
    let mut config = config(&bench);
    config.work.open_shares = true;
    let shutdown = Shutdown::new();
    let provider = spawn(&bench, config, Arc::new(CpuBackend::new()), &shutdown).await.unwrap();
    let mut labels = vec![bench.next().await, bench.next().await];
    labels.sort();
    assert_eq!(labels, ["balance_claim", "share_open"]);
    let opening = bench.chain.sent().into_iter().find(|sent| sent.label == "share_open").unwrap();
    assert_eq!(opening.instructions.len(), 2, "the epoch's books with it");
    assert!(bench.chain.share(address::share(&bench.me, 0)).await.unwrap().is_some());
    stop(provider, &shutdown).await;
}

#[tokio::test]
async fn a_claim_whose_data_are_gone_after_a_restart_is_given_back() {
    let mut bench = Bench::new();
    let mut task = bench.task(A).await;
    // Claimed at second 960, it is second 1,000.
    task.terms.windows.grace_seconds = 60;
    std::fs::remove_dir_all(bench.folder.path().join("store")).unwrap();
    bench.put(key(A), task, run(key(A), bench.me, bench.authority.pubkey()));
    let (provider, shutdown) = start(&bench, CpuBackend::new()).await;
    assert_eq!(bench.next_in_time(1_015).await, "run_release");
    stop(provider, &shutdown).await;
    assert_eq!(bench.chain.sent_labels(), ["run_release"]);
}
