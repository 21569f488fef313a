use crate::fixtures::{NOW, claim_terms, claimant, in_seconds, past, soon, task, units};
use tessera_rules::*;

const TWO: Policy = Policy::Redundant { runs: 2 };

fn claim(view: &TaskView<u8>, change: impl Fn(&mut ClaimTerms, &mut Claimant)) -> Result<ClaimStep<u8>, Refusal> {
    let (mut terms, mut by) = (claim_terms(), claimant());
    change(&mut terms, &mut by);
    plan_claim(view, &terms, &by, NOW)
}

#[test]
fn the_last_free_slot_makes_a_task_claimed() {
    let first = claim(&task(TWO), |_, _| ()).unwrap();
    assert_eq!((first.slot, first.task.state, first.active_runs), (0, TaskState::Open, 1));
    assert_eq!((first.lock, first.execute_until), (units(30_000), NOW.after(60).unwrap()));
    let second = claim(&first.task, |_, _| ()).unwrap();
    assert_eq!((second.slot, second.task.state), (1, TaskState::Claimed));
    assert_eq!(claim(&second.task, |_, _| ()), Err(Refusal::WrongState));
    assert_eq!(claim(&task(Policy::Optimistic), |_, _| ()).unwrap().task.state, TaskState::Claimed);
}

#[test]
fn who_does_not_fit_is_told_why() {
    let view = task(TWO);
    let refused = |change: &dyn Fn(&mut ClaimTerms, &mut Claimant)| claim(&view, change).map(|step| step.slot);
    assert_eq!(refused(&|terms, _| terms.paused = true), Err(Refusal::MarketPaused));
    assert_eq!(refused(&|_, by| by.same_market = false), Err(Refusal::OtherMarket));
    assert_eq!(refused(&|_, by| by.active = false), Err(Refusal::ProviderDraining));
    assert_eq!(refused(&|_, by| by.compute = false), Err(Refusal::RoleMissing));
    assert_eq!(refused(&|_, by| by.excluded = true), Err(Refusal::ProviderExcluded));
    assert_eq!(refused(&|_, by| by.has_slot = true), Err(Refusal::AlreadyRunning));
    assert_eq!(refused(&|_, by| by.active_runs = 2), Err(Refusal::RunsFull));
    assert_eq!(refused(&|_, by| by.price_floor = units(10_001)), Err(Refusal::BelowPriceFloor));
    assert_eq!(refused(&|terms, _| terms.requirements.min_tier = 1), Err(Refusal::TierTooLow));
    let full = TaskView { excluded: 8, ..view };
    assert_eq!(claim(&full, |_, _| ()).map(|step| step.slot), Err(Refusal::ExclusionsFull));
    let over = TaskView { open_until: past(), ..view };
    assert_eq!(claim(&over, |_, _| ()).map(|step| step.slot), Err(Refusal::TooLate));
}

#[test]
fn the_shortlist_comes_first_or_alone() {
    let view = task(TWO);
    let tried = |listed, named_only, exclusive_until| {
        claim(&view, |terms, by| {
            (terms.named_only, terms.exclusive_until, by.listed) = (named_only, exclusive_until, listed);
        })
        .map(|step| step.slot)
    };
    assert_eq!(tried(false, false, soon()), Err(Refusal::ExclusiveWindow));
    assert_eq!(tried(false, false, past()), Ok(0));
    assert_eq!(tried(false, true, past()), Err(Refusal::NotNamed));
    assert_eq!(tried(true, true, soon()), Ok(0));
    assert_eq!(tried(true, false, soon()), Ok(0));
}

#[test]
fn a_claim_is_given_back_within_the_grace_period_only() {
    let view = claim(&task(Policy::Optimistic), |_, _| ()).unwrap().task;
    let released = plan_release(&view, 0, NOW, in_seconds(19)).unwrap();
    assert_eq!((released.state, released.excluded, released.slots[0].state), (TaskState::Open, 1, SlotState::Free));
    assert_eq!(plan_release(&view, 0, NOW, in_seconds(20)), Err(Refusal::TooLate));
    assert_eq!(plan_release(&released, 0, NOW, NOW), Err(Refusal::WrongRunState));
    assert_eq!(plan_release(&view, 1, NOW, NOW), Err(Refusal::SlotUnknown));
    let mut none = view;
    none.windows.grace_seconds = 0;
    assert_eq!(plan_release(&none, 0, NOW, NOW), Err(Refusal::TooLate));
}

#[test]
fn only_what_nobody_works_on_is_cancelled() {
    assert_eq!(plan_cancel(&task(TWO)).unwrap().state, TaskState::Cancelled);
    let claimed = claim(&task(TWO), |_, _| ()).unwrap().task;
    assert_eq!(plan_cancel(&claimed), Err(Refusal::WrongState));
}

#[test]
fn requirements_are_met_or_named() {
    let has = Capabilities {
        backend: Backend::Cuda,
        memory_mib: 8_000,
        compute_capability: 90,
        region: *b"CH",
        tier: 2,
        score: 600_000,
    };
    let needs = Requirements {
        backend: BackendNeed::Cuda,
        min_memory_mib: 8_000,
        min_compute_capability: 90,
        region: *b"CH",
        min_tier: 2,
        min_score: 600_000,
    };
    assert_eq!((needs.validate(), needs.met_by(&has)), (Ok(()), Ok(())));
    assert_eq!(Requirements::default().met_by(&Capabilities::default()), Ok(()));
    let with = |change: &dyn Fn(&mut Requirements)| {
        let mut more = needs;
        change(&mut more);
        more.met_by(&has)
    };
    assert_eq!(with(&|n| n.backend = BackendNeed::Cpu), Err(Refusal::BackendMissing));
    assert_eq!(with(&|n| n.min_memory_mib += 1), Err(Refusal::MemoryTooLow));
    assert_eq!(with(&|n| n.min_compute_capability += 1), Err(Refusal::ComputeCapabilityTooLow));
    assert_eq!(with(&|n| n.region = *b"DE"), Err(Refusal::RegionDiffers));
    assert_eq!(with(&|n| n.min_tier += 1), Err(Refusal::TierTooLow));
    assert_eq!(with(&|n| n.min_score += 1), Err(Refusal::ScoreTooLow));
    assert_eq!(Requirements { region: *b"c1", ..needs }.validate(), Err(Refusal::RegionInvalid));
    assert_eq!(Requirements { min_tier: 4, ..needs }.validate(), Err(Refusal::TierInvalid));
    assert_eq!(Requirements { min_score: 1_000_001, ..needs }.validate(), Err(Refusal::ScoreTooLow));
}

#[test]
fn policies_and_shortlists_fit_together() {
    for (runs, valid) in [(0, false), (1, false), (2, true), (3, true), (4, false)] {
        assert_eq!(Policy::Redundant { runs }.validate().is_ok(), valid);
    }
    let named = Assignment { listed: 2, named_only: true, waive_window: true };
    assert_eq!(named.validate(TWO), Ok(()));
    assert_eq!(named.validate(Policy::Redundant { runs: 3 }), Err(Refusal::ShortlistTooShort));
    assert_eq!(named.validate(Policy::Optimistic), Err(Refusal::WaiveRefused));
    assert_eq!(Assignment { named_only: false, ..named }.validate(TWO), Err(Refusal::WaiveRefused));
    assert_eq!(Assignment { listed: 5, ..named }.validate(TWO), Err(Refusal::ShortlistTooLong));
    assert_eq!(validate_shortlist(&[1, 2, 3, 4]), Ok(()));
    assert_eq!(validate_shortlist(&[1, 2, 3, 1]), Err(Refusal::ShortlistDuplicate));
    assert_eq!(validate_shortlist(&[1, 2, 3, 4, 5]), Err(Refusal::ShortlistTooLong));
}
