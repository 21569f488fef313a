//! The authority's commands: parameters, the authority's place, the pause.

use serde_json::Value;
use tessera_chain::{Signer, TaskState};
use tessera_compute::CpuBackend;
use tessera_tests::flow::{Agents, Scene};

use crate::{IRIS, REWARD, json, kmeans, refused, says, typed};

/// The parameters of the market of these tests, as a file.
const PARAMS: &str = include_str!("../../../migrations/params.localnet.toml");

#[tokio::test(flavor = "multi_thread")]
async fn proposed_parameters_are_in_force_once_anybody_applies_them_after_the_timelock() {
    let mut scene = Scene::open(&["stranger"]).await;
    if !scene.moves_time() {
        return scene.close(Agents::default()).await;
    }
    let file = |name: &str, from: &str, to: &str| scene.file(name, PARAMS.replacen(from, to, 1));
    let dearer = file("dearer.toml", "minimum = \"0.01\"", "minimum = \"0.02\"");
    let unsafe_lock = file("unsafe.toml", "run_lock = \"250%\"", "run_lock = \"249%\"");
    let other_epoch = file("epoch.toml", "epoch = \"1h\"", "epoch = \"2h\"");
    let same = scene.file("same.toml", PARAMS);
    let propose = |file| ["market", "params", "propose", "--params", file];

    let (code, error) = refused(&scene, "stranger", &propose(&dearer)).await;
    assert_eq!((code, &error["code"]), (1, &"config".into()));
    assert!(says(&error["error"], "only the market's authority") && says(&error["hint"], "--keypair"), "{error}");
    for (file, words) in
        [(&other_epoch, "3600 s for good"), (&same, "in force already"), (&unsafe_lock, "a run's lock must be")]
    {
        let (code, error) = refused(&scene, "operator", &propose(file)).await;
        assert_eq!((code, &error["code"]), (2, &"usage".into()));
        assert!(says(&error["error"], words) && says(&error["hint"], "nothing was sent"), "{error}");
    }
    assert_eq!(
        json(&scene, "operator", &["market", "params", "show"]).await["pending"],
        Value::Null,
        "nothing was sent"
    );
    let (code, error) = refused(&scene, "stranger", &["market", "params", "apply"]).await;
    assert_eq!((code, &error["code"]), (1, &"config".into()));
    assert!(says(&error["hint"], "market params propose"), "{error}");

    let proposed = json(&scene, "operator", &propose(&dearer)).await;
    let minima =
        |shown: &Value| (shown["params"]["min_reward"].as_u64(), shown["pending"]["params"]["min_reward"].as_u64());
    assert_eq!(minima(&proposed), (Some(10_000), Some(20_000)));
    let changes = proposed["pending"]["changes"].as_array().unwrap();
    assert_eq!((changes.len(), &changes[0]["name"]), (1, &"min_reward".into()));
    let shown = typed(&scene, "stranger", &["market", "show"]).await;
    assert!(shown.human().contains("min_reward: 10000 -> 20000"), "{}", shown.human());

    let early = typed(&scene, "stranger", &["market", "params", "apply"]).await;
    assert_eq!((early.code, early.stdout.as_str()), (1, ""));
    assert!(early.stderr.starts_with("error: the proposed parameters wait for the market's timelock"), "{early:?}");
    assert!(early.stderr.contains("hint: apply them then; anyone may"), "{early:?}");
    let (code, error) = refused(&scene, "stranger", &["market", "params", "apply"]).await;
    assert_eq!((code, &error["code"]), (1, &"not_yet".into()));

    let market = scene.chain.market(scene.market).await.unwrap().unwrap();
    scene.pass_seconds(market.params.timelock_seconds).await;
    let waits = typed(&scene, "stranger", &["market", "params", "show"]).await;
    assert!(waits.human().contains("can be applied now"), "{}", waits.human());
    let applied = json(&scene, "stranger", &["market", "params", "apply"]).await;
    assert_eq!(minima(&applied), (Some(20_000), None));
    let shown = json(&scene, "stranger", &["market", "show"]).await;
    assert_eq!((minima(&shown), &shown["pending"]), ((Some(20_000), None), &Value::Null));

    // What was proposed can be dropped before it is applied.
    let proposed = json(&scene, "operator", &propose(&same)).await;
    assert_eq!(minima(&proposed), (Some(20_000), Some(10_000)));
    let (_, error) = refused(&scene, "stranger", &["market", "params", "withdraw"]).await;
    assert!(says(&error["error"], "only the market's authority"), "{error}");
    let withdrawn = json(&scene, "operator", &["market", "params", "withdraw"]).await;
    assert_eq!(minima(&withdrawn), (Some(20_000), None));
    scene.close(Agents::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authority_is_handed_over_in_two_steps() {
    let scene = Scene::open(&["successor", "stranger"]).await;
    let key = |name| scene.wallet(name).pubkey().to_string();
    let successor = key("successor");
    let offer = ["market", "authority", "offer", successor.as_str()];
    let (code, error) = refused(&scene, "stranger", &offer).await;
    assert_eq!((code, &error["code"]), (1, &"config".into()));

    let offered = typed(&scene, "operator", &offer).await;
    assert!(offered.human().contains(&successor), "{offered:?}");
    assert!(offered.stderr.contains("market authority accept"), "{offered:?}");
    let shown = json(&scene, "stranger", &["market", "show"]).await;
    assert_eq!(
        (&shown["authority"], &shown["pending_authority"]),
        (&key("operator").into(), &successor.clone().into())
    );
    let (_, error) = refused(&scene, "stranger", &["market", "authority", "accept"]).await;
    assert!(says(&error["error"], &format!("it is offered to {successor}")), "{error}");

    // Taken back, it cannot be accepted.
    let withdrawn = json(&scene, "operator", &["market", "authority", "offer", "--withdraw"]).await;
    assert_eq!(withdrawn["offered_to"], Value::Null);
    let (code, error) = refused(&scene, "successor", &["market", "authority", "accept"]).await;
    assert_eq!((code, &error["code"]), (1, &"config".into()));
    assert!(says(&error["error"], "offered to nobody") && says(&error["hint"], "authority offer"), "{error}");

    json(&scene, "operator", &offer).await;
    let accepted = json(&scene, "successor", &["market", "authority", "accept"]).await;
    assert_eq!((&accepted["authority"], &accepted["offered_to"]), (&successor.as_str().into(), &Value::Null));
    let (_, error) = refused(&scene, "operator", &["market", "pause"]).await;
    assert!(says(&error["error"], &format!("authority {successor}")), "the former authority has no say: {error}");
    let paused = json(&scene, "successor", &["market", "pause"]).await;
    assert_eq!(paused["paused"], true);
    scene.close(Agents::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_market_takes_no_tasks_and_claims_and_finishes_what_is_under_way() {
    let mut scene = Scene::open(&["requester", "provider"]).await;
    scene.register_providers(&["provider"]).await;
    let before = scene.count().await;
    let mut agents = Agents::default();
    scene.start_provider(&mut agents, "provider", CpuBackend::new()).await;
    let running = scene.submit("requester", &kmeans(), IRIS, REWARD).await.task;
    scene.until("it is run", |world| world.runs_of(running).find(|run| run.output_root != [0; 32]).map(|_| ())).await;
    agents.end().await;
    let waiting = scene.submit("requester", &crate::pca(), IRIS, REWARD).await.task;

    let (_, error) = refused(&scene, "requester", &["market", "pause"]).await;
    assert!(says(&error["error"], "only the market's authority"), "{error}");
    for _ in 0..2 {
        assert_eq!(json(&scene, "operator", &["market", "pause"]).await["paused"], true, "twice is once");
    }
    let shown = typed(&scene, "requester", &["market", "show"]).await;
    assert!(shown.human().contains("no new tasks and claims"), "{}", shown.human());

    let (data, tokens) = (scene.file("iris.csv", IRIS), scene.tokens("requester").await);
    let (code, error) = refused(
        &scene,
        "requester",
        &[
            "task",
            "submit",
            "kmeans",
            "--data",
            &data,
            "--clusters",
            "3",
            "--reward",
            "5",
            "--store",
            &scene.path("untouched"),
        ],
    )
    .await;
    assert_eq!((code, &error["code"]), (1, &"not_yet".into()));
    assert!(says(&error["error"], "paused") && says(&error["hint"], "market show"), "{error}");
    assert_eq!(scene.tokens("requester").await, tokens);

    // A provider that could claim settles what is under way instead.
    let mut agents = Agents::default();
    scene.start_provider(&mut agents, "provider", CpuBackend::new()).await;
    scene.pass(|windows| windows.challenge_seconds).await;
    scene.until_closed(running).await;
    let state = scene.until("the other", |world| world.tasks.get(&waiting).map(|task| task.state)).await;
    assert_eq!(state, TaskState::Open);

    let resumed = typed(&scene, "operator", &["market", "resume"]).await;
    assert!(resumed.human().contains("takes tasks and claims"), "{resumed:?}");
    scene.until("it is run", |world| world.runs_of(waiting).find(|run| run.output_root != [0; 32]).map(|_| ())).await;
    scene.pass(|windows| windows.challenge_seconds).await;
    scene.until_closed(waiting).await;
    scene.result(waiting).await.unwrap();
    scene.count().await.assert_conserved_since(&before);
    scene.close(agents).await;
}
