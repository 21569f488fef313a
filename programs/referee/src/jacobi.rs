//! One round of cyclic Jacobi rotations: `A' = J^T A J` and `V' = V J`.
//!
//! **Schedule** (the circle method). With `m` the side p rounded up to even, a sweep has `m - 1` rounds. In round r player
//! `m - 1` meets r, and any other i meets `(2r - i) mod (m - 1)`; who meets a player beyond p rests. Every pair meets once.
//!
//! **Rotation** of a pair `l < h`, from `A_ll`, `A_hh` and `A_lh` alone: the identity if `A_lh` is a zero, else
//! `tau = (A_hh - A_ll) / (2 A_lh)`, `t = 1 / (|tau| + sqrt(fma(tau, tau, 1)))` with tau's sign,
//! `c = 1 / sqrt(fma(t, t, 1))`, `s = t c` (Golub and Van Loan, section 8.5). `J_ll = J_hh = c`, `J_lh = s`, `J_hl = -s`.
//!
//! **Elements.** With `j'` the partner of j: `V'_rj = fma(c, V_rj, q V_rj')` where q is `-s` if j is the lower of its pair and
//! `s` if it is the higher. `A'_ij` is that map on columns, for rows i and i', then on rows; for `i > j` it is
//! `A'_ji`, so that the result is symmetric. `A'_ii = fma(u, A_lh, A_ii)` with `u = -t` (lower) or `t` (higher), and
//! `A'_lh = +0`. For one who rests c is 1, q, u and all elements of its partner +0.

use crate::float::{ONE, SIGN};
use crate::{Arith, float};

/// Rounds of a sweep over a matrix of side `p`: every pair meets in exactly one of them. At least 1.
pub const fn rounds(p: u32) -> u32 {
    let players = p.saturating_add(p % 2);
    if players < 2 { 1 } else { players.wrapping_sub(1) }
}

/// Whom `i` meets in `round`, if it does not rest. `i < p`, `round < rounds(p)`.
pub const fn partner(p: u32, round: u32, i: u32) -> Option<u32> {
    let cycle = rounds(p);
    let other = if i == cycle {
        round
    } else if i == round {
        cycle
    } else {
        // The cycle is never 0, and nothing overflows for what the condition above allows.
        match round.wrapping_mul(2).wrapping_add(cycle).wrapping_sub(i).checked_rem(cycle) {
            Some(other) => other,
            None => cycle,
        }
    };
    if other < p { Some(other) } else { None }
}

/// What a rotation does to one index of its pair, in the terms of the module's documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The partner; `None` for one who rests.
    pub partner: Option<u32>,
    /// c, the weight of the index's own element.
    pub own: u32,
    /// q, the weight of the partner's element.
    pub other: u32,
    /// u, what `A_lh` is worth on the diagonal.
    pub diagonal: u32,
}

impl Rotation {
    /// The rotation of index `i` of the matrix that `at(row, column)` reads.
    pub fn of<A: Arith>(p: u32, round: u32, i: u32, at: impl Fn(u32, u32) -> u32) -> Self {
        let Some(partner) = partner(p, round, i) else {
            return Self { partner: None, own: ONE, other: 0, diagonal: 0 };
        };
        let (low, high) = if i < partner { (i, partner) } else { (partner, i) };
        let [c, s, t] = rotation::<A>(at(low, low), at(high, high), at(low, high));
        let (other, diagonal) = if i == low { (float::neg(s), float::neg(t)) } else { (s, t) };
        Self { partner: Some(partner), own: c, other, diagonal }
    }

    /// The map on a pair of elements: this index's own and its partner's.
    #[inline(always)]
    pub fn mix<A: Arith>(&self, own: u32, other: u32) -> u32 {
        A::fma(self.own, own, A::mul(self.other, other))
    }
}

/// c, s and t.
fn rotation<A: Arith>(a_ll: u32, a_hh: u32, a_lh: u32) -> [u32; 3] {
    const TWO: u32 = 0x4000_0000;
    if a_lh & !SIGN == 0 {
        return [ONE, 0, 0];
    }
    let tau = A::div(A::sub(a_hh, a_ll), A::mul(TWO, a_lh));
    let root = A::sqrt(A::fma(tau, tau, ONE));
    let magnitude = A::div(ONE, A::add(float::abs(tau), root));
    let t = float::canonical(magnitude | tau & SIGN);
    let c = A::div(ONE, A::sqrt(A::fma(t, t, ONE)));
    [c, A::mul(t, c), t]
}

/// `V'_rj`, with `at(column)` reading row r of V and the rotation of j.
pub fn vector_element<A: Arith>(j: u32, rotation: &Rotation, at: impl Fn(u32) -> u32) -> u32 {
    let other = rotation.partner.map_or(0, &at);
    rotation.mix::<A>(at(j), other)
}

/// `A'_ij`, with the rotations of i and j; `at(row, column)` reads rows of i, j and their partners only.
pub fn step_element<A: Arith>(
    (i, of_i): (u32, &Rotation),
    (j, of_j): (u32, &Rotation),
    at: impl Fn(u32, u32) -> u32,
) -> u32 {
    if i > j {
        return step_element::<A>((j, of_j), (i, of_i), at);
    }
    if i == j {
        let a_lh = of_i.partner.map_or(0, |other| at(i.min(other), i.max(other)));
        return A::fma(of_i.diagonal, a_lh, at(i, i));
    }
    if of_i.partner == Some(j) {
        return 0;
    }
    let row = |row: u32| vector_element::<A>(j, of_j, |column| at(row, column));
    let other = of_i.partner.map_or(0, row);
    of_i.mix::<A>(row(i), other)
}
