use crate::fixtures::{NOW, claimant, open_task, past, units};
use tessera_rules::{Claimant, OpenTask, Refusal, TaskState, plan_claim};

fn refused(change: impl Fn(&mut OpenTask, &mut Claimant)) -> Refusal {
    let (mut task, mut by) = (open_task(), claimant());
    change(&mut task, &mut by);
    plan_claim(&task, &by, NOW).unwrap_err()
}

#[test]
fn a_claim_locks_stake_until_the_execution_window_ends() {
    let step = plan_claim(&open_task(), &claimant(), NOW).unwrap();
    assert_eq!((step.state, step.lock, step.active_runs), (TaskState::Claimed, units(30_000), 1));
    assert_eq!(step.execute_until, NOW.after(60).unwrap());
}

#[test]
fn refused_too_late_or_in_another_state() {
    assert_eq!(refused(|task, _| task.open_until = past()), Refusal::TooLate);
    assert_eq!(refused(|task, _| task.state = TaskState::Claimed), Refusal::WrongState);
}

#[test]
fn refused_to_providers_that_may_not() {
    assert_eq!(refused(|_, by| by.same_market = false), Refusal::OtherMarket);
    assert_eq!(refused(|_, by| by.active = false), Refusal::ProviderDraining);
    assert_eq!(refused(|_, by| by.compute = false), Refusal::RoleMissing);
    assert_eq!(refused(|_, by| by.excluded = true), Refusal::ProviderExcluded);
    assert_eq!(refused(|_, by| by.active_runs = 2), Refusal::RunsFull);
    assert_eq!(refused(|_, by| by.price_floor = units(10_001)), Refusal::BelowPriceFloor);
}
