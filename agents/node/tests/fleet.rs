//! Where runs go, and where they go on when a GPU fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod gpus;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use gpus::{Does, Fake, ROOM, lost, out_of_memory};
use tessera_compute::{Backend, Cancel, CpuBackend, DType, ExecError, Graph, GraphBuilder, Tensor, encode_tensors};
use tessera_node::fetch_error::Unfit;
use tessera_node::fleet::{GpuTuning, Overflow};
use tessera_node::{Accelerator, Computed, Counters, Demand, ExecuteError, Fleet, NodeTuning, Prefer, TaskInputs};

const HOUR: Duration = Duration::from_secs(3_600);
const SOON: Demand = Demand { left: HOUR, prefer: Prefer::Gpu };

/// x + x, of vectors of this length.
fn task(length: u64) -> Arc<TaskInputs> {
    let mut builder = GraphBuilder::new();
    let x = builder.input(DType::F32, &[length]).unwrap();
    let sum = builder.add(x, x).unwrap();
    builder.output(sum).unwrap();
    let inputs = vec![Tensor::f32(&[length], vec![1.5; length as usize]).unwrap()];
    Arc::new(TaskInputs { graph: builder.finish().unwrap(), inputs, label: String::new(), estimate: Duration::ZERO })
}

/// The CPU, counting.
#[derive(Default)]
struct Cpu(AtomicUsize);

impl Backend for Cpu {
    fn name(&self) -> &'static str {
        "cpu"
    }

    fn run(&self, graph: &Graph, inputs: &[Tensor], cancel: &Cancel) -> Result<Vec<Tensor>, ExecError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        CpuBackend::new().run(graph, inputs, cancel)
    }
}

struct Scene {
    fleet: Fleet,
    cpu: Arc<Cpu>,
    gpus: Vec<Arc<Fake>>,
    seconds: Arc<AtomicU64>,
}

fn scene(does: impl IntoIterator<Item = Does>, tune: impl FnOnce(&mut NodeTuning)) -> Scene {
    let gpus: Vec<Arc<Fake>> = does.into_iter().enumerate().map(|(ordinal, does)| Fake::new(ordinal, does)).collect();
    let cpu = Arc::new(Cpu::default());
    let mut tuning = NodeTuning::default();
    tune(&mut tuning);
    let seconds = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&seconds);
    let accelerators = gpus.iter().map(|gpu| Arc::clone(gpu) as Arc<dyn Accelerator>).collect();
    let fleet = Fleet::new(cpu.clone(), accelerators)
        .with_tuning(&tuning)
        .with_clock(move || Duration::from_secs(clock.load(Ordering::SeqCst)));
    Scene { fleet, cpu, gpus, seconds }
}

impl Scene {
    async fn run(&self, demand: Demand) -> Result<Computed, ExecuteError> {
        self.fleet.execute(task(3), demand, Cancel::new()).await
    }

    fn on_cpu(&self) -> usize {
        self.cpu.0.load(Ordering::SeqCst)
    }

    fn begun(&self) -> Vec<usize> {
        self.gpus.iter().map(|gpu| gpu.begun()).collect()
    }

    /// A run has looked for a place on all GPUs more than once.
    async fn looked_twice(&self) {
        let before: Vec<usize> = self.gpus.iter().map(|gpu| gpu.asked()).collect();
        until(|| self.gpus.iter().zip(&before).all(|(gpu, before)| gpu.asked() >= before + 2)).await;
    }

    fn healthy(&self) -> Vec<usize> {
        self.fleet.healthy_gpus().iter().map(|gpu| gpu.ordinal).collect()
    }
}

fn assert_right(computed: &Computed) {
    let right = Tensor::f32(&[3], vec![3.0; 3]).unwrap();
    assert_eq!(encode_tensors(&computed.outputs), encode_tensors(&[right]));
}

/// Lets others go on until `is` holds.
async fn until(is: impl Fn() -> bool) {
    let waiting = async {
        while !is() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("it comes to pass");
}

#[tokio::test]
async fn without_gpus_the_cpu_runs_and_with_them_they_do() {
    let none = scene([], |_| {});
    assert_right(&none.run(SOON).await.unwrap());
    assert_eq!(none.on_cpu(), 1);
    let one = scene([Does::Works], |_| {});
    assert_right(&one.run(SOON).await.unwrap());
    assert_eq!((one.on_cpu(), one.begun()), (0, vec![1]));
}

#[tokio::test]
async fn a_confirmation_runs_on_the_cpu_if_that_is_in_time() {
    let scene = scene([Does::Works], |_| {});
    assert_right(&scene.run(Demand { prefer: Prefer::Cpu, ..SOON }).await.unwrap());
    assert_eq!((scene.on_cpu(), scene.begun()), (1, vec![0]));
    assert_right(&scene.run(Demand { left: Duration::from_millis(1), prefer: Prefer::Cpu }).await.unwrap());
    assert_eq!((scene.on_cpu(), scene.begun()), (1, vec![1]));
}

#[tokio::test]
async fn runs_at_the_same_time_are_on_different_gpus_and_the_next_waits() {
    let ((first, a), (second, b)) = (mpsc::channel(), mpsc::channel());
    let scene = scene([Does::Hangs(a), Does::Hangs(b)], |_| {});
    let mut runs = Vec::new();
    for _ in 0..2 {
        let fleet = scene.fleet.clone();
        runs.push(tokio::spawn(async move { fleet.execute(task(3), SOON, Cancel::new()).await }));
    }
    until(|| scene.begun() == [1, 1]).await;
    let fleet = scene.fleet.clone();
    let third = tokio::spawn(async move { fleet.execute(task(3), SOON, Cancel::new()).await });
    scene.looked_twice().await;
    assert_eq!((scene.begun(), third.is_finished()), (vec![1, 1], false), "it waits");
    drop(second);
    assert_right(&third.await.unwrap().unwrap());
    assert_eq!((scene.begun(), scene.on_cpu()), (vec![1, 2], 0), "on the GPU that became free");
    drop(first);
    for run in runs {
        assert!(run.await.unwrap().is_err(), "a fake that hung gives no outputs");
    }
}

#[tokio::test]
async fn runs_beyond_go_to_the_cpu_if_the_operator_says_so_or_when_it_is_time() {
    // At 1 flop and 1 byte per second the CPU needs 3 + 36 s and a little more: this is the last moment to go there.
    let last_moment = Duration::from_secs(42);
    for (overflow, demand) in [(Overflow::Cpu, SOON), (Overflow::Wait, Demand { left: last_moment, ..SOON })] {
        let (release, hung) = mpsc::channel();
        let scene = scene([Does::Hangs(hung)], |tuning| {
            tuning.gpu.overflow = overflow;
            (tuning.megaflops, tuning.megabytes_per_second) = (0, 0);
        });
        let fleet = scene.fleet.clone();
        let busy = tokio::spawn(async move { fleet.execute(task(3), SOON, Cancel::new()).await });
        until(|| scene.begun() == [1]).await;
        assert_right(&scene.run(demand).await.unwrap());
        assert_eq!((scene.on_cpu(), scene.begun()), (1, vec![1]));
        drop(release);
        assert!(busy.await.unwrap().is_err());
    }
}

#[tokio::test]
async fn the_gpu_with_most_memory_left_is_taken() {
    let scene = scene([Does::Works, Does::Works, Does::Works], |_| {});
    scene.gpus[0].set_free(ROOM / 2);
    scene.gpus[2].set_free(100);
    assert_right(&scene.run(SOON).await.unwrap());
    assert_eq!(scene.begun(), [0, 1, 0]);
}

#[tokio::test]
async fn several_runs_share_a_gpu_as_far_as_its_memory_goes() {
    let (release, hung) = mpsc::channel();
    let scene = scene([Does::Hangs(hung)], |tuning| tuning.gpu = GpuTuning { runs: 8, ..tuning.gpu.clone() });
    let fleet = scene.fleet.clone();
    // 6/8 of the memory: two tensors of 3/8.
    let large = ROOM * 3 / 8 / 4;
    let busy = tokio::spawn(async move { fleet.execute(task(large), SOON, Cancel::new()).await });
    until(|| scene.begun() == [1]).await;
    assert_right(&scene.run(SOON).await.unwrap());
    assert_eq!(scene.begun(), [2], "a small one fits beside it");
    let (fleet, cancel) = (scene.fleet.clone(), Cancel::new());
    let flag = cancel.clone();
    let waits = tokio::spawn(async move { fleet.execute(task(large), SOON, flag).await });
    scene.looked_twice().await;
    assert_eq!((scene.begun(), waits.is_finished()), (vec![2], false), "a large one does not");
    cancel.cancel();
    assert_eq!(waits.await.unwrap().unwrap_err(), ExecError::Cancelled.into(), "and its wait can be cancelled");
    drop(release);
    assert!(busy.await.unwrap().is_err());
}

#[tokio::test]
async fn what_no_gpu_holds_is_refused_unless_the_cpu_takes_such_tasks() {
    let too_large = task(ROOM / 4);
    let refusing = scene([Does::Works], |_| {});
    let refusal = refusing.fleet.check(&too_large.graph, HOUR).unwrap_err();
    assert!(matches!(refusal, Unfit::GpuMemory { gpu: 0, has: ROOM, .. }), "{refusal}");
    assert!(refusing.fleet.check(&task(3).graph, HOUR).is_ok());
    let hurried = refusing.fleet.check(&task(3).graph, Duration::from_secs(1)).unwrap_err();
    assert!(matches!(hurried, Unfit::Time { .. }), "{hurried}");

    let taking = scene([Does::Works], |tuning| tuning.gpu.overflow = Overflow::Cpu);
    taking.fleet.check(&too_large.graph, HOUR).unwrap();
    taking.fleet.execute(too_large, SOON, Cancel::new()).await.unwrap();
    assert_eq!((taking.on_cpu(), taking.begun()), (1, vec![0]));

    // Inputs and outputs pass through this machine's memory.
    let tiny_host = scene([Does::Works], |tuning| tuning.memory_mib = 0);
    let refusal = tiny_host.fleet.check(&task(3).graph, HOUR).unwrap_err();
    assert!(matches!(refusal, Unfit::Memory { needs: 24, has: 0 }), "{refusal}");
}

#[tokio::test]
async fn a_run_whose_gpu_fails_goes_on_on_the_cpu() {
    for (what, does) in [
        ("device lost", Does::Fails(lost())),
        ("out of memory", Does::Fails(out_of_memory())),
        ("stalled kernel", Does::Fails(tessera_compute::cuda::CudaError::Stalled { seconds: 60 }.into())),
        ("panic", Does::Panics),
    ] {
        let scene = scene([does], |_| {});
        assert_right(&scene.run(SOON).await.unwrap());
        assert_eq!((scene.on_cpu(), scene.begun()), (1, vec![1]), "{what}");
        assert!(scene.healthy().is_empty(), "{what}");
    }
}

#[tokio::test]
async fn another_gpu_comes_before_the_cpu() {
    let scene = scene([Does::Fails(lost()), Does::Works], |_| {});
    assert_right(&scene.run(SOON).await.unwrap());
    assert_eq!((scene.on_cpu(), scene.begun(), scene.healthy()), (0, vec![1, 1], vec![1]));
}

#[tokio::test]
async fn a_gpu_that_failed_comes_back_after_its_backoff_and_later_each_time() {
    let scene = scene([Does::Fails(lost())], |tuning| tuning.gpu.retry_first = Duration::from_secs(60));
    assert_right(&scene.run(SOON).await.unwrap());
    scene.seconds.store(59, Ordering::SeqCst);
    assert_right(&scene.run(SOON).await.unwrap());
    assert_eq!(scene.begun(), [1]);
    scene.seconds.store(60, Ordering::SeqCst);
    scene.gpus[0].set(Does::Fails(out_of_memory()));
    assert_right(&scene.run(SOON).await.unwrap());
    assert_eq!(scene.begun(), [2]);
    scene.seconds.store(60 + 119, Ordering::SeqCst);
    assert!(scene.healthy().is_empty());
    scene.seconds.store(60 + 120, Ordering::SeqCst);
    assert_right(&scene.run(SOON).await.unwrap());
    assert_eq!((scene.begun(), scene.on_cpu()), (vec![3], 3));
    // A success ends the row of failures.
    scene.gpus[0].set(Does::Fails(lost()));
    assert_right(&scene.run(SOON).await.unwrap());
    scene.seconds.store(180 + 60, Ordering::SeqCst);
    assert_eq!(scene.healthy(), [0]);
    scene.gpus[0].lose();
    assert!(scene.healthy().is_empty(), "until a restart");
}

#[tokio::test]
async fn a_hanging_gpu_is_given_up_and_gets_nothing_before_its_run_has_ended() {
    let (release, hung) = mpsc::channel();
    let scene = scene([Does::Hangs(hung)], |tuning| {
        (tuning.gpu.watchdog_factor, tuning.gpu.watchdog_least) = (0, Duration::ZERO);
    });
    assert_right(&scene.run(SOON).await.unwrap());
    assert_eq!(scene.on_cpu(), 1);
    scene.seconds.store(1_000_000, Ordering::SeqCst);
    assert!(scene.healthy().is_empty(), "its backoff has passed, its run has not ended");
    drop(release);
    until(|| scene.healthy() == [0]).await;
}

#[test]
fn a_hanging_gpu_holds_up_neither_a_shutdown_nor_the_runtime() {
    let (release, hung) = mpsc::channel();
    let scene = scene([Does::Hangs(hung)], |_| {});
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let cancelled = runtime.block_on(async {
        let cancel = Cancel::new();
        let run = scene.fleet.execute(task(3), SOON, cancel.clone());
        let stop = async {
            until(|| scene.begun() == [1]).await;
            cancel.cancel();
        };
        futures::join!(run, stop).0
    });
    assert_eq!(cancelled.unwrap_err(), ExecError::Cancelled.into());
    drop(runtime);
    assert_eq!(scene.gpus[0].ended(), 0, "it still hangs");
    assert!(scene.healthy().is_empty());
    drop(release);
}

#[tokio::test]
async fn a_driver_that_does_not_answer_is_a_fault_too() {
    let (release, silent) = mpsc::channel();
    let scene = scene([Does::Works], |_| {});
    scene.gpus[0].silence(silent);
    assert_right(&scene.run(SOON).await.unwrap());
    assert_eq!((scene.begun(), scene.on_cpu(), scene.healthy()), (vec![0], 1, vec![]));
    drop(release);
}

#[tokio::test]
async fn a_cancelled_run_is_no_fault_of_its_gpu() {
    let scene = scene([Does::WaitsForCancel], |_| {});
    let cancel = Cancel::new();
    let run = scene.fleet.execute(task(3), SOON, cancel.clone());
    let stop = async {
        until(|| scene.begun() == [1]).await;
        cancel.cancel();
    };
    assert_eq!(futures::join!(run, stop).0.unwrap_err(), ExecError::Cancelled.into());
    assert_eq!((scene.healthy(), scene.on_cpu()), (vec![0], 0));
}

#[tokio::test]
async fn a_run_that_nobody_awaits_is_cancelled_on_its_gpu() {
    let scene = scene([Does::WaitsForCancel], |_| {});
    let run = scene.run(SOON);
    tokio::select! {
        biased;
        _ = run => panic!("it ends only when cancelled"),
        () = until(|| scene.begun() == [1]) => {}
    }
    until(|| scene.gpus[0].ended() == 1).await;
}

#[tokio::test]
async fn a_run_that_the_cpu_cannot_take_in_time_ends_with_both_reasons() {
    let scene = scene([Does::Fails(lost())], |_| {});
    let error = scene.run(Demand { left: Duration::from_millis(100), ..SOON }).await.unwrap_err();
    assert!(matches!(error, ExecuteError::NoPlace { unfit: Unfit::Time { .. }, .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("illegal memory access") && text.contains("megaflops"), "{text}");
    assert_eq!(scene.on_cpu(), 0);
}

#[tokio::test]
async fn a_task_that_is_wrong_everywhere_is_no_fault_of_the_gpu() {
    let wrong = ExecError::InputCount { wanted: 1, given: 2 };
    let scene = scene([Does::Fails(wrong.clone())], |_| {});
    assert_eq!(scene.run(SOON).await.unwrap_err(), wrong.into());
    assert_eq!((scene.healthy(), scene.on_cpu()), (vec![0], 0));
}

#[tokio::test]
async fn while_all_gpus_are_faulty_only_what_the_cpu_can_do_is_taken() {
    let scene = scene([Does::Fails(lost())], |tuning| tuning.memory_mib = 1);
    assert_right(&scene.run(SOON).await.unwrap());
    assert!(scene.fleet.check(&task(3).graph, HOUR).is_ok());
    let large = scene.fleet.check(&task(1 << 20).graph, HOUR).unwrap_err();
    assert_eq!(large, Unfit::NoHealthyGpu);
    let error = tessera_node::FetchError::from(large);
    assert_eq!(error.remedy(), tessera_node::Remedy::Later, "a GPU may come back");
}

#[tokio::test]
async fn a_gpu_that_computes_wrongly_is_faulty_and_the_run_goes_on_on_the_cpu() {
    let wrong = || Does::Gives(vec![Tensor::f32(&[3], vec![3.5; 3]).unwrap()]);
    let one = scene([wrong()], |_| {});
    assert_right(&one.run(SOON).await.unwrap());
    assert_eq!((one.on_cpu(), one.begun(), one.healthy()), (1, vec![1], vec![]));
    let counters: Vec<_> = one.fleet.counters().into_iter().map(|(gpu, counters)| (gpu.ordinal, counters)).collect();
    assert_eq!(counters, [(0, Counters { runs: 0, failed: 1, wrong: 1 })]);

    let unchecked = scene([wrong()], |tuning| tuning.self_check = false);
    let computed = unchecked.run(SOON).await.unwrap();
    assert_eq!(computed.outputs[0].as_f32().unwrap(), [3.5; 3], "nobody looked");
}

#[tokio::test]
async fn nothing_of_a_cpu_that_computes_wrongly_is_given_out() {
    let wrong = Tensor::f32(&[3], vec![3.5; 3]).unwrap();
    let fleet = Fleet::new(Fake::new(0, Does::Gives(vec![wrong])), Vec::new());
    let error = fleet.execute(task(3), SOON, Cancel::new()).await.unwrap_err();
    let ExecuteError::SelfCheck { backend: "fake", fault } = error else { panic!("{error}") };
    assert_eq!((fault.operation, fault.name), (0, "add"));
}
