//! Accounts of layout version 1, as an upgrade of the program finds them.

use anchor_lang::{AnchorSerialize, Discriminator, Space};
use tessera_chain::program::state::{Market, Model, Provider};
use tessera_chain::{Pubkey, Signer, address};
use tessera_compute::CpuBackend;
use tessera_tests::earlier;
use tessera_tests::flow::{Agents, Scene};

use crate::{IRIS, REWARD, json, kmeans, refused, says, typed};

/// Puts an account of version 1 in place of what is there.
async fn put<V1: AnchorSerialize + Space, T: Discriminator>(scene: &Scene, key: Pubkey, old: &V1) {
    scene.put_account(key, &earlier::content::<V1, T>(old)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_of_the_earlier_layout_are_brought_up_to_date_and_work_on() {
    let mut scene = Scene::open(&["requester", "provider", "creator", "stranger"]).await;
    if !scene.moves_time() {
        return scene.close(Agents::default()).await;
    }
    scene.register_providers(&["provider"]).await;
    let model = json(&scene, "creator", &["model", "register", "--root", &"07".repeat(32)]).await;
    let model: Pubkey = model["model"].as_str().unwrap().parse().unwrap();
    let (market_key, provider_key) = (scene.market, scene.provider_of("provider"));
    let market = scene.chain.market(market_key).await.unwrap().unwrap();
    let provider = scene.chain.provider(provider_key).await.unwrap().unwrap();
    let registered = scene.chain.model(model).await.unwrap().unwrap();
    put::<_, Model>(&scene, model, &earlier::model(&registered)).await;
    put::<_, Provider>(&scene, provider_key, &earlier::provider(&provider)).await;
    put::<_, Market>(&scene, market_key, &earlier::market(&market)).await;
    scene.remove_account(address::unclaimed_vault(&market_key)).await;

    let (code, error) = refused(&scene, "stranger", &["market", "show"]).await;
    assert_eq!((code, &error["code"]), (1, &"chain".into()));
    assert!(says(&error["error"], "account migrate"), "it says what to do: {error}");

    // One by one, by anybody; then what is left.
    let one = json(&scene, "stranger", &["account", "migrate", &model.to_string()]).await;
    assert_eq!(one["accounts"], serde_json::json!([model.to_string()]));
    let rest = typed(&scene, "stranger", &["account", "migrate"]).await;
    let lines: Vec<&str> = rest.human().lines().map(str::trim).collect();
    let wanted = [market_key, provider_key].map(|key| key.to_string());
    assert_eq!(lines, ["brought 2 accounts to the present layout", &wanted[0], &wanted[1]]);
    let again = json(&scene, "stranger", &["account", "migrate"]).await;
    assert_eq!(again["accounts"], serde_json::json!([]));
    let again = typed(&scene, "stranger", &["account", "migrate"]).await;
    assert_eq!(again.human().trim(), "every account has the present layout already");

    assert_eq!(scene.chain.model(model).await.unwrap().unwrap().payout, registered.payout);
    assert_eq!(scene.chain.provider(provider_key).await.unwrap().unwrap().stake, provider.stake);
    let shown = json(&scene, "stranger", &["market", "show"]).await;
    assert_eq!(shown["authority"], scene.wallet("operator").pubkey().to_string());
    assert_eq!(shown["params"]["min_reward"], market.params.min_reward);

    let before = scene.count().await;
    let mut agents = Agents::default();
    scene.start_provider(&mut agents, "provider", CpuBackend::new()).await;
    let task = scene.submit("requester", &kmeans(), IRIS, REWARD).await.task;
    scene.until("submitted", |world| world.runs_of(task).find(|run| run.output_root != [0; 32]).map(|_| ())).await;
    scene.pass(|windows| windows.challenge_seconds).await;
    scene.until_closed(task).await;
    assert_eq!(scene.stake("provider").await, (provider.stake.free + REWARD * 85 / 100, 0));
    scene.count().await.assert_conserved_since(&before);
    scene.close(agents).await;
}
