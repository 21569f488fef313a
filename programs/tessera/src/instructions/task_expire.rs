use anchor_lang::prelude::*;
use anchor_spl::token::{Mint, Token, TokenAccount};
use tessera_rules::{Ending, ExpirableTask, NoShowPayout, RefundPayout, no_show_payout, plan_expire, refund_payout};

use crate::errors::TesseraError;
use crate::events::{RunAbandoned, TaskExpired};
use crate::seeds;
use crate::settlement::{TaskMoney, close_account, rent_receiver, stake_vault_of};
use crate::signers::ProviderSigner;
use crate::state::{Market, Moment, Provider, Run, RunState, Task, TaskState};
use crate::tokens::Mover;

/// Accounts of `task_expire`. The optional accounts of the run are required while the task is claimed.
#[derive(Accounts)]
pub struct TaskExpire<'info> {
    /// Anyone.
    #[account(mut)]
    pub cranker: Signer<'info>,
    /// The market.
    #[account(has_one = mint @ TesseraError::WrongMint)]
    pub market: Box<Account<'info, Market>>,
    /// What the market pays in.
    pub mint: Box<Account<'info, Mint>>,
    /// The task.
    #[account(mut, constraint = task.terms.market == market.key() @ TesseraError::WrongMarket)]
    pub task: Box<Account<'info, Task>>,
    /// Its vault.
    #[account(mut, seeds = [seeds::ESCROW, task.key().as_ref()], bump = task.vault_bump)]
    pub task_vault: Box<Account<'info, TokenAccount>>,
    /// CHECK: the token account at this derived address is the market's insurance vault.
    #[account(mut, seeds = [seeds::INSURANCE, market.key().as_ref()], bump = market.insurance_bump)]
    pub insurance_vault: UncheckedAccount<'info>,
    /// CHECK: the wallet that paid the task's rent.
    #[account(mut, address = task.terms.requester @ TesseraError::WrongRequester)]
    pub requester: UncheckedAccount<'info>,
    /// Any token account of the requester.
    #[account(
        mut,
        dup,
        constraint = requester_token.owner == task.terms.requester @ TesseraError::WrongTokenAccount,
        constraint = requester_token.mint == market.mint @ TesseraError::WrongTokenAccount,
    )]
    pub requester_token: Box<Account<'info, TokenAccount>>,
    /// Any token account of the cranker; without one its part of the bounty stays the requester's.
    #[account(
        mut,
        dup,
        constraint = cranker_token.owner == cranker.key() @ TesseraError::WrongTokenAccount,
        constraint = cranker_token.mint == market.mint @ TesseraError::WrongTokenAccount,
    )]
    pub cranker_token: Option<Box<Account<'info, TokenAccount>>>,
    /// The run that was not submitted.
    #[account(mut, has_one = task @ TesseraError::WrongRun)]
    pub run: Option<Box<Account<'info, Run>>>,
    /// The run's provider.
    #[account(mut)]
    pub provider: Option<Box<Account<'info, Provider>>>,
    /// CHECK: compared with the provider's derived stake vault.
    #[account(mut)]
    pub stake_vault: Option<UncheckedAccount<'info>>,
    /// CHECK: compared with the wallet that paid the run's rent.
    #[account(mut)]
    pub run_authority: Option<UncheckedAccount<'info>>,
    /// Moves the tokens.
    pub token_program: Program<'info, Token>,
}

/// A run that was not submitted, with what ending it needs.
struct NoShow<'a, 'info> {
    run: &'a mut Account<'info, Run>,
    provider: &'a mut Account<'info, Provider>,
    vault: &'a AccountInfo<'info>,
    wallet: &'a AccountInfo<'info>,
}

impl<'info> TaskExpire<'info> {
    /// The deadline of the run, which must have been passed while the task is claimed.
    fn execute_until(&self) -> Result<Option<tessera_rules::Deadline>> {
        if self.task.state != TaskState::Claimed {
            return Ok(None);
        }
        let run = self.run.as_ref().ok_or(TesseraError::RunMissing)?;
        Ok(Some(run.execute_until.into()))
    }

    #[inline(never)]
    fn end_run(&mut self) -> Result<NoShowPayout> {
        let lost = self.task.terms.no_show_slash;
        let reward = self.task.terms.reward;
        let params = self.market.params.into();
        let no_show = no_show(&mut self.run, &mut self.provider, &self.stake_vault, &self.run_authority)?;
        let payout = no_show_payout(no_show.run.lock.into(), lost.into()).map_err(TesseraError::from)?;
        let provider = no_show.provider;
        let stake = provider.stake().slash(payout.slashed).and_then(|stake| stake.release(payout.released));
        provider.stake = stake.map_err(TesseraError::from)?.into();
        let reputation = tessera_rules::Reputation::from(provider.reputation).with_bad(reward.into(), &params);
        provider.reputation = reputation.map_err(TesseraError::from)?.into();
        provider.end_run()?;
        provider.invariant()?;
        no_show.run.state = RunState::Abandoned;
        self.task.excluded.push(provider.key());
        self.task.runs_open = self.task.runs_open.checked_sub(1).ok_or(TesseraError::Invariant)?;
        let signer = ProviderSigner::new(provider);
        Mover::new(&self.mint).pay(
            no_show.vault,
            self.requester_token.as_ref().as_ref(),
            (*provider).as_ref(),
            &signer.seeds(),
            payout.slashed.get(),
        )?;
        Ok(payout)
    }

    #[inline(never)]
    fn pay(&self, payout: &RefundPayout) -> Result<()> {
        let money = TaskMoney::new(&self.task, &self.task_vault, &self.mint);
        if let Some(token) = &self.cranker_token {
            money.pay(token.as_ref().as_ref(), payout.cranker.get())?;
        }
        money.pay(self.requester_token.as_ref().as_ref(), payout.requester.get())
    }

    #[inline(never)]
    fn close(&mut self, ending: Ending, dust: u64) -> Result<()> {
        let cranker = self.cranker.to_account_info();
        if ending.is_final() {
            let money = TaskMoney::new(&self.task, &self.task_vault, &self.mint);
            money.pay(self.insurance_vault.as_ref(), dust)?;
            money.close(rent_receiver(self.requester.as_ref(), &cranker))?;
        }
        if ending.is_no_show() {
            let no_show = no_show(&mut self.run, &mut self.provider, &self.stake_vault, &self.run_authority)?;
            close_account(no_show.run, no_show.wallet, &cranker)?;
        }
        if ending.is_final() {
            close_account(self.task.as_ref(), self.requester.as_ref(), &cranker)?;
        }
        Ok(())
    }
}

/// Unclaimed, after the open window:
/// - anyone; the requester gets the escrow less the cranker's half of the bounty, vault and task close.
///
/// Claimed and not submitted, after the execution's deadline:
/// - anyone; the no-show slash goes to the requester, the rest of the lock is freed, the provider is excluded, the run closes;
/// - the task is open again while its open window lasts and fewer than eight are excluded, else it is refunded and closes.
pub fn handler(ctx: Context<TaskExpire>) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    let facts = ExpirableTask {
        state: accounts.task.state.into(),
        open_until: accounts.task.open_until.into(),
        execute_until: accounts.execute_until()?,
        excluded: accounts.task.excluded.len(),
    };
    let (state, ending) = plan_expire(&facts, now.into()).map_err(TesseraError::from)?;
    let dust = accounts.task.dust(accounts.task_vault.amount)?;
    let payout =
        refund_payout(&accounts.task.escrow(), ending, accounts.cranker_token.is_some()).map_err(TesseraError::from)?;
    let lock = if ending.is_no_show() { Some(accounts.end_run()?) } else { None };
    accounts.task.state = state.into();
    accounts.task.escrow = payout.kept.get();
    accounts.task.invariant()?;
    accounts.pay(&payout)?;
    accounts.close(ending, dust)?;
    let task = accounts.task.key();
    if let (Some(lock), Some(run)) = (lock, &accounts.run) {
        let cranker_paid = if ending.is_final() { 0 } else { payout.cranker.get() };
        emit!(RunAbandoned {
            task,
            run: run.key(),
            provider: run.provider,
            slashed: lock.slashed.get(),
            released: lock.released.get(),
            cranker_paid,
            reopened: !ending.is_final(),
        });
    }
    if ending.is_final() {
        emit!(TaskExpired {
            task,
            requester: accounts.requester.key(),
            requester_refunded: payout.requester.get(),
            cranker_paid: payout.cranker.get(),
            dust,
        });
    }
    Ok(())
}

/// Checks that the optional accounts of a no-show are there and belong together.
fn no_show<'a, 'info>(
    run: &'a mut Option<Box<Account<'info, Run>>>,
    provider: &'a mut Option<Box<Account<'info, Provider>>>,
    vault: &'a Option<UncheckedAccount<'info>>,
    wallet: &'a Option<UncheckedAccount<'info>>,
) -> Result<NoShow<'a, 'info>> {
    let (Some(run), Some(provider), Some(vault), Some(wallet)) = (run, provider, vault, wallet) else {
        return err!(TesseraError::RunMissing);
    };
    require_keys_eq!(provider.key(), run.provider, TesseraError::WrongProvider);
    require_keys_eq!(vault.key(), stake_vault_of(provider)?, TesseraError::WrongVault);
    require_keys_eq!(wallet.key(), run.authority, TesseraError::WrongWallet);
    Ok(NoShow { run, provider, vault: vault.as_ref(), wallet: wallet.as_ref() })
}
