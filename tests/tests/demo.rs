//! The demo, as users run it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::Value;
use tessera_cli::output::{Format, Printer};

const JOBS: [&str; 3] = ["linear-regression", "kmeans", "pca"];

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_settles_three_jobs_and_its_json_says_everything() {
    let report = tessera_cli::demo::run(Printer::new(Format::Json)).await.unwrap();
    let json = serde_json::to_value(&report).unwrap();
    let tasks = json["tasks"].as_array().unwrap();
    assert_eq!(tasks.iter().map(|task| task["job"].as_str().unwrap()).collect::<Vec<_>>(), JOBS);
    for task in tasks {
        assert_eq!(task["state"], "settled");
        assert_eq!(task["output_root"].as_str().unwrap().len(), 64);
        assert!(task["result"].as_object().is_some_and(|result| !result.is_empty()));
        assert_eq!(task["audits"][0]["verdict"], "agrees");
        assert!(task["seconds"].as_f64().unwrap() > 0.0);
        let paid = |to: &str| {
            let payouts = task["payouts"].as_array().unwrap().iter();
            payouts
                .filter(|payout| payout["to"] == to)
                .map(|payout| payout["base_units"].as_u64().unwrap())
                .sum::<u64>()
        };
        // 5 tokens of reward; without a model its 5% are the provider's.
        assert_eq!((paid("provider"), paid("treasury"), paid("auditor")), (4_250_000, 750_000, 500_000));
        for step in ["task_create", "task_claim", "run_submit", "audit_post", "task_settle"] {
            assert!(task["compute_units"][step].as_u64().unwrap() > 0, "{step}");
            assert!(task["lamports"][step].as_u64().unwrap() > 0, "{step}");
        }
    }
    let balance = |field: &str| json["balance"][field].as_u64().unwrap();
    assert_eq!(balance("lamports_before"), balance("lamports_after") + balance("fees"));
    assert_eq!(json["program_sha256"], Value::from(tessera_elf::SHA256));
    // For people: who ran it and what it cost stands in the text.
    let text = report.to_string();
    assert!(JOBS.iter().all(|job| text.contains(job)) && text.contains("lamports"), "{text}");
}
