//! A verifier that commits to another ticket chain by hand.

use tessera_compute::CpuBackend;
use tessera_tests::flow::{Agents, Scene};

use crate::{IRIS, REWARD, json, kmeans, refused, says, typed};

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_committed_to_by_hand_is_the_one_that_the_verifier_walks() {
    let mut scene = Scene::open(&["requester", "provider", "verifier"]).await;
    if !scene.moves_time() {
        return scene.close(Agents::default()).await;
    }
    scene.register_providers(&["provider"]).await;
    scene.register_verifiers(&["verifier"]).await;
    let before = scene.count().await;
    let commit = ["verifier", "commit"];
    let (code, error) = refused(&scene, "requester", &commit).await;
    assert_eq!((code, &error["code"]), (1, &"config".into()));
    assert!(says(&error["hint"], "provider register"), "{error}");
    let (code, error) = refused(&scene, "provider", &commit).await;
    assert_eq!((code, &error["code"]), (1, &"config".into()));
    assert!(says(&error["hint"], "provider update --verify"), "{error}");

    let me = scene.provider_of("verifier");
    let first = scene.chain.provider(me).await.unwrap().unwrap();
    scene.pass_seconds(3_600).await;
    let committed = json(&scene, "verifier", &commit).await;
    let second = scene.chain.provider(me).await.unwrap().unwrap();
    assert_eq!(second.ticket.hour, first.ticket.hour + 1);
    assert_ne!(second.ticket.head, first.ticket.head);
    assert!(second.ticket_since.unix >= first.ticket_since.unix + 3_600);
    let shown = ["hour", "since", "weight"].map(|field| committed[field].as_i64().unwrap());
    assert_eq!(shown, [second.ticket.hour, second.ticket_since.unix, second.ticket_stake as i64]);
    let again = typed(&scene, "verifier", &commit).await;
    assert!(again.human().contains("1000 in draws of audits"), "{}", again.human());

    // The agent finds it, and so commits to no other one before it audits.
    scene.season().await;
    let committed = scene.chain.provider(me).await.unwrap().unwrap();
    let mut agents = Agents::default();
    scene.start_provider(&mut agents, "provider", CpuBackend::new()).await;
    scene.start_verifier(&mut agents, "verifier", CpuBackend::new()).await;
    let task = scene.submit("requester", &kmeans(), IRIS, REWARD).await.task;
    scene.until("an audit earns", |world| world.runs_of(task).find(|run| run.earning == 1).map(|_| ())).await;
    let after = scene.chain.provider(me).await.unwrap().unwrap();
    assert_eq!(after.ticket_since, committed.ticket_since);
    scene.pass(|windows| windows.challenge_seconds).await;
    scene.until_closed(task).await;
    scene.count().await.assert_conserved_since(&before);
    scene.close(agents).await;
}
