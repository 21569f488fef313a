//! What happened to a task, in order: who was paid what, and why. Made from the events of its transactions alone, so that it
//! also tells of tasks whose accounts are closed.

mod sentence;

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use tessera_chain::program::events::Payment;
use tessera_chain::{Chain, ChainError, Event, Pubkey, TaskHistory, TaskStep, task_history};
use tessera_migrations::units::tokens;

use crate::output::{Columns, Lines};

/// A task's past.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// The task.
    pub task: String,
    /// Whether the node still knows all of it; else it begins later.
    pub complete: bool,
    /// What happened, oldest first.
    pub steps: Vec<Happening>,
    /// What each owner got and lost in all.
    pub totals: Vec<Total>,
    #[serde(skip)]
    decimals: u8,
}

/// One thing that happened.
#[derive(Clone, Debug, Serialize)]
pub struct Happening {
    /// Unix seconds, if the node knows.
    pub time: Option<i64>,
    /// Its slot.
    pub slot: u64,
    /// The transaction.
    pub transaction: String,
    /// The event's name.
    pub event: &'static str,
    /// In words.
    pub what: String,
    /// Who was paid what, and why.
    pub payments: Vec<Paid>,
}

/// A payment, or a loss.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Paid {
    /// In which role: `requester`, `provider`, `treasury`, `model`, `crank`, `auditor`, `challenger`, `sink`, `insurance`.
    pub to: &'static str,
    /// Whose tokens they are now: a wallet, or a Provider account whose stake grew. `None` where the event does not name it.
    pub owner: Option<String>,
    /// How much.
    pub base_units: u64,
    /// For what.
    pub why: &'static str,
    /// Kept in a balance that the owner claims, since its token account could not receive.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub kept: bool,
}

/// What somebody got in all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Total {
    /// In which role.
    pub to: &'static str,
    /// Who.
    pub owner: Option<String>,
    /// How much.
    pub base_units: u64,
}

impl Paid {
    fn new(to: &'static str, payment: &Payment, why: &'static str) -> Option<Self> {
        let Payment { owner, amount, kept } = *payment;
        let paid = Self { to, owner: Some(owner.to_string()), base_units: amount, why, kept };
        (amount > 0).then_some(paid)
    }

    fn amount(to: &'static str, owner: Option<Pubkey>, base_units: u64, why: &'static str) -> Option<Self> {
        let owner = owner.map(|owner| owner.to_string());
        (base_units > 0).then_some(Self { to, owner, base_units, why, kept: false })
    }
}

impl Explanation {
    /// Reads at most `limit` of a task's transactions, the newest.
    ///
    /// # Errors
    /// [`ChainError`] when the node cannot give them.
    pub async fn read(chain: &dyn Chain, task: Pubkey, limit: usize, decimals: u8) -> Result<Self, ChainError> {
        Ok(Self::of(task, &task_history(chain, task, limit).await?, decimals))
    }

    /// Tells a history; amounts in words are tokens of a mint with `decimals`.
    #[must_use]
    pub fn of(task: Pubkey, history: &TaskHistory, decimals: u8) -> Self {
        let steps: Vec<Happening> = history.steps.iter().map(|step| Happening::new(step, decimals)).collect();
        let mut totals: BTreeMap<(&'static str, Option<String>), u64> = BTreeMap::new();
        for paid in steps.iter().flat_map(|step| &step.payments) {
            let sum = totals.entry((paid.to, paid.owner.clone())).or_default();
            *sum = sum.saturating_add(paid.base_units);
        }
        let totals = totals.into_iter().map(|((to, owner), base_units)| Total { to, owner, base_units }).collect();
        Self { task: task.to_string(), complete: history.complete, steps, totals, decimals }
    }

    /// Whether the chain knows nothing of the task.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

impl Happening {
    fn new(step: &TaskStep, decimals: u8) -> Self {
        Self {
            time: step.time,
            slot: step.slot,
            transaction: step.signature.to_string(),
            event: step.event.name(),
            what: sentence::of(&step.event, &|base_units| tokens(base_units, decimals)),
            payments: payments(&step.event),
        }
    }
}

/// The payments that an event tells of.
fn payments(event: &Event) -> Vec<Paid> {
    let paid = match event {
        Event::TaskSettled(run) => {
            let mut paid = vec![
                Paid::new("provider", &run.provider_paid, "reward of its upheld run"),
                Paid::new("treasury", &run.treasury_paid, "fee of the upheld run"),
                Paid::new("model", &run.model_paid, "share of the model's creator"),
                Paid::amount("crank", None, run.cranker_paid, "sent the settlement"),
                Paid::new("requester", &run.requester_refunded, "refund of what was not paid"),
                Paid::new("requester", &run.requester_compensated, "its part of the slashed lock"),
                Paid::amount("sink", None, run.sunk, "the sink's part of the slashed lock"),
            ];
            let part =
                |payment| Paid::new("challenger", payment, "its part of the slashed lock: it found the difference");
            paid.extend(run.challengers_paid.iter().map(part));
            paid
        }
        Event::AuditClosed(audit) => vec![
            Paid::amount("auditor", Some(audit.verifier), audit.paid, "audit reward: it agreed and opened its leaf"),
            Paid::new("provider", &audit.provider_paid, "lock of the verifier that accused it in vain"),
            Paid::amount("sink", None, audit.sunk, "lock of a verifier that was wrong or silent"),
        ],
        Event::RunAbandoned(run) => vec![
            Paid::new("requester", &run.requester_compensated, "slashed from a provider that did not deliver"),
            Paid::amount("crank", None, run.cranker_paid, "reported the no-show"),
        ],
        Event::RunSilent(run) => vec![
            Paid::new("requester", &run.requester_compensated, "its part of the lock of a seal that was not opened"),
            Paid::amount("sink", None, run.sunk, "the rest of that lock"),
            Paid::new("requester", &run.requester_refunded, "refund of the run's reward"),
            Paid::amount("crank", None, run.cranker_paid, "reported the silence"),
        ],
        Event::TaskExpired(end) => vec![
            Paid::new("requester", &end.requester_refunded, "refund: nobody delivered in time"),
            Paid::amount("crank", None, end.cranker_paid, "sent the expiry"),
            Paid::amount("insurance", None, end.dust, "what strangers had sent to the vault"),
        ],
        Event::TaskCancelled(end) => vec![
            Paid::amount("requester", Some(end.requester), end.requester_refunded, "refund: it took the task back"),
            Paid::amount("insurance", None, end.dust, "what strangers had sent to the vault"),
        ],
        Event::TaskClosed(end) => {
            vec![Paid::amount("insurance", None, end.dust, "what strangers had sent to the vault")]
        }
        _ => Vec::new(),
    };
    paid.into_iter().flatten().collect()
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |base_units| tokens(base_units, self.decimals);
        writeln!(f, "task {}", self.task)?;
        if !self.complete {
            writeln!(f, "(earlier transactions were not read or are forgotten by the node)")?;
        }
        let first = self.steps.iter().find_map(|step| step.time);
        let mut lines = Lines::new();
        for step in &self.steps {
            let at = match (step.time, first) {
                (Some(time), Some(first)) => format!("+{} s", time.saturating_sub(first)),
                _ => format!("slot {}", step.slot),
            };
            let mut text = step.what.clone();
            for paid in &step.payments {
                let owner = paid.owner.as_ref().map(|owner| format!(" {owner}")).unwrap_or_default();
                let kept = if paid.kept { "; kept as a balance to be claimed" } else { "" };
                text.push_str(&format!("\n  {} to the {}{owner}: {}{kept}", shown(paid.base_units), paid.to, paid.why));
            }
            lines = lines.line(at, text);
        }
        lines.fmt(f)?;
        if self.totals.is_empty() {
            return Ok(());
        }
        writeln!(f)?;
        let mut totals = Columns::new(&["in all", "tokens", "whose"]);
        for total in &self.totals {
            let owner = total.owner.clone().unwrap_or_default();
            totals.row(vec![total.to.to_owned(), shown(total.base_units), owner]);
        }
        totals.fmt(f)
    }
}

#[cfg(test)]
mod tests;
