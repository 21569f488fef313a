//! A task's data are checked whole, and every contradiction is found before anybody stakes on it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use tessera_compute::{
    Backend, Cancel, ContentId, CpuBackend, DType, ExecError, Graph, GraphBuilder, Manifest, Root, Tensor,
    encode_tensors, inputs_root, output_root,
};
use tessera_node::{
    Capacity, Checking, ContentStore, ExecuteError, FetchError, Lost, Malformed, Remedy, TaskClaims, TaskInputs, Unfit,
    execute, fetch_task,
};

const ROOMY: Capacity = Capacity {
    memory_bytes: 1 << 20,
    flops_per_second: 1_000_000,
    bytes_per_second: 1_000_000,
    time: Duration::from_secs(60),
};

struct Fixture {
    _folder: tempfile::TempDir,
    store: ContentStore,
    graph: Graph,
    inputs: Vec<Tensor>,
}

impl Fixture {
    /// The task (x + y) * 2 on vectors of three.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = ContentStore::open(folder.path().to_str().unwrap()).unwrap();
        let mut builder = GraphBuilder::new();
        let x = builder.input(DType::F32, &[3]).unwrap();
        let y = builder.input(DType::F32, &[3]).unwrap();
        let sum = builder.add(x, y).unwrap();
        let twice = builder.mul_scalar(sum, 2.0).unwrap();
        builder.output(twice).unwrap();
        let graph = builder.finish().unwrap();
        let inputs =
            vec![Tensor::f32(&[3], vec![1.0, 2.0, 3.0]).unwrap(), Tensor::f32(&[3], vec![0.5, 0.5, 0.5]).unwrap()];
        Self { _folder: folder, store, graph, inputs }
    }

    async fn put_inputs(&self) -> Vec<ContentId> {
        let mut ids = Vec::new();
        for tensor in &self.inputs {
            ids.push(self.store.put(encode_tensors(std::slice::from_ref(tensor))).await.unwrap());
        }
        ids
    }

    async fn put_manifest(&self, inputs: Vec<ContentId>) -> TaskClaims {
        let manifest = Manifest { graph: self.graph.clone(), inputs, label: "{}".into() };
        TaskClaims {
            manifest_id: self.store.put(manifest.encode()).await.unwrap(),
            graph_root: self.graph.root(),
            inputs_root: inputs_root(&self.inputs),
            op_count: self.graph.op_count(),
            output_count: self.graph.output_count(),
        }
    }

    async fn put(&self) -> TaskClaims {
        let inputs = self.put_inputs().await;
        self.put_manifest(inputs).await
    }

    async fn refusal(&self, claims: &TaskClaims) -> Malformed {
        let error = fetch_task(&self.store, claims, |graph| ROOMY.check(graph)).await.unwrap_err();
        assert_eq!(error.remedy(), Remedy::Never, "{error}");
        let FetchError::Malformed(malformed) = error else { panic!("{error}") };
        malformed
    }
}

#[tokio::test]
async fn a_sound_task_is_fetched_and_computes() {
    let fixture = Fixture::new();
    let claims = fixture.put().await;
    let task = fetch_task(&fixture.store, &claims, |graph| ROOMY.check(graph)).await.unwrap();
    assert_eq!((&task.graph, &task.inputs, task.label.as_str()), (&fixture.graph, &fixture.inputs, "{}"));
    let computed =
        execute(Arc::new(CpuBackend::new()), Arc::new(task), Checking::Within(1 << 20), Cancel::new()).await.unwrap();
    assert_eq!(computed.outputs[0].as_f32().unwrap(), [3.0, 5.0, 7.0]);
    assert_eq!(computed.root, output_root(&computed.outputs));
}

#[tokio::test]
async fn data_that_are_not_there_may_come() {
    let fixture = Fixture::new();
    let nowhere = TaskClaims { manifest_id: ContentId::of(b"nowhere"), ..fixture.put().await };
    let error = fetch_task(&fixture.store, &nowhere, |graph| ROOMY.check(graph)).await.unwrap_err();
    assert_eq!(error.remedy(), Remedy::Later, "{error}");

    let mut ids = fixture.put_inputs().await;
    ids[1] = ContentId::of(b"nowhere");
    let claims = fixture.put_manifest(ids).await;
    let error = fetch_task(&fixture.store, &claims, |graph| ROOMY.check(graph)).await.unwrap_err();
    assert_eq!(error.remedy(), Remedy::Later, "{error}");
}

#[tokio::test]
async fn every_claim_in_the_terms_is_held_against_the_data() {
    let fixture = Fixture::new();
    let sound = fixture.put().await;
    let other_graph = TaskClaims { graph_root: Root([1; 32]), ..sound };
    assert!(matches!(fixture.refusal(&other_graph).await, Malformed::GraphRoot { .. }));
    let other_inputs = TaskClaims { inputs_root: Root([1; 32]), ..sound };
    assert!(matches!(fixture.refusal(&other_inputs).await, Malformed::InputsRoot { .. }));
    let more_operations = TaskClaims { op_count: 3, ..sound };
    assert!(matches!(fixture.refusal(&more_operations).await, Malformed::Count { what: "operations", .. }));
    let more_outputs = TaskClaims { output_count: 2, ..sound };
    assert!(matches!(fixture.refusal(&more_outputs).await, Malformed::Count { what: "outputs", .. }));
    let no_manifest = TaskClaims { manifest_id: fixture.store.put(b"junk".to_vec()).await.unwrap(), ..sound };
    assert!(matches!(fixture.refusal(&no_manifest).await, Malformed::Manifest(_)));
}

#[tokio::test]
async fn inputs_must_be_what_the_graph_takes() {
    let fixture = Fixture::new();
    let ids = fixture.put_inputs().await;
    let too_few = fixture.put_manifest(ids[..1].to_vec()).await;
    // The encoding itself may refuse this; either way the task is malformed.
    assert!(matches!(
        fixture.refusal(&too_few).await,
        Malformed::Count { what: "inputs", .. } | Malformed::Manifest(_)
    ));
    let integers = encode_tensors(&[Tensor::i32(&[3], vec![1, 2, 3]).unwrap()]);
    let two = encode_tensors(&fixture.inputs);
    for (content, what) in [(integers, "type"), (two, "two tensors"), (b"junk".to_vec(), "junk")] {
        let id = fixture.store.put(content).await.unwrap();
        let claims = fixture.put_manifest(vec![ids[0], id]).await;
        let refusal = fixture.refusal(&claims).await;
        assert!(matches!(refusal, Malformed::Input { index: 1, .. }), "{what}: {refusal}");
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused_before_its_inputs_are_read() {
    let fixture = Fixture::new();
    let nowhere = ContentId::of(b"nowhere");
    let claims = fixture.put_manifest(vec![nowhere, nowhere]).await;
    let small = Capacity { memory_bytes: 1, ..ROOMY };
    let error = fetch_task(&fixture.store, &claims, |graph| small.check(graph)).await.unwrap_err();
    assert!(matches!(error, FetchError::Unfit(Unfit::Memory { has: 1, .. })), "{error}");
    let hurried = Capacity { time: Duration::from_millis(1), ..ROOMY };
    let error = fetch_task(&fixture.store, &claims, |graph| hurried.check(graph)).await.unwrap_err();
    assert!(matches!(error, FetchError::Unfit(Unfit::Time { .. })), "{error}");
    assert_eq!(error.remedy(), Remedy::Never);
}

/// A backend that is wrong in a chosen way.
enum Faulty {
    Panics,
    Forgets,
    WaitsForCancel(mpsc::Sender<()>),
}

impl Backend for Faulty {
    fn name(&self) -> &'static str {
        "faulty"
    }

    fn run(&self, _: &Graph, _: &[Tensor], cancel: &Cancel) -> Result<Vec<Tensor>, ExecError> {
        match self {
            Self::Panics => panic!("overheated"),
            Self::Forgets => Ok(Vec::new()),
            Self::WaitsForCancel(ended) => {
                while !cancel.is_cancelled() {
                    std::thread::yield_now();
                }
                ended.send(()).unwrap();
                Err(ExecError::Cancelled)
            }
        }
    }
}

async fn fetched() -> Arc<TaskInputs> {
    let fixture = Fixture::new();
    let claims = fixture.put().await;
    Arc::new(fetch_task(&fixture.store, &claims, |graph| ROOMY.check(graph)).await.unwrap())
}

#[tokio::test]
async fn a_backend_that_panics_or_forgets_outputs_is_an_error() {
    let task = fetched().await;
    let error = execute(Arc::new(Faulty::Panics), task.clone(), Checking::Off, Cancel::new()).await.unwrap_err();
    assert_eq!(error, ExecuteError::Lost(Lost::Panicked("overheated".into())));
    let error = execute(Arc::new(Faulty::Forgets), task, Checking::Off, Cancel::new()).await.unwrap_err();
    assert!(matches!(error, ExecuteError::OutputCount { expected: 1, actual: 0, .. }), "{error}");
}

#[tokio::test]
async fn a_computation_that_nobody_awaits_is_cancelled() {
    let task = fetched().await;
    let (ended, wait) = mpsc::channel();
    let computing = execute(Arc::new(Faulty::WaitsForCancel(ended)), task, Checking::Off, Cancel::new());
    tokio::select! {
        biased;
        _ = computing => panic!("it ends only when cancelled"),
        () = tokio::task::yield_now() => {}
    }
    wait.recv_timeout(Duration::from_secs(10)).unwrap();
}
