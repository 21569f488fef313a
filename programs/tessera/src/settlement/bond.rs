use anchor_lang::prelude::*;

use super::{Drain, Leg, Source, Unclaimed, pay_leg};
use crate::events::Payment;
use crate::signers::DisputeSigner;
use crate::state::Dispute;
use crate::tokens::{Mover, close_vault};

/// A dispute's bond vault, and the right to pay from it.
pub(crate) struct BondMoney<'a, 'info> {
    dispute: &'a AccountInfo<'info>,
    vault: &'a AccountInfo<'info>,
    mover: Mover<'a, 'info>,
    signer: DisputeSigner,
}

impl<'a, 'info> BondMoney<'a, 'info> {
    pub(crate) fn new(
        dispute: &'a Account<'info, Dispute>,
        vault: &'a AccountInfo<'info>,
        mint: &'a AccountInfo<'info>,
    ) -> Result<Self> {
        Ok(Self { dispute: dispute.as_ref(), vault, mover: Mover::new(mint)?, signer: DisputeSigner::new(dispute) })
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
        let source = Source { vault: self.vault, owner: self.dispute, signer: &seeds };
        pay_leg(&self.mover, &source, leg, unclaimed, amount)
    }

    /// Burns or insures a part; zero does nothing.
    #[inline(never)]
    pub(crate) fn sink(&self, drain: &Drain<'_, 'info>, unclaimed: &Unclaimed<'_, 'info>, amount: u64) -> Result<()> {
        let seeds = self.signer.seeds();
        let source = Source { vault: self.vault, owner: self.dispute, signer: &seeds };
        drain.pay(&self.mover, &source, unclaimed, amount)
    }

    /// Closes the empty vault; its rent goes to `to`.
    pub(crate) fn close(&self, to: &AccountInfo<'info>) -> Result<()> {
        close_vault(self.vault, to, self.dispute, &self.signer.seeds())
    }
}
