mod tasks;

use tessera::state::Deadline;

use super::model::Model;
use super::random::Random;
use super::scene::{EPOCH, MARKETS, PROVIDERS, ROOTS, STAKERS, Scene, TASKS, WALLETS};
use super::step::{Account, Attack, Change, Move, Step};

/// Amounts at and beyond the edges, and some that make sense.
const AMOUNTS: [u64; 8] = [0, 1, 5_000_003, 20_000_000, 100_000_000, u64::MAX, u64::MAX - 1, 1 << 63];

/// Chooses what happens next: mostly what can succeed, so that sequences get far.
pub(crate) struct Chooser<'a> {
    pub(crate) random: &'a mut Random,
    pub(crate) scene: &'a Scene,
    pub(crate) model: &'a Model,
}

impl Chooser<'_> {
    pub(crate) fn next(&mut self) -> Move {
        let step = match self.random.number() % 100 {
            0..9 => self.time(),
            9..12 => self.weather(),
            12..16 => self.anything(),
            16..21 => self.likely(Self::stake),
            21..25 => self.likely(Self::epoch),
            _ => self.likely(Self::task),
        };
        let attack = if self.random.chance(8) { self.attack() } else { Attack::None };
        Move { step, attack }
    }

    /// Mostly one that the model takes.
    fn likely(&mut self, choose: impl Fn(&mut Self) -> Step) -> Step {
        let mut step = choose(self);
        if self.random.chance(80) {
            for _ in 0..10 {
                if self.model.clone().take(self.scene, &step).is_ok() {
                    break;
                }
                step = choose(self);
            }
        }
        step
    }

    fn attack(&mut self) -> Attack {
        let (at, other) = (self.random.byte(40), self.random.byte(255));
        match self.random.number() % 8 {
            0 => Attack::Unsigned(at),
            1..5 => Attack::Replaced { at, by: other },
            5..7 => Attack::Doubled { at, from: other },
            _ => Attack::ReadOnly(at),
        }
    }

    fn a_task(&mut self) -> u8 {
        self.random.byte(TASKS)
    }

    fn a_provider(&mut self) -> u8 {
        self.random.byte(PROVIDERS)
    }

    /// A provider of a market; `first` and how many of its wallets.
    fn of_market(&mut self, market: u8, wallets: &[u8]) -> u8 {
        market * STAKERS + self.random.of(wallets)
    }

    fn time(&mut self) -> Step {
        let seconds = match self.random.number() % 10 {
            0..2 => self.until_deadline(),
            2..8 => self.random.of(&[1, 2, 3, 10, 60]),
            8 => self.random.of(&[130, 210, 210, 600, 1_300]),
            _ if self.random.chance(5) => EPOCH,
            _ if self.random.chance(20) => 20_000,
            _ => 8,
        };
        match self.random.number() % 10 {
            0 => Step::Warp { seconds, slots: 0 },
            1 => Step::Warp { seconds: 0, slots: seconds * 2 },
            2 => Step::Warp { seconds, slots: seconds * 2 },
            _ => Step::Warp { seconds, slots: seconds.saturating_mul(5) / 2 + 1 },
        }
    }

    /// To a deadline of something, or a second beside it.
    fn until_deadline(&mut self) -> u32 {
        let accounts = &self.model.accounts;
        let mut all: Vec<Deadline> = Vec::new();
        for task in accounts.tasks.values() {
            all.extend([task.open_until, task.audit_until, task.challenge_until]);
        }
        all.extend(accounts.runs.values().map(|run| run.execute_until));
        all.extend(accounts.audits.values().map(|audit| audit.answer_until));
        let now = self.model.now.unix;
        let ahead: Vec<i64> = all.iter().map(|deadline| deadline.unix - now).filter(|ahead| *ahead > 0).collect();
        if ahead.is_empty() {
            return 5;
        }
        let wait = self.random.of(&ahead) + self.random.of(&[-1, 0, 1]);
        u32::try_from(wait).unwrap_or(0)
    }

    fn account(&mut self) -> Account {
        let market = self.random.byte(MARKETS);
        match self.random.number() % 10 {
            0..4 => Account::Wallet(self.random.byte(WALLETS)),
            4..6 => Account::Stake(self.a_provider()),
            6 => Account::Task(self.a_task()),
            7 => Account::Insurance(market),
            8 => Account::Unclaimed(market),
            _ => match self.random.number() % 2 {
                0 => Account::Fees { market, epoch: 0, shard: self.random.byte(16) },
                _ => Account::Pool { market, epoch: 0 },
            },
        }
    }

    /// What strangers and other programs do.
    fn weather(&mut self) -> Step {
        let account = self.account();
        match self.random.number() % 12 {
            0 => {
                Step::SkipSlots { back: self.random.of(&[1, 5, 12, 40, 512]), count: self.random.of(&[1, 3, 10, 600]) }
            }
            1..3 => Step::Dust { account, amount: self.random.of(&[1, 7, 1_000]) },
            3 => Step::Lamports { task: self.a_task() },
            4 => Step::Token { account, change: Change::Freeze },
            5 => Step::Token { account, change: self.random.of(&[Change::Close, Change::GiveAway]) },
            // Most of what breaks is mended, else soon nobody could pay.
            6..9 => Step::Token { account, change: Change::Thaw },
            _ => Step::Token { account: Account::Wallet(self.random.byte(WALLETS)), change: Change::Restore },
        }
    }

    fn stake(&mut self) -> Step {
        let by = self.a_provider();
        let amount =
            if self.random.chance(70) { self.random.of(&[1, 5_000_003, 30_000_000]) } else { self.random.of(&AMOUNTS) };
        match self.random.number() % 16 {
            0..4 => Step::Deposit { by, amount },
            4..7 => Step::Unbond { by, amount },
            7..9 => Step::Withdraw { by, elsewhere: self.random.chance(20) },
            9 => Step::Recount { by },
            10 => Step::Commit { by, hours_ago: self.random.of(&[0, 1, 1, 2]) },
            11 => Step::Update { by, change: self.random.byte(10) },
            12 => Step::Update { by, change: self.random.of(&[1, 5, 7, 9]) },
            13 => Step::Register { by, roles: self.random.byte(4), ticket: self.random.chance(50) },
            14 => Step::Leave { by },
            _ => Step::Update { by, change: self.random.of(&[1, 5, 9]) },
        }
    }

    fn present_epoch(&self) -> i8 {
        let epoch = u64::try_from(self.model.now.unix).unwrap_or(0) / u64::from(EPOCH);
        i8::try_from(epoch.saturating_sub(self.scene.first_epoch)).unwrap_or(i8::MAX)
    }

    fn epoch(&mut self) -> Step {
        let now = self.present_epoch();
        let epoch = if self.random.chance(75) { now } else { now.saturating_add(self.random.of(&[-5, -1, 1, 2, 60])) };
        let (market, by) = (self.random.byte(MARKETS), self.a_provider());
        let bare = self.random.chance(20);
        let past = now.saturating_sub(1);
        match self.random.number() % 13 {
            0..2 => Step::PoolOpen { market, epoch },
            2 => Step::PoolFund { market, epoch, amount: self.random.of(&AMOUNTS) },
            3 => Step::ShareOpen { by, epoch },
            4 => Step::PoolClaim { by, epoch: past, bare },
            5 => Step::PoolClose { market, epoch: now.saturating_sub(5) },
            6..8 => Step::FeeVaultOpen { market, epoch, shard: self.random.byte(17) },
            8..10 => Step::FeeSweep { market, epoch: past, shard: self.random.byte(17), bare },
            _ => Step::BalanceClaim { market, wallet: self.random.byte(WALLETS), elsewhere: self.random.chance(50) },
        }
    }

    /// To whom a market's authority is offered.
    fn offered(&self, market: u8) -> Option<u8> {
        let to = self.model.accounts.markets.get(&self.scene.markets[usize::from(market)].key)?.pending_authority?;
        let number = self.scene.wallets.iter().position(|wallet| wallet.key == to)?;
        u8::try_from(number).ok()
    }

    /// Any instruction with any accounts of its kind.
    fn anything(&mut self) -> Step {
        let (task, run, by, auditor) = (self.a_task(), self.a_provider(), self.a_provider(), self.a_provider());
        let (market, wallet, root) = (self.random.byte(MARKETS), self.random.byte(WALLETS), self.random.byte(ROOTS));
        let amount = self.random.of(&AMOUNTS);
        let (yes, rarely) = (self.random.chance(50), self.random.chance(15));
        match self.random.number() % 26 {
            0 => Step::Create { task, market, spec: self.spec() },
            1 => Step::Cancel { task },
            2 => Step::Claim { task, by, stale_terms: rarely },
            3 => Step::Release { task, run },
            4 => Step::Seal { task, run, root, as_of: by },
            5 => Step::Reveal { task, run, root },
            6 => Step::Submit { task, run, root },
            7 => Step::Draw { task, run },
            8 => Step::AuditClaim { task, run, auditor, element: yes },
            9 => Step::AuditPost { task, run, auditor, root, matching: yes.then_some(by) },
            10 => Step::AuditOpen { task, run, auditor, keyed: yes, wrong: rarely },
            11 => Step::AuditForce { task, run, amount },
            12 => Step::Settle { task, run, auditors: (amount % 16_384) as u16 & 0b11, bare: rarely },
            13 => Step::Expire { task, run: yes.then_some(run), bare: rarely },
            14 => Step::Propose { market, variant: self.random.byte(5), by_stranger: rarely },
            15 => Step::Apply { market },
            16 => Step::DropProposal { market },
            17 => Step::Pause { market, paused: rarely },
            18 => Step::Pause { market, paused: false },
            19 => Step::Offer { market, to: yes.then_some(wallet) },
            20 => Step::Accept { market, wallet: self.offered(market).unwrap_or(wallet) },
            21 if rarely => Step::MarketInit { market },
            22 if rarely => Step::ModelRegister,
            23 if rarely => Step::Migrate { by },
            24 => Step::PoolFund { market, epoch: 0, amount },
            _ => Step::Deposit { by, amount },
        }
    }
}
