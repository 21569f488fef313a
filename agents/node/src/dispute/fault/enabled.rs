use tessera_chain::rules::Phase;
use tessera_compute::referee::descriptor::Descriptor;
use tessera_compute::referee::dispute::{Claim, parts_hold};
use tessera_compute::referee::step::Partial;
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
    /// The parts that it says are made to add up to its claims where the true ones do not.
    pub fits: bool,
    /// It makes no move in this phase.
    pub silent: Option<Phase>,
}

impl Fault {
    /// With this wrong bit, and parts that hide it.
    pub fn flipping(operation: u16, element: u64, bit: u32) -> Self {
        Self { flip: Some(Flip { operation, element, bit }), fits: true, ..Self::default() }
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

    pub(crate) fn parts(&self, d: &Descriptor, element: u64, claim: &Claim, parts: Vec<u8>) -> Vec<u8> {
        let claimed = match claim.claimed() {
            Partial::Word(word) => word.to_le_bytes().to_vec(),
            Partial::Best(best) => {
                best.get().map_or(vec![0; 8], |(rank, index)| [rank.to_le_bytes(), index.to_le_bytes()].concat())
            }
        };
        // The last accumulator, or the first chain alone.
        let (mut last, mut first) = (parts.clone(), vec![0; parts.len()]);
        let at = last.len().saturating_sub(claimed.len());
        last.splice(at.., claimed.iter().copied());
        first.splice(..claimed.len().min(parts.len()), claimed.iter().copied());
        let holds = |parts: &Vec<u8>| parts_hold(d, element, claim, parts) == Ok(true);
        if !self.fits || holds(&parts) {
            return parts;
        }
        [last, first].into_iter().find(holds).unwrap_or(parts)
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
