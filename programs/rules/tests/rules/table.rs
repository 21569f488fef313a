use tessera_rules::{Action, Refusal, TaskState, next_state};

/// The table once more, as a drawing: a row per state, a column per action in the order of [`Action::ALL`]; the letter is the
/// next state's initial (`E` for Settled, `x` for Expired, `n` for Cancelled), a dot a refusal.
const DRAWING: [(TaskState, &str); 7] = [
    // cancel, claim, claim last, release, seal, reveal, submit, split | audit: claim, agree, differ, open, force | dispute |
    // settle run, settle, refund, close audit | expire open, no show, silence, abandon
    (TaskState::Open, "nOCOOOSD..........xOOx"),
    (TaskState::Claimed, "...OCCSD...........OCx"),
    (TaskState::Submitted, "........SSDSSSSEx....."),
    (TaskState::Disputed, "........DDDDDDDEx....."),
    (TaskState::Settled, ".................E...."),
    (TaskState::Cancelled, "......................"),
    (TaskState::Expired, ".................x...."),
];

#[test]
fn every_state_and_action_is_as_drawn() {
    for (state, row) in DRAWING {
        assert_eq!(row.len(), Action::ALL.len());
        for (action, letter) in Action::ALL.into_iter().zip(row.chars()) {
            let expected = match letter {
                'O' => Ok(TaskState::Open),
                'C' => Ok(TaskState::Claimed),
                'S' => Ok(TaskState::Submitted),
                'D' => Ok(TaskState::Disputed),
                'E' => Ok(TaskState::Settled),
                'n' => Ok(TaskState::Cancelled),
                'x' => Ok(TaskState::Expired),
                _ => Err(Refusal::WrongState),
            };
            assert_eq!(next_state(state, action), expected, "{state:?}, {action:?}");
        }
    }
    assert_eq!(DRAWING.map(|(state, _)| state), TaskState::ALL);
}

#[test]
fn from_every_state_that_holds_funds_cranks_alone_lead_to_one_that_holds_none() {
    for start in TaskState::ALL.into_iter().filter(|state| state.holds_funds()) {
        let out = Action::ALL
            .into_iter()
            .filter(|action| action.is_crank())
            .filter_map(|action| next_state(start, action).ok())
            .any(|next| !next.holds_funds());
        assert!(out, "{start:?}");
    }
}

#[test]
fn a_state_without_funds_never_holds_them_again() {
    for start in TaskState::ALL.into_iter().filter(|state| !state.holds_funds()) {
        for action in Action::ALL {
            assert!(next_state(start, action).map_or(true, |next| !next.holds_funds()), "{start:?}, {action:?}");
        }
    }
}
