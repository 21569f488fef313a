use anchor_lang::prelude::*;
use anchor_spl::token::spl_token::native_mint;
use anchor_spl::token::{Mint, Token};

use crate::creation::create;
use crate::errors::TesseraError;
use crate::events::MarketInitialised;
use crate::seeds;
use crate::state::{LAYOUT_VERSION, Market, MarketParams};
use crate::tokens::open_vault;

/// What a market is made of.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct MarketInitArgs {
    /// Tells a creator's markets of one mint apart.
    pub id: u16,
    /// Who may change parameters; meant to be a multisig.
    pub authority: Pubkey,
    /// The wallet that owns swept fees.
    pub treasury: Pubkey,
    /// The parameters.
    pub params: MarketParams,
}

/// Accounts of `market_init`.
#[derive(Accounts)]
#[instruction(args: MarketInitArgs)]
pub struct MarketInit<'info> {
    /// Makes the market and pays the rent.
    #[account(mut)]
    pub creator: Signer<'info>,
    /// What the market pays in.
    pub mint: Box<Account<'info, Mint>>,
    /// The market.
    ///
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::MARKET, mint.key().as_ref(), creator.key().as_ref(), &args.id.to_le_bytes()], bump)]
    pub market: UncheckedAccount<'info>,
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::INSURANCE, market.key().as_ref()], bump)]
    pub insurance_vault: UncheckedAccount<'info>,
    /// Makes the vault.
    pub token_program: Program<'info, Token>,
    /// Makes the accounts.
    pub system_program: Program<'info, System>,
}

impl MarketInit<'_> {
    fn validate(&self, args: &MarketInitArgs) -> Result<()> {
        let native = self.mint.key().to_bytes() == native_mint::ID.to_bytes();
        let params: tessera_rules::MarketParams = args.params.into();
        params.validate(native).map_err(TesseraError::from)?;
        Ok(())
    }
}

/// - Anyone makes a market for an SPL Token mint; the address names its creator, so that nobody takes another's.
/// - Parameters under which cheating could pay are refused.
/// - Authority and treasury may not be the default address.
pub fn handler(ctx: Context<MarketInit>, args: MarketInitArgs) -> Result<()> {
    ctx.accounts.validate(&args)?;
    let accounts = ctx.accounts;
    let (bump, insurance_bump) = (ctx.bumps.market, ctx.bumps.insurance_vault);
    let market = Market {
        version: LAYOUT_VERSION,
        bump,
        insurance_bump,
        id: args.id,
        creator: accounts.creator.key(),
        authority: args.authority,
        treasury: args.treasury,
        mint: accounts.mint.key(),
        params: args.params,
        reserved: [0; 128],
    };
    market.invariant()?;
    let (creator, mint) = (accounts.creator.key(), accounts.mint.key());
    create(
        accounts.market.as_ref(),
        accounts.creator.as_ref(),
        &[seeds::MARKET, mint.as_ref(), creator.as_ref(), &args.id.to_le_bytes(), &[bump]],
        &market,
    )?;
    let market = accounts.market.key();
    open_vault(
        accounts.insurance_vault.as_ref(),
        accounts.market.as_ref(),
        accounts.mint.as_ref().as_ref(),
        accounts.creator.as_ref(),
        &[seeds::INSURANCE, market.as_ref(), &[insurance_bump]],
    )?;
    emit!(MarketInitialised {
        market,
        creator,
        authority: args.authority,
        treasury: args.treasury,
        mint,
        id: args.id,
        params: args.params,
    });
    Ok(())
}
