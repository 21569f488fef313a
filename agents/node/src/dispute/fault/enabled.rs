use tessera_chain::rules::Phase;
use tessera_compute::referee::dispute::Claim;
use tessera_compute::{Root, Tensor};

/// One wrong bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flip {
    /// In this operation's output; what follows is computed from it.
    pub operation: u16,
    /// In this element, modulo their number.
    pub element: u64,
    /// This bit of it, modulo its width.
    pub bit: u32,
}

/// How a side is distorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// It computes wrongly.
    pub flip: Option<Flip>,
    /// It says another root for this operation's output.
    pub trace: Option<u16>,
    /// The first of several parts that it says is wrong in its lowest bit.
    pub part: bool,
    /// It makes no move in this phase.
    pub silent: Option<Phase>,
}

impl Fault {
    /// With this wrong bit.
    pub fn flipping(operation: u16, element: u64, bit: u32) -> Self {
        Self { flip: Some(Flip { operation, element, bit }), ..Self::default() }
    }

    /// What the operations after this one read of its output.
    pub fn output(&self, operation: u16, output: Tensor) -> Tensor {
        match self.flip {
            Some(flip) if flip.operation == operation => flip.of(&output).unwrap_or(output),
            _ => output,
        }
    }

    pub(crate) fn trace(&self, roots: &mut [Root]) {
        if let Some(root) = self.trace.and_then(|operation| roots.get_mut(usize::from(operation))) {
            root.0[0] ^= 1;
        }
    }

    pub(crate) fn parts(&self, _: &Claim, mut parts: Vec<u8>) -> Vec<u8> {
        if let Some(first) = parts.first_mut().filter(|_| self.part) {
            *first ^= 1;
        }
        parts
    }

    pub(crate) fn is_silent(&self, phase: Phase) -> bool {
        self.silent == Some(phase)
    }
}

impl Flip {
    /// The tensor with that bit flipped; `None` if it has no elements.
    fn of(self, tensor: &Tensor) -> Option<Tensor> {
        let dims = tensor.shape();
        let at = usize::try_from(self.element.checked_rem(dims.elements())?).ok()?;
        if let Ok(data) = tensor.as_f32() {
            let mut data = data.to_vec();
            let x = data.get_mut(at)?;
            *x = f32::from_bits(x.to_bits() ^ 1 << (self.bit % 32));
            return Tensor::f32(dims.dims(), data).ok();
        }
        if let Ok(data) = tensor.as_i32() {
            let mut data = data.to_vec();
            *data.get_mut(at)? ^= 1 << (self.bit % 32);
            return Tensor::i32(dims.dims(), data).ok();
        }
        let mut data = tensor.as_i8().ok()?.to_vec();
        *data.get_mut(at)? ^= 1 << (self.bit % 8);
        Tensor::i8(dims.dims(), data).ok()
    }
}
