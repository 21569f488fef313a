//! How accounts come into being at derived addresses.
//!
//! The addresses are predictable, and anyone may send lamports to them beforehand. That must not prevent an audit or a
//! claim, on any cluster: a newer system instruction for this is behind a feature gate, so the plain ones are used.

use anchor_lang::prelude::*;
use anchor_lang::{Space, system_program};

use crate::ID;

/// Creates an account of the program and writes its content. Fails when the address is in use.
#[inline(never)]
pub(crate) fn create<'info, T: AccountSerialize + Discriminator + Space>(
    account: &AccountInfo<'info>,
    payer: &AccountInfo<'info>,
    seeds: &[&[u8]],
    content: &T,
) -> Result<()> {
    create_with_space(account, payer, seeds, T::DISCRIMINATOR.len().saturating_add(T::INIT_SPACE), content)
}

/// The same for an account whose size its payer chooses: `space` bytes, discriminator included.
#[inline(never)]
pub(crate) fn create_with_space<'info, T: AccountSerialize>(
    account: &AccountInfo<'info>,
    payer: &AccountInfo<'info>,
    seeds: &[&[u8]],
    space: usize,
    content: &T,
) -> Result<()> {
    allot(account, payer, seeds, space, &ID)?;
    let mut data = account.try_borrow_mut_data()?;
    let mut writer: &mut [u8] = &mut data;
    content.try_serialize(&mut writer)
}

/// Gives `space` bytes at a derived address to `owner`; `payer` pays the rent that is missing.
pub(crate) fn allot<'info>(
    account: &AccountInfo<'info>,
    payer: &AccountInfo<'info>,
    seeds: &[&[u8]],
    space: usize,
    owner: &Pubkey,
) -> Result<()> {
    let rent = Rent::get()?.minimum_balance(space);
    let space = u64::try_from(space).map_err(|_| ProgramError::ArithmeticOverflow)?;
    let signers: &[&[&[u8]]] = &[seeds];
    if account.lamports() == 0 {
        let accounts = system_program::CreateAccount { from: payer.clone(), to: account.clone() };
        let context = CpiContext::new_with_signer(system_program::ID, accounts, signers);
        return system_program::create_account(context, rent, space, owner);
    }
    let missing = rent.saturating_sub(account.lamports());
    if missing > 0 {
        let accounts = system_program::Transfer { from: payer.clone(), to: account.clone() };
        system_program::transfer(CpiContext::new(system_program::ID, accounts), missing)?;
    }
    let accounts = system_program::Allocate { account_to_allocate: account.clone() };
    system_program::allocate(CpiContext::new_with_signer(system_program::ID, accounts, signers), space)?;
    let accounts = system_program::Assign { account_to_assign: account.clone() };
    system_program::assign(CpiContext::new_with_signer(system_program::ID, accounts, signers), owner)
}
