use anchor_lang::prelude::*;

/// Where the rent of a wallet's account goes: to the wallet.
///
/// A wallet that has become a program may be unable to receive lamports. It must not be able to block a settlement by
/// that, so its rent goes to `fallback`.
pub(crate) fn rent_receiver<'a, 'info>(
    wallet: &'a AccountInfo<'info>,
    fallback: &'a AccountInfo<'info>,
) -> &'a AccountInfo<'info> {
    if wallet.executable { fallback } else { wallet }
}

/// Closes an account of the program; its rent goes to the wallet that paid it, see [`rent_receiver`].
pub(crate) fn close_account<'info>(
    account: &impl AccountsClose<'info>,
    wallet: &AccountInfo<'info>,
    fallback: &AccountInfo<'info>,
) -> Result<()> {
    account.close(rent_receiver(wallet, fallback).clone())
}
