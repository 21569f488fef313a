use anchor_lang::prelude::*;

use crate::creation::create;
use crate::errors::TesseraError;
use crate::events::ModelRegistered;
use crate::seeds;
use crate::state::{LAYOUT_VERSION, Model};

/// Accounts of `model_register`.
#[derive(Accounts)]
#[instruction(model_root: [u8; 32])]
pub struct ModelRegister<'info> {
    /// Registers the model and pays the rent.
    #[account(mut)]
    pub creator: Signer<'info>,
    /// The model.
    ///
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::MODEL, creator.key().as_ref(), &model_root], bump)]
    pub model: UncheckedAccount<'info>,
    /// Makes the account.
    pub system_program: Program<'info, System>,
}

/// - A creator registers a model root once, a second call fails; a task chooses which creator's account it names.
/// - Root and payout may not be zero.
pub fn handler(ctx: Context<ModelRegister>, model_root: [u8; 32], payout: Pubkey) -> Result<()> {
    require!(model_root != [0; 32], TesseraError::RootZero);
    require_keys_neq!(payout, Pubkey::default(), TesseraError::KeyMissing);
    let accounts = ctx.accounts;
    let creator = accounts.creator.key();
    let bump = ctx.bumps.model;
    create(
        accounts.model.as_ref(),
        accounts.creator.as_ref(),
        &[seeds::MODEL, creator.as_ref(), &model_root, &[bump]],
        &Model { version: LAYOUT_VERSION, bump, creator, model_root, payout, reserved: [0; 64] },
    )?;
    emit!(ModelRegistered { model: accounts.model.key(), creator, model_root, payout });
    Ok(())
}
