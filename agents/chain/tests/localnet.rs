//! The real client against a real network in this process, with the real program.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use tessera_chain::fake::fixture;
use tessera_chain::{
    CancellationToken, Chain, ChainError, Endpoints, Event, FeedPolicy, Keypair, Market, MarketInitArgs, Outgoing,
    ProviderRegisterArgs, ProviderUpdateArgs, Pubkey, RpcChain, SendPolicy, Signer, SlotHash, TesseraError, Versioned,
    World, address, ix, program,
};
use tessera_localnet::{Localnet, Options};
use tokio::time::timeout;

/// Lamports that every wallet starts with.
const FUNDS: u64 = 10_000_000_000;
/// Longer than anything here takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

struct Bench {
    network: Localnet,
    chain: RpcChain,
    wallet: Keypair,
}

/// A client of the network whose feeds live on subscriptions: sweeps come too rarely to matter.
fn client(network: &Localnet, sweep_every: Duration) -> RpcChain {
    let endpoints = Endpoints::new(vec![network.rpc_url().to_owned()], vec![network.ws_url().to_owned()]).unwrap();
    RpcChain::connect(endpoints, SendPolicy::default(), FeedPolicy { sweep_every, ..FeedPolicy::default() }).unwrap()
}

async fn bench() -> Bench {
    let network = Localnet::start(Options::default()).unwrap();
    network.deploy(&program::ID, tessera_elf::ELF).unwrap();
    let chain = client(&network, Duration::from_secs(3_600));
    let wallet = Keypair::new();
    chain.airdrop(wallet.pubkey(), FUNDS).await.unwrap();
    Bench { network, chain, wallet }
}

impl Bench {
    async fn market(&self) -> Versioned<Market> {
        let (creator, mint) = (self.wallet.pubkey(), Keypair::new());
        let rent = self.chain.rent_exempt(ix::MINT_BYTES).await.unwrap();
        let mut instructions = ix::mint_create(creator, mint.pubkey(), creator, 6, rent).unwrap().to_vec();
        instructions.push(ix::ata_create(creator, creator, mint.pubkey(), ix::TOKEN_PROGRAM));
        let account = address::associated_token(&creator, &mint.pubkey(), &ix::TOKEN_PROGRAM);
        instructions.push(ix::mint_to(mint.pubkey(), account, creator, 5_000_000, ix::TOKEN_PROGRAM).unwrap());
        self.chain.send(Outgoing::new("mint_create", instructions), &[&self.wallet, &mint]).await.unwrap();
        let Market { params, epoch_seconds, .. } = fixture::market(creator, mint.pubkey());
        let args = MarketInitArgs { id: 0, authority: creator, treasury: creator, epoch_seconds, params };
        self.send("market_init", ix::market_init(creator, mint.pubkey(), ix::TOKEN_PROGRAM, args)).await.unwrap();
        let key = address::market(&mint.pubkey(), &creator, 0);
        self.chain.market(key).await.unwrap().unwrap()
    }

    async fn send(&self, label: &str, instruction: tessera_chain::Instruction) -> Result<Vec<Event>, ChainError> {
        let receipt = self.chain.send(Outgoing::new(label, [instruction]), &[&self.wallet]).await?;
        Ok(receipt.details.unwrap().events)
    }

    async fn register(&self, market: &Versioned<Market>) -> Pubkey {
        let example = fixture::provider(market.key, self.wallet.pubkey());
        let args = ProviderRegisterArgs {
            roles: example.roles,
            hardware: example.hardware,
            price_floor: 7,
            max_runs: 1,
            endpoint: String::new(),
            ticket: None,
        };
        self.send("provider_register", ix::provider_register(self.wallet.pubkey(), market, args)).await.unwrap();
        address::provider(&market.key, &self.wallet.pubkey())
    }

    async fn set_price(&self, market: Pubkey, price: u64) {
        let args = ProviderUpdateArgs { price_floor: Some(price), ..ProviderUpdateArgs::default() };
        self.send("provider_update", ix::provider_update(self.wallet.pubkey(), market, args)).await.unwrap();
    }
}

async fn shows(feed: &mut tessera_chain::Feed, seen: impl Fn(&World) -> bool) {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transfers_are_confirmed_priced_and_recorded() {
    let bench = bench().await;
    let to = Pubkey::new_from_array([7; 32]);
    let transfer = ix::lamports_transfer(bench.wallet.pubkey(), to, 2_000_000);
    let receipt = bench.chain.send(Outgoing::new("transfer", [transfer]), &[&bench.wallet]).await.unwrap();
    let details = receipt.details.unwrap();
    assert_eq!(bench.chain.lamports(to).await.unwrap(), 2_000_000);
    assert_eq!(bench.chain.lamports(bench.wallet.pubkey()).await.unwrap(), FUNDS - 2_000_000 - details.fee_lamports);
    assert_eq!(details.fee_lamports, 5_000);
    assert!(details.compute_units > 0);
    let history = bench.chain.history(to, 10).await.unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!((history[0].signature, history[0].error.clone()), (receipt.signature, None));
    assert_eq!(history[0].details.as_ref().unwrap().fee_lamports, 5_000);
    let moment = bench.chain.moment().await.unwrap();
    assert!(moment.slot > 0 && moment.unix > 0);
    assert!(!bench.chain.genesis_hash().await.unwrap().is_empty());
    bench.network.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_payer_is_told_so() {
    let bench = bench().await;
    let poor = Keypair::new();
    let transfer = ix::lamports_transfer(poor.pubkey(), bench.wallet.pubkey(), 1);
    let error = bench.chain.send(Outgoing::new("transfer", [transfer]), &[&poor]).await.unwrap_err();
    assert!(matches!(error, ChainError::InsufficientFunds { payer, have: 0, .. } if payer == poor.pubkey()), "{error}");
    bench.network.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accounts_are_read_typed_and_filtered() {
    let bench = bench().await;
    let market = bench.market().await;
    assert_eq!(market.creator, bench.wallet.pubkey());
    let provider = bench.register(&market).await;
    assert_eq!(bench.chain.markets().await.unwrap().len(), 1);
    let providers = bench.chain.providers(market.key).await.unwrap();
    assert_eq!((providers.len(), providers[0].key, providers[0].price_floor), (1, provider, 7));
    assert!(bench.chain.providers(provider).await.unwrap().is_empty(), "another market's");
    assert!(bench.chain.tasks(market.key).await.unwrap().is_empty());
    assert!(bench.chain.provider(market.key).await.is_err(), "it is a market");
    assert_eq!(bench.chain.task(provider).await.unwrap_err().kind(), tessera_chain::ErrorKind::Fatal);
    assert!(bench.chain.run(Pubkey::new_from_array([1; 32])).await.unwrap().is_none());
    let tokens = bench.chain.token_accounts(bench.wallet.pubkey(), market.mint).await.unwrap();
    assert_eq!((tokens.len(), tokens[0].amount, tokens[0].frozen), (1, 5_000_000, false));
    assert_eq!(bench.chain.token_balance(tokens[0].key).await.unwrap(), Some(tokens[0]));
    assert_eq!(bench.chain.mint(market.mint).await.unwrap().unwrap().decimals, 6);
    bench.network.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_of_the_program_are_named_simulated_or_on_chain() {
    let bench = bench().await;
    let market = bench.market().await;
    bench.register(&market).await;
    let unbond = ix::stake_unbond(bench.wallet.pubkey(), market.key, 1);
    let simulated = bench.send("stake_unbond", unbond.clone()).await.unwrap_err();
    assert_eq!(simulated.tessera(), Some(TesseraError::FreeStakeTooLow), "{simulated}");
    // Without simulation it lands, fails, and costs a fee.
    let outgoing = Outgoing::new("stake_unbond", [unbond]).with_compute_units(100_000);
    let landed = bench.chain.send(outgoing, &[&bench.wallet]).await.unwrap_err();
    assert_eq!(landed.tessera(), Some(TesseraError::FreeStakeTooLow), "{landed}");
    assert!(landed.logs().iter().any(|line| line.contains("FreeStakeTooLow")));
    bench.network.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_arrive_with_the_receipt_and_in_the_history() {
    let bench = bench().await;
    let market = bench.market().await;
    let provider = bench.register(&market).await;
    let token = address::market_token(&bench.wallet.pubkey(), &market);
    let deposit = ix::stake_deposit(bench.wallet.pubkey(), &market, token, 1_000);
    let events = bench.send("stake_deposit", deposit).await.unwrap();
    let [Event::StakeDeposited(deposited)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((deposited.provider, deposited.amount, deposited.free), (provider, 1_000, 1_000));
    let history = bench.chain.history(provider, 10).await.unwrap();
    let names: Vec<_> =
        history.iter().flat_map(|past| &past.details.as_ref().unwrap().events).map(Event::name).collect();
    assert_eq!(names, ["StakeDeposited", "ProviderRegistered"]);
    bench.network.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_shows_what_happens_by_subscription() {
    let bench = bench().await;
    let market = bench.market().await;
    let mut feed = bench.chain.watch(market.key, CancellationToken::new()).await.unwrap();
    assert!(feed.latest().market.is_some() && feed.latest().providers.is_empty());
    let provider = bench.register(&market).await;
    shows(&mut feed, |world| price(world, provider) == Some(7)).await;
    for price_floor in [8, 9, 10] {
        bench.set_price(market.key, price_floor).await;
        shows(&mut feed, |world| price(world, provider) == Some(price_floor)).await;
    }
    feed.shutdown().await.unwrap();
    bench.network.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_sees_the_clock_jump() {
    let bench = bench().await;
    let market = bench.market().await;
    let mut feed = bench.chain.watch(market.key, CancellationToken::new()).await.unwrap();
    let then = bench.network.advance(3_600).unwrap();
    shows(&mut feed, |world| world.moment.unix >= then.unix_seconds && world.moment.slot >= then.slot).await;
    feed.shutdown().await.unwrap();
    bench.network.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_books_of_an_epoch_and_slot_hashes_are_read() {
    let bench = bench().await;
    let (market, wallet) = (bench.market().await, bench.wallet.pubkey());
    let provider = bench.register(&market).await;
    let mut feed = bench.chain.watch(market.key, CancellationToken::new()).await.unwrap();
    let epoch = market.epoch(bench.chain.moment().await.unwrap());
    bench.send("pool_open", ix::pool_open(wallet, &market, epoch)).await.unwrap();
    let vault = ix::fee_vault_open(wallet, &market, epoch, 3);
    let events = bench.send("fee_vault_open", vault).await.unwrap();
    assert!(matches!(events.as_slice(), [Event::FeeVaultOpened(opened)] if (opened.epoch, opened.shard) == (epoch, 3)));
    bench.send("share_open", ix::share_open(wallet, market.key, provider, epoch)).await.unwrap();
    let tokens = address::market_token(&wallet, &market);
    bench.send("pool_fund", ix::pool_fund(wallet, &market, epoch, tokens, 1_000)).await.unwrap();
    shows(&mut feed, |world| {
        let pool = world.pool(epoch).map(|pool| (pool.opened, pool.shares_open, pool.funded));
        pool == Some((1 << 3, 1, 1_000)) && world.share(provider, epoch).is_some()
    })
    .await;
    assert_eq!(bench.chain.pools(market.key).await.unwrap().len(), 1);
    assert_eq!(bench.chain.shares(market.key).await.unwrap()[0].provider, provider);
    assert!(bench.chain.balances(market.key).await.unwrap().is_empty());
    assert!(bench.chain.outdated(market.key).await.unwrap().is_empty());
    let slot = bench.chain.moment().await.unwrap().slot;
    assert_eq!(bench.chain.slot_hash(slot + 1_000_000).await.unwrap(), SlotHash::NotYet);
    feed.shutdown().await.unwrap();
    bench.network.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_history_comes_in_pages() {
    let bench = bench().await;
    let market = bench.market().await;
    let provider = bench.register(&market).await;
    for price_floor in [8, 9, 10] {
        bench.set_price(market.key, price_floor).await;
    }
    let (mut before, mut names) = (None, Vec::new());
    loop {
        let page = bench.chain.history_page(provider, before, 2).await.unwrap();
        assert!(page.transactions.len() <= 2);
        names.extend(page.transactions.iter().flat_map(|past| &past.details.as_ref().unwrap().events).map(Event::name));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(names, ["ProviderUpdated", "ProviderUpdated", "ProviderUpdated", "ProviderRegistered"]);
    bench.network.stop().unwrap();
}
