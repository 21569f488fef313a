//! The canonical encoding of graphs: little-endian, fixed field order, versioned.
//!
//! ```text
//! graph      := magic "TSG" 0x01, version u16,
//!               inputs u16, type*, outputs u8, operation index u16*, operations u16, (length u16, descriptor)*
//! type       := dtype u8, rank u8, dimension u64*
//! descriptor := opcode u16, operands u8, (source u8 {0 input, 1 operation}, index u16, type)*,
//!               output type, trace bytes u64, attributes
//! ```
//! A descriptor is a leaf of the graph's tree, at most 256 bytes. The graph root's header is
//! `version u16, inputs u16, SHA-256(type*), outputs u8, operation index u16*`.
//!
//! Opcodes are `group << 8 | number`. Numbers that are missing in a group are free for later operations and refused
//! until then.
//!
//! | group | operations (attributes) |
//! | --- | --- |
//! | 1 map1 | 1 add_scalar (u32 bits), 2 mul_scalar (u32 bits), 3 abs, 4 neg, 5 relu, 6 gelu, 7 exp, 8 log, 9 tanh, 10 erf, 11 sqrt, 12 rsqrt, 13 cast, 14 quantise (u32 bits), 15 dequantise (u32 bits) |
//! | 2 map2 | 1 add, 2 sub, 3 mul, 4 div, 5 min, 6 max, 7 eq, 8 lt, 16 select |
//! | 3 movement | 1 permute (u8 × 4), 2 reshape, 3 slice (u64 × 4), 4 concat (u8), 5 gather |
//! | 4 sources | 1 fill (u32), 2 iota, 3 uniform (u64) |
//! | 5 products | 1 matmul, 2 rowdot |
//! | 6 folds | 1 sum, 2 max, 3 min, 4 argmin, 5 argmax, 6 nearest, 7 segment_sum |
//! | 7 linear algebra | 1 cholesky, 2 solve, 3 jacobi_step (u32), 4 jacobi_vec (u32) |

use tessera_referee::DType;
use tessera_referee::limits::{MAX_DESCRIPTOR_BYTES, MAX_INPUTS, MAX_OPERANDS, MAX_OPERATIONS, MAX_OUTPUTS, MAX_RANK};
use tessera_referee::merkle::{RootKind, Sha256 as _};

use super::opcode::{attributes, kind_from_code, opcode};
use super::{Graph, GraphError, Operand, Operation};
use crate::bytes::{Reader, Short};
use crate::merkle::{Native, Tree, root_of};
use crate::{Root, Shape, TensorType};

const MAGIC: [u8; 4] = *b"TSG\x01";
const VERSION: u16 = 1;

impl From<Short> for GraphError {
    fn from(Short: Short) -> Self {
        Self::Truncated
    }
}

impl Operation {
    /// The operation's descriptor.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(MAX_DESCRIPTOR_BYTES);
        out.extend(opcode(&self.kind).to_le_bytes());
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
        attributes(&self.kind, &mut out);
        out
    }

    fn decode(bytes: &[u8]) -> Result<Self, GraphError> {
        let mut reader = Reader::new(bytes);
        let code = reader.u16()?;
        let count = usize::from(reader.u8()?);
        limit(count, MAX_OPERANDS, "operands")?;
        let mut operands = Vec::with_capacity(count);
        let mut operand_types = Vec::with_capacity(count);
        for _ in 0..count {
            let source = reader.u8()?;
            let index = reader.u16()?;
            operands.push(match source {
                0 => Operand::Input(index),
                1 => Operand::Op(index),
                _ => return Err(GraphError::Malformed("an operand is neither input nor operation")),
            });
            operand_types.push(decode_type(&mut reader)?);
        }
        let output = decode_type(&mut reader)?;
        let trace_bytes = reader.u64()?;
        let kind = kind_from_code(code, &mut reader)?;
        if reader.remaining() != 0 {
            return Err(GraphError::Malformed("a descriptor is longer than its fields"));
        }
        Ok(Self { kind, operands, operand_types, output, trace_bytes })
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
            graph.push_input(decode_type(&mut reader)?)?;
        }
        let outputs = usize::from(reader.u8()?);
        limit(outputs, MAX_OUTPUTS, "outputs")?;
        let outputs = (0..outputs).map(|_| reader.u16()).collect::<Result<Vec<_>, _>>()?;
        let operations = usize::from(reader.u16()?);
        limit(operations, MAX_OPERATIONS, "operations")?;
        for _ in 0..operations {
            let length = usize::from(reader.u16()?);
            limit(length, MAX_DESCRIPTOR_BYTES, "bytes in a descriptor")?;
            let claimed = Operation::decode(reader.take(length)?)?;
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
    out.push(ty.dtype.code());
    out.push(ty.shape.rank() as u8);
    ty.shape.dims().iter().for_each(|dim| out.extend(dim.to_le_bytes()));
}

fn decode_type(reader: &mut Reader<'_>) -> Result<TensorType, GraphError> {
    let dtype = DType::from_code(reader.u8()?).ok_or(GraphError::Malformed("unknown type code"))?;
    let rank = usize::from(reader.u8()?);
    limit(rank, MAX_RANK, "axes")?;
    let mut dims = [0; MAX_RANK];
    for slot in &mut dims[..rank] {
        *slot = reader.u64()?;
    }
    Ok(TensorType { dtype, shape: Shape::new(&dims[..rank])? })
}
