//! The only place that moves tokens.

use anchor_lang::prelude::*;
use anchor_lang::system_program;
use anchor_spl::token::{self, Burn, CloseAccount, InitializeAccount3, Mint, TokenAccount, TransferChecked};

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
///
/// Lamports that a stranger sent to the address beforehand count towards the rent and cannot prevent this.
#[inline(never)]
pub(crate) fn open_vault<'info>(
    vault: &AccountInfo<'info>,
    owner: &AccountInfo<'info>,
    mint: &AccountInfo<'info>,
    payer: &AccountInfo<'info>,
    seeds: &[&[u8]],
) -> Result<()> {
    let space = TokenAccount::LEN;
    let rent = Rent::get()?.minimum_balance(space);
    let signers: &[&[&[u8]]] = &[seeds];
    let space = u64::try_from(space).map_err(|_| ProgramError::ArithmeticOverflow)?;
    if vault.lamports() == 0 {
        let accounts = system_program::CreateAccount { from: payer.clone(), to: vault.clone() };
        let context = CpiContext::new_with_signer(system_program::ID, accounts, signers);
        system_program::create_account(context, rent, space, &token::ID)?;
    } else {
        let shortfall = rent.saturating_sub(vault.lamports());
        if shortfall > 0 {
            let accounts = system_program::Transfer { from: payer.clone(), to: vault.clone() };
            system_program::transfer(CpiContext::new(system_program::ID, accounts), shortfall)?;
        }
        let accounts = system_program::Allocate { account_to_allocate: vault.clone() };
        system_program::allocate(CpiContext::new_with_signer(system_program::ID, accounts, signers), space)?;
        let accounts = system_program::Assign { account_to_assign: vault.clone() };
        system_program::assign(CpiContext::new_with_signer(system_program::ID, accounts, signers), &token::ID)?;
    }
    let accounts = InitializeAccount3 { account: vault.clone(), mint: mint.clone(), authority: owner.clone() };
    token::initialize_account3(CpiContext::new(token::ID, accounts))
}
