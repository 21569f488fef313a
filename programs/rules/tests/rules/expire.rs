use crate::fixtures::{NOW, escrow, past, soon, units};
use tessera_rules::*;

fn claimed() -> ExpirableTask {
    ExpirableTask { state: TaskState::Claimed, open_until: soon(), execute_until: Some(past()), excluded: 0 }
}

#[test]
fn an_unclaimed_task_ends_after_its_open_window() {
    let open = ExpirableTask { state: TaskState::Open, open_until: past(), execute_until: None, excluded: 3 };
    assert_eq!(plan_expire(&open, NOW), Ok((TaskState::Expired, Ending::Unclaimed)));
    assert_eq!(plan_expire(&ExpirableTask { open_until: soon(), ..open }, NOW), Err(Refusal::TooEarly));
}

#[test]
fn a_no_show_reopens_the_task_while_it_may_be_claimed() {
    assert_eq!(plan_expire(&claimed(), NOW), Ok((TaskState::Open, Ending::Reopened)));
    let early = ExpirableTask { execute_until: Some(soon()), ..claimed() };
    assert_eq!(plan_expire(&early, NOW), Err(Refusal::TooEarly));
}

#[test]
fn a_no_show_after_the_open_window_or_the_eighth_ends_the_task() {
    let abandoned = Ok((TaskState::Expired, Ending::Abandoned));
    assert_eq!(plan_expire(&ExpirableTask { open_until: past(), ..claimed() }, NOW), abandoned);
    assert_eq!(plan_expire(&ExpirableTask { excluded: 7, ..claimed() }, NOW), abandoned);
    let seventh = plan_expire(&ExpirableTask { excluded: 6, ..claimed() }, NOW);
    assert_eq!(seventh, Ok((TaskState::Open, Ending::Reopened)));
}

#[test]
fn nothing_else_expires() {
    for state in
        [TaskState::Submitted, TaskState::Disputed, TaskState::Settled, TaskState::Cancelled, TaskState::Expired]
    {
        assert_eq!(plan_expire(&ExpirableTask { state, ..claimed() }, NOW), Err(Refusal::WrongState));
    }
    assert_eq!(plan_expire(&ExpirableTask { execute_until: None, ..claimed() }, NOW), Err(Refusal::WrongState));
}

#[test]
fn a_no_show_loses_its_slash_and_no_more_than_its_lock() {
    let payout = no_show_payout(units(100), units(30)).unwrap();
    assert_eq!((payout.slashed, payout.released), (units(30), units(70)));
    let payout = no_show_payout(units(20), units(30)).unwrap();
    assert_eq!((payout.slashed, payout.released), (units(20), units(0)));
}

#[test]
fn the_bounty_is_paid_in_parts_and_the_rest_returns() {
    let pay = |ending, cranker| {
        let payout = refund_payout(&escrow(), ending, cranker).unwrap();
        (payout.cranker.get(), payout.requester.get(), payout.kept.get())
    };
    assert_eq!(pay(Ending::Reopened, true), (37, 0, 11_563));
    assert_eq!(pay(Ending::Unclaimed, true), (300, 11_300, 0));
    assert_eq!(pay(Ending::Abandoned, true), (337, 11_263, 0));
    assert_eq!(pay(Ending::Abandoned, false), (0, 11_600, 0));
}
