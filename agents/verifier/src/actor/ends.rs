//! What becomes of tasks and audits when a job about them ends.

use std::sync::Arc;

use tessera_chain::{ChainError, ErrorKind, Pubkey, Receipt};
use tessera_compute::{Cancel, ExecError, Root};
use tessera_node::{Ended, ExecuteError, FetchError, Lost, TaskInputs};

use super::{Actor, Held};
use crate::error::{VerifierError, WorkError};
use crate::jobs::{Done, Found, Job, Kind, Step};
use crate::plan::{AuditStage, Stage};

/// A task or run under its terms.
type Terms = (Pubkey, [u8; 32]);

impl Actor {
    pub(super) fn end(&mut self, ended: Ended<Job, Done>) -> Result<(), VerifierError> {
        match (ended.key, ended.outcome) {
            (Job::Task { task, terms, .. }, Ok(Done::Fetched(result))) => self.fetched((task, terms), result),
            (Job::Task { task, terms, .. }, Ok(Done::Executed(result))) => self.executed((task, terms), result),
            (Job::Audit { run, terms, step }, Ok(Done::Sent(result))) => {
                self.sent((run, terms), step, result.map(Some))?;
            }
            (Job::Audit { run, terms, step }, Ok(Done::Opened(result))) => self.sent((run, terms), step, result)?,
            (Job::Search, Ok(Done::Searched(found))) => {
                if found.is_none() {
                    tracing::warn!(
                        "the ticket chain that is committed to is none of this key's; another one replaces it"
                    );
                }
                (self.tickets, self.searching) = (found, false);
            }
            (Job::Errand(errand), Ok(Done::Ran(result))) => self.progress.errand_ended(&errand, result)?,
            (Job::Dispute(job), Ok(Done::Disputed(result))) => self.disputes.ended(job, result, &self.progress)?,
            (job, Err(lost)) => self.lost(job, &lost),
            // No job returns what is not its own.
            (_, Ok(_)) => {}
        }
        Ok(())
    }

    fn fetched(&mut self, (task, terms): Terms, result: Result<TaskInputs, FetchError>) {
        match result {
            Ok(inputs) => {
                tracing::info!(%task, stage = "fetch", label = %inputs.label.escape_debug(), "data fetched and checked");
                let estimate = inputs.estimate;
                let held = Held { terms, inputs: Some(Arc::new(inputs)), trees: None, cancel: Cancel::new() };
                self.held.insert(task, held);
                self.progress.tasks.set(task, terms, Stage::Fetched(estimate));
            }
            Err(error) => self.progress.fetch_failed(task, terms, &error, Stage::Refused),
        }
    }

    fn executed(&mut self, (task, terms): Terms, result: Result<Found, WorkError>) {
        match result {
            Ok(Found { roots, trees }) => {
                tracing::info!(%task, stage = "execute", root = %Root(roots.output), "outputs computed");
                if let Some(held) = self.held.get_mut(&task).filter(|held| held.terms == terms) {
                    (held.inputs, held.trees) = (None, Some(trees));
                }
                self.progress.tasks.set(task, terms, Stage::Computed(roots));
            }
            Err(WorkError::Execute(ExecuteError::Backend(ExecError::Cancelled))) => {
                self.progress.tasks.set(task, terms, self.fetched_stage(task));
            }
            Err(error) => self.execution_failed((task, terms), &error),
        }
    }

    fn execution_failed(&mut self, (task, terms): Terms, error: &dyn std::error::Error) {
        let fetched = self.fetched_stage(task);
        if self.progress.execution_failed(task, terms, error, fetched, Stage::Refused) {
            tracing::error!(%task, stage = "execute", "given up");
        }
    }

    /// Where a task stands whose data are here.
    fn fetched_stage(&self, task: Pubkey) -> Stage {
        let inputs = self.held.get(&task).and_then(|held| held.inputs.as_ref());
        inputs.map_or(Stage::New, |inputs| Stage::Fetched(inputs.estimate))
    }

    /// A step of an audit ended. Without a receipt it has become impossible.
    fn sent(
        &mut self,
        (run, terms): Terms,
        step: Step,
        result: Result<Option<Receipt>, ChainError>,
    ) -> Result<(), VerifierError> {
        match result {
            Ok(Some(receipt)) => {
                tracing::info!(%run, stage = step.name(), signature = %receipt.signature, slot = receipt.slot, "landed");
                let stage = match step {
                    Step::Claim => AuditStage::Claimed(receipt.slot),
                    Step::Post => AuditStage::Posted(receipt.slot),
                    Step::Open => AuditStage::Opened(receipt.slot),
                };
                self.audits.set(run, terms, stage);
            }
            Ok(None) => {
                tracing::warn!(%run, stage = step.name(), "the slot hash that picks the leaf is gone: this audit is not paid");
                self.audits.set(run, terms, AuditStage::GivenUp);
            }
            Err(error) => {
                let (uptime, backoff) = (self.progress.uptime(), self.bench.node.backoff());
                let failures = self.audits.failed(run, terms, AuditStage::Idle, uptime, &backoff);
                tracing::warn!(%run, stage = step.name(), %error, failures, "not landed");
                if error.kind() == ErrorKind::Fatal {
                    return Err(error.into());
                }
                // An answer is owed, and its deadline ends the attempts. The others are only opportunities.
                if step != Step::Post && self.progress.is_send_given_up(failures) {
                    tracing::warn!(%run, stage = step.name(), "given up");
                    self.audits.set(run, terms, AuditStage::GivenUp);
                }
            }
        }
        Ok(())
    }

    fn lost(&mut self, job: Job, lost: &Lost) {
        tracing::error!(?job, %lost, "a job was lost");
        match job {
            Job::Task { task, terms, kind: Kind::Fetch } => self.progress.tasks.set(task, terms, Stage::Refused),
            Job::Task { task, terms, kind: Kind::Execute } => self.execution_failed((task, terms), lost),
            Job::Audit { run, terms, .. } => {
                let (uptime, backoff) = (self.progress.uptime(), self.bench.node.backoff());
                self.audits.failed(run, terms, AuditStage::Idle, uptime, &backoff);
            }
            Job::Search => self.searching = false,
            Job::Dispute(job) => self.disputes.lost(job, &self.progress),
            Job::Errand(errand) => self.progress.errand_lost(&errand),
        }
    }
}
