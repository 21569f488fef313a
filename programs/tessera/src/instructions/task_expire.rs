use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use tessera_rules::{Ending, ExpireStep, RefundPayout, SilentRun, plan_expire, refund_payout};

use crate::errors::TesseraError;
use crate::events::{Payment, RunAbandoned, RunSilent, TaskExpired, WindowsStarted};
use crate::settlement::{Drain, Leg, Silenced, SilentParty, TaskMoney, Unclaimed, close_account, info, rent_receiver};
use crate::state::{Deadline, Market, Moment, Provider, Run, Task};
use crate::token_account::{payable, token_amount};

/// Accounts of `task_expire`. The optional accounts of the run are required to end its silence, and must be absent to end a
/// task that nobody works on. The balances are needed only where a token account cannot receive.
#[derive(Accounts)]
pub struct TaskExpire<'info> {
    /// Anyone. Pays the rent of balances that it causes.
    #[account(mut)]
    pub cranker: Signer<'info>,
    /// The market.
    #[account(has_one = mint @ TesseraError::WrongMint)]
    pub market: Box<Account<'info, Market>>,
    /// CHECK: what the market pays in.
    pub mint: UncheckedAccount<'info>,
    /// The task.
    #[account(mut, constraint = task.terms.market == market.key() @ TesseraError::WrongMarket)]
    pub task: Box<Account<'info, Task>>,
    /// CHECK: the token account at this address, derived when the task was created, is its vault.
    #[account(mut, address = task.vault @ TesseraError::WrongVault)]
    pub task_vault: UncheckedAccount<'info>,
    /// CHECK: the market's insurance vault, compared before it is paid; required only where something is insured: what is
    /// slashed, if the task's sink is the insurance, and what strangers sent to the task's vault. Named always, all
    /// settlements of a market would wait for each other.
    #[account(mut)]
    pub insurance_vault: Option<UncheckedAccount<'info>>,
    /// CHECK: the wallet that paid the task's rent.
    #[account(mut, address = task.terms.requester @ TesseraError::WrongRequester)]
    pub requester: UncheckedAccount<'info>,
    /// CHECK: any token account of the requester that can receive, or its associated one; checked before it is paid.
    #[account(mut)]
    pub requester_token: UncheckedAccount<'info>,
    /// CHECK: any token account of the cranker; without one that can receive its part of the bounty stays the requester's.
    #[account(mut)]
    pub cranker_token: Option<UncheckedAccount<'info>>,
    /// The run that fell silent.
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
    /// CHECK: the mint once more, writable; required only where something slashed is burned.
    #[account(mut, address = market.mint @ TesseraError::WrongMint)]
    pub burn_mint: Option<UncheckedAccount<'info>>,
    /// CHECK: the market's unclaimed vault; checked before it is paid.
    #[account(mut)]
    pub unclaimed_vault: Option<UncheckedAccount<'info>>,
    /// CHECK: checked before it is raised.
    #[account(mut)]
    pub requester_balance: Option<UncheckedAccount<'info>>,
    /// CHECK: of the treasury; checked before it is raised.
    #[account(mut)]
    pub treasury_balance: Option<UncheckedAccount<'info>>,
    /// Moves the tokens.
    #[account(address = market.token_program @ TesseraError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
    /// Makes balances.
    pub system_program: Program<'info, System>,
}

impl<'info> TaskExpire<'info> {
    pub(crate) fn unclaimed(&self) -> Unclaimed<'_, 'info> {
        Unclaimed { market: &self.market, vault: info(&self.unclaimed_vault), payer: self.cranker.as_ref() }
    }

    pub(crate) fn requester_leg(&self) -> Leg<'_, 'info> {
        Leg::to_wallet(self.task.terms.requester, self.requester_token.as_ref(), info(&self.requester_balance))
    }

    pub(crate) fn drain(&self) -> Drain<'_, 'info> {
        Drain {
            sink: self.task.terms.sink,
            insurance: info(&self.insurance_vault),
            burn_mint: info(&self.burn_mint),
            treasury_balance: info(&self.treasury_balance),
        }
    }

    fn money(&self) -> Result<TaskMoney<'_, 'info>> {
        TaskMoney::new(&self.task, self.task_vault.as_ref(), self.mint.as_ref())
    }

    #[inline(never)]
    fn plan(&self, now: Moment) -> Result<ExpireStep<[u8; 32]>> {
        let silent = match &self.run {
            None => None,
            Some(run) => {
                let slot = self.task.slot_of(&run.provider)?;
                Some(SilentRun { slot, execute_until: run.execute_until.into() })
            }
        };
        Ok(plan_expire(&self.task.view(), silent, now.into()).map_err(TesseraError::from)?)
    }

    #[inline(never)]
    fn payout(&self, step: &ExpireStep<[u8; 32]>) -> Result<RefundPayout> {
        let cranker = info(&self.cranker_token).is_some_and(|token| payable(token, &self.market, self.cranker.key));
        let escrow = self.task.escrow(0)?;
        Ok(refund_payout(&escrow, step.ending, step.is_final(), cranker).map_err(TesseraError::from)?)
    }

    #[inline(never)]
    fn apply(&mut self, step: &ExpireStep<[u8; 32]>, payout: &RefundPayout) -> Result<Option<Silenced>> {
        let silenced = if step.ending == Ending::Unclaimed { None } else { Some(self.punish(step.ending)?) };
        if let (Ending::NoShow, Some(run)) = (step.ending, &self.run) {
            self.task.excluded.push(run.provider);
        }
        self.task.apply(&step.task)?;
        self.task.escrow = payout.kept.get();
        self.task.invariant()?;
        Ok(silenced)
    }

    #[inline(never)]
    fn pay(&self, payout: &RefundPayout) -> Result<Payment> {
        let money = self.money()?;
        if let Some(token) = info(&self.cranker_token) {
            money.pay(token, payout.cranker.get())?;
        }
        money.pay_leg(&self.requester_leg(), &self.unclaimed(), payout.requester.get())
    }

    #[inline(never)]
    fn close(&mut self, step: &ExpireStep<[u8; 32]>, dust: u64) -> Result<()> {
        let cranker = self.cranker.to_account_info();
        if step.is_final() {
            require!(self.task.escrow == 0 && self.task.runs_open == 0, TesseraError::Invariant);
            let money = self.money()?;
            self.drain().sweep(&money, &self.requester_leg(), &self.unclaimed(), dust)?;
            money.close(rent_receiver(self.requester.as_ref(), &cranker))?;
        }
        if step.ending != Ending::Unclaimed {
            let SilentParty { run, wallet, .. } = self.silent_party()?;
            close_account(run, wallet, &cranker)?;
        }
        if step.is_final() {
            close_account(self.task.as_ref(), self.requester.as_ref(), &cranker)?;
        }
        Ok(())
    }
}

/// Without a run, once nobody works on the task and nobody can claim it any more:
/// - anyone; the requester gets the escrow less the cranker's part of the bounty, vault and task close.
///
/// With a run that was neither submitted nor sealed before its execution's deadline:
/// - anyone; the no-show slash (of the lock, then of unbonding stake) goes to the requester, the rest of the lock is freed;
/// - the provider is excluded and judged, the run closes, its slot is free: others may claim it while the open window lasts
///   and fewer than eight are excluded; with nobody left the task is refunded and closes.
///
/// With a run that was sealed and not revealed before the reveal's deadline:
/// - anyone; the whole lock is slashed, the challengers' share too is sunk, the run's reward goes back, the run closes;
/// - the last one starts the windows of the runs that were revealed; without any the task is refunded and closes.
///
/// Refused: too early on either clock, a run of another task or in another state, another provider's accounts.
pub fn handler(ctx: Context<TaskExpire>) -> Result<()> {
    let now = Moment::now()?;
    let accounts = ctx.accounts;
    let step = accounts.plan(now)?;
    let dust = accounts.task.dust(token_amount(accounts.task_vault.as_ref())?)?;
    let payout = accounts.payout(&step)?;
    let silenced = accounts.apply(&step, &payout)?;
    let compensated = match &silenced {
        Some(silenced) => Some(accounts.pay_punishment(silenced)?),
        None => None,
    };
    let refunded = accounts.pay(&payout)?;
    accounts.close(&step, dust)?;
    accounts.announce(&step, &payout, silenced.zip(compensated), refunded, dust)
}

impl TaskExpire<'_> {
    /// The events.
    #[inline(never)]
    fn announce(
        &self,
        step: &ExpireStep<[u8; 32]>,
        payout: &RefundPayout,
        silenced: Option<(Silenced, Payment)>,
        requester_refunded: Payment,
        dust: u64,
    ) -> Result<()> {
        let task = self.task.key();
        let total = (requester_refunded, payout.cranker.get());
        let nothing = (Payment { amount: 0, ..requester_refunded }, 0);
        // Each payment is told once: by the task's end, if this is it.
        let ((requester_refunded, cranker_paid), of_task) =
            if step.is_final() { (nothing, total) } else { (total, nothing) };
        if let (Some((silenced, requester_compensated)), Some(run)) = (silenced, &self.run) {
            let Silenced { sunk, from_unbonding, released, reputation, .. } = silenced;
            let provider = run.provider;
            if step.ending == Ending::Silent {
                emit!(RunSilent {
                    task,
                    run: run.key(),
                    provider,
                    slashed: run.lock,
                    requester_compensated,
                    sunk,
                    requester_refunded,
                    cranker_paid,
                });
            } else {
                emit!(RunAbandoned {
                    task,
                    run: run.key(),
                    provider,
                    requester_compensated,
                    from_unbonding,
                    released,
                    cranker_paid,
                    reopened: !step.is_final(),
                });
            }
            emit!(reputation);
        }
        if step.is_final() {
            let (requester_refunded, cranker_paid) = of_task;
            emit!(TaskExpired { task, requester_refunded, cranker_paid, dust });
        } else if self.task.challenge_until != Deadline::UNSET {
            emit!(WindowsStarted::new(&self.task));
        }
        Ok(())
    }
}
