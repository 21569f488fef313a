use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use tessera_rules::plan_dispute_close;

use crate::errors::TesseraError;
use crate::events::DisputeClosed;
use crate::settlement::{BondMoney, Leg, Unclaimed, close_account, info, rent_receiver};
use crate::state::{Dispute, Market, Run};
use crate::token_account::token_amount;
use crate::{ID, seeds};

/// Accounts of `dispute_close`. The balance is needed only where the challenger's token account cannot receive.
#[derive(Accounts)]
pub struct DisputeClose<'info> {
    /// Anyone. Pays the rent of a balance that it causes.
    #[account(mut)]
    pub cranker: Signer<'info>,
    /// The market.
    #[account(has_one = mint @ TesseraError::WrongMint)]
    pub market: Box<Account<'info, Market>>,
    /// CHECK: what the market pays in.
    pub mint: UncheckedAccount<'info>,
    /// CHECK: the run, which may be closed.
    #[account(address = dispute.run @ TesseraError::WrongRun)]
    pub run: UncheckedAccount<'info>,
    /// The dispute.
    #[account(mut, has_one = market @ TesseraError::WrongMarket)]
    pub dispute: Box<Account<'info, Dispute>>,
    /// CHECK: the token account at this derived address is the dispute's bond vault.
    #[account(mut, seeds = [seeds::BOND, dispute.key().as_ref()], bump = dispute.vault_bump)]
    pub bond_vault: UncheckedAccount<'info>,
    /// CHECK: the wallet that opened the dispute and paid its rent.
    #[account(mut, address = dispute.challenger @ TesseraError::WrongWallet)]
    pub challenger: UncheckedAccount<'info>,
    /// CHECK: any token account of the challenger that can receive, or its associated one; checked before it is paid.
    #[account(mut)]
    pub challenger_token: UncheckedAccount<'info>,
    /// CHECK: the market's unclaimed vault; checked before it is paid.
    #[account(mut)]
    pub unclaimed_vault: Option<UncheckedAccount<'info>>,
    /// CHECK: of the challenger; checked before it is raised.
    #[account(mut)]
    pub challenger_balance: Option<UncheckedAccount<'info>>,
    /// Moves the tokens.
    #[account(address = market.token_program @ TesseraError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
    /// Makes a balance.
    pub system_program: Program<'info, System>,
}

impl DisputeClose<'_> {
    /// The run that the dispute refuted was slashed, or is closed; another run may have come to its address since.
    #[inline(never)]
    fn require_slashed(&self) -> Result<()> {
        require!(self.dispute.settled, TesseraError::NotSettled);
        if *self.run.owner != ID {
            return Ok(());
        }
        let run = Box::new(Run::try_deserialize(&mut &self.run.try_borrow_data()?[..])?);
        if run.refuted_by() != Some(self.dispute.key()) {
            return Ok(());
        }
        Ok(plan_dispute_close(run.state.into()).map_err(TesseraError::from)?)
    }
}

/// - Anyone, once the run that the dispute refuted was slashed: all that the bond's vault holds goes to the challenger, vault
///   and dispute close, and their rent goes to the challenger.
pub fn handler(ctx: Context<DisputeClose>) -> Result<()> {
    let accounts = ctx.accounts;
    accounts.require_slashed()?;
    let dispute = &accounts.dispute;
    let unclaimed = Unclaimed {
        market: &accounts.market,
        vault: info(&accounts.unclaimed_vault),
        payer: accounts.cranker.as_ref(),
    };
    let balance = info(&accounts.challenger_balance);
    let leg = Leg::to_wallet(dispute.challenger, accounts.challenger_token.as_ref(), balance);
    let money = BondMoney::new(dispute, &accounts.bond_vault, &accounts.mint)?;
    let challenger_paid = money.pay_leg(&leg, &unclaimed, token_amount(accounts.bond_vault.as_ref())?)?;
    money.close(rent_receiver(accounts.challenger.as_ref(), accounts.cranker.as_ref()))?;
    emit!(DisputeClosed { task: dispute.task, run: dispute.run, dispute: dispute.key(), challenger_paid });
    close_account(accounts.dispute.as_ref(), accounts.challenger.as_ref(), &accounts.cranker)
}
