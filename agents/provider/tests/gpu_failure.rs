//! A provider whose GPU fails in the middle of a run, on a market in memory: the run is submitted in time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bench;
#[path = "../../node/tests/gpus/mod.rs"]
mod gpus;

use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use bench::accounts::{NOW, SOON, key, market_key};
use bench::{Bench, Counting, right_root};
use gpus::{Does, Fake, lost, out_of_memory};
use tessera_chain::{Chain, Moment};
use tessera_node::{Accelerator, Fleet, NodeTuning, Shutdown};
use tessera_provider::{Provider, ProviderConfig};

const A: u8 = 20;
const B: u8 = 21;

struct Scene {
    bench: Bench,
    cpu: Arc<Counting>,
    gpu: Arc<Fake>,
    provider: Provider,
    shutdown: Shutdown,
}

impl Scene {
    /// Task A is open, and a provider with a CPU and one GPU has started.
    async fn new(does: Does, tune: impl FnOnce(&mut NodeTuning)) -> Self {
        Self::at(NOW, does, tune).await
    }

    async fn at(now: Moment, does: Does, tune: impl FnOnce(&mut NodeTuning)) -> Self {
        let bench = Bench::new();
        bench.chain.set_moment(now);
        bench.chain.put_task(key(A), bench.task(A).await);
        let (cpu, gpu, shutdown) = (Arc::new(Counting::default()), Fake::new(0, does), Shutdown::new());
        let mut config = ProviderConfig::new(market_key(), bench.folder.path().join("data"), bench.store.clone());
        config.node = Bench::tuning();
        tune(&mut config.node);
        let fleet = Fleet::new(cpu.clone(), vec![gpu.clone() as Arc<dyn Accelerator>]);
        let chain: Arc<dyn Chain> = bench.chain.clone();
        let authority = bench.authority.insecure_clone();
        let provider = Provider::spawn(config, chain, authority, fleet, shutdown.clone()).await.unwrap();
        Self { bench, cpu, gpu, provider, shutdown }
    }

    async fn stop(self) {
        self.shutdown.request();
        self.provider.join().await.unwrap();
    }

    fn on_cpu(&self) -> usize {
        self.cpu.0.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn a_healthy_gpu_computes_what_is_submitted() {
    let mut scene = Scene::new(Does::Works, |_| {}).await;
    assert_eq!(scene.bench.next().await, "task_claim");
    assert_eq!(scene.bench.next().await, "run_submit");
    assert_eq!(scene.bench.run_of(key(A), scene.bench.me).output_root, right_root().0);
    assert_eq!((scene.gpu.begun(), scene.on_cpu()), (1, 0));
    scene.stop().await;
}

#[tokio::test]
async fn a_run_is_submitted_from_the_cpu_when_the_gpu_fails() {
    for does in [Does::Fails(lost()), Does::Fails(out_of_memory()), Does::Panics] {
        let mut scene = Scene::new(does, |_| {}).await;
        assert_eq!(scene.bench.next().await, "task_claim");
        assert_eq!(scene.bench.next().await, "run_submit");
        assert_eq!(scene.bench.run_of(key(A), scene.bench.me).output_root, right_root().0);
        assert_eq!((scene.gpu.begun(), scene.on_cpu()), (1, 1));
        scene.stop().await;
    }
}

#[tokio::test]
async fn a_run_is_submitted_from_the_cpu_when_the_gpu_hangs_and_the_provider_still_ends() {
    let (release, hung) = mpsc::channel();
    let mut scene = Scene::new(Does::Hangs(hung), |node| {
        (node.gpu.watchdog_factor, node.gpu.watchdog_least) = (0, Duration::ZERO);
    })
    .await;
    assert_eq!(scene.bench.next().await, "task_claim");
    assert_eq!(scene.bench.next().await, "run_submit");
    assert_eq!(scene.bench.run_of(key(A), scene.bench.me).output_root, right_root().0);
    let gpu = scene.gpu.clone();
    scene.stop().await;
    assert_eq!((gpu.begun(), gpu.ended()), (1, 0), "its thread was left behind");
    drop(release);
}

#[tokio::test]
async fn a_run_that_no_backend_can_finish_in_time_is_not_submitted() {
    // At 1 flop and 1 byte per second the CPU would need 66 s, and 60 s are left.
    let late = Moment { unix: SOON.unix - 60, slot: SOON.slot - 120 };
    let slow = |node: &mut NodeTuning| (node.megaflops, node.megabytes_per_second) = (0, 0);
    let mut scene = Scene::at(late, Does::Fails(lost()), slow).await;
    assert_eq!(scene.bench.next().await, "task_claim");
    let gpu = scene.gpu.clone();
    while gpu.ended() == 0 {
        tokio::task::yield_now().await;
    }
    scene.bench.chain.set_moment(Moment { unix: SOON.unix, slot: SOON.slot });
    assert_eq!(scene.bench.next().await, "ata_create");
    assert_eq!(scene.bench.next().await, "task_expire");
    assert_eq!(scene.on_cpu(), 0);
    scene.stop().await;
}

#[tokio::test]
async fn a_task_that_does_not_fit_the_gpu_is_not_claimed() {
    let mut scene = Scene::new(Does::Works, |_| {}).await;
    assert_eq!(scene.bench.next().await, "task_claim");
    assert_eq!(scene.bench.next().await, "run_submit");
    // 1.5 MiB at once, on a GPU with 1 MiB for it.
    let large = scene.bench.large_task(B, 1 << 17).await;
    scene.bench.chain.put_task(key(B), large);
    scene.bench.chain.put_task(key(B + 1), scene.bench.task(B + 1).await);
    assert_eq!(scene.bench.next_in_time(SOON.unix - 1).await, "task_claim");
    scene.bench.run_of(key(B + 1), scene.bench.me);
    scene.stop().await;
}
