use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, TokenAccount};

use crate::errors::TesseraError;
use crate::signers::TaskSigner;
use crate::state::Task;
use crate::tokens::{Mover, close_vault};

/// A task's vault, and the right to pay from it. What was paid must have been taken off [`Task::escrow`] before.
pub(crate) struct TaskMoney<'a, 'info> {
    task: &'a AccountInfo<'info>,
    vault: &'a AccountInfo<'info>,
    mover: Mover<'a, 'info>,
    signer: TaskSigner,
}

impl<'a, 'info> TaskMoney<'a, 'info> {
    pub(crate) fn new(
        task: &'a Account<'info, Task>,
        vault: &'a Account<'info, TokenAccount>,
        mint: &'a Account<'info, Mint>,
    ) -> Self {
        Self { task: task.as_ref(), vault: vault.as_ref(), mover: Mover::new(mint), signer: TaskSigner::new(task) }
    }

    /// Pays out of the vault; zero pays nothing.
    pub(crate) fn pay(&self, to: &AccountInfo<'info>, amount: u64) -> Result<()> {
        self.mover.pay(self.vault, to, self.task, &self.signer.seeds(), amount)
    }

    /// Closes the empty vault; its rent goes to `to`.
    pub(crate) fn close(&self, to: &AccountInfo<'info>) -> Result<()> {
        close_vault(self.vault, to, self.task, &self.signer.seeds())
    }
}

impl Task {
    /// What a vault with this balance holds beyond what the task owes.
    pub(crate) fn dust(&self, vault_balance: u64) -> Result<u64> {
        Ok(vault_balance.checked_sub(self.escrow).ok_or(TesseraError::Invariant)?)
    }
}
