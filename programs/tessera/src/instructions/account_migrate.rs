use anchor_lang::prelude::*;
use anchor_lang::{Discriminator, Space, system_program};
use anchor_spl::token;
use anchor_spl::token_interface::TokenInterface;

use crate::errors::TesseraError;
use crate::events::AccountMigrated;
use crate::state::{LAYOUT_VERSION, Market, Model, Provider, v1};
use crate::tokens::open_vault;
use crate::{ID, addresses, seeds};

/// Accounts of `account_migrate`. The optional ones are needed for a market only.
#[derive(Accounts)]
pub struct AccountMigrate<'info> {
    /// Anyone; pays the rent of what the account grows by, for good.
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: a market, provider or model of layout version 1.
    #[account(mut, owner = ID @ TesseraError::NothingToMigrate)]
    pub account: UncheckedAccount<'info>,
    /// CHECK: the market's mint.
    pub mint: Option<UncheckedAccount<'info>>,
    /// CHECK: created here at its derived address.
    #[account(mut)]
    pub unclaimed_vault: Option<UncheckedAccount<'info>>,
    /// Makes the vault.
    pub token_program: Option<Interface<'info, TokenInterface>>,
    /// Pays the rent.
    pub system_program: Program<'info, System>,
}

/// Which account it is.
#[derive(Clone, Copy)]
enum Kind {
    Market,
    Provider,
    Model,
}

impl<'info> AccountMigrate<'info> {
    /// Tells an account of version 1 by its discriminator and version.
    fn kind(&self) -> Result<Kind> {
        let data = self.account.try_borrow_data()?;
        let (discriminator, content) = data.split_at_checked(8).ok_or(TesseraError::NothingToMigrate)?;
        require!(content.first() == Some(&v1::VERSION), TesseraError::NothingToMigrate);
        match discriminator {
            d if d == Market::DISCRIMINATOR => Ok(Kind::Market),
            d if d == Provider::DISCRIMINATOR => Ok(Kind::Provider),
            d if d == Model::DISCRIMINATOR => Ok(Kind::Model),
            _ => err!(TesseraError::NothingToMigrate),
        }
    }

    fn read<T: AnchorDeserialize>(&self) -> Result<Box<T>> {
        let data = self.account.try_borrow_data()?;
        let mut content = data.get(8..).ok_or(TesseraError::NothingToMigrate)?;
        Ok(Box::new(T::deserialize(&mut content)?))
    }

    #[inline(never)]
    fn market(&self) -> Result<()> {
        let (address, unclaimed_bump) = addresses::unclaimed_vault_address(self.account.key);
        let market = self.read::<v1::Market>()?.migrated(unclaimed_bump);
        market.invariant()?;
        let (Some(mint), Some(vault), Some(program)) = (&self.mint, &self.unclaimed_vault, &self.token_program) else {
            return err!(TesseraError::WrongVault);
        };
        require_keys_eq!(mint.key(), market.mint, TesseraError::WrongMint);
        require_keys_eq!(*mint.owner, token::ID, TesseraError::WrongTokenProgram);
        require_keys_eq!(program.key(), token::ID, TesseraError::WrongTokenProgram);
        require_keys_eq!(vault.key(), address, TesseraError::WrongVault);
        self.write(market.as_ref())?;
        let key = self.account.key();
        open_vault(
            vault.as_ref(),
            self.account.as_ref(),
            mint.as_ref(),
            self.payer.as_ref(),
            &[seeds::UNCLAIMED, key.as_ref(), &[unclaimed_bump]],
        )
    }

    #[inline(never)]
    fn provider(&self) -> Result<()> {
        let provider = self.read::<v1::Provider>()?.migrated();
        provider.invariant()?;
        self.write(provider.as_ref())
    }

    #[inline(never)]
    fn model(&self) -> Result<()> {
        let model = self.read::<v1::Model>()?.migrated();
        self.write(model.as_ref())
    }

    /// Grows the account, rent-exempt, and replaces its content.
    #[inline(never)]
    fn write<T: AccountSerialize + Space>(&self, content: &T) -> Result<()> {
        let space = T::INIT_SPACE.saturating_add(8);
        let missing = Rent::get()?.minimum_balance(space).saturating_sub(self.account.lamports());
        if missing > 0 {
            let accounts =
                system_program::Transfer { from: self.payer.to_account_info(), to: self.account.to_account_info() };
            system_program::transfer(CpiContext::new(system_program::ID, accounts), missing)?;
        }
        self.account.resize(space)?;
        let mut data = self.account.try_borrow_mut_data()?;
        data.fill(0);
        content.try_serialize(&mut &mut data[..])
    }
}

/// - Anyone turns a market, provider or model of layout version 1 into the present layout, and pays for the growth.
/// - Any other account is refused, and so is a second call.
/// - Nothing that version 1 knew changes. A market's new parameters make redundant tasks and releases impossible until its
///   authority proposes others, and its unclaimed vault opens; a verifier takes part in draws once it has committed to a
///   ticket chain and deposited, or taken the role anew.
/// - Tasks, runs and audits of version 1 do not migrate: they must end, and fee vaults be swept, before the upgrade.
pub fn handler(ctx: Context<AccountMigrate>) -> Result<()> {
    let accounts = ctx.accounts;
    match accounts.kind()? {
        Kind::Market => accounts.market()?,
        Kind::Provider => accounts.provider()?,
        Kind::Model => accounts.model()?,
    }
    emit!(AccountMigrated { account: accounts.account.key(), from: v1::VERSION, to: LAYOUT_VERSION });
    Ok(())
}
