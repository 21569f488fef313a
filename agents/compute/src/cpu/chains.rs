//! The chained f32 fold over several rows at once: rows are independent, so the CPU overlaps them.

use tessera_referee::limits::CHAIN_TERMS;

use super::machine::Machine;

/// Rows that are folded side by side.
pub(super) const LANES: usize = 8;

pub(super) const CHAIN: usize = CHAIN_TERMS as usize;

/// Ends a chain: makes its accumulator canonical and adds it to the total.
#[inline(always)]
pub(super) fn end_chain<M: Machine>(total: f32, chain: f32) -> f32 {
    f32::from_bits(M::add(total.to_bits(), M::add(chain.to_bits(), 0)))
}

/// The folds over `terms` of `LANES` rows; `load(lane, k)` gives a term's two factors.
#[inline(always)]
pub(super) fn fold_lanes<M: Machine>(terms: usize, load: impl Fn(usize, usize) -> (f32, f32)) -> [f32; LANES] {
    let mut totals = [0.0; LANES];
    let mut first = 0;
    while first < terms {
        let last = terms.min(first + CHAIN);
        let mut chains = [0.0; LANES];
        for k in first..last {
            for (lane, chain) in chains.iter_mut().enumerate() {
                let (a, b) = load(lane, k);
                *chain = M::term(a, b, *chain);
            }
        }
        for (total, chain) in totals.iter_mut().zip(chains) {
            *total = end_chain::<M>(*total, chain);
        }
        first = last;
    }
    totals
}
