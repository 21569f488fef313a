//! The only place that moves tokens.

use anchor_lang::prelude::*;
use anchor_spl::token::{self, Burn, CloseAccount, InitializeAccount3, Mint, TokenAccount, TransferChecked};

use crate::creation::allot;

/// Moves tokens of one mint.
pub(crate) struct Mover<'a, 'info> {
    mint: &'a AccountInfo<'info>,
    decimals: u8,
}

impl<'a, 'info> Mover<'a, 'info> {
    pub(crate) fn new(mint: &'a Account<'info, Mint>) -> Self {
        Self { mint: mint.as_ref(), decimals: mint.decimals }
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
        let accounts =
            TransferChecked { from: from.clone(), mint: self.mint.clone(), to: to.clone(), authority: owner.clone() };
        token::transfer_checked(CpiContext::new_with_signer(token::ID, accounts, signers), amount, self.decimals)
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
    token::burn(CpiContext::new_with_signer(token::ID, accounts, &[signer]), amount)
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
    token::close_account(CpiContext::new_with_signer(token::ID, accounts, &[signer]))
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
    allot(vault, payer, seeds, TokenAccount::LEN, &token::ID)?;
    let accounts = InitializeAccount3 { account: vault.clone(), mint: mint.clone(), authority: owner.clone() };
    token::initialize_account3(CpiContext::new(token::ID, accounts))
}
