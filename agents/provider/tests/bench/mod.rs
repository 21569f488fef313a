//! A market in memory with real data in a real store, for tests of agents.
#![allow(dead_code, reason = "each test uses a part")]

pub mod accounts;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use accounts::{NOW, market, market_key, provider, run};
use futures::FutureExt;
use tessera_chain::{
    Chain, ChainError, FakeChain, Keypair, Moment, Outgoing, Pubkey, Run, RunState, Signer, Task, TaskState, address,
};
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
            apply(chain, outgoing, signers);
            let _ = tell.send(outgoing.label.clone());
            Ok(())
        });
        Self { folder, store, chain, authority, me, landed }
    }

    /// Stores the data of the task (x + y) * 2 and returns its account, not yet on chain.
    pub async fn task(&self, number: u8) -> Task {
        self.task_on(number, inputs()).await
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

    /// A run as it is on chain.
    pub fn run_of(&self, task: Pubkey, provider: Pubkey) -> Run {
        read(self.chain.run(address::run(&task, &provider))).expect("a run").data
    }

    pub fn tuning() -> NodeTuning {
        NodeTuning {
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

fn read<T>(reading: impl Future<Output = Result<T, ChainError>>) -> T {
    reading.now_or_never().expect("the fake answers at once").unwrap()
}

/// What the program would do to the accounts, as far as agents look at them. Account positions are the program's.
fn apply(chain: &FakeChain, outgoing: &Outgoing, signers: &[Pubkey]) {
    let instruction = &outgoing.instructions[0];
    let account = |place: usize| instruction.accounts[place].pubkey;
    let task_at = |place| read(chain.task(account(place))).expect("a task").data;
    match outgoing.label.as_str() {
        "task_claim" => {
            let task = Task { state: TaskState::Claimed, runs_open: 1, ..task_at(2) };
            chain.put_task(account(2), task);
            chain.put_run(account(3), run(account(2), account(1), signers[0]));
        }
        "run_submit" => {
            let task = Task { state: TaskState::Submitted, ..task_at(1) };
            let claimed = read(chain.run(account(2))).expect("a run").data;
            let deadlines = accounts::submitted(claimed.task, claimed.provider, claimed.authority);
            let root = |from: usize| <[u8; 32]>::try_from(&instruction.data[from..from + 32]).unwrap();
            // Discriminator, terms hash, output root, output id.
            let submitted = Run { output_root: root(40), output_id: root(72), ..deadlines };
            chain.put_task(account(1), task);
            chain.put_run(account(2), Run { state: RunState::Submitted, ..submitted });
        }
        "audit_post" => {
            let root = <[u8; 32]>::try_from(&instruction.data[8..40]).unwrap();
            let run = read(chain.run(account(3))).expect("a run").data;
            let mut audit = accounts::audit(account(3), account(1), signers[0], root, run.agreeing + run.differing);
            let (agreeing, differing) = if root == run.output_root { (1, 0) } else { (0, 1) };
            audit.verdict =
                if agreeing == 1 { tessera_chain::Verdict::Agrees } else { tessera_chain::Verdict::Differs };
            if differing == 1 {
                chain.put_task(account(2), Task { state: TaskState::Disputed, ..task_at(2) });
            }
            let (agreeing, differing) = (run.agreeing + agreeing, run.differing + differing);
            chain.put_audit(account(4), audit);
            chain.put_run(account(3), Run { agreeing, differing, audits_open: run.audits_open + 1, ..run });
        }
        "task_settle" => {
            chain.remove(account(5));
            chain.remove(account(3));
        }
        "task_expire" => chain.remove(account(3)),
        "ata_create" => {}
        other => panic!("a transaction that agents do not send: {other}"),
    }
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
