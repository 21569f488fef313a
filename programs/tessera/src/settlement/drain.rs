use anchor_lang::prelude::*;

use super::{Leg, Source, Unclaimed, pay_leg};
use crate::errors::TesseraError;
use crate::state::Sink;
use crate::tokens::{Mover, burn};

/// Where slashed tokens go that nobody is to be paid.
pub(crate) struct Drain<'a, 'info> {
    /// What the task's terms say.
    pub(crate) sink: Sink,
    /// The market's insurance vault; checked.
    pub(crate) insurance: &'a AccountInfo<'info>,
    /// The mint, writable; checked. Needed to burn.
    pub(crate) burn_mint: Option<&'a AccountInfo<'info>>,
    /// The treasury's balance, which takes what a frozen insurance vault cannot.
    pub(crate) treasury_balance: Option<&'a AccountInfo<'info>>,
}

impl<'info> Drain<'_, 'info> {
    /// Burns or insures `amount` out of a vault; zero does nothing.
    #[inline(never)]
    pub(crate) fn pay(
        &self,
        mover: &Mover<'_, 'info>,
        source: &Source<'_, 'info>,
        unclaimed: &Unclaimed<'_, 'info>,
        amount: u64,
    ) -> Result<()> {
        if amount == 0 {
            return Ok(());
        }
        match self.sink {
            Sink::Insurance => {
                let market = unclaimed.market;
                let leg = Leg::to_vault(market.key(), self.insurance, market.treasury, self.treasury_balance);
                pay_leg(mover, source, &leg, unclaimed, amount)?;
                Ok(())
            }
            Sink::Burn => {
                let mint = self.burn_mint.ok_or(TesseraError::BurnMintMissing)?;
                burn(mint, source.vault, source.owner, source.signer, amount)
            }
        }
    }
}
