//! Random elements, evaluated again.

use fastrand::Rng;

use super::FaultKind;
use crate::{Operation, Tensor, scalar_element};

/// Compares `count` random elements of an operation's output with the referee's.
pub(super) fn check(
    operation: &Operation,
    operands: &[&Tensor],
    output: &Tensor,
    count: usize,
    rng: &mut Rng,
) -> Result<(), FaultKind> {
    let elements = output.shape().elements();
    if elements == 0 {
        return Ok(());
    }
    let word = |index: u64| output.word(index as usize).unwrap_or(0);
    for index in (0..count).map(|_| rng.u64(0..elements)) {
        let expected = scalar_element(operation, operands, &word, index);
        let found = word(index);
        if expected != found {
            return Err(FaultKind::Element { index, expected, found });
        }
    }
    Ok(())
}
