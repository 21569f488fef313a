//! Running graphs.

mod executor;

pub(crate) use executor::{check_inputs, last_uses, walk, walk_values};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cuda::CudaError;
use crate::{Graph, Tensor, TensorType};

/// Tells a run to stop. Clones share the flag.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A flag that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the run to stop at the next check.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the run was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Why a graph was not run to its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExecError {
    /// The run was cancelled.
    #[error("the run was cancelled")]
    Cancelled,
    /// The number of inputs differs from the graph's.
    #[error("the graph takes {wanted} inputs but {given} were given")]
    InputCount {
        /// Inputs of the graph.
        wanted: usize,
        /// Inputs given.
        given: usize,
    },
    /// An input has another type than the graph says.
    #[error("input {index} is {given} but the graph takes {wanted}: prepare the inputs for this graph")]
    InputType {
        /// Which input.
        index: usize,
        /// Type that the graph takes.
        wanted: TensorType,
        /// Type that was given.
        given: TensorType,
    },
    /// A thread does not round to nearest or flushes subnormals.
    #[error(
        "this thread does not compute IEEE-754 arithmetic (flush to zero or another rounding mode is on): start the process without fast-math libraries"
    )]
    FloatEnvironment,
    /// A tensor does not fit the address space of this machine.
    #[error("a tensor of {0} bytes does not fit this machine: take tasks with a smaller cost")]
    TooLarge(u64),
    /// An operation's operands do not have the types that it names. No validated graph gives this.
    #[error("an operation does not fit its operands: report this graph")]
    Malformed,
    /// A worker thread panicked.
    #[error("a worker thread panicked: report this graph")]
    Worker,
    /// A GPU did not run the graph. It can be run on the CPU.
    #[error(transparent)]
    Device(#[from] CudaError),
}

/// Something that runs graphs. Every backend gives the same bits.
pub trait Backend: Send + Sync {
    /// A short name, for logs.
    fn name(&self) -> &'static str;

    /// Runs the graph on these inputs and returns its outputs, in order.
    fn run(&self, graph: &Graph, inputs: &[Tensor], cancel: &Cancel) -> Result<Vec<Tensor>, ExecError>;
}
