use anchor_lang::prelude::*;
use tessera_rules::{Ending, slash_payout};

use super::{Source, pay_leg, stake_vault_of};
use crate::errors::TesseraError;
use crate::events::{Because, Payment, ReputationChanged};
use crate::instructions::TaskExpire;
use crate::signers::ProviderSigner;
use crate::state::{Provider, Run, RunState};
use crate::tokens::Mover;

/// A run that fell silent, with what ending it needs.
pub(crate) struct SilentParty<'a, 'info> {
    /// The run.
    pub(crate) run: &'a mut Account<'info, Run>,
    /// Its provider.
    pub(crate) provider: &'a mut Account<'info, Provider>,
    /// The wallet that paid the run's rent.
    pub(crate) wallet: &'a AccountInfo<'info>,
}

/// What a silence costs the provider.
pub(crate) struct Silenced {
    /// To the requester, of the provider's stake.
    pub(crate) compensation: u64,
    /// Burned or insured.
    pub(crate) sunk: u64,
    /// Of the compensation, from unbonding stake.
    pub(crate) from_unbonding: u64,
    /// Of the lock, freed.
    pub(crate) released: u64,
    /// What it does to the provider's reputation.
    pub(crate) reputation: ReputationChanged,
}

impl<'info> TaskExpire<'info> {
    /// Checks that the optional accounts of a silent run are there and belong together.
    pub(crate) fn silent_party(&mut self) -> Result<SilentParty<'_, 'info>> {
        let (Some(run), Some(provider), Some(vault), Some(wallet)) =
            (&mut self.run, &mut self.provider, &self.stake_vault, &self.run_authority)
        else {
            return err!(TesseraError::RunMissing);
        };
        require_keys_eq!(provider.key(), run.provider, TesseraError::WrongProvider);
        require_keys_eq!(vault.key(), stake_vault_of(provider)?, TesseraError::WrongVault);
        require_keys_eq!(wallet.key(), run.authority, TesseraError::WrongWallet);
        Ok(SilentParty { run, provider, wallet: wallet.as_ref() })
    }

    /// Takes from the provider's stake what its silence costs, frees the rest of its lock, and judges it.
    #[inline(never)]
    pub(crate) fn punish(&mut self, ending: Ending) -> Result<Silenced> {
        let (no_show, reward) = (self.task.terms.no_show_slash, self.task.terms.reward);
        let shares = self.task.terms.slash.into();
        let params = self.market.params.into();
        let SilentParty { run, provider, .. } = self.silent_party()?;
        let address = provider.key();
        let (silenced, stake) = if ending == Ending::Silent {
            let payout = slash_payout(run.lock.into(), &shares, 0).map_err(TesseraError::from)?;
            let reputation = provider.judge(address, Because::Silent, reward, &params)?;
            let (compensation, sunk) = (payout.requester.get(), payout.sink.get());
            let silenced = Silenced { compensation, sunk, from_unbonding: 0, released: 0, reputation };
            (silenced, provider.stake().slash(run.lock.into()).map_err(TesseraError::from)?)
        } else {
            let slashed = provider.stake().slash_liveness(run.lock.into(), no_show.into());
            let (stake, slash) = slashed.map_err(TesseraError::from)?;
            let reputation = provider.judge(address, Because::NoShow, reward, &params)?;
            let (compensation, from_unbonding) = (slash.slashed.get(), slash.from_unbonding.get());
            (Silenced { compensation, sunk: 0, from_unbonding, released: slash.released.get(), reputation }, stake)
        };
        provider.stake = stake.into();
        provider.end_run()?;
        provider.close_run()?;
        provider.invariant()?;
        run.state = if ending == Ending::Silent { RunState::Slashed } else { RunState::Abandoned };
        self.task.close_run()?;
        Ok(silenced)
    }

    /// Pays out of the provider's stake what [`TaskExpire::punish`] took.
    #[inline(never)]
    pub(crate) fn pay_punishment(&self, silenced: &Silenced) -> Result<Payment> {
        let (Some(provider), Some(vault)) = (&self.provider, &self.stake_vault) else {
            return err!(TesseraError::RunMissing);
        };
        let signer = ProviderSigner::new(provider);
        let seeds = signer.seeds();
        let source = Source { vault: vault.as_ref(), owner: provider.as_ref().as_ref(), signer: &seeds };
        let mover = Mover::new(self.mint.as_ref())?;
        let unclaimed = self.unclaimed();
        self.drain().pay(&mover, &source, &unclaimed, silenced.sunk)?;
        pay_leg(&mover, &source, &self.requester_leg(), &unclaimed, silenced.compensation)
    }
}
