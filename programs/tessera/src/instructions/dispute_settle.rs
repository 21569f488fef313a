use anchor_lang::prelude::*;
use anchor_spl::token_interface::TokenInterface;
use tessera_rules::{BondPayout, DisputeEnd, DisputeStep, bond_payout, plan_dispute_settle};

use crate::addresses::provider_address;
use crate::errors::TesseraError;
use crate::events::{DisputeCause, DisputeEnded, DisputeSettled, Payment};
use crate::seeds;
use crate::settlement::{BondMoney, Drain, Leg, Route, Unclaimed, close_account, info, rent_receiver};
use crate::state::{Dispute, Market, Provider, Run, Task};
use crate::token_account::token_amount;

/// Accounts of `dispute_settle`. The balances are needed only where a token account cannot receive.
#[derive(Accounts)]
pub struct DisputeSettle<'info> {
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
    /// The run.
    #[account(mut, has_one = task @ TesseraError::WrongRun, has_one = provider @ TesseraError::WrongProvider)]
    pub run: Box<Account<'info, Run>>,
    /// The run's provider.
    #[account(mut)]
    pub provider: Box<Account<'info, Provider>>,
    /// CHECK: the token account at this derived address is the provider's stake vault.
    #[account(mut, seeds = [seeds::STAKE, provider.key().as_ref()], bump = provider.vault_bump)]
    pub stake_vault: UncheckedAccount<'info>,
    /// The dispute.
    #[account(mut, has_one = run @ TesseraError::WrongDispute)]
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
    /// CHECK: the market's insurance vault, compared before it is paid; required only where something is insured: half of a lost
    /// bond, if the task's sink is the insurance.
    #[account(mut)]
    pub insurance_vault: Option<UncheckedAccount<'info>>,
    /// CHECK: the mint once more, writable; required only where half of a lost bond is burned.
    #[account(mut, address = market.mint @ TesseraError::WrongMint)]
    pub burn_mint: Option<UncheckedAccount<'info>>,
    /// CHECK: the market's unclaimed vault; checked before it is paid.
    #[account(mut)]
    pub unclaimed_vault: Option<UncheckedAccount<'info>>,
    /// CHECK: of the challenger; checked before it is raised.
    #[account(mut)]
    pub challenger_balance: Option<UncheckedAccount<'info>>,
    /// CHECK: of the provider's authority; checked before it is raised.
    #[account(mut)]
    pub provider_balance: Option<UncheckedAccount<'info>>,
    /// CHECK: of the treasury; checked before it is raised.
    #[account(mut)]
    pub treasury_balance: Option<UncheckedAccount<'info>>,
    /// Moves the tokens.
    #[account(address = market.token_program @ TesseraError::WrongTokenProgram)]
    pub token_program: Interface<'info, TokenInterface>,
    /// Makes balances.
    pub system_program: Program<'info, System>,
}

/// What became of a bond.
struct Paid {
    challenger: Payment,
    provider: Payment,
    sunk: u64,
}

impl<'info> DisputeSettle<'info> {
    fn unclaimed(&self) -> Unclaimed<'_, 'info> {
        Unclaimed { market: &self.market, vault: info(&self.unclaimed_vault), payer: self.cranker.as_ref() }
    }

    fn drain(&self) -> Drain<'_, 'info> {
        Drain {
            sink: self.task.terms.sink,
            insurance: info(&self.insurance_vault),
            burn_mint: info(&self.burn_mint),
            treasury_balance: info(&self.treasury_balance),
        }
    }

    fn provider_leg(&self) -> Leg<'_, 'info> {
        let balance = info(&self.provider_balance);
        Leg::to_vault(self.run.provider, self.stake_vault.as_ref(), self.provider.authority, balance)
    }

    fn challenger_leg(&self) -> Leg<'_, 'info> {
        let balance = info(&self.challenger_balance);
        Leg::to_wallet(self.dispute.challenger, self.challenger_token.as_ref(), balance)
    }

    #[inline(never)]
    fn plan(&self) -> Result<DisputeStep<[u8; 32]>> {
        require!(!self.dispute.settled, TesseraError::SettledAlready);
        let slot = self.task.slot_of(&self.run.provider)?;
        let phase = self.dispute.phase.into();
        let step = plan_dispute_settle(&self.task.view(), slot, phase, self.run.open_disputes);
        Ok(step.map_err(TesseraError::from)?)
    }

    #[inline(never)]
    fn apply(&mut self, step: &DisputeStep<[u8; 32]>, payout: &BondPayout) -> Result<()> {
        let to_stake = self.provider_leg().route(&self.market)? == Route::Account;
        self.task.apply(&step.task)?;
        self.task.open_disputes = self.task.open_disputes.checked_sub(1).ok_or(TesseraError::Invariant)?;
        self.task.invariant()?;
        let provider = &mut self.provider;
        provider.open_disputes = provider.open_disputes.checked_sub(1).ok_or(TesseraError::Invariant)?;
        let credit = if to_stake { payout.provider } else { 0.into() };
        provider.stake = provider.stake().credit(credit).map_err(TesseraError::from)?.into();
        provider.invariant()?;
        self.run.open_disputes = step.open_disputes;
        if step.end.waits_for_slash() {
            let (own, _) = provider_address(&self.run.market, &self.dispute.challenger);
            let auditor = self.run.differed[0];
            self.run.refuted_by = self.dispute.key();
            self.run.refuted_bond_bump = self.dispute.vault_bump;
            self.run.refuted_with_auditor = auditor.is_some() && auditor.verifier != own;
            self.dispute.settled = true;
            self.dispute.invariant()?;
        }
        self.run.invariant()
    }

    /// Pays the bond, all that the vault holds, and closes vault and dispute; one that refuted its run waits for the slash.
    #[inline(never)]
    fn pay(&self, end: DisputeEnd, payout: &BondPayout) -> Result<Paid> {
        let none = |owner| Payment { owner, amount: 0, kept: false };
        let mut paid =
            Paid { challenger: none(self.dispute.challenger), provider: none(self.provider.authority), sunk: 0 };
        if end.waits_for_slash() {
            return Ok(paid);
        }
        let (money, unclaimed) = (BondMoney::new(&self.dispute, &self.bond_vault, &self.mint)?, self.unclaimed());
        // What strangers sent to the vault goes where the bond goes, else to the sink.
        let held = token_amount(self.bond_vault.as_ref())?;
        let dust = held.checked_sub(self.dispute.bond).ok_or(TesseraError::Invariant)?;
        let [back, sunk] = if end == DisputeEnd::Lost {
            [0, payout.sink.get().checked_add(dust).ok_or(TesseraError::Overflow)?]
        } else {
            [held, 0]
        };
        paid.challenger = money.pay_leg(&self.challenger_leg(), &unclaimed, back)?;
        paid.provider = money.pay_leg(&self.provider_leg(), &unclaimed, payout.provider.get())?;
        paid.sunk = sunk;
        money.sink(&self.drain(), &unclaimed, sunk)?;
        money.close(rent_receiver(self.challenger.as_ref(), self.cranker.as_ref()))?;
        Ok(paid)
    }
}

/// - Anyone, once: a dispute that is over, or in whatever phase once its run was refuted by others.
/// - The challenger won: the run is refuted, and every other run of the task with the same root. Bond and dispute wait until
///   the run's settlement has slashed it. Half of the challengers' share is the first auditor's that differed, unless that is
///   the challenger itself.
/// - The challenger lost: half of the bond, and its odd unit, goes into the provider's stake, the rest to the sink.
/// - No verdict, or refuted by others: the bond goes back.
/// - But for the winner, vault and dispute close; rent goes to the challenger.
pub fn handler(ctx: Context<DisputeSettle>) -> Result<()> {
    let accounts = ctx.accounts;
    let step = accounts.plan()?;
    let payout = bond_payout(accounts.dispute.bond.into(), step.end.bond()).map_err(TesseraError::from)?;
    accounts.apply(&step, &payout)?;
    let paid = accounts.pay(step.end, &payout)?;
    if step.end == DisputeEnd::Moot {
        emit!(DisputeEnded::new(&accounts.dispute, DisputeCause::Moot));
    }
    emit!(DisputeSettled {
        task: accounts.task.key(),
        run: accounts.run.key(),
        dispute: accounts.dispute.key(),
        refutes: step.end.waits_for_slash(),
        challenger_paid: paid.challenger,
        provider_paid: paid.provider,
        sunk: paid.sunk,
        open_disputes: step.open_disputes,
    });
    if step.end.waits_for_slash() {
        return Ok(());
    }
    close_account(accounts.dispute.as_ref(), accounts.challenger.as_ref(), &accounts.cranker)
}
