//! A settlement pays several parties, and none of them may be able to stop the others: where a token account cannot receive
//! (closed, frozen, re-owned, locked to memos), the payment becomes a [`Balance`] that its owner claims later.
//!
//! Whoever sends the crank chooses the token accounts that it passes. So that it cannot choose a bad one to withhold a payment,
//! only two accounts make a balance: a vault, and the owner's associated token account. Any other that cannot receive is
//! refused.

use anchor_lang::prelude::*;
use anchor_spl::associated_token::get_associated_token_address_with_program_id;

use crate::creation::create;
use crate::errors::TesseraError;
use crate::events::Payment;
use crate::state::{Balance, LAYOUT_VERSION, Market};
use crate::token_account::payable;
use crate::tokens::Mover;
use crate::{ID, addresses, seeds};

/// Where a payment goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// To the token account.
    Account,
    /// To the owner's balance, since the token account cannot receive.
    Balance,
}

/// One payment's receiver.
pub(crate) struct Leg<'a, 'info> {
    owner: Pubkey,
    holder: Pubkey,
    account: &'a AccountInfo<'info>,
    is_vault: bool,
    balance: Option<&'a AccountInfo<'info>>,
}

impl<'a, 'info> Leg<'a, 'info> {
    /// To any token account of `owner`. `balance`: the owner's [`Balance`] address, needed only where that cannot receive.
    pub(crate) fn to_wallet(
        owner: Pubkey,
        account: &'a AccountInfo<'info>,
        balance: Option<&'a AccountInfo<'info>>,
    ) -> Self {
        Self { owner, holder: owner, account, is_vault: false, balance }
    }

    /// To a vault, whose address the caller has checked and which `holder` (a PDA of the program) owns; instead to `owner`'s
    /// balance.
    pub(crate) fn to_vault(
        holder: Pubkey,
        account: &'a AccountInfo<'info>,
        owner: Pubkey,
        balance: Option<&'a AccountInfo<'info>>,
    ) -> Self {
        Self { owner, holder, account, is_vault: true, balance }
    }

    /// Where the payment goes. Decide by it what to write before [`pay_leg`].
    pub(crate) fn route(&self, market: &Market) -> Result<Route> {
        if payable(self.account, market, &self.holder) {
            return Ok(Route::Account);
        }
        let associated =
            || get_associated_token_address_with_program_id(&self.owner, &market.mint, &market.token_program);
        require!(self.is_vault || *self.account.key == associated(), TesseraError::WrongTokenAccount);
        Ok(Route::Balance)
    }
}

/// A vault that pays, and the right to do so.
pub(crate) struct Source<'a, 'info> {
    /// The vault.
    pub(crate) vault: &'a AccountInfo<'info>,
    /// Who owns it: an account of the program.
    pub(crate) owner: &'a AccountInfo<'info>,
    /// The seeds of `owner`, with its bump.
    pub(crate) signer: &'a [&'a [u8]],
}

/// What balances need: the market with its unclaimed vault, and who pays a new balance's rent.
pub(crate) struct Unclaimed<'a, 'info> {
    /// The market.
    pub(crate) market: &'a Account<'info, Market>,
    /// Its unclaimed vault; checked here.
    pub(crate) vault: Option<&'a AccountInfo<'info>>,
    /// Signs and pays.
    pub(crate) payer: &'a AccountInfo<'info>,
}

/// Pays `amount` to a leg's token account, or else to its owner's balance; zero pays nothing.
#[inline(never)]
pub(crate) fn pay_leg<'info>(
    mover: &Mover<'_, 'info>,
    source: &Source<'_, 'info>,
    leg: &Leg<'_, 'info>,
    unclaimed: &Unclaimed<'_, 'info>,
    amount: u64,
) -> Result<Payment> {
    if amount == 0 {
        return Ok(Payment { owner: leg.owner, amount, kept: false });
    }
    let route = leg.route(unclaimed.market)?;
    let to = match route {
        Route::Account => leg.account,
        Route::Balance => {
            unclaimed.raise(leg, amount)?;
            unclaimed.vault()?
        }
    };
    mover.pay(source.vault, to, source.owner, source.signer, amount)?;
    Ok(Payment { owner: leg.owner, amount, kept: route == Route::Balance })
}

impl<'a, 'info> Unclaimed<'a, 'info> {
    fn vault(&self) -> Result<&'a AccountInfo<'info>> {
        let vault = self.vault.ok_or(TesseraError::BalanceMissing)?;
        let market = self.market.key();
        let seeds: [&[u8]; 3] = [seeds::UNCLAIMED, market.as_ref(), &[self.market.unclaimed_bump]];
        let expected = Pubkey::create_program_address(&seeds, &ID).map_err(|_| TesseraError::WrongVault)?;
        require_keys_eq!(*vault.key, expected, TesseraError::WrongVault);
        Ok(vault)
    }

    /// Adds to the balance of a leg's owner, and makes it where there is none.
    #[inline(never)]
    fn raise(&self, leg: &Leg<'_, 'info>, amount: u64) -> Result<()> {
        let account = leg.balance.ok_or(TesseraError::BalanceMissing)?;
        let (market, owner) = (self.market.key(), leg.owner);
        let (address, bump) = addresses::balance_address(&market, &owner);
        require_keys_eq!(*account.key, address, TesseraError::WrongBalance);
        if *account.owner == ID {
            let mut balance = Balance::try_deserialize(&mut &account.try_borrow_data()?[..])?;
            balance.amount = balance.amount.checked_add(amount).ok_or(TesseraError::Overflow)?;
            balance.invariant()?;
            return balance.try_serialize(&mut &mut account.try_borrow_mut_data()?[..]);
        }
        let payer = *self.payer.key;
        let balance = Balance { version: LAYOUT_VERSION, bump, market, owner, payer, amount, reserved: [0; 32] };
        balance.invariant()?;
        create(account, self.payer, &[seeds::BALANCE, market.as_ref(), owner.as_ref(), &[bump]], &balance)
    }
}
