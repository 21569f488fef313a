//! The tensors of a run.

use super::recycle::Store;
use crate::tensor::Data;
use crate::{Operand, Tensor};

/// Inputs, and what operations have made and others will read.
pub(super) struct Values<'a> {
    inputs: &'a [Tensor],
    made: Vec<Option<Data>>,
}

impl<'a> Values<'a> {
    pub(super) fn new(inputs: &'a [Tensor], operations: usize) -> Self {
        Self { inputs, made: (0..operations).map(|_| None).collect() }
    }

    pub(super) fn get(&self, operand: Operand) -> Option<&Data> {
        match operand {
            Operand::Input(i) => self.inputs.get(usize::from(i)).map(Tensor::data),
            Operand::Op(i) => self.made.get(usize::from(i))?.as_ref(),
        }
    }

    pub(super) fn put(&mut self, index: usize, data: Data) {
        if let Some(slot) = self.made.get_mut(index) {
            *slot = Some(data);
        }
    }

    pub(super) fn take(&mut self, index: usize) -> Option<Data> {
        self.made.get_mut(index)?.take()
    }

    /// Gives a dead tensor's memory back.
    pub(super) fn drop(&mut self, index: usize, store: &Store) {
        if let Some(data) = self.take(index) {
            store.tensors().give_data(data);
        }
    }
}
