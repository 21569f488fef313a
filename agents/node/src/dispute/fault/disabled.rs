use tessera_chain::rules::Phase;
use tessera_compute::referee::descriptor::Descriptor;
use tessera_compute::referee::dispute::Claim;
use tessera_compute::{Root, Tensor};

/// No fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault;

impl Fault {
    pub(crate) fn output(&self, _: u16, output: Tensor) -> Tensor {
        output
    }

    pub(crate) fn trace(&self, _: &mut [Root]) {}

    pub(crate) fn parts(&self, _: &Descriptor, _: u64, _: &Claim, parts: Vec<u8>) -> Vec<u8> {
        parts
    }

    pub(crate) fn is_silent(&self, _: Phase) -> bool {
        false
    }
}
