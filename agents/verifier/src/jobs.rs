//! The jobs of a verifier: what runs beside the loop, one computation or the transactions of one step each.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tessera_chain::{
    Answer, Audit, AuditOpenArgs, ChainError, Instruction, OpenedTree, Outgoing, Pubkey, Receipt, Run, SlotHash, Task,
    TicketChain, Versioned, World, ix,
};
use tessera_compute::referee::proof::pick;
use tessera_compute::{Cancel, LeafOpening, OutputTrees, Root};
use tessera_node::dispute::{DisputeJob, JobError, Moved, Truths};
use tessera_node::{
    Computed, Demand, Errand, ErrandEnd, ExecuteError, FetchError, Fleet, Lost, Prefer, TaskInputs, Tickets, Workbench,
};

use crate::error::WorkError;
use crate::plan::Roots;

/// What tells jobs apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Job {
    /// About a task's outputs.
    Task { task: Pubkey, terms: [u8; 32], kind: Kind },
    /// About the audit of a run.
    Audit { run: Pubkey, terms: [u8; 32], step: Step },
    /// The search for the ticket chain.
    Search,
    /// About a dispute.
    Dispute(DisputeJob),
    /// About something else.
    Errand(Errand),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Fetch,
    Execute,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Claim,
    Post,
    Open,
}

impl Step {
    /// As logs name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Post => "audit",
            Self::Open => "open",
        }
    }
}

/// What jobs return.
pub(crate) enum Done {
    Fetched(Result<TaskInputs, FetchError>),
    Executed(Result<Found, WorkError>),
    Sent(Result<Receipt, ChainError>),
    /// `None`: the hash that picks the leaf is gone.
    Opened(Result<Option<Receipt>, ChainError>),
    Searched(Option<Tickets>),
    Ran(Result<ErrandEnd, ChainError>),
    Disputed(Result<Moved, JobError>),
}

/// A task's outputs, as far as audits need them.
pub(crate) struct Found {
    pub roots: Roots,
    pub trees: Arc<OutputTrees>,
}

pub(crate) async fn fetch(bench: Workbench, task: Versioned<Task>) -> Done {
    // An answer has twice the execution's time.
    let window = Duration::from_secs(u64::from(task.terms.windows.execution_seconds).saturating_mul(2));
    Done::Fetched(bench.fetch(&task, window).await)
}

/// Computes the outputs, which are needed when `left` has passed, and the trees over them. Outputs with another root than
/// every run that is `shown` are computed a second time before anything is staked on them, on the CPU if that is in time: a
/// fault of this machine must not cost its operator a lock.
pub(crate) async fn execute(
    bench: Workbench,
    me: Pubkey,
    inputs: Arc<TaskInputs>,
    shown: Vec<Root>,
    left: Duration,
    cancel: Cancel,
) -> Done {
    Done::Executed(execute_surely(&bench.fleet, me, inputs, shown, left, cancel).await)
}

async fn execute_surely(
    fleet: &Fleet,
    me: Pubkey,
    inputs: Arc<TaskInputs>,
    shown: Vec<Root>,
    left: Duration,
    cancel: Cancel,
) -> Result<Found, WorkError> {
    let begin = Instant::now();
    let demand = |prefer| Demand { left: left.saturating_sub(begin.elapsed()), prefer };
    let first = fleet.execute(inputs.clone(), demand(Prefer::Gpu), cancel.clone()).await?;
    if !shown.contains(&first.root) {
        let second = fleet.execute(inputs, demand(Prefer::Cpu), cancel).await?.root;
        if first.root != second {
            return Err(WorkError::Unstable { first: first.root, second });
        }
    }
    trees(me, first).await
}

async fn trees(me: Pubkey, computed: Computed) -> Result<Found, WorkError> {
    let output = computed.root.0;
    let hashing = tokio::task::spawn_blocking(move || OutputTrees::new(&me.to_bytes(), &computed.outputs));
    let trees = hashing.await.map_err(|error| ExecuteError::from(Lost::from(error)))?;
    Ok(Found { roots: Roots { output, keyed: trees.keyed.root().0 }, trees: Arc::new(trees) })
}

/// Takes the audit of a run on.
pub(crate) async fn claim(bench: Workbench, run: Versioned<Run>, element: Option<[u8; 32]>, at: i64) -> Done {
    let instruction = ix::audit_claim(bench.authority(), &run, element);
    Done::Sent(send(&bench, "audit_claim", instruction, run.key, at).await)
}

/// Answers an audit. `matching`: an earlier audit that found the same.
pub(crate) async fn post(
    bench: Workbench,
    run: Versioned<Run>,
    answer: Answer,
    matching: Option<Pubkey>,
    at: i64,
) -> Done {
    let instruction = ix::audit_post(bench.authority(), &run, answer, matching);
    Done::Sent(send(&bench, "audit_post", instruction, run.key, at).await)
}

/// Opens the picked leaf in both trees, or in the one that is missing.
pub(crate) async fn open(
    bench: Workbench,
    run: Versioned<Run>,
    audit: Versioned<Audit>,
    trees: Arc<OutputTrees>,
    outputs: u64,
    at: i64,
) -> Done {
    Done::Opened(open_both(&bench, &run, &audit, &trees, outputs, at).await)
}

async fn open_both(
    bench: &Workbench,
    run: &Versioned<Run>,
    audit: &Versioned<Audit>,
    trees: &OutputTrees,
    outputs: u64,
    at: i64,
) -> Result<Option<Receipt>, ChainError> {
    let missing = |what: &str| ChainError::NotFound { what: what.to_owned(), key: run.key };
    let hash = match audit.pick {
        Some(hash) => hash,
        None => match bench.slot_hash(audit.pick_slot).await? {
            SlotHash::Found(hash) => hash,
            SlotHash::NotYet => return Err(missing("slot hash yet for the audit of the run")),
            SlotHash::Expired => return Ok(None),
        },
    };
    let output = pick(&hash, 0, outputs).ok_or_else(|| missing("output of the run"))?;
    let leaves = trees.leaf_count(output).unwrap_or(0);
    let leaf = pick(&hash, 1, leaves).unwrap_or(0);
    let opening = [
        (OpenedTree::Output, audit.opened.output, trees.open_plain(output, leaf)),
        (OpenedTree::Keyed, audit.opened.keyed, trees.open_keyed(output, leaf)),
    ];
    let mut instructions = Vec::with_capacity(opening.len());
    for (tree, _, leaf) in opening.into_iter().filter(|(_, is_open, _)| !is_open) {
        let leaf = leaf.ok_or_else(|| missing("leaf in the outputs of the run"))?;
        instructions.push(ix::audit_open(bench.authority(), run, arguments(tree, leaf)));
    }
    let mut last = Err(missing("unopened audit of the run"));
    // Proofs of large outputs are too long for one transaction.
    for instructions in ix::packed(instructions, &bench.authority()) {
        last = Ok(bench.send(Outgoing::new("audit_open", instructions), audit.key, at).await?);
    }
    last.map(Some)
}

fn arguments(tree: OpenedTree, leaf: LeafOpening) -> AuditOpenArgs {
    let LeafOpening { header, leaf_hash, leaf_proof, output_proof } = leaf;
    AuditOpenArgs { tree, header, output_proof, leaf_hash, leaf_proof }
}

/// Finds the chain that this verifier has committed to.
pub(crate) async fn search(bench: Workbench, me: Pubkey, committed: TicketChain) -> Done {
    let secrets = bench.secrets();
    let found = tokio::task::spawn_blocking(move || Tickets::find(&secrets, &me, &committed)).await;
    // Lost like not found: another chain is committed to.
    Done::Searched(found.unwrap_or_else(|lost| {
        tracing::error!(%lost, "the search for the ticket chain was lost");
        None
    }))
}

/// Moves in a dispute, or opens one.
pub(crate) async fn dispute(bench: Workbench, truths: Truths, world: Arc<World>, job: DisputeJob) -> Done {
    Done::Disputed(tessera_node::dispute::run(bench, truths, world, job).await)
}

/// Sends an errand.
pub(crate) async fn errand(bench: Workbench, world: Arc<World>, errand: Errand) -> Done {
    Done::Ran(bench.run_errand(&world, &errand).await)
}

async fn send(
    bench: &Workbench,
    label: &str,
    instruction: Instruction,
    subject: Pubkey,
    at: i64,
) -> Result<Receipt, ChainError> {
    bench.send(Outgoing::new(label, [instruction]), subject, at).await
}
