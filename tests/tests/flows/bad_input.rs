use tessera_chain::{Chain, ErrorKind, Keypair, Signer, TaskState};
use tessera_cli::error::{CliError, EXIT_FAILED};
use tessera_cli::session::{Session, SignedSession};
use tessera_compute::CpuBackend;
use tessera_tests::flow::{Agents, Scene};

use crate::{IRIS, REWARD, kmeans};

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_without_money_learns_it_before_anything_is_sent() {
    let scene = Scene::open(&["requester"]).await;
    let session = Session::of(scene.chain.clone(), scene.market).await.unwrap();
    let poor = SignedSession { session, wallet: Keypair::new().into() };
    let error = scene.try_submit(&poor, &kmeans(), IRIS, REWARD).await.unwrap_err();
    assert!(error.to_string().contains("no SOL"), "{error}");
    assert_eq!(error.exit_code(), EXIT_FAILED);
    assert!(scene.chain.tasks(scene.market).await.unwrap().is_empty());

    // Lamports but no tokens.
    let requester = scene.session("requester").await;
    let all = scene.tokens("requester").await;
    let error = scene.try_submit(&requester, &kmeans(), IRIS, all).await.unwrap_err();
    assert!(error.to_string().contains("tokens of mint"), "{error}");
    assert!(scene.chain.tasks(scene.market).await.unwrap().is_empty());
    assert_eq!(scene.chain.lamports(poor.wallet.pubkey()).await.unwrap(), 0);
    scene.close(Agents::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_whose_data_are_not_what_their_id_says_is_not_claimed() {
    let mut scene = Scene::open(&["requester", "provider"]).await;
    scene.register_providers(&["provider"]).await;
    let before = scene.count().await;
    let tampered = scene.submit("requester", &kmeans(), IRIS, REWARD).await;
    scene.tamper_with(&tampered.manifest_id);

    let mut agents = Agents::default();
    scene.start_provider(&mut agents, "provider", CpuBackend::new()).await;
    // It takes the next one, so that it had the time to take the first.
    let good = scene.submit("requester", &crate::pca(), IRIS, REWARD).await.task;
    scene.until("the good task is claimed", |world| world.runs_of(good).next().map(|_| ())).await;
    let state = scene.until("the other", |world| world.tasks.get(&tampered.task).map(|task| task.state)).await;
    assert_eq!(state, TaskState::Open, "nothing unchecked is claimed");
    scene
        .until("the good run is submitted", |world| {
            world.tasks.get(&good).filter(|task| task.state == TaskState::Submitted).map(|_| ())
        })
        .await;
    scene.pass(|windows| windows.challenge_seconds).await;
    scene.until_closed(good).await;
    scene.cancel("requester", tampered.task).await;
    scene.until_closed(tampered.task).await;
    scene.count().await.assert_conserved_since(&before);
    scene.close(agents).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_is_not_what_was_committed_is_refused() {
    let mut scene = Scene::open(&["requester", "provider"]).await;
    scene.register_providers(&["provider"]).await;
    let mut agents = Agents::default();
    scene.start_provider(&mut agents, "provider", CpuBackend::new()).await;
    let task = scene.submit("requester", &kmeans(), IRIS, REWARD).await.task;
    let output = scene
        .until("the run is submitted", |world| {
            let run = world.runs_of(task).find(|run| run.output_root != [0; 32])?;
            Some(tessera_compute::ContentId(run.output_id))
        })
        .await;
    scene.result(task).await.unwrap();
    scene.tamper_with(&output);
    let error = scene.result(task).await.unwrap_err();
    assert!(matches!(error, CliError::Store(_)), "{error}");
    scene.pass(|windows| windows.challenge_seconds).await;
    scene.until_closed(task).await;
    scene.close(agents).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreachable_node_is_named() {
    let endpoints = tessera_chain::Endpoints::parse("http://127.0.0.1:9").unwrap();
    let policy = tessera_chain::SendPolicy::default();
    let chain = tessera_chain::RpcChain::connect(endpoints, policy, tessera_chain::FeedPolicy::default()).unwrap();
    let error = chain.moment().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Retry);
    assert!(error.to_string().contains("127.0.0.1:9"), "{error}");
}
