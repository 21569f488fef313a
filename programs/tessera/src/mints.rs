//! Which mints a market may pay in, and how their bytes are read.
//!
//! Any mint of the Token program; of Token-2022 those whose extensions only describe the token. An extension that takes a
//! fee, hides an amount, pauses, hooks into transfers, lets somebody else move tokens or lets the mint be closed would break
//! the books, and every extension that is not known here is refused.

use anchor_lang::prelude::*;
use anchor_spl::{token, token_2022};

use crate::errors::TesseraError;
use crate::token_account::{EXTENSIONS_AT, TYPE_AT, extensions};

/// Where a mint's decimals lie.
const DECIMALS_AT: usize = 44;
/// Whether it is initialised.
const INITIALISED_AT: usize = 45;
/// A mint without extensions.
const MINT_LEN: usize = 82;
/// The type of account that a Token-2022 mint with extensions carries.
const MINT_TYPE: u8 = 1;
/// Metadata pointer, token metadata, group pointer, token group, group member pointer, token group member.
const ALLOWED: [u16; 6] = [18, 19, 20, 21, 22, 23];

/// Checks that a market may pay in this mint.
pub(crate) fn validate_mint(mint: &AccountInfo<'_>) -> Result<()> {
    let data = mint.try_borrow_data()?;
    require!(data.get(INITIALISED_AT) == Some(&1), TesseraError::WrongMint);
    if *mint.owner == token::ID {
        require_eq!(data.len(), MINT_LEN, TesseraError::WrongMint);
        return Ok(());
    }
    require_keys_eq!(*mint.owner, token_2022::ID, TesseraError::WrongTokenProgram);
    if data.len() == MINT_LEN {
        return Ok(());
    }
    require!(data.len() > EXTENSIONS_AT && data.get(TYPE_AT) == Some(&MINT_TYPE), TesseraError::WrongMint);
    for extension in extensions(&data) {
        let (kind, _) = extension.ok_or(TesseraError::MintExtension)?;
        require!(ALLOWED.contains(&kind), TesseraError::MintExtension);
    }
    Ok(())
}

/// Whether this is wrapped SOL, of either token program: it cannot be burned.
pub(crate) fn is_native(mint: &Pubkey) -> bool {
    *mint == token::spl_token::native_mint::ID || *mint == token_2022::spl_token_2022::native_mint::ID
}

/// A mint's decimals.
pub(crate) fn decimals(mint: &AccountInfo<'_>) -> Result<u8> {
    let data = mint.try_borrow_data()?;
    Ok(*data.get(DECIMALS_AT).ok_or(TesseraError::WrongMint)?)
}
