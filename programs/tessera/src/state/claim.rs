//! What the rules are told about a claim: by the program, and by agents that ask beforehand whether it would be refused.

use anchor_lang::prelude::Pubkey;
use tessera_rules::{Backend, Capabilities, ClaimTerms, Claimant, Refusal, Reputation};

use super::{BackendKind, Provider, Task};

impl Task {
    /// What the task asks of whoever claims it. `paused`: the market takes no claims.
    ///
    /// # Errors
    /// [`Refusal::Overflow`]: its windows end beyond all time.
    pub fn claim_terms(&self, paused: bool) -> Result<ClaimTerms, Refusal> {
        let terms = &self.terms;
        let created = tessera_rules::Moment { unix: terms.created_at, slot: terms.created_slot };
        Ok(ClaimTerms {
            reward: terms.reward.into(),
            run_lock: terms.run_lock.into(),
            requirements: terms.requirements.into(),
            named_only: terms.named_only,
            exclusive_until: created.after(terms.windows.exclusive_seconds)?,
            paused,
        })
    }

    /// The provider at `address` as somebody who claims the task.
    pub fn claimant(&self, address: &Pubkey, provider: &Provider) -> Claimant {
        Claimant {
            active: provider.is_active(),
            compute: provider.roles.compute,
            same_market: provider.market == self.terms.market,
            excluded: self.excluded.contains(address),
            has_slot: self.has_slot(address),
            listed: self.terms.shortlist.contains(address),
            capabilities: provider.capabilities(),
            active_runs: provider.active_runs,
            max_runs: provider.max_runs,
            price_floor: provider.price_floor.into(),
        }
    }
}

impl Provider {
    /// What it has, as claims compare it.
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            backend: match self.hardware.backend {
                BackendKind::Cpu => Backend::Cpu,
                BackendKind::Cuda => Backend::Cuda,
            },
            memory_mib: self.hardware.memory_mib,
            compute_capability: self.hardware.compute_capability,
            region: self.hardware.region,
            tier: self.hardware.tier,
            score: u32::try_from(Reputation::from(self.reputation).score()).unwrap_or(u32::MAX),
        }
    }
}
