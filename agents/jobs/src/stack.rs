//! Joining any number of tensors. One concatenation takes four.

use tessera_compute::{GraphBuilder, GraphError, Value};

/// Tensors of equal shape under a new first axis.
pub(crate) fn stack(g: &mut GraphBuilder, values: &[Value]) -> Result<Value, GraphError> {
    let mut parts = Vec::with_capacity(values.len());
    for &value in values {
        let shape = g.shape_of(value)?;
        parts.push(g.reshape(value, &[&[1], shape.dims()].concat())?);
    }
    concat(g, parts)
}

/// Tensors one after the other along their first axis.
pub(crate) fn concat(g: &mut GraphBuilder, mut parts: Vec<Value>) -> Result<Value, GraphError> {
    while parts.len() > 1 {
        parts = parts.chunks(4).map(|four| g.concat(four, 0)).collect::<Result<Vec<_>, _>>()?;
    }
    parts.first().copied().ok_or(GraphError::NoOutput)
}
