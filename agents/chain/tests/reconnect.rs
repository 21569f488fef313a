//! A feed whose connection is cut.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tessera_chain::fake::fixture;
use tessera_chain::{
    CancellationToken, Chain, Endpoints, Feed, FeedPolicy, Keypair, Market, MarketInitArgs, Outgoing,
    ProviderRegisterArgs, ProviderUpdateArgs, Pubkey, RetryPolicy, RpcChain, SendPolicy, Signer, TaskCreateArgs,
    Versioned, Windows, World, address, ix, program,
};
use tessera_localnet::{Localnet, Options};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Longer than anything here takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

/// A relay in front of a websocket port, whose connections can be cut. It counts them.
struct Relay {
    address: SocketAddr,
    cut: Arc<Notify>,
    connected: Arc<Notify>,
    _tasks: JoinSet<()>,
}

async fn relay(target: String) -> Relay {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (cut, connected) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (cutting, connecting) = (Arc::clone(&cut), Arc::clone(&connected));
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            let mut server = TcpStream::connect(&target).await.unwrap();
            connecting.notify_one();
            tokio::select! {
                _ = copy_bidirectional(&mut client, &mut server) => {}
                () = cutting.notified() => {}
            }
        }
    });
    Relay { address, cut, connected, _tasks: tasks }
}

async fn shows(feed: &mut Feed, seen: impl Fn(&World) -> bool) {
    let waiting = async {
        while !seen(&feed.latest()) {
            feed.changed().await.unwrap();
        }
    };
    timeout(PATIENCE, waiting).await.expect("the feed shows it in time");
}

fn price(world: &World, provider: Pubkey) -> Option<u64> {
    world.providers.get(&provider).map(|provider| provider.price_floor)
}

async fn send(chain: &RpcChain, wallet: &Keypair, label: &str, instruction: tessera_chain::Instruction) {
    chain.send(Outgoing::new(label, [instruction]), &[wallet]).await.unwrap();
}

async fn market(chain: &RpcChain, wallet: &Keypair) -> Versioned<Market> {
    let (creator, mint) = (wallet.pubkey(), Keypair::new());
    chain.airdrop(creator, 10_000_000_000).await.unwrap();
    let rent = chain.rent_exempt(ix::MINT_BYTES).await.unwrap();
    let mut instructions = ix::mint_create(creator, mint.pubkey(), creator, 6, rent).unwrap().to_vec();
    instructions.push(ix::ata_create(creator, creator, mint.pubkey(), ix::TOKEN_PROGRAM));
    let tokens = address::associated_token(&creator, &mint.pubkey(), &ix::TOKEN_PROGRAM);
    instructions.push(ix::mint_to(mint.pubkey(), tokens, creator, 5_000_000, ix::TOKEN_PROGRAM).unwrap());
    chain.send(Outgoing::new("mint_create", instructions), &[wallet, &mint]).await.unwrap();
    let Market { params, epoch_seconds, .. } = fixture::market(creator, mint.pubkey());
    let args = MarketInitArgs { id: 0, authority: creator, treasury: creator, epoch_seconds, params };
    send(chain, wallet, "market_init", ix::market_init(creator, mint.pubkey(), ix::TOKEN_PROGRAM, args)).await;
    chain.market(address::market(&mint.pubkey(), &creator, 0)).await.unwrap().unwrap()
}

fn connect(network: &Localnet, ws: String, sweep_every: Duration) -> RpcChain {
    let endpoints = Endpoints::new(vec![network.rpc_url().to_owned()], vec![ws]).unwrap();
    let reconnect = RetryPolicy { first_delay: Duration::from_millis(10), ..RetryPolicy::default() };
    let policy = FeedPolicy { sweep_every, reconnect, ..FeedPolicy::default() };
    RpcChain::connect(endpoints, SendPolicy::default(), policy).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_whose_connection_is_cut_connects_again_and_misses_nothing() {
    let network = Localnet::start(Options::default()).unwrap();
    network.deploy(&program::ID, tessera_elf::ELF).unwrap();
    let relay = relay(network.ws_url().trim_start_matches("ws://").trim_end_matches('/').to_owned()).await;
    // No sweep but the one that follows a subscription.
    let chain = connect(&network, format!("ws://{}", relay.address), Duration::from_secs(3_600));
    let wallet = Keypair::new();
    let market = market(&chain, &wallet).await;
    let mut feed = chain.watch(market.key, CancellationToken::new()).await.unwrap();
    timeout(PATIENCE, relay.connected.notified()).await.unwrap();

    relay.cut.notify_one();
    let example = fixture::provider(market.key, wallet.pubkey());
    let args = ProviderRegisterArgs {
        roles: example.roles,
        hardware: example.hardware,
        price_floor: 7,
        max_runs: 1,
        endpoint: String::new(),
        ticket: None,
    };
    send(&chain, &wallet, "provider_register", ix::provider_register(wallet.pubkey(), &market, args)).await;
    timeout(PATIENCE, relay.connected.notified()).await.expect("it connects again");
    let provider = address::provider(&market.key, &wallet.pubkey());
    shows(&mut feed, |world| price(world, provider) == Some(7)).await;
    for price_floor in 8..12 {
        let args = ProviderUpdateArgs { price_floor: Some(price_floor), ..ProviderUpdateArgs::default() };
        send(&chain, &wallet, "provider_update", ix::provider_update(wallet.pubkey(), market.key, args)).await;
        shows(&mut feed, |world| price(world, provider) == Some(price_floor)).await;
    }
    feed.shutdown().await.unwrap();
    network.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_without_any_websocket_lives_on_sweeps_and_sees_closed_accounts() {
    let network = Localnet::start(Options::default()).unwrap();
    network.deploy(&program::ID, tessera_elf::ELF).unwrap();
    // Nobody listens there.
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let chain = connect(&network, format!("ws://{closed}"), Duration::from_millis(100));
    let wallet = Keypair::new();
    let market = market(&chain, &wallet).await;
    let mut feed = chain.watch(market.key, CancellationToken::new()).await.unwrap();
    let task = address::task(&wallet.pubkey(), 1);
    let terms = fixture::task(market.key, wallet.pubkey(), 1).terms;
    let args = TaskCreateArgs {
        graph_root: terms.graph_root,
        inputs_root: terms.inputs_root,
        manifest_id: terms.manifest_id,
        op_count: terms.op_count,
        output_count: terms.output_count,
        policy: terms.policy,
        reward: terms.reward,
        audit_reward: terms.audit_reward,
        crank_bounty: terms.crank_bounty,
        windows: Windows {
            open_seconds: 60,
            execution_seconds: 10,
            audit_seconds: 20,
            challenge_seconds: 30,
            ..terms.windows
        },
        requirements: terms.requirements,
        named_only: terms.named_only,
        waive_window: terms.waive_window,
        manifest_locator: terms.manifest_locator,
        shortlist: terms.shortlist,
    };
    let tokens = address::market_token(&wallet.pubkey(), &market);
    send(&chain, &wallet, "task_create", ix::task_create(wallet.pubkey(), &market, tokens, None, 1, args)).await;
    shows(&mut feed, |world| world.tasks.contains_key(&task)).await;
    let open = chain.task(task).await.unwrap().unwrap();
    send(&chain, &wallet, "task_cancel", ix::task_cancel(&open, &market, tokens)).await;
    shows(&mut feed, |world| !world.tasks.contains_key(&task)).await;
    assert!(chain.task(task).await.unwrap().is_none());
    feed.shutdown().await.unwrap();
    network.stop().unwrap();
}
