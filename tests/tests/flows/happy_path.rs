use tessera_chain::TaskState;
use tessera_cli::earnings::Earnings;
use tessera_cli::explanation::Explanation;
use tessera_compute::CpuBackend;
use tessera_jobs::JobResult;
use tessera_tests::flow::{Agents, Scene};

use crate::{IRIS, REWARD, kmeans};

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_run_checked_and_paid_and_nothing_is_lost() {
    let mut scene = Scene::open(&["requester", "provider", "verifier"]).await;
    scene.register_providers(&["provider"]).await;
    scene.register_verifiers(&["verifier"]).await;
    let before = scene.count().await;
    let wallet_before = scene.tokens("requester").await;
    let (provider_before, verifier_before) = (scene.stake("provider").await.0, scene.stake("verifier").await.0);

    let mut agents = Agents::default();
    scene.start_provider(&mut agents, "provider", CpuBackend::new()).await;
    scene.start_verifier(&mut agents, "verifier", CpuBackend::new()).await;
    let task = scene.submit("requester", &kmeans(), IRIS, REWARD).await.task;
    scene
        .until("an audit has agreed and opened its leaf", |world| {
            world.runs_of(task).find(|run| run.earning == 1).map(|_| ())
        })
        .await;
    let state = scene.until("the task", |world| world.tasks.get(&task).map(|task| task.state)).await;
    assert_eq!(state, TaskState::Submitted, "nothing is paid before the challenge window has passed");
    scene.pass(|windows| windows.challenge_seconds).await;
    scene.until_closed(task).await;

    let result = scene.result(task).await.unwrap();
    let JobResult::KMeans(found) = &result.result else { panic!("{result:?}") };
    assert_eq!(found.centres.len(), 3);
    assert_eq!(found.labels.len(), 150);

    // 80% of the reward to the provider and, as no model is named, the model's 5% too; 15% to a fee vault.
    let cranked = REWARD / 100 / 2;
    assert_eq!(scene.stake("provider").await, (provider_before + REWARD * 85 / 100, 0));
    assert_eq!(scene.stake("verifier").await, (verifier_before + REWARD / 10, 0));
    let spent = wallet_before - scene.tokens("requester").await;
    let full = REWARD + REWARD / 10;
    assert!(spent == full || spent == full + cranked, "the bounty is halved or returned, but {spent} are gone");
    scene.count().await.assert_conserved_since(&before);

    // The whole past is told, though all accounts are closed; what was paid in comes out.
    let told = Explanation::read(scene.chain.as_ref(), task, 1_000, 6).await.unwrap();
    assert!(told.complete);
    let paid: u64 = told.totals.iter().map(|total| total.base_units).sum();
    assert_eq!(paid, REWARD + REWARD / 10 + REWARD / 100);
    let events: Vec<&str> = told.steps.iter().map(|step| step.event).collect();
    for event in
        ["TaskCreated", "TaskClaimed", "RunSubmitted", "AuditClaimed", "AuditPosted", "TaskSettled", "AuditClosed"]
    {
        assert!(events.contains(&event), "{events:?}");
    }
    let session = scene.session("provider").await.session;
    let earned = Earnings::read(&session, scene.provider_of("provider"), 1_000).await.unwrap();
    assert_eq!((earned.total.rewards, earned.total.fees), (REWARD * 85 / 100, REWARD * 15 / 100));
    assert_eq!(earned.total.share, earned.total.fees, "its share of the epoch was open");
    let earned = Earnings::read(&session, scene.provider_of("verifier"), 1_000).await.unwrap();
    assert_eq!((earned.total.audit_rewards, earned.total.lost()), (REWARD / 10, 0));
    scene.close(agents).await;
}
