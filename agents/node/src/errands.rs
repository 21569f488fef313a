//! Errands: transactions that are about no work that an agent computes. Transitions that anyone may send once they are due,
//! and what an agent does for its own account. When an agent sends one, and what it remembers of those that it sent.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use tessera_chain::due::{self, Crank, Due};
use tessera_chain::{AccountKind, Moment, Provider, Pubkey, Receipt, Versioned, World};

use crate::memory::Memory;

/// Something to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// A transition that anyone may send.
    Due(Due),
    /// `share_open`: a run of this provider may be settled in the epoch.
    OpenShare {
        /// Which epoch.
        epoch: u64,
    },
    /// `balance_claim`: a payment to this agent's authority could not be delivered and waits.
    ClaimBalance {
        /// The Balance account.
        balance: Pubkey,
    },
    /// `verifier_commit`: this verifier's ticket chain is missing, is ending, or was not used for too long.
    Commit {
        /// The verifier.
        verifier: Pubkey,
        /// The hour of its first element.
        hour: i64,
    },
}

impl Errand {
    /// The program's instruction that does it.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Due(due) => due.crank.label(),
            Self::OpenShare { .. } => "share_open",
            Self::ClaimBalance { .. } => "balance_claim",
            Self::Commit { .. } => "verifier_commit",
        }
    }

    /// What tells it from others.
    pub fn key(&self) -> ErrandKey {
        match *self {
            Self::Due(Due { crank, .. }) => match crank {
                Crank::Expire { task, run } => ErrandKey::Expire(run.unwrap_or(task)),
                Crank::Settle { run, .. } => ErrandKey::Settle(run),
                Crank::CloseAudits { run, .. } => ErrandKey::CloseAudits(run),
                Crank::Draw { run, .. } => ErrandKey::Draw(run),
                Crank::TimeOutDispute { dispute, .. } => ErrandKey::TimeOutDispute(dispute),
                Crank::SettleDispute { dispute, .. } => ErrandKey::SettleDispute(dispute),
                Crank::CloseDispute { dispute, .. } => ErrandKey::CloseDispute(dispute),
                Crank::ApplyParams => ErrandKey::ApplyParams,
                Crank::Recount { provider } => ErrandKey::Recount(provider),
                Crank::SweepFees { epoch, shard } => ErrandKey::SweepFees(epoch, shard),
                Crank::ClaimShare { share } => ErrandKey::ClaimShare(share),
                Crank::ClosePool { epoch } => ErrandKey::ClosePool(epoch),
            },
            Self::OpenShare { epoch } => ErrandKey::OpenShare(epoch),
            Self::ClaimBalance { balance } => ErrandKey::ClaimBalance(balance),
            Self::Commit { verifier, .. } => ErrandKey::Commit(verifier),
        }
    }
}

/// What tells errands apart: what is done, to which account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrandKey {
    /// To a run, or to a task that nobody works on.
    Expire(Pubkey),
    /// To a run.
    Settle(Pubkey),
    /// To a run.
    CloseAudits(Pubkey),
    /// To a run.
    Draw(Pubkey),
    /// To a dispute.
    TimeOutDispute(Pubkey),
    /// To a dispute.
    SettleDispute(Pubkey),
    /// To a dispute.
    CloseDispute(Pubkey),
    /// To the market.
    ApplyParams,
    /// To a verifier.
    Recount(Pubkey),
    /// To an epoch's shard.
    SweepFees(u64, u8),
    /// To a share.
    ClaimShare(Pubkey),
    /// To an epoch.
    ClosePool(u64),
    /// To an epoch.
    OpenShare(u64),
    /// To a balance.
    ClaimBalance(Pubkey),
    /// To a verifier.
    Commit(Pubkey),
}

impl ErrandKey {
    /// The slot in which the account that shows whether it is needed was read; `None` if the account is gone.
    fn read_at(&self, world: &World) -> Option<u64> {
        let run = |key| world.runs.get(key).map(|run| run.slot);
        match self {
            Self::Expire(key) => run(key).or_else(|| world.tasks.get(key).map(|task| task.slot)),
            Self::Settle(key) | Self::CloseAudits(key) | Self::Draw(key) => run(key),
            Self::TimeOutDispute(key) | Self::SettleDispute(key) | Self::CloseDispute(key) => {
                world.disputes.get(key).map(|dispute| dispute.slot)
            }
            Self::ApplyParams => world.market.as_ref().map(|market| market.slot),
            Self::Recount(key) | Self::Commit(key) => world.providers.get(key).map(|provider| provider.slot),
            Self::SweepFees(epoch, _) | Self::ClosePool(epoch) => world.pool(*epoch).map(|pool| pool.slot),
            // Only a listing shows that there is none; the pool, which counts it, may be read again before it.
            Self::OpenShare(_) => Some(world.listed_at(AccountKind::Share)),
            Self::ClaimShare(key) => world.shares.get(key).map(|share| share.slot),
            Self::ClaimBalance(key) => world.balances.get(key).map(|balance| balance.slot),
        }
    }

    /// Whether it may still matter.
    pub(crate) fn is_about(&self, world: &World) -> bool {
        match self {
            Self::OpenShare(epoch) => world.epoch().is_none_or(|now| *epoch >= now),
            _ => self.read_at(world).is_some(),
        }
    }
}

/// How far a process is with an errand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ErrandStage {
    /// Not sent.
    #[default]
    Idle,
    /// Being sent.
    Sending,
    /// Landed in this slot, or somebody else's was found to have landed by then.
    Sent(u64),
    /// Refused for good.
    Refused,
}

/// How an errand ended that was not refused.
#[derive(Clone, Debug, PartialEq)]
pub enum ErrandEnd {
    /// It landed.
    Landed(Receipt),
    /// Somebody else was faster: the account of this slot shows it. Nothing was sent.
    Found(u64),
}

/// What a process has sent.
pub type ErrandMemory = Memory<ErrandKey, ErrandStage>;

/// Errands are known by their accounts alone.
pub(crate) const NO_TERMS: [u8; 32] = [0; 32];

/// Strangers of one transition take turns this many seconds apart, in this many turns.
const TURN_SECONDS: i64 = 5;
const TURNS: u8 = 8;

/// What an operator decides about due transitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrankLimits {
    /// See [`NodeTuning::crank_others`](crate::NodeTuning::crank_others).
    pub others: bool,
    /// See [`NodeTuning::crank_after`](crate::NodeTuning::crank_after).
    pub after: Duration,
    /// Errands in flight, at most.
    pub at_once: usize,
}

impl CrankLimits {
    /// Seconds that `me` leaves a due transition in which it has no part to others; `None`: for ever. Strangers come one
    /// after the other, so that few pay for a transaction that comes too late.
    pub fn stranger_patience(&self, me: &Pubkey) -> Option<i64> {
        let after = i64::try_from(self.after.as_secs()).unwrap_or(i64::MAX);
        self.others.then(|| after.saturating_add(turn_seconds(me)))
    }

    /// The same of a transition of the market as a whole. Those who gain by it come first: whose share it is, who has a share
    /// that waits for it, who gets the rent back; and a verifier lowers the weights that dilute its own.
    pub fn market_patience(&self, world: &World, me: &Versioned<Provider>, crank: Crank) -> Option<i64> {
        let first = match crank {
            Crank::ClaimShare { share } => world.shares.get(&share).is_some_and(|share| share.provider == me.key),
            Crank::ClosePool { epoch } => world.pool(epoch).is_some_and(|pool| pool.payer == me.authority),
            // Nobody knows since when it is due, so that there are no turns.
            Crank::Recount { .. } => me.draws(),
            _ => false,
        };
        let second = matches!(crank, Crank::SweepFees { epoch, .. } if world.share(me.key, epoch).is_some());
        match (first, second) {
            (true, _) => Some(0),
            (_, true) => Some(turn_seconds(&me.key)),
            _ => self.stranger_patience(&me.key),
        }
    }
}

/// The turn of an agent among its like, 0 to 7.
pub fn turn(me: &Pubkey) -> i64 {
    me.to_bytes().first().map_or(0, |byte| i64::from(byte % TURNS))
}

fn turn_seconds(me: &Pubkey) -> i64 {
    turn(me).saturating_mul(TURN_SECONDS)
}

/// What waits for this agent's authority.
pub fn waiting_balance(world: &World, me: &Provider) -> Option<Errand> {
    let balance = world.balance_of(me.authority)?;
    (balance.amount > 0).then_some(Errand::ClaimBalance { balance: balance.key })
}

/// What errands are planned with.
#[derive(Clone, Copy, Debug)]
pub struct Errands<'a> {
    /// The market's accounts.
    pub world: &'a World,
    /// This agent's account.
    pub me: Pubkey,
    /// What this process has sent.
    pub memory: &'a ErrandMemory,
    /// What the operator decides.
    pub limits: &'a CrankLimits,
    /// How long this process has been up.
    pub uptime: Duration,
}

impl Errands<'_> {
    /// What is to be sent now: the agent's `own` errands, then transitions that are due, those first that it leaves to others
    /// the shortest. Of equal ones each agent begins with others: after a halt the turns of all have passed, and if all began
    /// with the same they would meet at each. `patience` says how many seconds
    /// this agent leaves one of those to others; `None`: for ever. What landed is sent again only if the account was read
    /// later and still asks for it.
    pub fn plan(
        &self,
        own: impl IntoIterator<Item = Errand>,
        now: Moment,
        patience: impl Fn(&Due) -> Option<i64>,
    ) -> Vec<Errand> {
        let turn = |due: Due| {
            let wait = patience(&due).filter(|wait| now.unix >= due.since.saturating_add(*wait))?;
            let errand = Errand::Due(due);
            Some((wait, self.place(&errand), errand))
        };
        let mut due: Vec<_> = due::all(self.world, now).into_iter().filter_map(turn).collect();
        due.sort_by_key(|(wait, place, _)| (*wait, *place));
        let due = due.into_iter().map(|(_, _, errand)| errand);
        let sending = self.memory.iter().filter(|(_, note)| note.stage == ErrandStage::Sending).count();
        let room = self.limits.at_once.saturating_sub(sending);
        own.into_iter().chain(due).filter(|errand| self.is_unsent(errand)).take(room).collect()
    }

    /// Orders errands, differently for each agent.
    fn place(&self, errand: &Errand) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.me, errand.key()).hash(&mut hasher);
        hasher.finish()
    }

    fn is_unsent(&self, errand: &Errand) -> bool {
        let key = errand.key();
        let note = self.memory.note(&key, &NO_TERMS);
        let is_idle = match note.stage {
            ErrandStage::Idle => true,
            ErrandStage::Sending | ErrandStage::Refused => false,
            ErrandStage::Sent(slot) => key.read_at(self.world).is_some_and(|read| read > slot),
        };
        is_idle && note.not_before <= self.uptime
    }
}
