use tessera_rules::*;

/// The table once more, as a drawing: a row per phase in the order of [`Phase::ALL`], a column per move in the order of
/// [`Move::ALL`]. A letter is the next phase: o PickOperation, r RevealTrace, t OpenTensors, l PickLeaf, n RevealTensor,
/// s OpenLeaf, e PickElement, a Parts, p PickPart, S Step, C, P, N over with each verdict; a dot a refusal.
const DRAWING: [&str; 14] = [
    // trace, operation, malformed, descend, reveal | some tensors, all, contradiction | leaf, show, dirty | element: parts,
    // step | parts: single to parts, to step, several | part: to parts, to step | step: right, wrong
    "o...................", // Trace
    ".tNr................", // PickOperation
    "....o...............", // RevealTrace
    ".....tlN............", // OpenTensors
    "...n....s...........", // PickLeaf
    "....l...............", // RevealTensor
    ".........eC.........", // OpenLeaf
    "...........aS.......", // PickElement
    ".............aSp....", // Parts
    "................aS..", // PickPart
    "..................PC", // Step
    "....................",
    "....................",
    "....................",
];

fn drawn(letter: char) -> Option<Phase> {
    Some(match letter {
        'o' => Phase::PickOperation,
        'r' => Phase::RevealTrace,
        't' => Phase::OpenTensors,
        'l' => Phase::PickLeaf,
        'n' => Phase::RevealTensor,
        's' => Phase::OpenLeaf,
        'e' => Phase::PickElement,
        'a' => Phase::Parts,
        'p' => Phase::PickPart,
        'S' => Phase::Step,
        'C' => Phase::Over(DisputeVerdict::ChallengerWon),
        'P' => Phase::Over(DisputeVerdict::ProviderWon),
        'N' => Phase::Over(DisputeVerdict::NoVerdict),
        _ => return None,
    })
}

#[test]
fn every_phase_and_move_is_as_drawn() {
    for (phase, row) in Phase::ALL.into_iter().zip(DRAWING) {
        assert_eq!(row.len(), Move::ALL.len());
        for (mv, letter) in Move::ALL.into_iter().zip(row.chars()) {
            let refusal = if phase.verdict().is_some() { Refusal::DisputeOver } else { Refusal::DisputePhase };
            assert_eq!(next_phase(phase, mv), drawn(letter).ok_or(refusal), "{phase:?}, {mv:?}");
        }
    }
}

#[test]
fn each_phase_is_owed_by_one_side_until_it_is_over() {
    let provider = [Phase::Trace, Phase::RevealTrace, Phase::OpenTensors, Phase::RevealTensor, Phase::OpenLeaf];
    for phase in Phase::ALL {
        let expected = match phase {
            Phase::Over(_) => None,
            Phase::Parts | Phase::Step => Some(Side::Provider),
            _ if provider.contains(&phase) => Some(Side::Provider),
            _ => Some(Side::Challenger),
        };
        assert_eq!(owes(phase), expected, "{phase:?}");
        assert_eq!(owes(phase).is_none(), phase.verdict().is_some());
    }
}

/// What anyone may send is owed by the provider and commits to nothing new.
#[test]
fn anyone_may_send_openings_and_nothing_else() {
    let open: Vec<Phase> = Phase::ALL.into_iter().filter(|phase| open_to_all(*phase)).collect();
    assert_eq!(open, [Phase::OpenTensors, Phase::OpenLeaf, Phase::Step]);
    assert!(open.iter().all(|phase| owes(*phase) == Some(Side::Provider)));
}

#[test]
fn every_phase_is_reached_and_each_leads_to_every_verdict_or_on() {
    let mut reached = vec![Phase::Trace];
    let mut at = 0;
    while at < reached.len() {
        let from = reached[at];
        for next in Move::ALL.into_iter().filter_map(|mv| next_phase(from, mv).ok()) {
            if !reached.contains(&next) {
                reached.push(next);
            }
        }
        at += 1;
    }
    assert!(Phase::ALL.iter().all(|phase| reached.contains(phase)));
}
