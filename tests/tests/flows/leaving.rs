//! A provider leaves the market with all that is its own.

use tessera_compute::CpuBackend;
use tessera_tests::flow::{Agents, Scene};

use crate::{IRIS, REWARD, json, kmeans, refused, says, typed};

/// Base units as typed.
fn tokens(base_units: u64) -> String {
    format!("{}.{:06}", base_units / 1_000_000, base_units % 1_000_000)
}

/// It cannot be closed yet, and learns what to do next.
async fn stays(scene: &Scene, next: &str) {
    let (code, error) = refused(scene, "provider", &["provider", "close"]).await;
    assert_eq!((code, &error["code"]), (1, &"not_yet".into()));
    assert!(says(&error["hint"], next), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_is_closed_once_nothing_is_open_and_gets_stake_and_rent_back() {
    let mut scene = Scene::open(&["requester", "provider"]).await;
    if !scene.moves_time() {
        return scene.close(Agents::default()).await;
    }
    let before = scene.count().await;
    let tokens_before = scene.tokens("provider").await;
    let close = ["provider", "close"];
    let (code, error) = refused(&scene, "provider", &close).await;
    assert_eq!((code, &error["code"]), (1, &"config".into()), "nobody is there: {error}");
    scene.register_providers(&["provider"]).await;

    let mut agents = Agents::default();
    scene.start_provider(&mut agents, "provider", CpuBackend::new()).await;
    let task = scene.submit("requester", &kmeans(), IRIS, REWARD).await.task;
    scene.until("submitted", |world| world.runs_of(task).find(|run| run.output_root != [0; 32]).map(|_| ())).await;
    stays(&scene, "1 runs and 0 audits are not closed yet").await;
    let draining = typed(&scene, "provider", &["provider", "drain"]).await;
    assert!(draining.human().contains("draining") && draining.stderr.contains("1 runs"), "{draining:?}");
    scene.pass(|windows| windows.challenge_seconds).await;
    scene.until_closed(task).await;
    agents.end().await;

    stays(&scene, "`tessera stake unbond TOKENS`").await;
    let (free, locked) = scene.stake("provider").await;
    assert_eq!(locked, 0);
    let (code, error) = refused(&scene, "provider", &["stake", "unbond", &tokens(free + 1)]).await;
    assert_eq!((code, &error["code"]), (2, &"usage".into()));
    let leaving = json(&scene, "provider", &["stake", "unbond", &tokens(free)]).await;
    assert_eq!(
        (&leaving["free"], &leaving["unbonding"], &leaving["withdrawable"]),
        (&0.into(), &free.into(), &0.into())
    );
    stays(&scene, "`tessera stake withdraw`").await;
    let (code, error) = refused(&scene, "provider", &["stake", "withdraw"]).await;
    assert_eq!((code, &error["code"]), (1, &"not_yet".into()));
    let shown = typed(&scene, "provider", &["stake", "show"]).await;
    assert!(shown.human().contains("leaves") && shown.human().contains(" in "), "{}", shown.human());

    let market = scene.chain.market(scene.market).await.unwrap().unwrap();
    scene.pass_seconds(market.params.unbonding_seconds).await;
    let withdrawn = json(&scene, "provider", &["stake", "withdraw"]).await;
    assert_eq!((&withdrawn["free"], &withdrawn["unbonding"]), (&0.into(), &0.into()));
    let lamports = scene.lamports("provider").await;
    let left = json(&scene, "provider", &close).await;
    let (rent, fee) = (left["rent_returned"].as_u64().unwrap(), 5_000);
    assert_eq!(scene.lamports("provider").await, lamports + rent - fee);
    let earned = scene.tokens("provider").await - tokens_before;
    let (paid, cranked) = (REWARD * 85 / 100, REWARD / 100 / 2);
    assert!(
        earned == paid || earned == paid + cranked,
        "and half of the bounty if it settled the run itself: {earned}"
    );
    let (code, error) = refused(&scene, "provider", &["provider", "show"]).await;
    assert_eq!((code, &error["code"]), (1, &"not_found".into()));
    scene.count().await.assert_conserved_since(&before);

    // It may come back, and leaves again at once.
    scene.register_providers(&["provider"]).await;
    let back = json(&scene, "provider", &["provider", "show"]).await;
    assert_eq!(back["status"], "active");
    scene.close(Agents::default()).await;
}
