//! Why a task's data are not here, and whether to come back for them.

use std::sync::Arc;
use std::time::Duration;

use tessera_compute::Root;

use crate::store_error::StoreError;

/// Fetching a task failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// An object could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The data are all there and contradict the task's terms.
    #[error("the task is malformed: {0}; only its requester can mend that, with a new task")]
    Malformed(#[from] Malformed),
    /// The task is sound and more than this machine takes.
    #[error("the task does not fit this machine: {0}")]
    Unfit(#[from] Unfit),
    /// A decoding thread was lost (out of memory, a bug).
    #[error("decoding was interrupted: {0}; please report this")]
    Lost(Arc<str>),
}

/// What to do about a failed fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Try again: the data may come, or come back.
    Later,
    /// Never try again: the same bytes would be refused again.
    Never,
}

impl FetchError {
    /// Whether to come back.
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::Store(error) if error.is_retryable() => Remedy::Later,
            Self::Unfit(Unfit::NoHealthyGpu) => Remedy::Later,
            Self::Store(_) | Self::Malformed(_) | Self::Unfit(_) | Self::Lost(_) => Remedy::Never,
        }
    }
}

/// How data contradict the terms.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Its manifest is none.
    #[error("the manifest cannot be read: {0}")]
    Manifest(String),
    /// Another graph than promised.
    #[error("the graph's root is {actual} and the terms say {expected}")]
    GraphRoot {
        /// In the terms.
        expected: Root,
        /// Of the graph.
        actual: Root,
    },
    /// Other inputs than promised.
    #[error("the inputs' root is {actual} and the terms say {expected}")]
    InputsRoot {
        /// In the terms.
        expected: Root,
        /// Of the inputs.
        actual: Root,
    },
    /// Another number of something.
    #[error("{claimed} {what} are announced and the graph has {actual}")]
    Count {
        /// Of what.
        what: &'static str,
        /// As announced.
        claimed: usize,
        /// In the graph.
        actual: usize,
    },
    /// An input is not the tensor that the graph takes.
    #[error("input {index} cannot be used: {reason}")]
    Input {
        /// Its place, from 0.
        index: usize,
        /// What is wrong with it.
        reason: String,
    },
}

/// How a task exceeds this machine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Too much memory.
    #[error("it needs {needs} bytes and {has} are allowed; raise `memory_mib` if the machine has them")]
    Memory {
        /// Bytes of its tensors.
        needs: u64,
        /// Bytes allowed.
        has: u64,
    },
    /// Too much memory for a GPU.
    #[error(
        "it needs {needs} bytes of GPU memory and GPU {gpu} has {has} for it; with `overflow = \"cpu\"` in `[node.gpu]` the CPU takes such tasks"
    )]
    GpuMemory {
        /// Which one.
        gpu: usize,
        /// Bytes of its tensors and of the kernels' scratch.
        needs: u64,
        /// Bytes of the GPU.
        has: u64,
    },
    /// The GPUs have failed, and the CPU cannot take it either.
    #[error("all GPUs have failed and get no run for a while; see the log, and `nvidia-smi`")]
    NoHealthyGpu,
    /// Too slow.
    #[error(
        "it would take about {needs:?} and {has:?} may be planned; set `megaflops` and `megabytes_per_second` to this machine's speed"
    )]
    Time {
        /// As estimated.
        needs: Duration,
        /// Allowed.
        has: Duration,
    },
}
