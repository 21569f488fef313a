//! The only place that moves tokens. Works for the Token program and Token-2022 alike: the owner of the mint says which.

use anchor_lang::prelude::*;
use anchor_spl::token_interface::{self, Burn, CloseAccount, InitializeAccount3, TransferChecked};

use crate::creation::allot;
use crate::errors::TesseraError;
use crate::mints::decimals;
use crate::token_account::TOKEN_ACCOUNT_LEN;

/// Moves tokens of one mint. Give it the market's mint, whose address must have been checked.
pub(crate) struct Mover<'a, 'info> {
    mint: &'a AccountInfo<'info>,
    decimals: u8,
}

impl<'a, 'info> Mover<'a, 'info> {
    pub(crate) fn new(mint: &'a AccountInfo<'info>) -> Result<Self> {
        Ok(Self { mint, decimals: decimals(mint)? })
    }

    /// Moves `amount` out of an account whose owner signed the transaction; zero moves nothing.
    pub(crate) fn take(
        &self,
        from: &AccountInfo<'info>,
        to: &AccountInfo<'info>,
        owner: &AccountInfo<'info>,
        amount: u64,
    ) -> Result<()> {
        self.transfer(from, to, owner, &[], amount)
    }

    /// Moves `amount` out of a vault, signed by the program for the vault's owner; zero moves nothing.
    pub(crate) fn pay(
        &self,
        from: &AccountInfo<'info>,
        to: &AccountInfo<'info>,
        owner: &AccountInfo<'info>,
        signer: &[&[u8]],
        amount: u64,
    ) -> Result<()> {
        self.transfer(from, to, owner, &[signer], amount)
    }

    #[inline(never)]
    fn transfer(
        &self,
        from: &AccountInfo<'info>,
        to: &AccountInfo<'info>,
        owner: &AccountInfo<'info>,
        signers: &[&[&[u8]]],
        amount: u64,
    ) -> Result<()> {
        if amount == 0 {
            return Ok(());
        }
        // A payment to itself moves nothing, and the books would say otherwise.
        require_keys_neq!(*from.key, *to.key, TesseraError::DuplicateAccount);
        let accounts =
            TransferChecked { from: from.clone(), mint: self.mint.clone(), to: to.clone(), authority: owner.clone() };
        let context = CpiContext::new_with_signer(*self.mint.owner, accounts, signers);
        token_interface::transfer_checked(context, amount, self.decimals)
    }
}

/// Burns `amount` out of a vault, signed by the program for the vault's owner. The mint must be writable.
#[inline(never)]
pub(crate) fn burn<'info>(
    mint: &AccountInfo<'info>,
    from: &AccountInfo<'info>,
    owner: &AccountInfo<'info>,
    signer: &[&[u8]],
    amount: u64,
) -> Result<()> {
    if amount == 0 {
        return Ok(());
    }
    let accounts = Burn { mint: mint.clone(), from: from.clone(), authority: owner.clone() };
    token_interface::burn(CpiContext::new_with_signer(*mint.owner, accounts, &[signer]), amount)
}

/// Closes an empty vault; its rent goes to `to`.
#[inline(never)]
pub(crate) fn close_vault<'info>(
    vault: &AccountInfo<'info>,
    to: &AccountInfo<'info>,
    owner: &AccountInfo<'info>,
    signer: &[&[u8]],
) -> Result<()> {
    let accounts = CloseAccount { account: vault.clone(), destination: to.clone(), authority: owner.clone() };
    token_interface::close_account(CpiContext::new_with_signer(*vault.owner, accounts, &[signer]))
}

/// Creates the token account `vault` of `owner`, an address with the given seeds; `payer` pays its rent.
#[inline(never)]
pub(crate) fn open_vault<'info>(
    vault: &AccountInfo<'info>,
    owner: &AccountInfo<'info>,
    mint: &AccountInfo<'info>,
    payer: &AccountInfo<'info>,
    seeds: &[&[u8]],
) -> Result<()> {
    allot(vault, payer, seeds, TOKEN_ACCOUNT_LEN, mint.owner)?;
    let accounts = InitializeAccount3 { account: vault.clone(), mint: mint.clone(), authority: owner.clone() };
    token_interface::initialize_account3(CpiContext::new(*mint.owner, accounts))
}
