//! What a graph's root binds besides the operations: `version u16, inputs u16, SHA-256(type*), outputs u8, operation index u16*`.

use crate::bytes::{Reader, Short};
use crate::limits::{MAX_INPUTS, MAX_OPERATIONS, MAX_OUTPUTS};
use crate::merkle::Digest;

/// The version of the encoding of graphs.
pub const VERSION: u16 = 1;

/// Why bytes are not the header of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderError {
    /// The bytes end before or after the header.
    Length,
    /// Another version of the format.
    Version(u16),
    /// More inputs than a graph has.
    Inputs,
    /// No output, more than a graph has, or one that names no operation or is named twice.
    Outputs,
}

impl From<Short> for HeaderError {
    fn from(Short: Short) -> Self {
        Self::Length
    }
}

/// The header of a graph's root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraphHeader<'a> {
    /// Number of the task's inputs, at most 64.
    pub inputs: u16,
    /// SHA-256 of the inputs' encoded types, one after the other.
    pub input_types: Digest,
    outputs: &'a [[u8; 2]],
}

impl<'a> GraphHeader<'a> {
    /// The header that these bytes encode, if a valid graph has it.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, HeaderError> {
        let mut reader = Reader::new(bytes);
        let version = reader.u16()?;
        if version != VERSION {
            return Err(HeaderError::Version(version));
        }
        let inputs = reader.u16()?;
        if usize::from(inputs) > MAX_INPUTS {
            return Err(HeaderError::Inputs);
        }
        let input_types = reader.array()?;
        let count = usize::from(reader.u8()?);
        let (outputs, rest) = reader.take(reader.remaining())?.as_chunks::<2>();
        if outputs.len() != count || !rest.is_empty() {
            return Err(HeaderError::Length);
        }
        let header = Self { inputs, input_types, outputs };
        if count == 0 || count > MAX_OUTPUTS || !header.outputs_are_operations_each_once() {
            return Err(HeaderError::Outputs);
        }
        Ok(header)
    }

    /// Number of outputs, 1 to 16.
    pub const fn output_count(&self) -> usize {
        self.outputs.len()
    }

    /// Indices of the operations whose outputs are the graph's outputs, in order.
    pub fn outputs(&self) -> impl ExactSizeIterator<Item = u16> + use<'a> {
        self.outputs.iter().map(|index| u16::from_le_bytes(*index))
    }

    fn outputs_are_operations_each_once(&self) -> bool {
        let mut outputs = self.outputs;
        while let [first, rest @ ..] = outputs {
            if usize::from(u16::from_le_bytes(*first)) >= MAX_OPERATIONS || rest.contains(first) {
                return false;
            }
            outputs = rest;
        }
        true
    }
}
