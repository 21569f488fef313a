//! Softmax, composed from the table of operations.

use tessera_compute::{GraphBuilder, GraphError, Value};

/// `exp(x - max) / sum` over the last axis of a tensor of rank 1 to 4. The largest exponent is 0, so nothing overflows and no sum is
/// below 1; a mask of -3.4e38 gives exactly +0.
pub(crate) fn softmax(g: &mut GraphBuilder, x: Value) -> Result<Value, GraphError> {
    let shape = g.shape_of(x)?;
    let mut kept = shape.dims().to_vec();
    if let Some(last) = kept.last_mut() {
        *last = 1;
    }
    let largest = g.reduce_max(x)?;
    let largest = g.reshape(largest, &kept)?;
    let below = g.sub(x, largest)?;
    let powers = g.exp(below)?;
    let sum = g.reduce_sum(powers)?;
    let sum = g.reshape(sum, &kept)?;
    g.div(powers, sum)
}
