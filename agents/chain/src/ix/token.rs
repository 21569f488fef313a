//! Instructions of the system and token programs that go with a market.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::program_error::ProgramError;
use anchor_lang::solana_program::system_instruction;
use anchor_spl::associated_token::spl_associated_token_account::instruction::create_associated_token_account_idempotent;
use anchor_spl::token::{self, Mint, spl_token};
use anchor_spl::token_2022::spl_token_2022;

use crate::address;
use crate::chain::MintInfo;
use crate::error::ChainError;

/// Bytes of a mint account, for its rent.
pub const MINT_BYTES: usize = Mint::LEN;

/// The Token program, to which mints made by [`mint_create`] belong.
pub const TOKEN_PROGRAM: Pubkey = token::ID;

/// Creates the associated token account of `owner` for `mint`, which `token_program` owns, unless it is there; `payer` signs
/// and pays.
#[must_use]
pub fn ata_create(payer: Pubkey, owner: Pubkey, mint: Pubkey, token_program: Pubkey) -> Instruction {
    create_associated_token_account_idempotent(&payer, &owner, &mint, &token_program)
}

/// Moves `lamports`; `from` signs.
#[must_use]
pub fn lamports_transfer(from: Pubkey, to: Pubkey, lamports: u64) -> Instruction {
    system_instruction::transfer(&from, &to, lamports)
}

/// Creates a mint of the Token program whose authority is `authority`; `payer` and `mint` sign, `rent` is that of [`MINT_BYTES`] bytes.
///
/// # Errors
/// [`ChainError::Config`] never in practice: the token program's own check of its address.
pub fn mint_create(
    payer: Pubkey,
    mint: Pubkey,
    authority: Pubkey,
    decimals: u8,
    rent: u64,
) -> Result<[Instruction; 2], ChainError> {
    let bytes = u64::try_from(MINT_BYTES).unwrap_or(u64::MAX);
    Ok([
        system_instruction::create_account(&payer, &mint, rent, bytes, &token::ID),
        spl_token::instruction::initialize_mint2(&token::ID, &mint, &authority, None, decimals).map_err(refused)?,
    ])
}

/// Mints `amount` base units of `mint`, which `token_program` owns, to the token account `to`; the mint's `authority` signs.
///
/// # Errors
/// [`ChainError::Config`] if `token_program` is none.
pub fn mint_to(
    mint: Pubkey,
    to: Pubkey,
    authority: Pubkey,
    amount: u64,
    token_program: Pubkey,
) -> Result<Instruction, ChainError> {
    spl_token_2022::instruction::mint_to(&token_program, &mint, &to, &authority, &[], amount).map_err(refused)
}

/// Moves `amount` base units of `mint` to the associated token account of `to`; `from` signs.
///
/// # Errors
/// As [`mint_to`].
pub fn token_transfer(from: Pubkey, to: Pubkey, mint: &MintInfo, amount: u64) -> Result<Instruction, ChainError> {
    let associated = |owner| address::associated_token(owner, &mint.key, &mint.program);
    spl_token_2022::instruction::transfer_checked(
        &mint.program,
        &associated(&from),
        &mint.key,
        &associated(&to),
        &from,
        &[],
        amount,
        mint.decimals,
    )
    .map_err(refused)
}

fn refused(error: ProgramError) -> ChainError {
    ChainError::Config {
        reason: format!("the token program's instruction cannot be built ({error}); update the client"),
    }
}
