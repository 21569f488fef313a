//! Due transitions: who sends how many of them when, and what failures do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../provider/tests/bench/accounts/mod.rs"]
mod accounts;

use std::time::Duration;

use accounts::{NOW, PAST, at, key, market_key, task};
use tessera_chain::due::{Crank, Due};
use tessera_chain::{ChainError, Pubkey, Receipt, Signature, World};
use tessera_node::{CrankLimits, CrankMemory, CrankStage, NodeTuning, Progress, crank_key, plan_cranks};

const EXPIRE: Due = Due { crank: Crank::Expire, run: None, since: PAST.unix };
const LIMITS: CrankLimits = CrankLimits { others: true, after: Duration::from_secs(30), at_once: 2 };
const UPTIME: Duration = Duration::from_secs(100);
const TERMS: [u8; 32] = [20; 32];

/// Three open tasks that nobody claimed in time.
fn world() -> World {
    let mut world = World::new(market_key());
    for number in [20, 21, 22] {
        let mut unclaimed = task(number);
        unclaimed.open_until = PAST;
        world.tasks.insert(key(number), at(key(number), 50, unclaimed));
    }
    world
}

fn planned(cranks: &CrankMemory, patience: Option<i64>) -> Vec<Pubkey> {
    let plan = plan_cranks(&world(), cranks, &LIMITS, UPTIME, NOW, |_| patience);
    plan.into_iter().map(|(task, _)| task).collect()
}

fn progress() -> Progress<()> {
    Progress::new(NodeTuning { send_attempts: 2, ..NodeTuning::default() })
}

fn stage(progress: &Progress<()>) -> CrankStage {
    progress.cranks.note(&crank_key(key(20), &EXPIRE), &TERMS).stage
}

#[test]
fn no_more_are_in_flight_than_the_limit_says() {
    let mut cranks = CrankMemory::new();
    assert_eq!(planned(&cranks, Some(0)), [key(20), key(21)]);
    cranks.set(crank_key(key(20), &EXPIRE), TERMS, CrankStage::Sending);
    assert_eq!(planned(&cranks, Some(0)), [key(21)]);
}

#[test]
fn patience_runs_from_the_moment_that_it_is_due() {
    let waited = NOW.unix - PAST.unix;
    assert_eq!(planned(&CrankMemory::new(), Some(waited)).len(), 2);
    assert!(planned(&CrankMemory::new(), Some(waited + 1)).is_empty());
    assert!(planned(&CrankMemory::new(), None).is_empty());
}

#[test]
fn strangers_take_turns_and_only_on_request() {
    for (me, seconds) in [(0, 30), (1, 35), (7, 65), (8, 30)] {
        assert_eq!(LIMITS.stranger_patience(&key(me)), Some(seconds));
    }
    assert_eq!(CrankLimits { others: false, ..LIMITS }.stranger_patience(&key(0)), None);
}

#[test]
fn what_failed_waits_and_is_given_up_after_the_last_attempt() {
    let mut progress = progress();
    let lost_race = || Err(ChainError::Rejected { reason: "gone".into(), logs: Vec::new() });
    progress.crank_begins(key(20), TERMS, &EXPIRE);
    assert_eq!(stage(&progress), CrankStage::Sending);
    progress.cranked(key(20), TERMS, &EXPIRE, lost_race()).unwrap();
    let note = progress.cranks.note(&crank_key(key(20), &EXPIRE), &TERMS);
    assert_eq!((note.stage, note.failures), (CrankStage::Idle, 1));
    assert!(note.not_before >= NodeTuning::default().retry_first);
    progress.cranked(key(20), TERMS, &EXPIRE, lost_race()).unwrap();
    assert_eq!(stage(&progress), CrankStage::Refused);
}

#[test]
fn what_landed_is_remembered_with_its_slot_until_the_task_is_gone() {
    let mut progress = progress();
    let receipt = Receipt { signature: Signature::default(), slot: 50, details: None };
    progress.cranked(key(20), TERMS, &EXPIRE, Ok(receipt)).unwrap();
    assert_eq!(stage(&progress), CrankStage::Sent(50));
    progress.forget_cranks(&world());
    assert_eq!(stage(&progress), CrankStage::Sent(50));
    progress.forget_cranks(&World::new(market_key()));
    assert_eq!(stage(&progress), CrankStage::Idle);
}

#[test]
fn what_a_person_must_mend_is_handed_on() {
    let fatal = Err(ChainError::Config { reason: "no such cluster".into() });
    assert!(matches!(progress().cranked(key(20), TERMS, &EXPIRE, fatal), Err(ChainError::Config { .. })));
}
