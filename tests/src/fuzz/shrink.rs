use super::replay;
use super::sequence::{Sequence, Violation};
use super::step::{Attack, Move};

/// Replays at most, so that a slow failure is still reported.
const TRIES: usize = 300;

/// The shortest sequence found that still shows a violation: parts are left out, halves first, single steps last; then
/// alterations that do not matter are taken back.
pub(crate) fn shortest(begun: &Sequence, mut moves: Vec<Move>, mut violation: Violation) -> (Vec<Move>, Violation) {
    // What shows among the moves needs no ending, which takes most of the time.
    let to_the_end = replay(begun, &moves, false).is_none();
    let mut tries = 0;
    let mut shows = |candidate: &[Move]| {
        tries += 1;
        if tries > TRIES { None } else { replay(begun, candidate, to_the_end) }
    };
    let mut part = moves.len().div_ceil(2);
    while part > 0 {
        let mut at = 0;
        let mut shorter = false;
        while at < moves.len() {
            let mut candidate = moves.clone();
            candidate.drain(at..(at + part).min(moves.len()));
            match shows(&candidate) {
                Some((needed, found)) => {
                    candidate.truncate(needed);
                    (moves, violation, shorter) = (candidate, found, true);
                }
                None => at += part,
            }
        }
        part = if part == 1 && shorter { 1 } else { part / 2 };
    }
    for at in 0..moves.len() {
        let mut candidate = moves.clone();
        candidate[at].attack = Attack::None;
        if candidate != moves
            && let Some((_, found)) = shows(&candidate)
        {
            (moves, violation) = (candidate, found);
        }
    }
    (moves, violation)
}
