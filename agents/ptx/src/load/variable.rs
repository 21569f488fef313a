//! Variables of the module.

use super::MAX_ITEMS;
use crate::error::ParseError;
use crate::image::{Image, Variable};
use crate::syntax::{Count, Declare, Literal, MAX_VARIABLE, Space};
use crate::types::Type;

/// Most bytes of all variables of a module together.
const MAX_VARIABLES: u64 = 64 << 20;

/// Adds a shared, global or constant variable and returns its index.
pub fn add(image: &mut Image, declare: &Declare<'_>) -> Result<u32, ParseError> {
    let width = declare.ty.bytes();
    let (size, dynamic) = match declare.count {
        Count::One => (u64::from(width), false),
        Count::Array(n) => (n.saturating_mul(u64::from(width)), false),
        Count::Unsized if declare.space == Space::Shared => (0, true),
        // `name[] = {..}` takes its length from its values.
        Count::Unsized if !declare.init.is_empty() => (declare.init.len() as u64 * u64::from(width), false),
        Count::Unsized | Count::Numbered(_) => return Err(declare.at.syntax("a variable's array has a length")),
    };
    if declare.space == Space::Shared && !declare.init.is_empty() {
        return Err(declare.at.syntax("shared memory has no initial value"));
    }
    let total: u64 = image.variables.iter().map(|variable| variable.size).sum();
    if image.variables.len() >= MAX_ITEMS {
        return Err(declare.at.limit("variables", MAX_ITEMS as u64));
    }
    if size > MAX_VARIABLE || total + size > MAX_VARIABLES {
        return Err(declare.at.limit("bytes of variables", MAX_VARIABLES));
    }
    let mut init = Vec::with_capacity(declare.init.len() * width as usize);
    for value in &declare.init {
        let bits = bits_of(*value, declare.ty)
            .ok_or_else(|| declare.at.syntax(format!("an initial value of {} is not of its type", declare.name)))?;
        init.extend(bits.to_le_bytes().into_iter().take(width as usize));
    }
    image.variables.push(Variable { space: declare.space, size, align: declare.align, init, dynamic });
    Ok(image.variables.len() as u32 - 1)
}

/// A literal as the bits of a type: floats for floats, or bits of the same width; integers for anything but floats.
pub fn bits_of(literal: Literal, ty: Type) -> Option<u64> {
    match literal {
        Literal::Int(value) if !ty.is_float() => Some(ty.mask(value)),
        Literal::Int(_) => None,
        Literal::F32(bits) => matches!(ty, Type::F32 | Type::B32).then_some(u64::from(bits)),
        Literal::F64(bits) if ty == Type::F32 => Some(u64::from((f64::from_bits(bits) as f32).to_bits())),
        Literal::F64(bits) => matches!(ty, Type::F64 | Type::B64).then_some(bits),
    }
}
