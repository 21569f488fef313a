//! Graphs, their canonical encoding and the executors that run them bit for bit alike.

mod bundle;
mod cpu;
pub mod cuda;
pub mod dispute;
mod exec;
mod graph;
mod keyed;
mod manifest;
mod merkle;
mod reference;
mod root;
mod selfcheck;
mod sha256;
mod tensor;
mod trace;
mod word;

pub use bundle::{DecodeError, decode_tensors, encode_tensors};
pub use cpu::{CpuBackend, Path};
pub use exec::{Backend, Cancel, ExecError};
pub use graph::{Cost, Graph, GraphBuilder, GraphError, OpKind, Operand, Operation, Types, Value};
pub use keyed::{LeafOpening, OutputTrees, Trees};
pub use manifest::{MAX_LABEL_BYTES, Manifest, ManifestError};
pub use merkle::{Native, Tree, inputs_root, leaf_count, output_root, tensors_root, trace_root};
pub use reference::{ReferenceBackend, scalar_element};
pub use root::{ContentHasher, ContentId, HexError, Root};
pub use selfcheck::{Fault, FaultKind, SelfCheck};
pub use tensor::{Tensor, TensorError};
pub use tessera_referee as referee;
pub use tessera_referee::merkle::RootKind;
pub use tessera_referee::{DType, Shape, ShapeError, TensorType};
pub use trace::{Replayed, replay, run_traced, trace_roots};
