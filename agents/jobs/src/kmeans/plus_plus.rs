//! Initial centres by k-means++ (D. Arthur and S. Vassilvitskii, 2007).

use tessera_compute::{GraphBuilder, GraphError, Value};

use crate::stack::stack;

/// `clusters` rows of `x` `[n, d]` as centres `[clusters, d]`.
///
/// The first is any row; each further one is row i with probability proportional to `D_i^2`, its squared distance to the
/// nearest centre so far. The draw is `argmin(-log(u_i) / D_i^2)`: of exponential variables with rates `D_i^2`, the least is number
/// i with just that probability. A row that is a centre already has `D = 0` and rank +inf, so it is drawn only if all are centres.
pub(super) fn draw(g: &mut GraphBuilder, x: Value, clusters: u32, seed: u64) -> Result<Value, GraphError> {
    let n = g.shape_of(x)?.rows();
    let numbers = g.uniform(mix(seed, 0), &[n])?;
    let first = g.argmax(numbers)?;
    let mut centre = g.gather(x, first)?;
    let mut centres = vec![centre];
    let mut nearest: Option<Value> = None;
    for index in 1..clusters {
        let offset = g.sub(x, centre)?;
        let squared = g.rowdot(offset, offset)?;
        let distance = match nearest {
            Some(before) => g.min(before, squared)?,
            None => squared,
        };
        nearest = Some(distance);
        let numbers = g.uniform(mix(seed, u64::from(index)), &[n])?;
        let logarithm = g.log(numbers)?;
        let exponential = g.neg(logarithm)?;
        let arrival = g.div(exponential, distance)?;
        let pick = g.argmin(arrival)?;
        centre = g.gather(x, pick)?;
        centres.push(centre);
    }
    stack(g, &centres)
}

/// A seed of its own for each draw: one step of SplitMix64 (G. Steele, D. Lea, C. Flood, 2014).
pub(super) fn mix(seed: u64, index: u64) -> u64 {
    let mut z = seed.wrapping_add(index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
