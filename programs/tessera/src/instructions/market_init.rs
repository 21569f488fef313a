use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;

use crate::creation::create;
use crate::errors::TesseraError;
use crate::events::MarketInitialised;
use crate::mints::{is_native, validate_mint};
use crate::seeds;
use crate::state::{LAYOUT_VERSION, Market, MarketParams};
use crate::tokens::open_vault;

/// What a market is made of.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct MarketInitArgs {
    /// Tells a creator's markets of one mint apart.
    pub id: u16,
    /// Who may propose parameters and pause; meant to be a multisig.
    pub authority: Pubkey,
    /// The wallet that owns swept fees.
    pub treasury: Pubkey,
    /// How long a fee epoch lasts, 3,600 to 2,678,400 seconds; fixed for good.
    pub epoch_seconds: u32,
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
    ///
    /// CHECK: validated by its bytes and its owner.
    #[account(owner = token_program.key() @ TesseraError::WrongTokenProgram)]
    pub mint: UncheckedAccount<'info>,
    /// The market.
    ///
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::MARKET, mint.key().as_ref(), creator.key().as_ref(), &args.id.to_le_bytes()], bump)]
    pub market: UncheckedAccount<'info>,
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::INSURANCE, market.key().as_ref()], bump)]
    pub insurance_vault: UncheckedAccount<'info>,
    /// CHECK: created here at its derived address.
    #[account(mut, seeds = [seeds::UNCLAIMED, market.key().as_ref()], bump)]
    pub unclaimed_vault: UncheckedAccount<'info>,
    /// Makes the vaults: the program that owns the mint.
    pub token_program: Interface<'info, TokenInterface>,
    /// Makes the accounts.
    pub system_program: Program<'info, System>,
}

impl MarketInit<'_> {
    fn validate(&self, args: &MarketInitArgs) -> Result<()> {
        validate_mint(self.mint.as_ref())?;
        // The market's own vaults would count as the treasury's accounts.
        require_keys_neq!(args.treasury, self.market.key(), TesseraError::WrongWallet);
        let params: tessera_rules::MarketParams = args.params.into();
        params.validate(is_native(self.mint.key)).map_err(TesseraError::from)?;
        Ok(())
    }

    #[inline(never)]
    fn market(&self, args: &MarketInitArgs, bumps: &MarketInitBumps) -> Box<Market> {
        Box::new(Market {
            version: LAYOUT_VERSION,
            bump: bumps.market,
            insurance_bump: bumps.insurance_vault,
            id: args.id,
            creator: self.creator.key(),
            authority: args.authority,
            treasury: args.treasury,
            mint: self.mint.key(),
            params: args.params,
            token_program: self.token_program.key(),
            unclaimed_bump: bumps.unclaimed_vault,
            paused: false,
            epoch_seconds: args.epoch_seconds,
            verify_stake: 0,
            reserved: [0; 128],
            pending_authority: None,
            pending: None,
        })
    }

    #[inline(never)]
    fn open_vaults(&self, bumps: &MarketInitBumps) -> Result<()> {
        let key = self.market.key();
        let (market, mint, payer) = (self.market.as_ref(), self.mint.as_ref(), self.creator.as_ref());
        let insurance: [&[u8]; 3] = [seeds::INSURANCE, key.as_ref(), &[bumps.insurance_vault]];
        open_vault(self.insurance_vault.as_ref(), market, mint, payer, &insurance)?;
        let unclaimed: [&[u8]; 3] = [seeds::UNCLAIMED, key.as_ref(), &[bumps.unclaimed_vault]];
        open_vault(self.unclaimed_vault.as_ref(), market, mint, payer, &unclaimed)
    }
}

/// - Anyone makes a market for a mint; the address names its creator, so that nobody takes another's.
/// - A mint of the Token program, or of Token-2022 with no extension but metadata and group data and their pointers.
/// - Parameters under which cheating could pay are refused.
/// - Authority and treasury may not be the default address, nor the treasury the market itself.
/// - An epoch lasts an hour at least and 31 days at most.
/// - A market exists once: a second call fails.
pub fn handler(ctx: Context<MarketInit>, args: MarketInitArgs) -> Result<()> {
    ctx.accounts.validate(&args)?;
    let accounts = ctx.accounts;
    let market = accounts.market(&args, &ctx.bumps);
    market.invariant()?;
    create(
        accounts.market.as_ref(),
        accounts.creator.as_ref(),
        &[seeds::MARKET, market.mint.as_ref(), market.creator.as_ref(), &args.id.to_le_bytes(), &[ctx.bumps.market]],
        market.as_ref(),
    )?;
    accounts.open_vaults(&ctx.bumps)?;
    emit!(MarketInitialised {
        market: accounts.market.key(),
        creator: market.creator,
        authority: args.authority,
        treasury: args.treasury,
        mint: market.mint,
        token_program: market.token_program,
        id: args.id,
        epoch_seconds: args.epoch_seconds,
        params: args.params,
    });
    Ok(())
}
