use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use anchor_lang::prelude::Pubkey;
use tessera::addresses::{fee_vault_address, model_address, pool_vault_address};
use tessera::hashes::{chain_hour, chain_step};
use tessera::state::{MarketParams, Sink, TicketChain};

use super::step::Account;
use crate::svm::{EPOCH_SECONDS, MarketRef, RunRef, Staker, TaskRef, Wallet, World, market_params, wallet};

/// Wallets that take part as providers and verifiers.
pub const STAKERS: u8 = 7;
/// Markets.
pub const MARKETS: u8 = 2;
/// Providers: every wallet in every market.
pub const PROVIDERS: u8 = STAKERS * MARKETS;
/// Tasks.
pub const TASKS: u8 = 8;
/// Named wallets.
pub const WALLETS: u8 = 12;
/// Roots that providers and verifiers may show: the right one and two wrong ones.
pub const ROOTS: u8 = 3;
/// Hours for which every verifier has ticket elements.
const HOURS: i64 = 2_400;

/// Who and what a sequence is about; the same in every sequence.
#[derive(Clone)]
pub struct Scene {
    /// The markets.
    pub markets: [MarketRef; MARKETS as usize],
    /// Wallet and market: `wallet + STAKERS x market`.
    pub stakers: Vec<Staker>,
    /// The tasks, by requester and nonce.
    pub tasks: Vec<TaskRef>,
    /// Everyone with a token account: stakers, two requesters, cranker, treasury, modeller.
    pub wallets: Vec<Wallet>,
    /// The model that tasks name.
    pub model: Pubkey,
    /// The epoch in which sequences begin.
    pub first_epoch: u64,
    elements: Arc<Mutex<BTreeMap<Pubkey, Vec<[u8; 32]>>>>,
    first_hour: i64,
}

impl Scene {
    /// The addresses of everybody in this world.
    pub fn of(world: &World) -> Self {
        let markets = [0, 1].map(|id| MarketRef::of(world.mint, wallet("market creator"), id));
        let named =
            ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "requester", "requester 2"].map(|name| world.wallet(name));
        let mut wallets = named.to_vec();
        wallets.extend([world.cranker, world.treasury, world.modeller]);
        let stakers = markets.iter().flat_map(|market| {
            wallets.iter().take(STAKERS.into()).map(|wallet| Staker::of(*wallet, &market.key)).collect::<Vec<_>>()
        });
        let requesters = [wallets[7], wallets[8], wallets[6], wallets[3]];
        let tasks = (0..usize::from(TASKS)).map(|i| TaskRef::of(requesters[i % 4], i as u64 / 4 + 1)).collect();
        Self {
            markets,
            stakers: stakers.collect(),
            tasks,
            model: model_address(&world.modeller.key, &[9; 32]).0,
            first_epoch: world.epoch(),
            elements: Arc::default(),
            first_hour: chain_hour(world.bank.now().0) - 2,
            wallets,
        }
    }

    /// A world in which both markets exist, and everybody has a purse.
    pub fn world() -> World {
        static BUILT: OnceLock<Mutex<World>> = OnceLock::new();
        let build = || {
            let mut world = World::without_market();
            for name in ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "requester 2"] {
                world.endow(name);
            }
            let scene = Self::of(&world);
            for (market, params) in scene.markets.iter().zip(params()) {
                world.make_market(*market, params);
            }
            world.send(world.model_register(world.modeller, [9; 32]));
            Mutex::new(world)
        };
        BUILT.get_or_init(build).lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// A provider's run of a task.
    pub fn run(&self, task: u8, by: u8) -> RunRef {
        RunRef::of(self.tasks[usize::from(task)], self.stakers[usize::from(by)])
    }

    /// A provider.
    pub fn staker(&self, by: u8) -> Staker {
        self.stakers[usize::from(by)]
    }

    /// The market of a provider.
    pub fn market_of(&self, by: u8) -> u8 {
        by / STAKERS
    }

    /// An epoch, counted from the one in which sequences begin.
    pub fn epoch(&self, offset: i8) -> u64 {
        self.first_epoch.saturating_add_signed(offset.into())
    }

    /// The address of a token account.
    pub fn token(&self, account: Account) -> Pubkey {
        match account {
            Account::Wallet(wallet) => self.wallets[usize::from(wallet)].token,
            Account::Stake(by) => self.staker(by).vault,
            Account::Task(task) => self.tasks[usize::from(task)].vault,
            Account::Insurance(market) => self.markets[usize::from(market)].insurance_vault,
            Account::Unclaimed(market) => self.markets[usize::from(market)].unclaimed_vault,
            Account::Fees { market, epoch, shard } => {
                fee_vault_address(&self.markets[usize::from(market)].key, self.epoch(epoch), shard).0
            }
            Account::Pool { market, epoch } => {
                pool_vault_address(&self.markets[usize::from(market)].key, self.epoch(epoch)).0
            }
        }
    }

    /// A verifier's ticket element of an hour; `None` where its chain ends before.
    pub fn element(&self, provider: &Pubkey, hour: i64) -> Option<[u8; 32]> {
        let mut known = self.elements.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let chain = known.entry(*provider).or_insert_with(|| {
            let mut chain = vec![provider.to_bytes()];
            for at in 0..HOURS as usize {
                chain.push(chain_step(&chain[at]));
            }
            chain
        });
        let at = usize::try_from(self.first_hour + HOURS - hour).ok()?;
        chain.get(at).copied()
    }

    /// The chain that it would commit to, from the element of so many hours ago.
    pub fn chain(&self, provider: &Pubkey, unix: i64, hours_ago: u8) -> TicketChain {
        let hour = chain_hour(unix) - i64::from(hours_ago);
        TicketChain { head: self.element(provider, hour).unwrap_or([7; 32]), hour }
    }
}

/// Parameters of the markets: one insures, one burns and draws by lottery whoever it is.
pub fn params() -> [MarketParams; MARKETS as usize] {
    let insured = MarketParams { newcomer_weight: 1_000_000, ..market_params() };
    let burnt = MarketParams {
        sink: Sink::Burn,
        newcomer_weight: 0,
        audit_rate_bps: 7_000,
        min_lock_bps: 30_000,
        // Beyond the lock of a small run, so that it reaches unbonding stake.
        no_show_bps: 25_000,
        no_show_min: 9_000_000,
        ..market_params()
    };
    [insured, burnt]
}

/// Length of an epoch.
pub const EPOCH: u32 = EPOCH_SECONDS;
