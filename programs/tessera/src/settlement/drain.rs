use anchor_lang::prelude::*;

use super::{Leg, Source, TaskMoney, Unclaimed, pay_leg};
use crate::errors::TesseraError;
use crate::state::{Market, Sink};
use crate::token_account::payable;
use crate::tokens::{Mover, burn};
use crate::{ID, seeds};

/// Where slashed tokens go that nobody is to be paid.
pub(crate) struct Drain<'a, 'info> {
    /// What the task's terms say.
    pub(crate) sink: Sink,
    /// The market's insurance vault; checked before it is paid, since deriving an address costs as much as a small payment.
    /// Needed to insure.
    pub(crate) insurance: Option<&'a AccountInfo<'info>>,
    /// The mint, writable; checked. Needed to burn.
    pub(crate) burn_mint: Option<&'a AccountInfo<'info>>,
    /// The treasury's balance, which takes what a frozen insurance vault cannot.
    pub(crate) treasury_balance: Option<&'a AccountInfo<'info>>,
}

impl<'a, 'info> Drain<'a, 'info> {
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
                let insurance = self.insurance_of(market)?;
                let leg = Leg::to_vault(market.key(), insurance, market.treasury, self.treasury_balance);
                pay_leg(mover, source, &leg, unclaimed, amount)?;
                Ok(())
            }
            Sink::Burn => {
                let mint = self.burn_mint.ok_or(TesseraError::BurnMintMissing)?;
                burn(mint, source.vault, source.owner, source.signer, amount)
            }
        }
    }

    /// Insures what strangers sent to a task's vault, or adds it to the requester's payment where the insurance vault is frozen;
    /// zero does nothing.
    #[inline(never)]
    pub(crate) fn sweep(
        &self,
        money: &TaskMoney<'_, 'info>,
        requester: &Leg<'_, 'info>,
        unclaimed: &Unclaimed<'_, 'info>,
        dust: u64,
    ) -> Result<()> {
        if dust == 0 {
            return Ok(());
        }
        let market = unclaimed.market;
        let insurance = self.insurance_of(market)?;
        if payable(insurance, market, &market.key()) {
            return money.pay(insurance, dust);
        }
        money.pay_leg(requester, unclaimed, dust)?;
        Ok(())
    }

    fn insurance_of(&self, market: &Account<'_, Market>) -> Result<&'a AccountInfo<'info>> {
        let insurance = self.insurance.ok_or(TesseraError::InsuranceMissing)?;
        let key = market.key();
        let seeds: [&[u8]; 3] = [seeds::INSURANCE, key.as_ref(), &[market.insurance_bump]];
        let expected = Pubkey::create_program_address(&seeds, &ID).map_err(|_| TesseraError::WrongVault)?;
        require_keys_eq!(*insurance.key, expected, TesseraError::WrongVault);
        Ok(insurance)
    }
}
