//! Random sequences find no state in which program and rules differ, money is missing, or something is stuck.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use tessera_tests::fuzz;

/// Steps for each seed.
const STEPS: u64 = 5_200;

fn no_violation(seed: u64) {
    let report = fuzz::run(STEPS, seed, |_| {}).expect("the scene can be made");
    let found: Vec<String> = report.failures.iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(report.succeeded > STEPS / 10, "{report:?}");
}

#[test]
fn program_and_model_agree_from_seed_1() {
    no_violation(1);
}

#[test]
fn program_and_model_agree_from_seed_2() {
    no_violation(2_000_000);
}

#[test]
fn program_and_model_agree_from_seed_3() {
    no_violation(3_000_000);
}

#[test]
fn program_and_model_agree_from_seed_4() {
    no_violation(4_000_000);
}
