//! A provider of a task with several runs, on a market in memory: the other provider is played by the test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bench;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bench::accounts::{NOW, SOON, account_of, key, market_key, provider, run, sealed, submitted};
use bench::{Bench, Counting, right_root};
use tessera_chain::{Chain, Keypair, Moment, Run, RunState, Signer, SlotState, TaskState, address};
use tessera_compute::{Backend, Cancel, ExecError, Graph, Tensor};
use tessera_node::Shutdown;
use tessera_provider::{Provider, ProviderConfig};

const A: u8 = 20;
const OTHER: u8 = 40;
const DUE: Moment = Moment { unix: SOON.unix, slot: SOON.slot };

struct Scene {
    bench: Bench,
    backend: Arc<Counting>,
    provider: Provider,
    shutdown: Shutdown,
}

async fn start(bench: &Bench) -> (Provider, Shutdown, Arc<Counting>) {
    let (backend, shutdown) = (Arc::new(Counting::default()), Shutdown::new());
    let authority = bench.authority.insecure_clone();
    (spawn(bench, "data", authority, backend.clone(), &shutdown).await, shutdown, backend)
}

async fn spawn(
    bench: &Bench,
    data: &str,
    authority: Keypair,
    backend: Arc<dyn Backend>,
    shutdown: &Shutdown,
) -> Provider {
    let mut config = ProviderConfig::new(market_key(), bench.folder.path().join(data), bench.store.clone());
    config.node = Bench::tuning();
    // What is sealed is owed: a stop in between must not wait for the reveal.
    config.node.grace = Duration::ZERO;
    config.work.open_shares = false;
    let chain: Arc<dyn Chain> = bench.chain.clone();
    Provider::spawn(config, chain, authority, backend, shutdown.clone()).await.unwrap()
}

impl Scene {
    /// The provider has claimed and sealed a run of task A; the other one still computes.
    async fn new() -> Self {
        let mut bench = Bench::new();
        bench.put(key(A), bench.redundant_task(A, 2).await, run(key(A), key(OTHER), key(OTHER + 100)));
        let (provider, shutdown, backend) = start(&bench).await;
        assert_eq!(bench.next().await, "task_claim");
        assert_eq!(bench.next().await, "run_seal");
        let mine = bench.run_of(key(A), bench.me);
        assert_eq!((mine.state, mine.output_root), (RunState::Sealed, [0; 32]), "nothing is shown");
        Self { bench, backend, provider, shutdown }
    }

    /// The other one has sealed, too.
    fn other_seals(&self) {
        self.bench.other(sealed(key(A), key(OTHER), key(OTHER + 100)), |task| task.reveal_from = NOW);
    }

    /// The other one has shown this root.
    fn other_reveals(&self, root: [u8; 32]) {
        let run = submitted(key(A), key(OTHER), key(OTHER + 100));
        self.bench.other(Run { output_root: root, ..run }, |_| {});
    }

    async fn stop(self) -> Bench {
        self.shutdown.request();
        self.provider.join().await.unwrap();
        self.bench
    }
}

#[tokio::test]
async fn equal_roots_are_revealed_and_every_run_settled() {
    let mut scene = Scene::new().await;
    scene.bench.settle_down().await;
    assert!(scene.bench.next_now().is_none(), "the root is kept while somebody computes");
    scene.other_seals();
    assert_eq!(scene.bench.next().await, "run_reveal");
    assert_eq!(scene.bench.run_of(key(A), scene.bench.me).output_root, right_root().0);
    scene.other_reveals(right_root().0);
    assert_eq!(scene.bench.task_now(key(A)).state, TaskState::Submitted);
    scene.bench.chain.set_moment(DUE);
    assert_eq!(scene.bench.next().await, "task_settle", "its own at once");
    assert_eq!(scene.bench.next_in_time(SOON.unix + 60).await, "task_settle", "the other's in its turn");
    let bench = scene.stop().await;
    assert_eq!(bench.chain.task(key(A)).await.unwrap(), None);
    assert_eq!(bench.chain.sent_labels()[..3], ["task_claim", "run_seal", "run_reveal"]);
}

#[tokio::test]
async fn a_split_is_a_dispute_that_ends_void_without_auditors() {
    let mut scene = Scene::new().await;
    scene.other_seals();
    assert_eq!(scene.bench.next().await, "run_reveal");
    scene.other_reveals([9; 32]);
    assert_eq!(scene.bench.task_now(key(A)).state, TaskState::Disputed);
    scene.bench.settle_down().await;
    assert!(scene.bench.next_now().is_none());
    scene.bench.chain.set_moment(DUE);
    assert_eq!(scene.bench.next_in_time(SOON.unix).await, "task_settle");
    let slots = scene.bench.task_now(key(A)).slots;
    assert!(slots.iter().any(|slot| slot.provider == scene.bench.me && slot.state == SlotState::Void));
    scene.stop().await;
}

#[tokio::test]
async fn who_seals_and_stays_silent_is_ended_by_the_other() {
    let mut scene = Scene::new().await;
    scene.other_seals();
    assert_eq!(scene.bench.next().await, "run_reveal");
    // The reveal lasts 100 seconds.
    scene.bench.chain.set_moment(Moment { unix: NOW.unix + 100, slot: NOW.slot + 200 });
    assert_eq!(scene.bench.next_in_time(NOW.unix + 160).await, "task_expire");
    let expired = scene.bench.chain.sent().pop().unwrap();
    let other = address::run(&key(A), &key(OTHER));
    assert!(expired.instructions.iter().any(|sent| sent.accounts.iter().any(|account| account.pubkey == other)));
    assert_eq!(scene.bench.task_now(key(A)).state, TaskState::Submitted, "its own root stands alone");
    scene.bench.chain.set_moment(Moment { unix: NOW.unix + 500, slot: NOW.slot + 2_000 });
    assert_eq!(scene.bench.next_in_time(i64::MAX).await, "task_settle");
    scene.stop().await;
}

#[tokio::test]
async fn after_a_restart_a_seal_is_opened_from_its_record_without_computing() {
    let scene = Scene::new().await;
    assert_eq!(scene.backend.0.load(Ordering::SeqCst), 1);
    let bench = scene.stop().await;
    let (provider, shutdown, backend) = start(&bench).await;
    let mut scene = Scene { bench, backend, provider, shutdown };
    scene.other_seals();
    assert_eq!(scene.bench.next().await, "run_reveal");
    assert_eq!(scene.bench.run_of(key(A), scene.bench.me).output_root, right_root().0);
    assert_eq!(scene.backend.0.load(Ordering::SeqCst), 0);
    let bench = scene.stop().await;
    let (provider, shutdown, _) = start(&bench).await;
    shutdown.request();
    provider.join().await.unwrap();
    let left = std::fs::read_dir(bench.folder.path().join("data/sealed")).unwrap().count();
    assert_eq!(left, 0, "records of what is shown are removed");
}

#[tokio::test]
async fn without_its_record_the_root_is_computed_again() {
    let scene = Scene::new().await;
    let bench = scene.stop().await;
    std::fs::remove_dir_all(bench.folder.path().join("data/sealed")).unwrap();
    let (provider, shutdown, backend) = start(&bench).await;
    let mut scene = Scene { bench, backend, provider, shutdown };
    scene.other_seals();
    assert_eq!(scene.bench.next_in_time(SOON.unix - 1).await, "run_reveal");
    assert_eq!(scene.backend.0.load(Ordering::SeqCst), 1);
    scene.stop().await;
}

#[tokio::test]
async fn a_seal_of_another_root_is_not_opened() {
    let mut scene = Scene::new().await;
    let mut mine = scene.bench.run_of(key(A), scene.bench.me);
    mine.seal = [9; 32];
    scene.bench.chain.put_run(address::run(&key(A), &scene.bench.me), mine);
    scene.other_seals();
    scene.bench.settle_down().await;
    assert!(scene.bench.next_now().is_none());
    scene.stop().await;
}

/// Always wrong.
struct Wrong;

impl Backend for Wrong {
    fn name(&self) -> &'static str {
        "wrong"
    }

    fn run(&self, _: &Graph, _: &[Tensor], _: &Cancel) -> Result<Vec<Tensor>, ExecError> {
        Ok(vec![Tensor::f32(&[3], vec![9.0; 3]).unwrap()])
    }
}

/// Two agents take a task of two runs and settle it; the labels of what they sent, sorted, and how the task stood before.
async fn contest(other: impl Backend + 'static) -> (Vec<String>, TaskState) {
    let mut bench = Bench::new();
    let rival = Keypair::new();
    bench.chain.put_provider(account_of(&rival.pubkey()), provider(rival.pubkey()));
    bench.chain.put_task(key(A), bench.redundant_task(A, 2).await);
    let shutdown = Shutdown::new();
    let mine = bench.authority.insecure_clone();
    let first = spawn(&bench, "data", mine, Arc::new(Counting::default()), &shutdown).await;
    let second = spawn(&bench, "rival", rival, Arc::new(other), &shutdown).await;
    let mut labels = Vec::new();
    while labels.len() < 6 {
        labels.push(bench.next_in_time(SOON.unix - 1).await);
    }
    let state = bench.task_now(key(A)).state;
    bench.chain.set_moment(DUE);
    while bench.chain.task(key(A)).await.unwrap().is_some() {
        labels.push(bench.next_in_time(SOON.unix + 60).await);
    }
    labels.extend(std::iter::from_fn(|| bench.next_now()));
    shutdown.request();
    first.join().await.unwrap();
    second.join().await.unwrap();
    labels.sort();
    (labels, state)
}

const WHOLE: [&str; 8] =
    ["run_reveal", "run_reveal", "run_seal", "run_seal", "task_claim", "task_claim", "task_settle", "task_settle"];

#[tokio::test]
async fn two_agents_that_agree_are_both_settled() {
    assert_eq!(contest(Counting::default()).await, (WHOLE.map(String::from).to_vec(), TaskState::Submitted));
}

#[tokio::test]
async fn two_agents_that_differ_are_in_dispute_and_end_void() {
    assert_eq!(contest(Wrong).await, (WHOLE.map(String::from).to_vec(), TaskState::Disputed));
}
