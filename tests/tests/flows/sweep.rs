use tessera_cli::commands::sweep::sweep;
use tessera_compute::CpuBackend;
use tessera_tests::flow::{Agents, Scene};

use crate::{IRIS, REWARD, kmeans};

#[tokio::test(flavor = "multi_thread")]
async fn the_fees_of_a_settled_task_reach_the_treasury_and_nobody_else() {
    let mut scene = Scene::open(&["requester", "provider", "stranger"]).await;
    scene.register_providers(&["provider"]).await;
    let before = scene.count().await;
    let mut agents = Agents::default();
    scene.start_provider(&mut agents, "provider", CpuBackend::new()).await;
    let task = scene.submit("requester", &kmeans(), IRIS, REWARD).await.task;
    scene.until("submitted", |world| world.runs_of(task).find(|run| run.output_root != [0; 32]).map(|_| ())).await;
    scene.pass(|windows| windows.challenge_seconds).await;
    scene.until_closed(task).await;

    let stranger = scene.tokens("stranger").await;
    let swept = sweep(&scene.session("stranger").await).await.unwrap();
    assert_eq!((swept.vaults, swept.base_units), (1, REWARD * 15 / 100));
    // The operator is the treasury of the local market.
    assert_eq!(scene.tokens("operator").await, REWARD * 15 / 100);
    assert_eq!(scene.tokens("stranger").await, stranger);
    let again = sweep(&scene.session("stranger").await).await.unwrap();
    assert_eq!((again.vaults, again.base_units), (0, 0));
    scene.count().await.assert_tokens_conserved_since(&before);
    scene.close(agents).await;
}
