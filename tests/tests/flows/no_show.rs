use tessera_chain::TaskState;
use tessera_compute::CpuBackend;
use tessera_tests::flow::{Agents, Scene, Stuck};

use crate::{IRIS, REWARD, kmeans};

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_does_not_deliver_pays_and_is_replaced() {
    let mut scene = Scene::open(&["requester", "stuck", "provider"]).await;
    scene.register_providers(&["stuck", "provider"]).await;
    let before = scene.count().await;
    let (stuck_before, _) = scene.stake("stuck").await;
    let requester_before = scene.tokens("requester").await;

    let mut agents = Agents::default();
    scene.start_provider(&mut agents, "stuck", Stuck).await;
    let task = scene.submit("requester", &kmeans(), IRIS, REWARD).await.task;
    let stuck = scene.provider_of("stuck");
    let claimed = |world: &tessera_chain::World, by| world.runs_of(task).any(|run| run.provider == by).then_some(());
    scene.until("the stuck provider claims", |world| claimed(world, stuck)).await;

    let replacement = scene.provider_of("provider");
    scene.start_provider(&mut agents, "provider", CpuBackend::new()).await;
    scene.pass(|windows| windows.execution_seconds).await;
    scene.until("another provider claims", |world| claimed(world, replacement)).await;
    let excluded = scene.until("the task", |world| world.tasks.get(&task).map(|task| task.excluded.clone())).await;
    assert_eq!(excluded, [stuck]);
    scene
        .until("the other provider submits", |world| {
            world.tasks.get(&task).filter(|task| task.state == TaskState::Submitted).map(|_| ())
        })
        .await;
    scene.pass(|windows| windows.challenge_seconds).await;
    scene.until_closed(task).await;

    // The local market takes a tenth of the reward for a no-show and gives it to the requester.
    let lost = REWARD / 10;
    assert_eq!(scene.stake("stuck").await, (stuck_before - lost, 0));
    let reputation = scene.chain.provider(stuck).await.unwrap().unwrap().reputation;
    assert!(reputation.bad > 0 && reputation.good == 0);
    let spent = requester_before - scene.tokens("requester").await;
    assert!(spent <= REWARD - lost + REWARD / 100, "nobody audited, so that the audit reward came back: {spent}");
    scene.result(task).await.unwrap();
    scene.count().await.assert_conserved_since(&before);
    scene.close(agents).await;
}
