//! The canonical encoding of graphs: little-endian, fixed field order, versioned.
//!
//! ```text
//! graph      := magic "TSG" 0x01, version u16,
//!               inputs u16, type*, outputs u8, operation index u16*, operations u16, (length u16, descriptor)*
//! type       := dtype u8, rank u8, dimension u64*
//! descriptor := opcode u16, operands u8, (source u8 {0 input, 1 operation}, index u16, type)*,
//!               output type, trace bytes u64, attributes
//! ```
//! Types and descriptors are those of [`tessera_referee::descriptor`]. A descriptor is a leaf of the graph's tree, at most 256
//! bytes; the graph root's header is that of [`tessera_referee::graph_header`].

use tessera_referee::bytes::{Reader, Short};
use tessera_referee::descriptor::Descriptor;
use tessera_referee::graph_header::VERSION;
use tessera_referee::limits::{MAX_DESCRIPTOR_BYTES, MAX_INPUTS, MAX_OPERATIONS, MAX_OUTPUTS};
use tessera_referee::merkle::{RootKind, Sha256 as _};

use super::{Graph, GraphError, Operand, Operation};
use crate::merkle::{Native, Tree, root_of};
use crate::{Root, TensorType};

const MAGIC: [u8; 4] = *b"TSG\x01";

impl From<Short> for GraphError {
    fn from(Short: Short) -> Self {
        Self::Truncated
    }
}

impl Operation {
    /// The operation's descriptor.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(MAX_DESCRIPTOR_BYTES);
        out.extend(self.kind.code().to_le_bytes());
        out.push(self.operands.len() as u8);
        for (operand, ty) in self.operands.iter().zip(&self.operand_types) {
            let (source, index) = match *operand {
                Operand::Input(index) => (0, index),
                Operand::Op(index) => (1, index),
            };
            out.push(source);
            out.extend(index.to_le_bytes());
            encode_type(ty, &mut out);
        }
        encode_type(&self.output, &mut out);
        out.extend(self.trace_bytes.to_le_bytes());
        out.extend(self.kind.attributes().bytes());
        out
    }

    fn parse(bytes: &[u8]) -> Result<Self, GraphError> {
        let fields = Descriptor::parse(bytes)?;
        Ok(Self {
            kind: fields.kind,
            operands: fields.operands().to_vec(),
            operand_types: fields.operand_types().to_vec(),
            output: fields.output,
            trace_bytes: fields.trace_bytes,
        })
    }
}

impl Graph {
    /// The canonical encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(VERSION.to_le_bytes());
        out.extend((self.inputs.len() as u16).to_le_bytes());
        self.inputs.iter().for_each(|ty| encode_type(ty, &mut out));
        self.encode_outputs(&mut out);
        out.extend(self.op_count().to_le_bytes());
        for operation in &self.operations {
            let descriptor = operation.encode();
            out.extend((descriptor.len() as u16).to_le_bytes());
            out.extend(descriptor);
        }
        out
    }

    /// The graph that these bytes encode. Total: any bytes give a validated graph or an error, memory is bounded by the
    /// bytes' length, and only the canonical encoding of a graph is accepted.
    pub fn decode(bytes: &[u8]) -> Result<Self, GraphError> {
        let mut reader = Reader::new(bytes);
        if reader.array()? != MAGIC {
            return Err(GraphError::Malformed("these bytes are not a graph"));
        }
        let found = reader.u16()?;
        if found != VERSION {
            return Err(GraphError::Version { found, known: VERSION });
        }
        let mut graph = Self::default();
        let inputs = usize::from(reader.u16()?);
        limit(inputs, MAX_INPUTS, "inputs")?;
        for _ in 0..inputs {
            graph.push_input(TensorType::read(&mut reader)?)?;
        }
        let outputs = usize::from(reader.u8()?);
        limit(outputs, MAX_OUTPUTS, "outputs")?;
        let outputs = (0..outputs).map(|_| reader.u16()).collect::<Result<Vec<_>, _>>()?;
        let operations = usize::from(reader.u16()?);
        limit(operations, MAX_OPERATIONS, "operations")?;
        for _ in 0..operations {
            let length = usize::from(reader.u16()?);
            limit(length, MAX_DESCRIPTOR_BYTES, "bytes in a descriptor")?;
            let claimed = Operation::parse(reader.take(length)?)?;
            graph.push(claimed.kind, &claimed.operands, claimed.output)?;
            if graph.operations.last() != Some(&claimed) {
                return Err(GraphError::Malformed("an operation's types or trace bytes contradict its operands"));
            }
        }
        if reader.remaining() != 0 {
            return Err(GraphError::Malformed("bytes follow the graph"));
        }
        outputs.into_iter().try_for_each(|index| graph.push_output(Operand::Op(index)))?;
        graph.finished()
    }

    /// The Merkle root over the operations' descriptors, bound to the input types and the outputs.
    pub fn root(&self) -> Root {
        let descriptors: Vec<Vec<u8>> = self.operations.iter().map(Operation::encode).collect();
        let tree = Tree::new(descriptors.iter().map(Vec::as_slice));
        root_of(RootKind::Graph, &self.header(), &tree)
    }

    /// The graph root's header.
    pub fn header(&self) -> Vec<u8> {
        let mut types = Vec::new();
        self.inputs.iter().for_each(|ty| encode_type(ty, &mut types));
        let mut header = VERSION.to_le_bytes().to_vec();
        header.extend((self.inputs.len() as u16).to_le_bytes());
        header.extend(Native::hash(&[&types]));
        self.encode_outputs(&mut header);
        header
    }

    fn encode_outputs(&self, out: &mut Vec<u8>) {
        out.push(self.output_count());
        self.outputs.iter().for_each(|index| out.extend(index.to_le_bytes()));
    }
}

fn limit(count: usize, limit: usize, what: &'static str) -> Result<(), GraphError> {
    if count > limit {
        return Err(GraphError::Limit { what, limit: limit as u64 });
    }
    Ok(())
}

/// `dtype u8, rank u8, dimension u64*`.
pub(crate) fn encode_type(ty: &TensorType, out: &mut Vec<u8>) {
    out.extend(ty.header().bytes());
}
