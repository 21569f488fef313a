use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, OnceLock, PoisonError};

use anchor_lang::prelude::Pubkey;
use tessera::addresses::fee_shard;

use super::attack::altered;
use super::calls::Caller;
use super::model::{Accounts, Coins, Model, Refused};
use super::scene::{MARKETS, PROVIDERS, STAKERS, Scene};
use super::step::{Account, Attack, Change, Move, Step};
use crate::svm::{Bank, World};

/// Bytes of the largest transaction that a cluster takes.
const PACKET: usize = 1_232;
/// What the framework says where an account is missing, and where its address only holds lamports.
const MISSING: [u32; 2] = [3_012, 3_007];

/// What a step showed to be wrong.
pub type Violation = String;

/// What became of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// It succeeded.
    Done,
    /// It was refused, as the model said.
    Refused,
    /// There was nothing to send.
    Nothing,
}

/// The program and its model, side by side.
#[derive(Clone)]
pub(crate) struct Sequence {
    pub(crate) world: World,
    pub(crate) scene: Scene,
    pub(crate) model: Model,
    /// Lamports that every wallet had before anybody registered.
    pub(crate) purses: BTreeMap<Pubkey, u64>,
    lamports: BTreeMap<Pubkey, u64>,
}

impl Sequence {
    /// Everyone has registered with stake, and the first epoch is open.
    pub(crate) fn begin() -> Result<Self, Violation> {
        static BEGUN: OnceLock<Mutex<Result<Sequence, Violation>>> = OnceLock::new();
        let begin = BEGUN.get_or_init(|| Mutex::new(Self::prologue()));
        begin.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn prologue() -> Result<Self, Violation> {
        let world = Scene::world();
        let scene = Scene::of(&world);
        let purses = scene.wallets.iter().map(|wallet| (wallet.key, world.lamports(&wallet.key))).collect();
        let model = Model::of(&world);
        let mut begun = Self { world, scene, model, purses, lamports: BTreeMap::new() };
        let mut steps = Vec::new();
        for by in 0..PROVIDERS {
            let (roles, ticket) = match by % STAKERS {
                0..3 => (1, false),
                3..6 => (2, true),
                _ => (3, true),
            };
            steps.extend([Step::Register { by, roles, ticket }, Step::Deposit { by, amount: 100_000_000 }]);
        }
        for market in 0..MARKETS {
            steps.push(Step::PoolOpen { market, epoch: 0 });
            let mut shards: Vec<u8> = begun.scene.tasks.iter().map(|task| fee_shard(&task.key)).collect();
            shards.sort_unstable();
            shards.dedup();
            steps.extend(shards.into_iter().map(|shard| Step::FeeVaultOpen { market, epoch: 0, shard }));
            steps.extend([0, 6].map(|wallet| Step::ShareOpen { by: wallet + STAKERS * market, epoch: 0 }));
            steps.push(Step::PoolFund { market, epoch: 0, amount: 3_000_001 });
        }
        steps.push(Step::Warp { seconds: 60, slots: 150 });
        for step in steps {
            if begun.take(Move { step, attack: Attack::None })? == Sent::Refused {
                return Err(format!("the beginning was refused: {step:?}"));
            }
        }
        Ok(begun)
    }

    /// Takes a step on both sides, and compares them.
    pub(crate) fn take(&mut self, what: Move) -> Result<Sent, Violation> {
        catch_unwind(AssertUnwindSafe(|| self.try_take(what))).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            Err(text.or(panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default())
        })
    }

    fn try_take(&mut self, what: Move) -> Result<Sent, Violation> {
        let Move { step, attack } = what;
        let mut caller = Caller { world: &mut self.world, scene: &self.scene, model: &self.model };
        let Some(honest) = caller.instruction(&step) else {
            return self.weather(&step);
        };
        let Some(instruction) = altered(&self.scene, &step, honest, attack) else {
            return Ok(Sent::Nothing);
        };
        if Bank::size_of(std::slice::from_ref(&instruction)) > PACKET {
            return Ok(Sent::Nothing);
        }
        if self.lamports.is_empty() {
            self.lamports = self.all_lamports();
        }
        let mut expected = self.model.clone();
        let fate = expected.take(&self.scene, &step);
        match (self.world.bank.send(&[instruction]), fate, attack) {
            (Ok(_), Ok(()), Attack::Unsigned(_)) => Err("it succeeded without a signature".to_owned()),
            (Ok(_), Ok(()), _) => {
                self.model = expected;
                self.world.forget_gifts_to_closed();
                self.lamports = self.all_lamports();
                self.compare()?;
                self.world.check_books();
                Ok(Sent::Done)
            }
            (Ok(_), Err(refused), _) => Err(format!("it succeeded, and the model refuses it: {}", said(refused))),
            (Err(failed), Ok(()), Attack::None) => {
                let last = failed.logs.iter().rev().find(|line| line.contains("Error")).cloned();
                let code = failed.code().map(name).unwrap_or_default();
                Err(format!(
                    "it failed, and the model takes it: {:?} {code} {}",
                    failed.error,
                    last.unwrap_or_default()
                ))
            }
            (Err(failed), fate, _) => {
                if let (Err(refused), Attack::None) = (fate, attack) {
                    require_same(refused, failed.code())?;
                }
                if self.all_lamports() != self.lamports {
                    return Err("a failed transaction moved lamports".to_owned());
                }
                self.compare()?;
                Ok(Sent::Refused)
            }
        }
    }

    /// Model and chain agree.
    fn compare(&self) -> Result<(), Violation> {
        let chain = Accounts::read(&self.world);
        let model = &self.model.accounts;
        if chain != *model {
            return Err(difference(&chain, model));
        }
        Ok(())
    }

    /// Lamports of everybody but the payer of fees.
    fn all_lamports(&self) -> BTreeMap<Pubkey, u64> {
        let owners = [tessera::ID, self.world.token_program, anchor_lang::system_program::ID];
        let fee_payer = crate::svm::wallet("fee payer");
        let all = owners.iter().flat_map(|owner| self.world.bank.owned_by(owner));
        all.filter(|(key, _)| *key != fee_payer).map(|(key, account)| (key, account.lamports)).collect()
    }

    /// What happens past the program.
    fn weather(&mut self, step: &Step) -> Result<Sent, Violation> {
        match *step {
            Step::Warp { seconds, slots } => {
                let now = &mut self.model.now;
                now.unix += i64::from(seconds);
                now.slot += u64::from(slots);
                self.model.skipped = (0, 0);
                self.world.bank.set_clock(self.model.now.unix, self.model.now.slot);
            }
            Step::SkipSlots { back, count } => {
                let from = self.model.now.slot.saturating_sub(back.into());
                let to = (from + u64::from(count)).min(self.model.now.slot);
                self.model.skipped = (from, to);
                self.world.bank.skip_slots(from..to);
            }
            Step::Token { account, change } => return self.change_token(account, change),
            Step::Dust { account, amount } => {
                let key = self.scene.token(account);
                let Some(coins) = self.model.accounts.tokens.get_mut(&key) else {
                    return Ok(Sent::Nothing);
                };
                coins.amount += amount;
                self.world.gift_tokens(key, amount);
            }
            Step::Lamports { task } => {
                self.world.gift_lamports(self.scene.tasks[usize::from(task)].key, 1);
            }
            _ => return Ok(Sent::Nothing),
        }
        self.lamports.clear();
        Ok(Sent::Done)
    }

    fn change_token(&mut self, account: Account, change: Change) -> Result<Sent, Violation> {
        let key = self.scene.token(account);
        let before = self.model.accounts.tokens.get(&key).copied();
        if !self.model.change_token(&self.scene, account, change) {
            return Ok(Sent::Nothing);
        }
        let after = self.model.accounts.tokens.get(&key).copied();
        self.put_coins(key, before, after);
        if change == Change::Close {
            let sink = self.scene.wallets[9].token;
            let coins = self.model.accounts.tokens[&sink];
            self.put_coins(sink, Some(coins), Some(coins));
        }
        self.lamports.clear();
        self.compare()?;
        Ok(Sent::Done)
    }

    /// Makes a token account what the model says.
    fn put_coins(&mut self, key: Pubkey, before: Option<Coins>, after: Option<Coins>) {
        let bank = &mut self.world.bank;
        match (before, after) {
            (None, None) => {}
            // Its tokens are in another account by now, so nothing is burned.
            (Some(_), None) => bank.put(key, solana_account_4::Account::default()),
            (before, Some(after)) => {
                if before.is_none() {
                    bank.make_token(key, after.owner, self.world.mint, 0);
                }
                bank.edit_token(key, |state| {
                    use anchor_spl::token::spl_token::state::AccountState;
                    state.owner = after.owner;
                    state.amount = after.amount;
                    state.state = if after.frozen { AccountState::Frozen } else { AccountState::Initialized };
                });
            }
        }
    }
}

fn name(code: u32) -> String {
    tessera::errors::TesseraError::from_code(code).map_or(format!("{code}"), |error| format!("{error:?}"))
}

fn said(refused: Refused) -> String {
    match refused {
        Refused::Code(code) => name(code),
        other => format!("{other:?}"),
    }
}

fn require_same(refused: Refused, code: Option<u32>) -> Result<(), Violation> {
    let same = match refused {
        Refused::Somehow => true,
        Refused::Missing => code.is_some_and(|code| MISSING.contains(&code)),
        Refused::Code(wanted) => code == Some(wanted),
    };
    let other = code.map_or("another error".to_owned(), name);
    if same { Ok(()) } else { Err(format!("refused with {other}, and the model says {}", said(refused))) }
}

/// The first account in which chain and model differ.
fn difference(chain: &Accounts, model: &Accounts) -> Violation {
    fn first<T: PartialEq + std::fmt::Debug>(
        what: &str,
        chain: &BTreeMap<Pubkey, T>,
        model: &BTreeMap<Pubkey, T>,
    ) -> Option<Violation> {
        let keys = chain.keys().chain(model.keys());
        let key = keys.into_iter().find(|key| chain.get(key) != model.get(key))?;
        let lines = |side: Option<&T>| side.map(|value| format!("{value:#?}")).unwrap_or("nothing".to_owned());
        let (chain, model) = (lines(chain.get(key)), lines(model.get(key)));
        let mut said = format!("{what} {key}");
        for (chain, model) in chain.lines().zip(model.lines()).filter(|(chain, model)| chain != model).take(6) {
            said += &format!("\n  chain: {}\n  model: {}", chain.trim(), model.trim());
        }
        Some(said)
    }
    let differing = [
        first("market", &chain.markets, &model.markets),
        first("provider", &chain.providers, &model.providers),
        first("task", &chain.tasks, &model.tasks),
        first("run", &chain.runs, &model.runs),
        first("audit", &chain.audits, &model.audits),
        first("pool", &chain.pools, &model.pools),
        first("share", &chain.shares, &model.shares),
        first("balance", &chain.balances, &model.balances),
        first("model", &chain.models, &model.models),
        first("tokens", &chain.tokens, &model.tokens),
    ];
    format!("chain and model differ: {}", differing.into_iter().flatten().next().unwrap_or_default())
}
