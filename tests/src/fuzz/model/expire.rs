use tessera::errors::TesseraError;
use tessera::state::{Run, Task};
use tessera_rules::{Ending, SilentRun, plan_expire, refund_payout, slash_payout};

use super::settle::{Settling, escrow};
use super::tasks::{put, slot_of};
use super::{Fate, Model, Refused};
use crate::fuzz::scene::Scene;

impl Model {
    pub(super) fn expire(&mut self, scene: &Scene, task: u8, run: Option<u8>, bare: bool) -> Fate {
        // Without a run, that of any provider names the task.
        let target = scene.run(task, run.unwrap_or(0));
        let account = self.task(&target.task.key)?.clone();
        let silent = match run {
            None => None,
            Some(_) => Some(self.run(&target.key)?.clone()),
        };
        let market = self.market(&account.terms.market)?.clone();
        let at = Settling {
            scene,
            run: target,
            market: account.terms.market,
            treasury: market.treasury,
            insurance: tessera::addresses::insurance_vault_address(&account.terms.market).0,
            unclaimed: self.unclaimed(scene, &account.terms.market, bare),
            audits: Vec::new(),
        };
        let named = match &silent {
            None => None,
            Some(run) => {
                let slot = slot_of(&account, &run.provider)?;
                Some(SilentRun { slot, execute_until: run.execute_until.into() })
            }
        };
        let step = plan_expire(&account.view(), named, self.now.into())?;
        let dust = self.coins(&target.task.vault) - account.escrow;
        let (cranker, cranker_token) = at.cranker();
        let crank_paid = self.payable(&cranker_token, &cranker);
        let payout = refund_payout(&escrow(&account, 0)?, step.ending, step.is_final(), crank_paid)?;
        let over = step.is_final();
        let task = self.task(&target.task.key)?;
        put(task, &step.task);
        task.escrow = payout.kept.get();
        if step.ending == Ending::NoShow {
            task.excluded.push(target.provider.provider);
        }
        if let Some(run) = &silent {
            task.runs_open -= 1;
            self.punish(&at, &account, run, step.ending)?;
        }
        let vault = target.task.vault;
        self.pay(&vault, &cranker_token, payout.cranker.get())?;
        self.pay_leg(&vault, &at.requester_leg(), at.unclaimed, payout.requester.get())?;
        if silent.is_some() {
            self.accounts.runs.remove(&target.key);
        }
        if !over {
            return Ok(());
        }
        let task = self.task(&target.task.key)?;
        if task.escrow != 0 || task.runs_open != 0 {
            return Err(TesseraError::Invariant.into());
        }
        self.sweep_dust(&at, dust)?;
        self.close_vault(&vault)?;
        self.accounts.tasks.remove(&target.task.key);
        Ok(())
    }

    /// What a silence costs the provider, and pays the requester.
    fn punish(&mut self, at: &Settling<'_>, task: &Task, run: &Run, ending: Ending) -> Fate {
        let params = self.market(&at.market)?.params.into();
        let by = at.run.provider;
        let provider = self.provider(&by.provider)?;
        let (stake, compensation, sunk) = match ending {
            Ending::Unclaimed => return Err(Refused::Somehow),
            Ending::Silent => {
                let payout = slash_payout(run.lock.into(), &task.terms.slash.into(), 0)?;
                (provider.stake().slash(run.lock.into())?, payout.requester.get(), payout.sink.get())
            }
            Ending::NoShow => {
                let no_show = task.terms.no_show_slash.into();
                let (stake, slash) = provider.stake().slash_liveness(run.lock.into(), no_show)?;
                (stake, slash.slashed.get(), 0)
            }
        };
        provider.stake = stake.into();
        let before = tessera_rules::Reputation::from(provider.reputation);
        provider.reputation = before.with_bad(task.terms.reward.into(), &params)?.into();
        provider.active_runs -= 1;
        provider.runs_unclosed -= 1;
        self.drain(at, task.terms.sink, &by.vault, sunk)?;
        self.pay_leg(&by.vault, &at.requester_leg(), at.unclaimed, compensation)
    }
}
