use tessera_cli::error::CliError;
use tessera_tests::flow::{Agents, Scene};

use crate::{IRIS, REWARD, kmeans};

#[tokio::test(flavor = "multi_thread")]
async fn an_unclaimed_task_is_taken_back_whole() {
    let mut scene = Scene::open(&["requester"]).await;
    let before = scene.count().await;
    let tokens = scene.tokens("requester").await;
    let task = scene.submit("requester", &kmeans(), IRIS, REWARD).await.task;
    assert!(scene.tokens("requester").await < tokens);

    scene.cancel("requester", task).await;
    scene.until_closed(task).await;

    assert_eq!(scene.tokens("requester").await, tokens);
    assert!(matches!(scene.result(task).await, Err(CliError::NoResult { .. })));
    scene.count().await.assert_conserved_since(&before);
    scene.close(Agents::default()).await;
}
