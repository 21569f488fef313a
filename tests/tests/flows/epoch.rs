use tessera_chain::Pubkey;
use tessera_cli::args::EpochChoice;
use tessera_cli::commands::pool;
use tessera_cli::commands::sweep::sweep;
use tessera_cli::earnings::Earnings;
use tessera_compute::CpuBackend;
use tessera_tests::flow::{Agents, Scene};

use crate::{IRIS, REWARD, kmeans};

/// What a settled task of [`REWARD`] brings the market.
const FEES: u64 = REWARD * 15 / 100;

/// A task that is run and paid by agents that end with it, so that the test alone sends what comes later.
async fn settled_task(scene: &mut Scene) -> Pubkey {
    let mut agents = Agents::default();
    scene.start_provider(&mut agents, "provider", CpuBackend::new()).await;
    let task = scene.submit("requester", &kmeans(), IRIS, REWARD).await.task;
    let provider = scene.provider_of("provider");
    scene.until("submitted", |world| world.runs_of(task).find(|run| run.output_root != [0; 32]).map(|_| ())).await;
    scene
        .until("the provider's share is open", |world| {
            let mut shares = world.shares.values();
            shares.find(|share| share.provider == provider).map(|_| ())
        })
        .await;
    scene.pass(|windows| windows.challenge_seconds).await;
    scene.until_closed(task).await;
    agents.end().await;
    task
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fees_of_an_epoch_reach_the_treasury_once_it_is_over() {
    let mut scene = Scene::open(&["requester", "provider", "stranger"]).await;
    if !scene.moves_time() {
        return scene.close(Agents::default()).await;
    }
    scene.register_providers(&["provider"]).await;
    let before = scene.count().await;
    settled_task(&mut scene).await;

    let stranger = scene.tokens("stranger").await;
    let early = sweep(&scene.session("stranger").await).await.unwrap();
    assert_eq!((early.vaults, early.base_units, early.waiting), (0, 0, FEES));
    scene.pass_epochs(1).await;
    let swept = sweep(&scene.session("stranger").await).await.unwrap();
    assert_eq!((swept.vaults, swept.base_units, swept.waiting), (1, FEES, 0));
    // The operator is the treasury of the local market.
    assert_eq!(scene.tokens("operator").await, FEES);
    assert_eq!(scene.tokens("stranger").await, stranger);
    let again = sweep(&scene.session("stranger").await).await.unwrap();
    assert_eq!((again.vaults, again.base_units), (0, 0));
    scene.count().await.assert_tokens_conserved_since(&before);
    scene.close(Agents::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_for_an_epoch_is_shared_by_fees_and_the_rest_is_insured() {
    let mut scene = Scene::open(&["requester", "provider", "donor"]).await;
    if !scene.moves_time() {
        return scene.close(Agents::default()).await;
    }
    scene.register_providers(&["provider"]).await;
    let before = scene.count().await;
    let given = 10 * REWARD;
    let donor = scene.session("donor").await;
    let books = pool::fund(&donor, EpochChoice::Current, given).await.unwrap();
    assert_eq!((books.funded, books.state), (given, "running"));
    settled_task(&mut scene).await;
    let staked = scene.stake("provider").await.0;

    assert!(pool::claim(&donor, None, None).await.unwrap().shares.is_empty(), "the epoch is not over");
    scene.pass_epochs(1).await;
    assert!(pool::claim(&donor, None, None).await.unwrap().shares.is_empty(), "its fees are not swept");
    sweep(&donor).await.unwrap();
    let claimed = pool::claim(&donor, None, None).await.unwrap();
    let paid: Vec<u64> = claimed.shares.iter().map(|share| share.paid).collect();
    // A share is paid half of the fees that it brought, at most.
    assert_eq!(paid, [FEES / 2]);
    assert_eq!(scene.stake("provider").await.0, staked + FEES / 2);
    let session = scene.session("provider").await.session;
    let earned = Earnings::read(&session, scene.provider_of("provider"), 1_000).await.unwrap();
    let epoch = earned.epochs.iter().find(|epoch| epoch.epoch == Some(books.epoch)).unwrap();
    assert_eq!((epoch.rewards, epoch.fees, epoch.pool), (REWARD * 85 / 100, FEES, FEES / 2));

    assert!(pool::close(&donor, None).await.unwrap().epochs.is_empty(), "late claims have their time");
    scene.pass_epochs(4).await;
    assert_eq!(pool::close(&donor, Some(books.epoch)).await.unwrap().epochs, [books.epoch]);
    scene.count().await.assert_tokens_conserved_since(&before);
    scene.close(Agents::default()).await;
}
