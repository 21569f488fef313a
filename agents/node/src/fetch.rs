//! Fetching a task and checking all of it, before anybody stakes anything on it.

use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use tessera_compute::referee::limits::{MAX_DESCRIPTOR_BYTES, MAX_INPUTS, MAX_OPERATIONS, MAX_OUTPUTS};
use tessera_compute::{ContentId, Graph, Manifest, Root, Tensor, TensorType, decode_tensors, inputs_root};

use crate::fetch_error::{FetchError, Malformed, Unfit};
use crate::fleet::Speed;
use crate::store::ContentStore;

/// Bytes around a tensor's elements in its stored form, with room to spare.
const TENSOR_OVERHEAD: u64 = 4_096;
/// Bytes of the largest manifest: operations, inputs, outputs, label, headers.
const MANIFEST_LIMIT: u64 =
    (MAX_OPERATIONS * MAX_DESCRIPTOR_BYTES + MAX_INPUTS * 256 + MAX_OUTPUTS * 16 + 16_384) as u64;
/// Inputs that are on their way at the same time.
const PARALLEL: usize = 4;

/// What a task's terms say about its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskClaims {
    /// Content id of the manifest.
    pub manifest_id: ContentId,
    /// Root of the graph.
    pub graph_root: Root,
    /// Root of the inputs.
    pub inputs_root: Root,
    /// Operations of the graph.
    pub op_count: u16,
    /// Outputs of the graph.
    pub output_count: u8,
}

/// What a CPU can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Bytes that one task may need for its tensors.
    pub memory_bytes: u64,
    /// Floating point operations per second that this machine does at least.
    pub flops_per_second: u64,
    /// Bytes per second that its operations read and write at least.
    pub bytes_per_second: u64,
    /// The longest that a task may be estimated to take.
    pub time: Duration,
}

/// A task's data, all checked against its terms.
#[derive(Clone, Debug)]
pub struct TaskInputs {
    /// What to compute.
    pub graph: Graph,
    /// On what, in the graph's order.
    pub inputs: Vec<Tensor>,
    /// What the requester wrote beside it: the job's name and parameters as JSON, or anything else.
    pub label: String,
    /// How long it is estimated to take here.
    pub estimate: Duration,
}

/// Fetches the manifest and the inputs of a task and checks content ids, roots, counts and shapes. `estimate` says how long
/// a graph takes here; a task that it refuses is refused before its inputs are downloaded. Cancel safe: nothing is kept.
///
/// # Errors
/// [`FetchError`]; its [`remedy`](FetchError::remedy) tells whether to come back.
pub async fn fetch_task(
    store: &ContentStore,
    claims: &TaskClaims,
    estimate: impl FnOnce(&Graph) -> Result<Duration, Unfit>,
) -> Result<TaskInputs, FetchError> {
    let bytes = store.get(&claims.manifest_id, MANIFEST_LIMIT).await?;
    let Manifest { graph, inputs: ids, label } =
        Manifest::decode(&bytes).map_err(|error| Malformed::Manifest(error.to_string()))?;
    check_graph(&graph, ids.len(), claims)?;
    let estimate = estimate(&graph)?;

    let wanted: Vec<(usize, ContentId, TensorType)> = ids
        .into_iter()
        .zip(graph.input_specs().iter().copied())
        .enumerate()
        .map(|(index, (id, spec))| (index, id, spec))
        .collect();
    let inputs: Vec<Tensor> = futures::stream::iter(wanted)
        .map(|(index, id, spec)| fetch_input(store, index, id, spec))
        .buffered(PARALLEL)
        .try_collect()
        .await?;

    // Hashing gigabytes takes seconds, which must not hold up the async workers.
    let expected = claims.inputs_root;
    let (inputs, root) = off_thread(move || {
        let root = inputs_root(&inputs);
        (inputs, root)
    })
    .await?;
    if root != expected {
        return Err(Malformed::InputsRoot { expected, actual: root }.into());
    }
    Ok(TaskInputs { graph, inputs, label, estimate })
}

fn check_graph(graph: &Graph, inputs: usize, claims: &TaskClaims) -> Result<(), Malformed> {
    let count = |what, claimed: usize, actual: usize| {
        if claimed == actual { Ok(()) } else { Err(Malformed::Count { what, claimed, actual }) }
    };
    count("operations", claims.op_count.into(), graph.op_count().into())?;
    count("outputs", claims.output_count.into(), graph.output_count().into())?;
    count("inputs", inputs, graph.input_specs().len())?;
    let actual = graph.root();
    if actual != claims.graph_root {
        return Err(Malformed::GraphRoot { expected: claims.graph_root, actual });
    }
    Ok(())
}

impl Capacity {
    /// How long the CPU takes for a graph.
    ///
    /// # Errors
    /// [`Unfit`]: too large, or too slow.
    pub fn check(&self, graph: &Graph) -> Result<Duration, Unfit> {
        let needs = graph.cost().bytes;
        if needs > self.memory_bytes {
            return Err(Unfit::Memory { needs, has: self.memory_bytes });
        }
        let speed = Speed { flops_per_second: self.flops_per_second, bytes_per_second: self.bytes_per_second };
        let needs = speed.on_cpu(graph);
        if needs > self.time {
            return Err(Unfit::Time { needs, has: self.time });
        }
        Ok(needs)
    }
}

async fn fetch_input(
    store: &ContentStore,
    index: usize,
    id: ContentId,
    spec: TensorType,
) -> Result<Tensor, FetchError> {
    let limit = spec.bytes().saturating_add(TENSOR_OVERHEAD);
    let bytes = store.get(&id, limit).await?;
    let tensors = off_thread(move || decode_tensors(&bytes, limit))
        .await?
        .map_err(|error| Malformed::Input { index, reason: error.to_string() })?;
    let [tensor] = <[Tensor; 1]>::try_from(tensors).map_err(|tensors| Malformed::Input {
        index,
        reason: format!("it holds {} tensors instead of one", tensors.len()),
    })?;
    if tensor.tensor_type() != spec {
        let reason = format!("it is {} where the graph takes {spec}", tensor.tensor_type());
        return Err(Malformed::Input { index, reason }.into());
    }
    Ok(tensor)
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, FetchError> {
    tokio::task::spawn_blocking(work).await.map_err(|lost| FetchError::Lost(Arc::from(lost.to_string())))
}
