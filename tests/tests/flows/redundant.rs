use tessera_chain::{Pubkey, SlotState, TaskState, World};
use tessera_cli::explanation::Explanation;
use tessera_cli::order::Trust;
use tessera_compute::CpuBackend;
use tessera_tests::flow::{Agents, Scene, Wrong};

use crate::{IRIS, REWARD, kmeans};

/// The state of a task whose results are all shown.
fn shown(world: &World, task: Pubkey) -> Option<TaskState> {
    let task = world.tasks.get(&task)?;
    matches!(task.state, TaskState::Submitted | TaskState::Disputed).then_some(task.state)
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_results_of_two_providers_are_both_paid_after_a_short_window() {
    let mut scene = Scene::open(&["requester", "first", "second"]).await;
    scene.register_providers(&["first", "second"]).await;
    let before = scene.count().await;
    let stakes = (scene.stake("first").await.0, scene.stake("second").await.0);

    let mut agents = Agents::default();
    scene.start_provider(&mut agents, "first", CpuBackend::new()).await;
    scene.start_provider(&mut agents, "second", CpuBackend::new()).await;
    let task = scene.submit_with("requester", &kmeans(), IRIS, REWARD, Trust::redundant(2)).await.task;
    let state = scene.until("both results are shown", |world| shown(world, task)).await;
    assert_eq!(state, TaskState::Submitted);
    let (first, second) = (scene.provider_of("first"), scene.provider_of("second"));
    let roots = scene
        .until("both runs", |world| {
            // A run's update may come after its task's.
            let run = |provider| world.run_of(task, provider).filter(|run| run.output_root != [0; 32]);
            let root = |provider| run(provider).map(|run| (run.output_root, run.seal));
            Some([root(first)?, root(second)?])
        })
        .await;
    assert_eq!(roots[0].0, roots[1].0);
    assert_ne!(roots[0].1, roots[1].1, "equal results are sealed differently");

    // The window after equal results, which is shorter than that of a single run.
    let market = scene.chain.market(scene.market).await.unwrap().unwrap();
    let agreed = market.params.agreed_challenge_seconds;
    scene.pass(|windows| windows.challenge_seconds.min(agreed)).await;
    scene.until_closed(task).await;
    assert_eq!(scene.stake("first").await, (stakes.0 + REWARD * 85 / 100, 0));
    assert_eq!(scene.stake("second").await, (stakes.1 + REWARD * 85 / 100, 0));
    scene.result(task).await.unwrap();
    scene.count().await.assert_conserved_since(&before);
    scene.close(agents).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_three_results_the_odd_one_loses_its_lock() {
    let mut scene = Scene::open(&["requester", "first", "second", "cheat"]).await;
    scene.register_providers(&["first", "second", "cheat"]).await;
    let before = scene.count().await;
    let stakes = [scene.stake("first").await.0, scene.stake("second").await.0, scene.stake("cheat").await.0];
    let spent_before = scene.tokens("requester").await;

    let mut agents = Agents::default();
    scene.start_provider(&mut agents, "first", CpuBackend::new()).await;
    scene.start_provider(&mut agents, "second", CpuBackend::new()).await;
    scene.start_provider(&mut agents, "cheat", Wrong::default()).await;
    let task = scene.submit_with("requester", &kmeans(), IRIS, REWARD, Trust::redundant(3)).await.task;
    let state = scene.until("all results are shown", |world| shown(world, task)).await;
    assert_eq!(state, TaskState::Disputed, "they differ");
    let cheat = scene.provider_of("cheat");
    let lock = scene.until("its run", |world| world.run_of(task, cheat).map(|run| run.lock)).await;
    let slots = scene.until("the slots", |world| world.tasks.get(&task).map(|task| task.slots)).await;
    assert!(slots.iter().all(|slot| slot.state == SlotState::Submitted), "nothing is decided yet");
    scene.pass(|windows| windows.challenge_seconds).await;
    scene.until_closed(task).await;

    assert_eq!(scene.stake("first").await, (stakes[0] + REWARD * 85 / 100, 0));
    assert_eq!(scene.stake("second").await, (stakes[1] + REWARD * 85 / 100, 0));
    assert_eq!(scene.stake("cheat").await, (stakes[2] - lock, 0));
    // Two rewards are paid; the third comes back, and a tenth of the lock with it. Nobody audited.
    let requester = scene.tokens("requester").await + 2 * REWARD;
    let compensated = spent_before + lock / 10;
    assert!(requester <= compensated && requester >= compensated - REWARD / 100, "{requester} of {compensated}");
    let told = Explanation::read(scene.chain.as_ref(), task, 1_000, 6).await.unwrap().to_string();
    assert!(told.contains("they differ") && told.contains(&format!("{cheat} was decided: slashed")), "{told}");
    scene.result(task).await.unwrap();
    scene.count().await.assert_conserved_since(&before);
    scene.close(agents).await;
}
