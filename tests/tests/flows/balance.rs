use anchor_spl::token::spl_token::instruction::{AuthorityType, set_authority};
use tessera_chain::{Outgoing, Signer, address, crank, due, ix};
use tessera_cli::commands::balance::claim;
use tessera_tests::flow::{Agents, Scene};

use crate::{IRIS, REWARD, kmeans};

/// Gives the requester's token account to `to`, away from its wallet's address; `owner` signs.
async fn hand_over(scene: &Scene, owner: &str, to: &str) {
    let (account, owner, to) = (scene.token_account("requester"), scene.wallet(owner), scene.wallet(to).pubkey());
    let kind = AuthorityType::AccountOwner;
    let give = set_authority(&ix::TOKEN_PROGRAM, &account, Some(&to), kind, &owner.pubkey(), &[]).unwrap();
    scene.chain.send(Outgoing::new("set_authority", vec![give]), &[owner]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_cannot_be_delivered_waits_for_its_owner() {
    let mut scene = Scene::open(&["requester", "stranger", "cranker"]).await;
    if !scene.moves_time() {
        return scene.close(Agents::default()).await;
    }
    let before = scene.count().await;
    let tokens = scene.tokens("requester").await;
    let task = scene.submit("requester", &kmeans(), IRIS, REWARD).await.task;
    hand_over(&scene, "requester", "stranger").await;
    scene.pass(|windows| windows.open_seconds).await;

    // Nobody claimed; anybody ends it.
    let cranker = scene.wallet("cranker").insecure_clone();
    let (world, due) = scene
        .until("it can be ended", |world| {
            let task = world.tasks.get(&task)?;
            let due = due::of_task(world, task, world.moment).first().copied()?;
            Some((world.clone(), due))
        })
        .await;
    for outgoing in crank(scene.chain.as_ref(), &world, &due, cranker.pubkey()).await.unwrap() {
        scene.chain.send(outgoing, &[&cranker]).await.unwrap();
    }
    scene.until_closed(task).await;

    let owner = scene.wallet("requester").pubkey();
    let kept = scene.chain.balance(address::balance(&scene.market, &owner)).await.unwrap().unwrap().amount;
    let escrow = REWARD + REWARD / 10 + REWARD / 100;
    assert!(kept <= escrow && kept >= escrow - REWARD / 100, "all but the cranker's part: {kept}");
    let requester = scene.session("requester").await;
    let error = claim(&requester, None).await.unwrap_err();
    assert!(error.to_string().contains("somebody else"), "it is not given away: {error}");
    hand_over(&scene, "stranger", "requester").await;
    let claimed = claim(&requester, None).await.unwrap();
    assert_eq!(claimed.amount, kept);
    assert_eq!(scene.tokens("requester").await, tokens - escrow + kept);
    assert!(claim(&requester, None).await.is_err(), "nothing is left");
    scene.count().await.assert_conserved_since(&before);
    scene.close(Agents::default()).await;
}
