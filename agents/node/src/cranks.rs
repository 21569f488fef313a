//! Due transitions: when an agent sends one, and what it remembers of those that it sent.

use std::time::Duration;

use tessera_chain::due::{Crank, Due, due};
use tessera_chain::{Moment, Pubkey, World};

use crate::memory::Memory;

/// How far a process is with a due transition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CrankStage {
    /// Not sent.
    #[default]
    Idle,
    /// Being sent.
    Sending,
    /// Landed in this slot.
    Sent(u64),
    /// Refused for good.
    Refused,
}

/// What tells due transitions apart: the task, which transition, on which run.
pub type CrankKey = (Pubkey, Crank, Option<Pubkey>);

/// What a process has sent of due transitions.
pub type CrankMemory = Memory<CrankKey, CrankStage>;

/// The key of a task's due transition.
pub fn crank_key(task: Pubkey, due: &Due) -> CrankKey {
    (task, due.crank, due.run)
}

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
    /// Due transitions in flight, at most.
    pub at_once: usize,
}

impl CrankLimits {
    /// Seconds that `me` leaves a due transition in which it has no part to others; `None`: for ever. Strangers come one
    /// after the other, so that few pay for a transaction that comes too late.
    pub fn stranger_patience(&self, me: &Pubkey) -> Option<i64> {
        let turn = me.to_bytes().first().map_or(0, |byte| byte % TURNS);
        let after = i64::try_from(self.after.as_secs()).unwrap_or(i64::MAX);
        self.others.then(|| after.saturating_add(i64::from(turn).saturating_mul(TURN_SECONDS)))
    }
}

/// The due transitions that are to be sent now, by task. `patience` says how many seconds this agent leaves one to others;
/// `None`: for ever. One that landed is sent again only if the task was read later and still shows it as due.
pub fn plan_cranks(
    world: &World,
    cranks: &CrankMemory,
    limits: &CrankLimits,
    uptime: Duration,
    now: Moment,
    patience: impl Fn(&Due) -> Option<i64>,
) -> Vec<(Pubkey, Due)> {
    let sending = cranks.iter().filter(|(_, note)| note.stage == CrankStage::Sending).count();
    let room = limits.at_once.saturating_sub(sending);
    let due_tasks = world.tasks.values().filter_map(|task| Some((task, due(world, task, now)?)));
    due_tasks
        .filter(|(task, due)| {
            let note = cranks.note(&crank_key(task.key, due), &task.terms_hash);
            let is_sent = match note.stage {
                CrankStage::Idle => false,
                CrankStage::Sending | CrankStage::Refused => true,
                CrankStage::Sent(slot) => task.slot <= slot,
            };
            let is_turn = patience(due).is_some_and(|wait| now.unix >= due.since.saturating_add(wait));
            is_turn && !is_sent && note.not_before <= uptime
        })
        .map(|(task, due)| (task.key, due))
        .take(room)
        .collect()
}
