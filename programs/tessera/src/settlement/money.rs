use anchor_lang::prelude::*;

use super::{Leg, Source, Unclaimed, pay_leg};
use crate::events::Payment;
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
        vault: &'a AccountInfo<'info>,
        mint: &'a AccountInfo<'info>,
    ) -> Result<Self> {
        Ok(Self { task: task.as_ref(), vault, mover: Mover::new(mint)?, signer: TaskSigner::new(task) })
    }

    /// Pays out of the vault to an account that was checked to be able to receive; zero pays nothing.
    pub(crate) fn pay(&self, to: &AccountInfo<'info>, amount: u64) -> Result<()> {
        self.mover.pay(self.vault, to, self.task, &self.signer.seeds(), amount)
    }

    /// Pays out of the vault to a leg or its owner's balance; zero pays nothing.
    #[inline(never)]
    pub(crate) fn pay_leg(
        &self,
        leg: &Leg<'_, 'info>,
        unclaimed: &Unclaimed<'_, 'info>,
        amount: u64,
    ) -> Result<Payment> {
        let seeds = self.signer.seeds();
        let source = Source { vault: self.vault, owner: self.task, signer: &seeds };
        pay_leg(&self.mover, &source, leg, unclaimed, amount)
    }

    /// Closes the empty vault; its rent goes to `to`.
    pub(crate) fn close(&self, to: &AccountInfo<'info>) -> Result<()> {
        close_vault(self.vault, to, self.task, &self.signer.seeds())
    }
}
