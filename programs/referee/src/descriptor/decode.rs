//! From bytes to an operation that graphs may hold.

use super::{Descriptor, DescriptorError, OpKind, Operand};
use crate::bytes::Reader;
use crate::limits::{MAX_DESCRIPTOR_BYTES, MAX_INPUTS, MAX_OPERANDS, MAX_OPERATIONS};
use crate::{DType, Shape, TensorType};

impl Descriptor {
    /// The operation that these bytes describe, if a valid graph can hold it: the types follow the rules, the operands are
    /// within the limits on inputs and operations, and the trace is at least as long as the output. That the operands come
    /// before the operation and have these types is the graph's to hold.
    pub fn decode(bytes: &[u8]) -> Result<Self, DescriptorError> {
        let descriptor = Self::parse(bytes)?;
        descriptor.check_operands()?;
        let inferred = descriptor
            .kind
            .output_type(descriptor.operand_types(), descriptor.output)
            .map_err(DescriptorError::Rule)?;
        if inferred != descriptor.output {
            return Err(DescriptorError::Malformed("the output's type contradicts the operands"));
        }
        if descriptor.trace_bytes < descriptor.output.padded_bytes() {
            return Err(DescriptorError::Malformed("the trace bytes leave out the output"));
        }
        Ok(descriptor)
    }

    /// The fields that these bytes encode, by the format alone: no rule is checked.
    pub fn parse(bytes: &[u8]) -> Result<Self, DescriptorError> {
        limit(bytes.len(), MAX_DESCRIPTOR_BYTES, "bytes in a descriptor")?;
        let mut reader = Reader::new(bytes);
        let code = reader.u16()?;
        let count = usize::from(reader.u8()?);
        limit(count, MAX_OPERANDS, "operands")?;
        let none = TensorType { dtype: DType::F32, shape: Shape::SCALAR };
        let (mut operands, mut operand_types) = ([Operand::Input(0); MAX_OPERANDS], [none; MAX_OPERANDS]);
        for (operand, ty) in operands.iter_mut().zip(&mut operand_types).take(count) {
            let (source, index) = (reader.u8()?, reader.u16()?);
            *operand = match source {
                0 => Operand::Input(index),
                1 => Operand::Op(index),
                _ => return Err(DescriptorError::Malformed("an operand is neither input nor operation")),
            };
            *ty = TensorType::read(&mut reader)?;
        }
        let output = TensorType::read(&mut reader)?;
        let trace_bytes = reader.u64()?;
        let kind = OpKind::read(code, &mut reader)?;
        if reader.remaining() != 0 {
            return Err(DescriptorError::Malformed("a descriptor is longer than its fields"));
        }
        Ok(Self { kind, output, trace_bytes, operands, operand_types, count })
    }

    fn check_operands(&self) -> Result<(), DescriptorError> {
        for operand in self.operands() {
            let (index, count, what) = match *operand {
                Operand::Input(index) => (index, MAX_INPUTS, "inputs"),
                Operand::Op(index) => (index, MAX_OPERATIONS, "operations"),
            };
            if usize::from(index) >= count {
                return Err(DescriptorError::Limit { what, limit: count as u64 });
            }
        }
        Ok(())
    }
}

fn limit(count: usize, limit: usize, what: &'static str) -> Result<(), DescriptorError> {
    if count > limit {
        return Err(DescriptorError::Limit { what, limit: limit as u64 });
    }
    Ok(())
}
