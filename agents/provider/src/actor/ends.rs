//! What becomes of a task when a job of it ends.

use std::sync::Arc;

use tessera_chain::{ChainError, ErrorKind, Pubkey, Receipt};
use tessera_compute::{Cancel, ExecError};
use tessera_node::{Ended, ExecuteError, FetchError, Lost, TaskInputs};

use super::{Actor, Held};
use crate::error::{ProviderError, WorkError};
use crate::jobs::{Done, Job, Kind, Stored};
use crate::plan::Stage;

/// A task under its terms.
type Terms = (Pubkey, [u8; 32]);

impl Actor {
    pub(super) fn end(&mut self, ended: Ended<Job, Done>) -> Result<(), ProviderError> {
        match (ended.key, ended.outcome) {
            (Job::Errand(errand), Ok(Done::Ran(result))) => self.progress.errand_ended(&errand, result)?,
            (Job::Errand(errand), Err(lost)) => {
                tracing::error!(?errand, %lost, "a job was lost");
                self.progress.errand_lost(&errand);
            }
            (Job::Task { task, terms, .. }, Ok(Done::Fetched(result))) => self.fetched((task, terms), result),
            (Job::Task { task, terms, .. }, Ok(Done::Executed(result))) => self.executed((task, terms), result),
            (Job::Task { task, terms, kind }, Ok(Done::Sent(result))) => self.sent((task, terms), kind, result)?,
            (Job::Task { task, terms, kind }, Err(lost)) => self.lost((task, terms), kind, &lost),
            (Job::Dispute(job), Ok(Done::Disputed(result))) => self.disputes.ended(job, result, &self.progress)?,
            (Job::Dispute(job), Err(lost)) => {
                tracing::error!(?job, %lost, "a job was lost");
                self.disputes.lost(job, &self.progress);
            }
            // No job returns what is not its own.
            (_, Ok(_)) => {}
        }
        Ok(())
    }

    fn fetched(&mut self, (task, terms): Terms, result: Result<TaskInputs, FetchError>) {
        match result {
            Ok(inputs) => {
                tracing::info!(%task, stage = "fetch", label = %inputs.label.escape_debug(), "data fetched and checked");
                let held = Held { terms, inputs: Some(Arc::new(inputs)), stored: None, cancel: Cancel::new() };
                self.held.insert(task, held);
                self.progress.tasks.set(task, terms, Stage::Fetched);
            }
            Err(error) => self.progress.fetch_failed(task, terms, &error, Stage::Refused),
        }
    }

    fn executed(&mut self, (task, terms): Terms, result: Result<Stored, WorkError>) {
        match result {
            Ok(stored) => {
                tracing::info!(%task, stage = "execute", root = %stored.root, "outputs computed and stored");
                match self.held.get_mut(&task).filter(|held| held.terms == terms) {
                    Some(held) => {
                        held.stored = Some(stored);
                        self.progress.tasks.set(task, terms, Stage::Computed);
                    }
                    None => self.progress.tasks.forget(&task),
                }
            }
            Err(WorkError::Execute(ExecuteError::Backend(ExecError::Cancelled))) => {
                tracing::info!(%task, stage = "execute", "computation ended early");
                self.progress.tasks.set(task, terms, Stage::Fetched);
            }
            Err(error) => self.execution_failed(task, terms, &error),
        }
    }

    fn execution_failed(&mut self, task: Pubkey, terms: [u8; 32], error: &dyn std::error::Error) {
        if self.progress.execution_failed(task, terms, error, Stage::Fetched, Stage::Refused) {
            tracing::error!(%task, stage = "execute", "given up; the run will be ended as a no-show");
        }
    }

    /// A transaction about a task ended.
    fn sent(
        &mut self,
        (task, terms): Terms,
        kind: Kind,
        result: Result<Receipt, ChainError>,
    ) -> Result<(), ProviderError> {
        match result {
            Ok(receipt) => {
                tracing::info!(%task, stage = kind.name(), signature = %receipt.signature, slot = receipt.slot, "landed");
                let slot = receipt.slot;
                let next = match kind {
                    Kind::Claim => Stage::Claimed(slot),
                    Kind::Seal => Stage::Sealed(slot),
                    Kind::Release => Stage::Released(slot),
                    Kind::Submit | Kind::Reveal | Kind::Fetch | Kind::Execute => Stage::Submitted(slot),
                };
                self.progress.tasks.set(task, terms, next);
            }
            Err(error) => {
                let failures = self.progress.failed(task, terms, before(kind));
                tracing::warn!(%task, stage = kind.name(), %error, failures, "not landed");
                if error.kind() == ErrorKind::Fatal {
                    return Err(error.into());
                }
                // A claim is only an opportunity. The others are owed, and their deadline ends the attempts.
                if kind == Kind::Claim && self.progress.is_send_given_up(failures) {
                    tracing::warn!(%task, stage = kind.name(), "task left to others");
                    self.progress.tasks.set(task, terms, Stage::Declined);
                }
            }
        }
        Ok(())
    }

    fn lost(&mut self, (task, terms): Terms, kind: Kind, lost: &Lost) {
        tracing::error!(%task, ?kind, %lost, "a job was lost");
        match kind {
            Kind::Fetch | Kind::Claim => self.progress.tasks.set(task, terms, Stage::Refused),
            Kind::Execute => self.execution_failed(task, terms, lost),
            Kind::Release | Kind::Submit | Kind::Seal | Kind::Reveal => {
                self.progress.failed(task, terms, before(kind));
            }
        }
    }
}

/// Where a task stands again when a transaction did not land.
fn before(kind: Kind) -> Stage {
    match kind {
        Kind::Claim => Stage::Fetched,
        Kind::Submit | Kind::Seal | Kind::Reveal => Stage::Computed,
        Kind::Fetch | Kind::Release | Kind::Execute => Stage::New,
    }
}
