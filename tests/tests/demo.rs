//! The demo, as users run it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::Value;
use tessera_cli::output::{Format, Printer};

const JOBS: [&str; 3] = ["linear-regression", "kmeans", "pca"];

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_settles_three_jobs_against_a_wrong_and_an_absent_provider_and_its_json_says_everything() {
    let report = tessera_cli::demo::run(Printer::new(Format::Json)).await.unwrap();
    let json = serde_json::to_value(&report).unwrap();
    let tasks = json["tasks"].as_array().unwrap();
    assert_eq!(tasks.iter().map(|task| task["job"].as_str().unwrap()).collect::<Vec<_>>(), JOBS);
    let states = |task: &Value| {
        let runs = task["runs"].as_array().unwrap().iter();
        let mut states: Vec<String> = runs.map(|run| run["state"].as_str().unwrap().to_owned()).collect();
        states.sort();
        states
    };
    assert_eq!(states(&tasks[0]), ["upheld"]);
    assert_eq!(states(&tasks[1]), ["slashed", "upheld", "upheld"], "the wrong provider is caught");
    assert_eq!(states(&tasks[2]), ["no_show", "upheld"], "the absent provider is replaced");
    for task in tasks {
        assert_eq!(task["state"], "settled");
        assert_eq!(task["output_root"].as_str().unwrap().len(), 64);
        assert!(task["result"].as_object().is_some_and(|result| !result.is_empty()));
        assert!(task["seconds"].as_f64().unwrap() > 0.0);
        for run in task["runs"].as_array().unwrap() {
            let lost = run["slashed"].as_u64().unwrap();
            assert_eq!(lost == 0, run["state"] == "upheld", "{run}");
        }
        for step in ["task_create", "task_claim", "task_settle"] {
            assert!(task["compute_units"][step].as_u64().unwrap() > 0, "{step}");
            assert!(task["lamports"][step].as_u64().unwrap() > 0, "{step}");
        }
    }
    let paid = |task: &Value, to: &str| {
        let payouts = task["payouts"].as_array().unwrap().iter();
        let paid = payouts.filter(|payout| payout["to"] == to);
        paid.map(|payout| payout["base_units"].as_u64().unwrap()).sum::<u64>()
    };
    // 5 tokens of reward; without a model its 5% are the provider's. The first task is a newcomer's, and audited for certain.
    let first = &tasks[0];
    assert_eq!(
        (paid(first, "provider"), paid(first, "treasury"), paid(first, "auditor")),
        (4_250_000, 750_000, 500_000)
    );
    assert_eq!((&first["audits"][0]["verdict"], &first["audits"][0]["drawn"]), (&"agrees".into(), &true.into()));
    for step in ["run_submit", "audit_claim", "audit_post", "audit_open"] {
        assert!(first["compute_units"][step].as_u64().unwrap() > 0, "{step}");
    }
    assert_eq!((paid(&tasks[1], "provider"), paid(&tasks[2], "provider")), (8_500_000, 4_250_000));
    for step in ["run_seal", "run_reveal"] {
        assert!(tasks[1]["compute_units"][step].as_u64().unwrap() > 0, "{step}");
    }
    disputes_prove_the_wrong_run_wrong(&json);
    let sum = |field: &str| json["conservation"][field].as_u64().unwrap();
    assert_eq!((sum("tokens_before"), sum("rent_lost_lamports")), (sum("tokens_after"), 0));
    assert_eq!(sum("lamports_before"), sum("lamports_after") + sum("fees"));
    assert_eq!(json["program_sha256"], Value::from(tessera_elf::SHA256));
    // For people: who ran it and what it cost stands in the text.
    let text = report.to_string();
    assert!(JOBS.iter().all(|job| text.contains(job)) && text.contains("lamports"), "{text}");
    assert!(text.contains("the program replayed the step: the run of the wrong provider is wrong"), "{text}");
}

fn disputes_prove_the_wrong_run_wrong(json: &Value) {
    let task = &json["tasks"][1];
    let run = task["runs"].as_array().unwrap().iter().find(|run| run["state"] == "slashed").unwrap();
    let disputes = json["disputes"].as_array().unwrap();
    let amount = |value: &Value| value.as_u64().unwrap();
    for dispute in disputes {
        assert_eq!(dispute["task"], task["task"], "{dispute}");
        assert_eq!(dispute["rent_lost_lamports"], 0, "{dispute}");
        assert!(amount(&dispute["transactions"]) >= 2 && amount(&dispute["fee_lamports"]) > 0, "{dispute}");
        let paid: u64 = dispute["payouts"].as_array().unwrap().iter().map(|payout| amount(&payout["amount"])).sum();
        assert_eq!(paid, amount(&dispute["bond"]) + amount(&dispute["slashed"]), "{dispute}");
        // Whoever is wrong has lost, whichever side it was on.
        let is_wrong = dispute["provider"] == run["provider"];
        let verdict = if is_wrong { "challenger_won" } else { "provider_won" };
        assert!([Value::from(verdict), Value::Null].contains(&dispute["verdict"]), "{dispute}");
    }
    let won: Vec<&Value> = disputes.iter().filter(|dispute| amount(&dispute["slashed"]) > 0).collect();
    let [won] = won[..] else { panic!("one dispute refutes the run: {disputes:?}") };
    assert_eq!((&won["provider"], &won["slashed"]), (&run["provider"], &run["slashed"]));
    assert_eq!((&won["verdict"], &won["because"]), (&"challenger_won".into(), &"step".into()));
    // One bit of one element is wrong, and the operation that it comes from is found.
    assert_eq!((&won["kind"], &won["element"], &won["segment"]), (&"gather".into(), &0.into(), &Value::Null));
    assert!(won["operation"].as_u64().is_some_and(|operation| operation > 0));
    assert!(amount(&won["step_compute_units"]) > 0 && won["seconds"].as_i64().unwrap() >= 0, "{won}");
    let payouts = won["payouts"].as_array().unwrap();
    let challenger = payouts.iter().find(|payout| payout["owner"] == won["challenger"]).unwrap();
    // Of the lock: 40% to the challenger, none of the bond, as its own run answers for it.
    assert_eq!((amount(&won["bond"]), amount(&challenger["amount"])), (0, amount(&won["slashed"]) * 40 / 100));
}
