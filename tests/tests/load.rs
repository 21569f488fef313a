//! The load run, small: real agents on the embedded chain.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use tessera_tests::load::{Plan, run};

#[tokio::test(flavor = "multi_thread")]
async fn all_tasks_end_settled_the_sums_agree_and_nothing_stands_in_the_way() {
    let plan = Plan::brief(12, 3, 2);
    let report = run(&plan, |_: &str| {}).await.unwrap();
    assert_eq!(report.violations, [""; 0]);
    assert_eq!((report.tasks, report.ended), (12, 12));
    assert_eq!(report.endings.get("settled"), Some(&12), "{report}");
    // Every fourth asks for two runs.
    assert_eq!(report.runs.upheld, 15);
    assert!(report.audits.paid > 0, "newcomers are always checked: {report}");
    assert_eq!(report.sums.escrow, report.sums.paid);
    assert_eq!(report.sums.rent_lost_lamports, 0);

    let json = serde_json::to_value(&report).unwrap();
    let locked = |kind: &str| {
        let kinds = json["write_locks"]["kinds"].as_array().unwrap();
        kinds.iter().find(|found| found["kind"] == kind).map_or(0, |found| found["locks"].as_u64().unwrap())
    };
    // Twelve creations, fifteen claims, submissions and settlements at least.
    assert!(locked("task") > 50, "{report}");
    assert_eq!(locked("market"), 0);
}
