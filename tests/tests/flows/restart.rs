use tessera_chain::TaskState;
use tessera_compute::CpuBackend;
use tessera_tests::flow::{Agents, Scene, Stuck};

use crate::{IRIS, REWARD, kmeans};

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_restarted_finishes_what_it_had_claimed() {
    let mut scene = Scene::open(&["requester", "provider"]).await;
    scene.register_providers(&["provider"]).await;
    let before = scene.count().await;

    let mut interrupted = Agents::default();
    scene.start_provider_for_a_moment(&mut interrupted, "provider", Stuck).await;
    let task = scene.submit("requester", &kmeans(), IRIS, REWARD).await.task;
    scene.until("the task is claimed", |world| world.runs_of(task).next().map(|_| ())).await;
    interrupted.end().await;

    let mut agents = Agents::default();
    scene.start_provider(&mut agents, "provider", CpuBackend::new()).await;
    scene
        .until("the run is submitted", |world| {
            world.tasks.get(&task).filter(|task| task.state == TaskState::Submitted).map(|_| ())
        })
        .await;
    scene.pass(|windows| windows.challenge_seconds).await;
    scene.until_closed(task).await;
    scene.result(task).await.unwrap();
    scene.count().await.assert_conserved_since(&before);
    scene.close(agents).await;
}
