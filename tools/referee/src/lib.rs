//! The referee's steps as functions of a library that has nothing else in it, for `check` to look at its instructions.
#![no_std]

use core::ops::Range;
use core::panic::PanicInfo;

use tessera_referee::place;
use tessera_referee::step::{Axis, Partial, Step, StepError};

/// Every panic that the compiler cannot rule out ends here, so the library then needs a symbol of this name.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        safe fn referee_may_panic() -> !;
    }
    referee_may_panic()
}

#[unsafe(no_mangle)]
pub fn replay(step: &Step<'_>) -> Result<Partial, StepError> {
    step.replay()
}

#[unsafe(no_mangle)]
pub fn segment(axis: Axis, index: u64) -> Option<Range<u64>> {
    axis.segment(index)
}

#[unsafe(no_mangle)]
pub fn chain(axis: Axis, index: u64) -> Option<Range<u64>> {
    axis.chain(index)
}

#[unsafe(no_mangle)]
pub fn broadcast(operand: &[u64], output: &[u64], index: u64) -> u64 {
    place::broadcast(operand, output, index)
}

#[unsafe(no_mangle)]
pub fn permute(operand: &[u64], output: &[u64], axes: &[u8; 4], index: u64) -> u64 {
    place::permute(operand, output, axes, index)
}

#[unsafe(no_mangle)]
pub fn slice(operand: &[u64], output: &[u64], starts: &[u64; 4], index: u64) -> u64 {
    place::slice(operand, output, starts, index)
}

#[unsafe(no_mangle)]
pub fn concat(operands: &[&[u64]], output: &[u64], axis: usize, index: u64) -> Option<(usize, u64)> {
    place::concat(operands.iter().copied(), output, axis, index)
}

#[unsafe(no_mangle)]
pub fn gather(table: &[u64], picked: i32, index: u64) -> (u64, Option<u64>) {
    (place::gather_index(table, index), place::gather_row(table, picked, index))
}
