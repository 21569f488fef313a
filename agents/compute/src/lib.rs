//! Graphs, their canonical encoding and the executors that run them bit for bit alike.

mod cpu;
mod exec;
mod graph;
mod root;
mod shape;
mod tensor;
mod word;

pub use cpu::CpuBackend;
pub use exec::{Backend, Cancel, ExecError};
pub use graph::{Graph, GraphBuilder, GraphError, OpKind, Operand, Operation, Types, Value};
pub use root::{ContentId, HexError, Root};
pub use shape::{Shape, ShapeError, TensorType};
pub use tensor::{Tensor, TensorError};
pub use tessera_referee as referee;
pub use tessera_referee::DType;
