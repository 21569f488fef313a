//! What happened to a task, read from its transactions: the accounts are gone when it is over, the events stay.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tessera_chain::program::events::{
    AuditClosed, AuditPosted, DisputeCause, DisputeOpened, RunOutcome, RunSubmitted, TaskSettled,
};
use tessera_chain::{AuditState, Chain, ChainError, Event, Policy, Pubkey, Recorded, Terms};

/// More transactions than a task can have: eight no-shows, three runs, audits.
const HISTORY_LIMIT: usize = 1_000;

/// A task's transactions, oldest first.
#[derive(Clone, Debug)]
pub struct Story {
    task: Pubkey,
    transactions: Vec<Recorded>,
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// A run was paid.
    Settled,
    /// All its runs were refuted or outvoted; the requester has the rewards back.
    Refuted,
    /// Its runs gave different roots, and nothing decided between them; the requester has the rewards back.
    Tied,
    /// The requester took it back.
    Cancelled,
    /// Nobody delivered in time; the requester has the escrow back.
    Expired,
}

/// One transaction of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The instruction's name.
    pub step: &'static str,
    /// Compute units used; `None` if the node has forgotten them.
    pub compute_units: Option<u64>,
    /// Lamports paid as fee.
    pub lamports: Option<u64>,
    /// Its signature.
    pub transaction: String,
    /// It was refused and changed nothing, but its fee was paid.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
}

impl Story {
    /// Reads a task's transactions, and those of its runs, which need not name it.
    ///
    /// # Errors
    /// [`ChainError`] when the node cannot give them.
    pub async fn read(chain: &dyn Chain, task: Pubkey) -> Result<Self, ChainError> {
        let mut transactions = chain.history(task, HISTORY_LIMIT).await?;
        let runs: BTreeSet<Pubkey> = transactions
            .iter()
            .filter_map(|recorded| recorded.details.as_ref())
            .flat_map(|details| &details.events)
            .filter(|event| event.task() == Some(task))
            .filter_map(Event::run)
            .collect();
        let mut known: BTreeSet<_> = transactions.iter().map(|recorded| recorded.signature).collect();
        for run in runs {
            let of_run = chain.history(run, HISTORY_LIMIT).await?;
            transactions.extend(of_run.into_iter().filter(|recorded| known.insert(recorded.signature)));
        }
        transactions.reverse();
        // Within a slot what a node lists first is the younger one; the sort keeps that order.
        transactions.sort_by_key(|recorded| recorded.slot);
        Ok(Self { task, transactions })
    }

    /// Whether the chain knows nothing of the task.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.transactions.is_empty()
    }

    /// Whether a transaction of the task took effect.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.transactions.iter().any(|recorded| recorded.error.is_none())
    }

    /// The terms, from the task's creation.
    #[must_use]
    pub fn terms(&self) -> Option<&Terms> {
        self.events().find_map(|event| match event {
            Event::TaskCreated(created) => Some(&created.terms),
            _ => None,
        })
    }

    /// The run that showed this root last.
    #[must_use]
    pub fn shown(&self, root: &[u8; 32]) -> Option<&RunSubmitted> {
        let shown = self.events().filter_map(|event| match event {
            Event::RunSubmitted(run) if run.output_root == *root => Some(run.as_ref()),
            _ => None,
        });
        shown.last()
    }

    /// The runs that were decided, in that order.
    pub fn settled(&self) -> impl Iterator<Item = &TaskSettled> {
        self.events().filter_map(|event| match event {
            Event::TaskSettled(run) => Some(run.as_ref()),
            _ => None,
        })
    }

    /// The first run that was paid.
    #[must_use]
    pub fn upheld(&self) -> Option<&TaskSettled> {
        self.settled().find(|run| run.outcome == RunOutcome::Upheld)
    }

    /// How the task ended; `None` while it goes on.
    #[must_use]
    pub fn ending(&self) -> Option<Ending> {
        if self.upheld().is_some() {
            return Some(Ending::Settled);
        }
        let closed = self.events().find_map(|event| match event {
            Event::TaskCancelled(_) => Some(Ending::Cancelled),
            Event::TaskExpired(_) | Event::TaskClosed(_) => Some(Ending::Expired),
            _ => None,
        })?;
        if closed == Ending::Cancelled {
            return Some(closed);
        }
        let ended = |outcome| self.settled().any(|run| run.outcome == outcome);
        match (ended(RunOutcome::Void), ended(RunOutcome::Slashed)) {
            (true, _) => Some(Ending::Tied),
            (false, true) => Some(Ending::Refuted),
            (false, false) => Some(Ending::Expired),
        }
    }

    /// Each run's provider, how its run ended, and what it lost, in the order of the claims.
    #[must_use]
    pub fn runs(&self) -> Vec<RunStory> {
        let mut runs: Vec<RunStory> = Vec::new();
        for event in self.events() {
            if let Event::TaskClaimed(claimed) = event {
                runs.push(RunStory { provider: claimed.provider, state: "claimed", slashed: 0 });
                continue;
            }
            let (provider, state, slashed) = match event {
                Event::RunReleased(run) => (run.provider, "released", 0),
                Event::RunSealed(run) => (run.provider, "sealed", 0),
                Event::RunSubmitted(run) => (run.provider, "submitted", 0),
                Event::RunAbandoned(run) => (run.provider, "no_show", run.requester_compensated.amount),
                Event::RunSilent(run) => (run.provider, "silent", run.slashed),
                Event::TaskSettled(run) => (run.provider, outcome_name(run.outcome), run.slashed),
                _ => continue,
            };
            if let Some(run) = runs.iter_mut().rev().find(|run| run.provider == provider) {
                *run = RunStory { provider, state, slashed };
            }
        }
        runs
    }

    /// The audits that were answered.
    pub fn audits(&self) -> impl Iterator<Item = &AuditPosted> {
        self.events().filter_map(|event| match event {
            Event::AuditPosted(audit) => Some(audit.as_ref()),
            _ => None,
        })
    }

    /// Verifiers whose tickets were drawn, by their Provider accounts.
    pub fn drawn(&self) -> impl Iterator<Item = Pubkey> {
        self.events().filter_map(|event| match event {
            Event::AuditClaimed(audit) if audit.drawn => Some(audit.verifier),
            _ => None,
        })
    }

    /// The audits that were closed, with what they earned.
    pub fn audits_closed(&self) -> impl Iterator<Item = &AuditClosed> {
        self.events().filter_map(|event| match event {
            Event::AuditClosed(audit) => Some(audit.as_ref()),
            _ => None,
        })
    }

    /// The disputes that were opened over its runs, in that order.
    pub fn disputes(&self) -> impl Iterator<Item = &DisputeOpened> {
        self.events().filter_map(|event| match event {
            Event::DisputeOpened(dispute) => Some(dispute.as_ref()),
            _ => None,
        })
    }

    /// Every transaction with what it cost.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let redundant = self.terms().is_some_and(|terms| matches!(terms.policy, Policy::Redundant { .. }));
        self.transactions
            .iter()
            .map(|recorded| {
                let details = recorded.details.as_ref();
                Step {
                    step: match (&recorded.error, details) {
                        (Some(_), _) => "refused",
                        (None, Some(details)) => name(self.task, redundant, &details.events),
                        (None, None) => "unknown",
                    },
                    compute_units: details.map(|details| details.compute_units),
                    lamports: details.map(|details| details.fee_lamports),
                    transaction: recorded.signature.to_string(),
                    failed: recorded.error.is_some(),
                }
            })
            .collect()
    }

    /// What each party got of the escrow, by role; with what is left for audits they sum to it.
    #[must_use]
    pub fn paid(&self) -> BTreeMap<&'static str, u64> {
        let mut paid: BTreeMap<&'static str, u64> = BTreeMap::new();
        let mut add = |to, amount: u64| {
            let sum = paid.entry(to).or_default();
            *sum = sum.saturating_add(amount);
        };
        for event in self.events() {
            match event {
                Event::TaskSettled(run) => {
                    add("provider", run.provider_paid.amount);
                    add("treasury", run.treasury_paid.amount);
                    add("model", run.model_paid.amount);
                    add("crank", run.cranker_paid);
                    add("requester", run.requester_refunded.amount);
                }
                Event::AuditClosed(audit) => add("auditor", audit.paid),
                Event::RunAbandoned(run) => add("crank", run.cranker_paid),
                Event::RunSilent(run) => {
                    add("crank", run.cranker_paid);
                    add("requester", run.requester_refunded.amount);
                }
                Event::TaskExpired(end) => {
                    add("crank", end.cranker_paid);
                    add("requester", end.requester_refunded.amount);
                }
                Event::TaskCancelled(end) => add("requester", end.requester_refunded),
                _ => {}
            }
        }
        paid
    }

    /// What was paid into the escrow: by the task's creation, and for forced audits.
    #[must_use]
    pub fn escrow(&self) -> Option<u64> {
        let forced = self.events().filter_map(|event| match event {
            Event::AuditForced(forced) => Some(forced.paid),
            _ => None,
        });
        forced.fold(self.terms()?.escrow().ok(), |sum, paid| sum?.checked_add(paid))
    }

    /// Of transactions that took effect, about this task: the logs of a refused one may hold events of what was undone.
    fn events(&self) -> impl Iterator<Item = &Event> {
        self.transactions
            .iter()
            .filter(|recorded| recorded.error.is_none())
            .filter_map(|recorded| recorded.details.as_ref())
            .flat_map(|details| &details.events)
            .filter(|event| event.task() == Some(self.task))
    }
}

/// One provider's part in a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunStory {
    /// The Provider account.
    pub provider: Pubkey,
    /// How far it got: `claimed`, `sealed`, `submitted`, `upheld`, `slashed`, `void`, `no_show`, `silent` or `released`.
    pub state: &'static str,
    /// Base units that it lost.
    pub slashed: u64,
}

/// The instruction behind a transaction's first event about the task.
fn name(task: Pubkey, redundant: bool, events: &[Event]) -> &'static str {
    match events.iter().find(|event| event.task() == Some(task)) {
        Some(Event::TaskCreated(_)) => "task_create",
        Some(Event::TaskCancelled(_)) => "task_cancel",
        Some(Event::TaskClaimed(_)) => "task_claim",
        Some(Event::RunReleased(_)) => "run_release",
        Some(Event::RunSealed(_)) => "run_seal",
        Some(Event::RunSubmitted(_)) if redundant => "run_reveal",
        Some(Event::RunSubmitted(_)) => "run_submit",
        Some(Event::AuditDrawn(_)) => "audit_draw",
        Some(Event::AuditClaimed(_)) => "audit_claim",
        Some(Event::AuditPosted(_)) => "audit_post",
        Some(Event::AuditOpened(_)) => "audit_open",
        Some(Event::AuditForced(_)) => "audit_force",
        Some(Event::DisputeOpened(_)) => "dispute_open",
        Some(Event::DisputeMoved(_)) => "dispute_move",
        Some(Event::DisputeEnded(ended)) => match ended.because {
            DisputeCause::Silence => "dispute_timeout",
            DisputeCause::Moot => "dispute_settle",
            DisputeCause::Step | DisputeCause::Padding | DisputeCause::Malformed => "dispute_move",
        },
        Some(Event::DisputeSettled(_)) => "dispute_settle",
        Some(Event::DisputeClosed(_)) => "dispute_close",
        Some(Event::TaskSettled(_) | Event::AuditClosed(_) | Event::TaskClosed(_)) => "task_settle",
        Some(Event::TaskExpired(_) | Event::RunAbandoned(_) | Event::RunSilent(_)) => "task_expire",
        Some(_) | None => "other",
    }
}

/// An outcome as a word.
#[must_use]
pub const fn outcome_name(outcome: RunOutcome) -> &'static str {
    match outcome {
        RunOutcome::Upheld => "upheld",
        RunOutcome::Slashed => "slashed",
        RunOutcome::Void => "void",
    }
}

/// An audit's answer as a word.
#[must_use]
pub const fn answer_name(state: AuditState) -> &'static str {
    match state {
        AuditState::Claimed => "claimed",
        AuditState::Agreed { .. } => "agrees",
        AuditState::Differs { .. } => "differs",
    }
}
