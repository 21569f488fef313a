use tessera_chain::TaskState;
use tessera_cli::error::CliError;
use tessera_compute::CpuBackend;
use tessera_tests::flow::{Agents, Scene, Wrong};

use crate::{IRIS, REWARD, kmeans};

/// A run locks 2.5 times its reward at least in the local market; what it is comes from the chain.
async fn lock_of(scene: &mut Scene, task: tessera_chain::Pubkey) -> u64 {
    scene.until("a run", |world| world.runs_of(task).next().map(|run| run.lock)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_run_that_two_verifiers_refute_is_slashed_and_refunded() {
    let mut scene = Scene::open(&["requester", "cheat", "verifier", "second"]).await;
    scene.register_providers(&["cheat"]).await;
    scene.register_verifiers(&["verifier", "second"]).await;
    let before = scene.count().await;
    let (cheat_before, _) = scene.stake("cheat").await;
    let verifiers_before = scene.stake("verifier").await.0 + scene.stake("second").await.0;
    let requester_before = scene.tokens("requester").await;

    let mut agents = Agents::default();
    scene.start_provider(&mut agents, "cheat", Wrong::default()).await;
    scene.start_verifier(&mut agents, "verifier", CpuBackend::new()).await;
    scene.start_verifier(&mut agents, "second", CpuBackend::new()).await;
    let task = scene.submit("requester", &kmeans(), IRIS, REWARD).await.task;
    let lock = lock_of(&mut scene, task).await;
    // No window has to pass: two verifiers that differ alike decide at once.
    scene.until_closed(task).await;

    assert_eq!(scene.stake("cheat").await, (cheat_before - lock, 0));
    let verifiers = scene.stake("verifier").await.0 + scene.stake("second").await.0;
    assert_eq!(verifiers - verifiers_before, lock * 40 / 100);
    let requester = scene.tokens("requester").await;
    let bounty = REWARD / 100 / 2;
    let compensated = requester_before + lock / 10;
    assert!(requester == compensated || requester == compensated - bounty, "{requester} of {compensated}");
    assert!(matches!(scene.result(task).await, Err(CliError::NoResult { .. })));
    scene.count().await.assert_conserved_since(&before);
    scene.close(agents).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lone_wrong_verifier_pays_the_provider() {
    let mut scene = Scene::open(&["requester", "provider", "mistaken"]).await;
    scene.register_providers(&["provider"]).await;
    scene.register_verifiers(&["mistaken"]).await;
    let before = scene.count().await;
    let (provider_before, _) = scene.stake("provider").await;
    let (mistaken_before, _) = scene.stake("mistaken").await;

    let mut agents = Agents::default();
    scene.start_provider(&mut agents, "provider", CpuBackend::new()).await;
    scene.start_verifier(&mut agents, "mistaken", Wrong::default()).await;
    let task = scene.submit("requester", &kmeans(), IRIS, REWARD).await.task;
    scene
        .until("the task is frozen", |world| {
            world.tasks.get(&task).filter(|task| task.state == TaskState::Disputed).map(|_| ())
        })
        .await;
    let audit_lock = scene.until("the audit", |world| {
        let run = world.runs_of(task).next()?;
        world.audits_of(run.key).next().map(|audit| audit.lock)
    });
    let audit_lock = audit_lock.await;
    assert!(audit_lock >= REWARD);
    scene.pass(|windows| windows.challenge_seconds.max(windows.audit_seconds)).await;
    scene.until_closed(task).await;

    assert_eq!(scene.stake("mistaken").await, (mistaken_before - audit_lock, 0));
    assert_eq!(scene.stake("provider").await, (provider_before + REWARD * 85 / 100 + audit_lock, 0));
    scene.result(task).await.unwrap();
    scene.count().await.assert_conserved_since(&before);
    scene.close(agents).await;
}
