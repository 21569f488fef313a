//! A market in memory with real data in a real store, for tests of agents.
#![allow(dead_code, reason = "each test uses a part")]

pub mod accounts;
mod program;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use accounts::{NOW, market, market_key, provider};
use program::read;
use tessera_chain::{Chain, FakeChain, Keypair, Moment, Pubkey, Run, Signer, Task, address};
use tessera_compute::{
    Backend, Cancel, ContentId, CpuBackend, DType, ExecError, Graph, GraphBuilder, Manifest, Root, Tensor,
    encode_tensors, inputs_root, output_root,
};
use tessera_node::{ContentStore, NodeTuning};
use tokio::sync::mpsc;

/// Waiting longer than this for what must come is a failure.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Bench {
    pub folder: tempfile::TempDir,
    pub store: ContentStore,
    pub chain: Arc<FakeChain>,
    pub authority: Keypair,
    /// The agent's account.
    pub me: Pubkey,
    /// The labels of transactions, after their effect.
    landed: mpsc::UnboundedReceiver<String>,
}

impl Bench {
    /// A market with one registered agent; transactions do what the program would do to the accounts that agents look at.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = ContentStore::open(folder.path().join("store").to_str().unwrap()).unwrap();
        let chain = Arc::new(FakeChain::new());
        let authority = Keypair::new();
        let me = address::provider(&market_key(), &authority.pubkey());
        chain.set_moment(NOW);
        chain.put_market(market_key(), market());
        chain.put_provider(me, provider(authority.pubkey()));
        let (tell, landed) = mpsc::unbounded_channel();
        chain.on_send(move |chain, outgoing, signers| {
            program::apply(chain, outgoing, signers);
            // What a transition needs and did not fit into its transaction.
            if !outgoing.label.starts_with("before ") {
                let _ = tell.send(outgoing.label.clone());
            }
            Ok(())
        });
        Self { folder, store, chain, authority, me, landed }
    }

    /// Stores the data of the task (x + y) * 2 and returns its account, not yet on chain.
    pub async fn task(&self, number: u8) -> Task {
        self.task_on(number, inputs()).await
    }

    /// The same task for this many sealed runs.
    pub async fn redundant_task(&self, number: u8, runs: u8) -> Task {
        let (one, several) = (self.task(number).await, accounts::redundant(number, runs));
        let policy = several.terms.policy;
        let reveal_seconds = several.terms.windows.reveal_seconds;
        let mut task = Task { runs, escrow: several.escrow, ..one };
        (task.terms.policy, task.terms.windows.reveal_seconds) = (policy, reveal_seconds);
        task
    }

    /// The same on vectors of this length.
    pub async fn large_task(&self, number: u8, length: u64) -> Task {
        let ones = Tensor::f32(&[length], vec![1.0; length as usize]).unwrap();
        self.task_on(number, vec![ones.clone(), ones]).await
    }

    async fn task_on(&self, number: u8, inputs: Vec<Tensor>) -> Task {
        let graph = graph(inputs[0].shape().dims());
        let mut ids = Vec::new();
        for tensor in &inputs {
            ids.push(self.store.put(encode_tensors(std::slice::from_ref(tensor))).await.unwrap());
        }
        let mut task = accounts::task(number);
        task.terms.graph_root = graph.root().0;
        task.terms.inputs_root = inputs_root(&inputs).0;
        task.terms.op_count = graph.op_count();
        task.terms.output_count = graph.output_count();
        task.terms.manifest_locator = self.store.locator().to_string();
        let manifest = Manifest { graph, inputs: ids, label: "{}".into() };
        task.terms.manifest_id = self.store.put(manifest.encode()).await.unwrap().0;
        task
    }

    /// The label of the next transaction that lands.
    pub async fn next(&mut self) -> String {
        tokio::time::timeout(PATIENCE, self.landed.recv()).await.expect("a transaction in time").unwrap()
    }

    /// The label of the next transaction that lands, while the clock moves on as it does on a real chain: what failed is
    /// tried again. Unix time stops at `until`, so that no deadline beyond it passes; slots go on.
    pub async fn next_in_time(&mut self, until: i64) -> String {
        let waiting = async {
            let mut now = self.chain.moment().await.unwrap();
            loop {
                if let Ok(label) = self.landed.try_recv() {
                    return label;
                }
                now = Moment { unix: until.min(now.unix + 1), slot: now.slot + 1 };
                self.chain.set_moment(now);
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("a transaction in time")
    }

    /// A transaction that has landed already, if there is one.
    pub fn next_now(&mut self) -> Option<String> {
        self.landed.try_recv().ok()
    }

    /// Whether the clock may go on without a transaction: waits until the agent has seen it.
    pub async fn settle_down(&self) {
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
    }

    /// Puts a task and a run of it on chain.
    pub fn put(&self, key: Pubkey, mut task: Task, run: Run) {
        accounts::seat(&mut task, &run);
        self.chain.put_task(key, task);
        self.chain.put_run(address::run(&key, &run.provider), run);
    }

    /// Another provider of a task on chain changes its run.
    pub fn other(&self, run: Run, change: impl FnOnce(&mut Task)) {
        let mut task = self.task_now(run.task);
        accounts::seat(&mut task, &run);
        change(&mut task);
        self.chain.put_task(run.task, task);
        self.chain.put_run(address::run(&run.task, &run.provider), run);
    }

    /// A task as it is on chain.
    pub fn task_now(&self, task: Pubkey) -> Task {
        read(self.chain.task(task)).expect("a task").data
    }

    /// A run as it is on chain.
    pub fn run_of(&self, task: Pubkey, provider: Pubkey) -> Run {
        read(self.chain.run(address::run(&task, &provider))).expect("a run").data
    }

    pub fn tuning() -> NodeTuning {
        NodeTuning {
            // Backends of these tests are wrong on purpose.
            self_check: false,
            retry_first: Duration::from_millis(1),
            retry_most: Duration::from_millis(5),
            grace: Duration::from_secs(60),
            ..NodeTuning::default()
        }
    }
}

/// (x + y) * 2.
fn graph(dims: &[u64]) -> Graph {
    let mut builder = GraphBuilder::new();
    let x = builder.input(DType::F32, dims).unwrap();
    let y = builder.input(DType::F32, dims).unwrap();
    let sum = builder.add(x, y).unwrap();
    let twice = builder.mul_scalar(sum, 2.0).unwrap();
    builder.output(twice).unwrap();
    builder.finish().unwrap()
}

fn inputs() -> Vec<Tensor> {
    vec![Tensor::f32(&[3], vec![1.0, 2.0, 3.0]).unwrap(), Tensor::f32(&[3], vec![0.5, 0.5, 0.5]).unwrap()]
}

pub fn right_outputs() -> Vec<Tensor> {
    CpuBackend::new().run(&graph(&[3]), &inputs(), &Cancel::new()).unwrap()
}

pub fn right_root() -> Root {
    output_root(&right_outputs())
}

pub fn right_output_id() -> ContentId {
    ContentId::of(&encode_tensors(&right_outputs()))
}

/// A backend that is honest and tells how often it ran.
#[derive(Default)]
pub struct Counting(pub AtomicUsize);

impl Backend for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }

    fn run(&self, graph: &Graph, inputs: &[Tensor], cancel: &Cancel) -> Result<Vec<Tensor>, ExecError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        CpuBackend::new().run(graph, inputs, cancel)
    }
}

/// A backend that says when it begins, and then runs until it is cancelled.
pub struct Hanging(pub mpsc::UnboundedSender<()>);

impl Backend for Hanging {
    fn name(&self) -> &'static str {
        "hanging"
    }

    fn run(&self, _: &Graph, _: &[Tensor], cancel: &Cancel) -> Result<Vec<Tensor>, ExecError> {
        let _ = self.0.send(());
        while !cancel.is_cancelled() {
            std::thread::yield_now();
        }
        Err(ExecError::Cancelled)
    }
}

/// A backend whose results are never the same, and which says when it ran.
pub struct Unstable(pub AtomicUsize, pub mpsc::UnboundedSender<()>);

impl Backend for Unstable {
    fn name(&self) -> &'static str {
        "unstable"
    }

    fn run(&self, _: &Graph, _: &[Tensor], _: &Cancel) -> Result<Vec<Tensor>, ExecError> {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        let _ = self.1.send(());
        Ok(vec![Tensor::f32(&[3], vec![number as f32; 3]).unwrap()])
    }
}

/// A backend that panics, and says so before.
pub struct Panicking(pub mpsc::UnboundedSender<()>);

impl Backend for Panicking {
    fn name(&self) -> &'static str {
        "panicking"
    }

    fn run(&self, _: &Graph, _: &[Tensor], _: &Cancel) -> Result<Vec<Tensor>, ExecError> {
        let _ = self.0.send(());
        panic!("on purpose")
    }
}
