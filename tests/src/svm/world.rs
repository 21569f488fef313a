use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Mutex, OnceLock};

use anchor_lang::prelude::Pubkey;
use anchor_lang::{AccountDeserialize, InstructionData, ToAccountMetas};
use anchor_spl::{token, token_2022};
use tessera::seeds::FEE_SHARDS;
use tessera::state::{MarketParams, Roles};

use super::bank::{Bank, Failed, Sent};
use super::call::Call;
use super::market::{EPOCH_SECONDS, MarketRef, market_params};
use super::parties::{Staker, Wallet, wallet};

/// Tokens that every party begins with.
const PURSE: u64 = 1_000_000_000;
/// Lamports that every party begins with.
const LAMPORTS: u64 = 10_000_000_000;
/// Stake that every provider and verifier begins with.
pub const STAKE: u64 = 100_000_000;

/// Seconds between the last registration and the first test's step: longer than the draw delay, so that verifiers are old
/// enough for every run.
const SETTLING_IN: u32 = 60;

/// A market with all fee vaults of its epoch, a requester, a provider and three verifiers with stake, a cranker and a model's creator.
#[derive(Clone)]
pub struct World {
    /// The accounts and the clock.
    pub bank: Bank,
    /// What everyone pays in.
    pub mint: Pubkey,
    /// The program that owns the mint.
    pub token_program: Pubkey,
    /// The market.
    pub market: MarketRef,
    /// Proposes the market's parameters and pauses it.
    pub authority: Pubkey,
    /// Owns swept fees.
    pub treasury: Wallet,
    /// Creates tasks.
    pub requester: Wallet,
    /// Executes them (compute role only).
    pub provider: Staker,
    /// Check them (verify role only), in the order in which they usually act.
    pub verifiers: [Staker; 3],
    /// Sends cranks.
    pub cranker: Wallet,
    /// Registers models.
    pub modeller: Wallet,
    /// Tokens that strangers sent to accounts of the program.
    pub(crate) gifts: BTreeMap<Pubkey, u64>,
}

/// The roles of a provider.
pub const COMPUTE: Roles = Roles { compute: true, verify: false };
/// The roles of a verifier.
pub const VERIFY: Roles = Roles { compute: false, verify: true };

impl Default for World {
    /// Built once for all tests; each has a copy of its own.
    fn default() -> Self {
        static BUILT: OnceLock<Mutex<World>> = OnceLock::new();
        let built = BUILT.get_or_init(|| Mutex::new(Self::with_params(|_| {})));
        built.lock().expect("cloning does not panic").clone()
    }
}

impl World {
    /// A world whose market differs from [`market_params`].
    pub fn with_params(change: impl FnOnce(&mut MarketParams)) -> Self {
        let mut params = market_params();
        change(&mut params);
        Self::settled_in(Self::without_market(), params)
    }

    /// A world that pays in a Token-2022 mint with these extensions.
    pub fn of_token_2022(extensions: &[(u16, Vec<u8>)]) -> Self {
        Self::settled_in(Self::paying_in(token_2022::ID, extensions), market_params())
    }

    fn settled_in(mut world: Self, params: MarketParams) -> Self {
        let market = world.market;
        world.make_market(market, params);
        world.open_epoch();
        world.enlist(world.provider, COMPUTE);
        for verifier in world.verifiers {
            world.enlist(verifier, VERIFY);
        }
        world.warp(SETTLING_IN);
        world
    }

    /// Everyone has a purse, and there is no market yet.
    pub fn without_market() -> Self {
        Self::paying_in(token::ID, &[])
    }

    /// The same with a mint of another kind.
    pub fn paying_in(token_program: Pubkey, extensions: &[(u16, Vec<u8>)]) -> Self {
        let mut bank = Bank::default();
        let mint = wallet("mint");
        bank.make_mint_of(mint, token_program, extensions);
        let market = MarketRef::of(mint, wallet("market creator"), 0);
        let named = |name| Wallet::named(name, &mint, &token_program);
        let staker = |name| Staker::of(named(name), &market.key);
        let mut world = Self {
            bank,
            mint,
            token_program,
            market,
            authority: wallet("authority"),
            treasury: named("treasury"),
            requester: named("requester"),
            provider: staker("provider"),
            verifiers: [staker("verifier 1"), staker("verifier 2"), staker("verifier 3")],
            cranker: named("cranker"),
            modeller: named("modeller"),
            gifts: BTreeMap::new(),
        };
        for name in
            ["treasury", "requester", "provider", "verifier 1", "verifier 2", "verifier 3", "cranker", "modeller"]
        {
            world.endow(name);
        }
        world.gift_lamports(market.creator, LAMPORTS);
        world.gift_lamports(world.authority, LAMPORTS);
        world
    }

    /// Another wallet with lamports and tokens.
    pub fn endow(&mut self, name: &str) -> Wallet {
        let new = self.wallet(name);
        self.gift_lamports(new.key, LAMPORTS);
        self.bank.make_token(new.token, new.key, self.mint, PURSE);
        new
    }

    /// The wallet of this name, with its associated token account.
    pub fn wallet(&self, name: &str) -> Wallet {
        Wallet::named(name, &self.mint, &self.token_program)
    }

    /// Makes a market.
    pub fn make_market(&mut self, market: MarketRef, params: MarketParams) -> MarketRef {
        self.send(self.market_init(market, params));
        market
    }

    /// Another market of the same mint, with its epoch's fee vaults.
    pub fn other_market(&mut self) -> MarketRef {
        let (own, other) = (self.market, MarketRef::of(self.mint, self.market.creator, 1));
        self.make_market(other, market_params());
        self.market = other;
        self.open_epoch();
        self.market = own;
        other
    }

    /// The market's fee epoch at this time.
    pub fn epoch(&self) -> u64 {
        u64::try_from(self.bank.now().0).expect("worlds begin after 1970") / u64::from(EPOCH_SECONDS)
    }

    /// Opens this epoch's pool and fee vaults.
    pub fn open_epoch(&mut self) {
        let epoch = self.epoch();
        self.send(self.pool_open(epoch));
        for shard in 0..FEE_SHARDS {
            self.send(self.fee_vault_open(epoch, shard));
        }
    }

    /// Lets the epoch end, on both clocks.
    pub fn end_epoch(&mut self) {
        let left = i64::from(EPOCH_SECONDS) - self.bank.now().0 % i64::from(EPOCH_SECONDS);
        self.warp(u32::try_from(left).expect("an epoch is short"));
    }

    /// Another provider or verifier of the market, with stake.
    pub fn newcomer(&mut self, name: &str, roles: Roles) -> Staker {
        let wallet = self.endow(name);
        self.enlist(Staker::of(wallet, &self.market.key), roles)
    }

    /// The same wallet as a provider of another market, with stake there.
    pub fn enlist_in(&mut self, market: &MarketRef, wallet: Wallet, roles: Roles) -> Staker {
        let (own, staker) = (self.market, Staker::of(wallet, &market.key));
        self.market = *market;
        self.enlist(staker, roles);
        self.market = own;
        staker
    }

    /// Registers with stake.
    pub fn enlist(&mut self, staker: Staker, roles: Roles) -> Staker {
        self.send(self.provider_register(staker, roles));
        self.send(self.stake_deposit(staker, STAKE));
        staker
    }

    /// Sends a call that must succeed, and checks the books.
    #[track_caller]
    pub fn send<A: ToAccountMetas, D: InstructionData>(&mut self, call: Call<A, D>) -> Sent {
        match self.bank.send(&[call.instruction()]) {
            Ok(sent) => {
                self.forget_gifts_to_closed();
                self.check_books();
                sent
            }
            Err(failed) => panic!("{failed:#?}"),
        }
    }

    /// Sends a call that must be refused with this code.
    #[track_caller]
    pub fn refuse<A: ToAccountMetas, D: InstructionData>(&mut self, code: impl Into<u32> + Debug, call: Call<A, D>) {
        let wanted = format!("{code:?}");
        let failed = self.fail(call);
        assert_eq!(failed.code(), Some(code.into()), "{wanted} was expected: {failed:#?}");
    }

    /// Sends a call that must fail.
    #[track_caller]
    pub fn fail<A: ToAccountMetas, D: InstructionData>(&mut self, call: Call<A, D>) -> Failed {
        match self.bank.send(&[call.instruction()]) {
            Ok(sent) => panic!("this should have been refused: {sent:#?}"),
            Err(failed) => failed,
        }
    }

    /// What strangers sent to an account went with it when it was closed.
    pub fn forget_gifts_to_closed(&mut self) {
        let bank = &self.bank;
        self.gifts.retain(|address, _| bank.account(address).is_some());
    }

    /// Lets time pass on both clocks.
    pub fn warp(&mut self, seconds: u32) {
        self.bank.warp(seconds);
    }

    /// An account of the program. Panics when it is missing or of another type.
    #[track_caller]
    pub fn read<T: AccountDeserialize>(&self, address: &Pubkey) -> T {
        let account = self.bank.account(address).expect("the account exists");
        T::try_deserialize(&mut account.data.as_slice()).expect("the account has this type")
    }

    /// An account of the program; `None` where there is none of this type.
    pub fn find<T: AccountDeserialize>(&self, address: &Pubkey) -> Option<T> {
        let account = self.bank.account(address)?;
        T::try_deserialize(&mut account.data.as_slice()).ok()
    }

    /// Whether an address holds neither lamports nor data.
    pub fn is_closed(&self, address: &Pubkey) -> bool {
        self.bank.account(address).is_none()
    }

    /// Lamports of an address.
    pub fn lamports(&self, address: &Pubkey) -> u64 {
        self.bank.lamports(address)
    }
}
