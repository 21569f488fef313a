use tessera_chain::{Draw, Pubkey, rules};
use tessera_cli::commands::task::audit::force;
use tessera_compute::CpuBackend;
use tessera_node::{Secrets, Tickets};
use tessera_tests::flow::{Agents, Scene};

use crate::{IRIS, REWARD, kmeans};

async fn until_earned(scene: &mut Scene, task: Pubkey) {
    scene.until("an audit earns", |world| world.runs_of(task).find(|run| run.earning == 1).map(|_| ())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_provider_is_audited_exactly_when_the_ticket_wins() {
    let mut scene = Scene::open(&["requester", "provider", "verifier"]).await;
    scene.register_providers(&["provider"]).await;
    scene.register_verifiers(&["verifier"]).await;
    let before = scene.count().await;
    let mut agents = Agents::default();
    scene.start_provider(&mut agents, "provider", CpuBackend::new()).await;
    scene.start_verifier(&mut agents, "verifier", CpuBackend::new()).await;

    // A newcomer's run is always audited; then it is none any more.
    let task = scene.submit("requester", &kmeans(), IRIS, REWARD).await.task;
    until_earned(&mut scene, task).await;
    scene.pass(|windows| windows.challenge_seconds).await;
    scene.until_closed(task).await;
    let (me, key) = (scene.provider_of("verifier"), scene.wallet("verifier").insecure_clone());
    let secrets = Secrets::new(key.into());

    for _ in 0..2 {
        let earned_before = scene.stake("verifier").await;
        let task = scene.submit("requester", &kmeans(), IRIS, REWARD).await.task;
        let run = scene
            .until("the draw is recorded", |world| world.runs_of(task).find(|run| run.draw != Draw::Pending).cloned())
            .await;
        assert!(run.audit_rate_bps < 10_000, "a checked run has made it known");
        assert!(matches!(run.draw, Draw::Hash(_)), "the draw was recorded in time");
        let verifier = scene.chain.provider(me).await.unwrap().unwrap();
        let ticket = Tickets::find(&secrets, &me, &verifier.ticket).unwrap().ticket(&run, &verifier.ticket).unwrap();
        let (stake, total) = (verifier.ticket_stake.into(), run.verify_stake.into());
        let wins = rules::ticket_wins(ticket.number, run.audit_rate_bps.into(), stake, total);
        if wins {
            until_earned(&mut scene, task).await;
        }
        scene.pass(|windows| windows.challenge_seconds).await;
        scene.until_closed(task).await;
        let reward = if wins { REWARD / 10 } else { 0 };
        assert_eq!(scene.stake("verifier").await, (earned_before.0 + reward, 0), "it won: {wins}");
    }
    scene.count().await.assert_conserved_since(&before);
    scene.close(agents).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forced_audit_is_paid_by_the_requester_on_top() {
    let mut scene = Scene::open(&["requester", "provider", "verifier"]).await;
    scene.register_providers(&["provider"]).await;
    scene.register_verifiers(&["verifier"]).await;
    let before = scene.count().await;
    let staked = scene.stake("verifier").await.0;
    let mut agents = Agents::default();
    scene.start_provider(&mut agents, "provider", CpuBackend::new()).await;
    let task = scene.submit("requester", &kmeans(), IRIS, REWARD).await.task;
    scene.until("submitted", |world| world.runs_of(task).find(|run| run.output_root != [0; 32]).map(|_| ())).await;

    let requester = scene.session("requester").await;
    // As much as the task pays for its audits.
    let paid = REWARD / 10;
    let forced = force(&requester, task, None, None).await.unwrap();
    assert_eq!((forced.paid, forced.provider), (paid, scene.provider_of("provider").to_string()));
    let error = force(&requester, task, None, None).await.unwrap_err();
    assert!(error.to_string().contains("cannot be audited by force"), "once is enough: {error}");
    let stranger = force(&scene.session("verifier").await, task, None, None).await.unwrap_err();
    assert!(stranger.hint().is_some_and(|hint| hint.contains("requester")), "{stranger}");

    scene.start_verifier(&mut agents, "verifier", CpuBackend::new()).await;
    until_earned(&mut scene, task).await;
    scene.pass(|windows| windows.challenge_seconds).await;
    scene.until_closed(task).await;
    assert_eq!(scene.stake("verifier").await, (staked + REWARD / 10 + paid, 0));
    scene.count().await.assert_conserved_since(&before);
    scene.close(agents).await;
}
