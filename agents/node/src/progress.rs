//! What an agent's loop remembers of its work, and what a failure means for it.

use std::error::Error;
use std::time::Duration;

use tessera_chain::{ChainError, ErrorKind, Pubkey, World};
use tokio::time::Instant;

use crate::backoff::Backoff;
use crate::config::NodeTuning;
use crate::errands::{Errand, ErrandEnd, ErrandMemory, ErrandStage, NO_TERMS};
use crate::fetch_error::{FetchError, Remedy};
use crate::memory::Memory;

/// Computations of one task that may fail before it is left alone.
const EXECUTIONS: u32 = 3;

/// The memory of one process. `S` is the agent's stage of a task; its default means "nothing is here".
#[derive(Debug)]
pub struct Progress<S> {
    /// What it knows of tasks.
    pub tasks: Memory<Pubkey, S>,
    /// What it has sent of errands.
    pub errands: ErrandMemory,
    node: NodeTuning,
    started: Instant,
}

impl<S: Clone + Default> Progress<S> {
    /// Knows nothing; its uptime begins.
    pub fn new(node: NodeTuning) -> Self {
        Self { tasks: Memory::new(), errands: Memory::new(), node, started: Instant::now() }
    }

    /// How long this process has been up.
    pub fn uptime(&self) -> Duration {
        self.started.elapsed()
    }

    /// Waits between attempts.
    pub fn backoff(&self) -> Backoff {
        self.node.backoff()
    }

    /// Puts a task back to `stage` after a failure, to be tried again later. Returns the failures in a row.
    pub fn failed(&mut self, task: Pubkey, terms: [u8; 32], stage: S) -> u32 {
        self.tasks.failed(task, terms, stage, self.started.elapsed(), &self.node.backoff())
    }

    /// Whether a transaction that failed this often in a row is given up.
    pub fn is_send_given_up(&self, failures: u32) -> bool {
        failures >= self.node.send_attempts
    }

    /// A task's data were not fetched: it begins again, or is `refused` for good.
    pub fn fetch_failed(&mut self, task: Pubkey, terms: [u8; 32], error: &FetchError, refused: S) {
        if error.remedy() != Remedy::Later {
            tracing::warn!(%task, stage = "fetch", %error, "task skipped");
            self.tasks.set(task, terms, refused);
            return;
        }
        let failures = self.failed(task, terms, S::default());
        if failures == 1 {
            tracing::info!(%task, stage = "fetch", %error, "data not available; trying again");
        } else {
            tracing::debug!(%task, stage = "fetch", %error, failures, "data still not available");
        }
    }

    /// A task was not computed: it goes back to `fetched`, or is `refused` after a few attempts. Returns whether it is.
    pub fn execution_failed(
        &mut self,
        task: Pubkey,
        terms: [u8; 32],
        error: &dyn Error,
        fetched: S,
        refused: S,
    ) -> bool {
        let failures = self.failed(task, terms, fetched);
        tracing::error!(%task, stage = "execute", %error, failures, "not computed");
        let is_given_up = failures >= EXECUTIONS;
        if is_given_up {
            self.tasks.set(task, terms, refused);
        }
        is_given_up
    }

    /// An errand is being sent.
    pub fn errand_begins(&mut self, errand: &Errand) {
        self.errands.begin(errand.key(), NO_TERMS, ErrandStage::Sending);
    }

    /// Sending an errand ended.
    ///
    /// # Errors
    /// What no agent can go on after: a person must act.
    pub fn errand_ended(&mut self, errand: &Errand, result: Result<ErrandEnd, ChainError>) -> Result<(), ChainError> {
        let (key, stage) = (errand.key(), errand.label());
        match result {
            Ok(ErrandEnd::Found(slot)) => {
                tracing::debug!(stage, ?errand, slot, "somebody else was faster");
                self.errands.set(key, NO_TERMS, ErrandStage::Sent(slot));
            }
            Ok(ErrandEnd::Landed(receipt)) => {
                tracing::info!(stage, ?errand, signature = %receipt.signature, "landed");
                self.errands.set(key, NO_TERMS, ErrandStage::Sent(receipt.slot));
            }
            Err(error) => {
                let (uptime, backoff) = (self.started.elapsed(), self.node.backoff());
                let failures = self.errands.failed(key, NO_TERMS, ErrandStage::Idle, uptime, &backoff);
                match error.kind() {
                    ErrorKind::Fatal => return Err(error),
                    // Somebody else was faster, most likely: the accounts will show it.
                    ErrorKind::GiveUp => tracing::debug!(stage, ?errand, %error, "not needed or not possible"),
                    ErrorKind::Retry => tracing::warn!(stage, ?errand, %error, failures, "not landed"),
                }
                if self.is_send_given_up(failures) {
                    tracing::warn!(stage, ?errand, %error, "given up");
                    self.errands.set(key, NO_TERMS, ErrandStage::Refused);
                }
            }
        }
        Ok(())
    }

    /// The job that sent an errand was lost: it is not tried again.
    pub fn errand_lost(&mut self, errand: &Errand) {
        self.errands.set(errand.key(), NO_TERMS, ErrandStage::Refused);
    }

    /// Forgets errands to accounts that are gone.
    pub fn forget_errands(&mut self, world: &World) {
        self.errands.retain(|key, stage| *stage == ErrandStage::Sending || key.is_about(world));
    }
}
