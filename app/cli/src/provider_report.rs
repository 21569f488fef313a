//! A provider, for people and programs.

use std::fmt;

use serde::Serialize;
use tessera_chain::{Provider, ProviderStatus, Versioned};

use crate::hardware::HardwareReport;
use crate::output::Lines;
use crate::session::Session;

/// A provider, amounts in base units.
#[derive(Debug, Serialize)]
pub struct ProviderReport {
    provider: String,
    authority: String,
    market: String,
    roles: Vec<&'static str>,
    status: &'static str,
    stake_free: u64,
    stake_locked: u64,
    stake_unbonding: u64,
    price_floor: u64,
    active_runs: u16,
    max_runs: u16,
    memory_mib: u32,
    backend: &'static str,
    compute_capability: u16,
    endpoint: String,
    /// Millionths: the estimated probability that a checked run of it is right.
    reputation: u64,
    #[serde(skip)]
    shown: [String; 4],
}

impl ProviderReport {
    /// The provider as its account says.
    #[must_use]
    pub fn new(provider: &Versioned<Provider>, session: &Session) -> Self {
        let stake = &provider.stake;
        let unbonding = stake.unbonding.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.amount));
        let amounts = [stake.free, stake.locked, unbonding, provider.price_floor];
        let roles = [("compute", provider.roles.compute), ("verify", provider.roles.verify)];
        let hardware = HardwareReport::new(provider.hardware);
        Self {
            provider: provider.key.to_string(),
            authority: provider.authority.to_string(),
            market: provider.market.to_string(),
            roles: roles.iter().filter(|(_, has)| *has).map(|(name, _)| *name).collect(),
            status: match provider.status {
                ProviderStatus::Active => "active",
                ProviderStatus::Draining => "draining",
            },
            stake_free: stake.free,
            stake_locked: stake.locked,
            stake_unbonding: unbonding,
            price_floor: provider.price_floor,
            active_runs: provider.active_runs,
            max_runs: provider.max_runs,
            memory_mib: hardware.memory_mib,
            backend: hardware.backend,
            compute_capability: hardware.compute_capability,
            endpoint: provider.endpoint.clone(),
            reputation: tessera_rules::Reputation::from(provider.reputation).score(),
            shown: amounts.map(|amount| session.tokens(amount)),
        }
    }
}

impl fmt::Display for ProviderReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [free, locked, unbonding, floor] = &self.shown;
        Lines::new()
            .line("provider", &self.provider)
            .line("authority", &self.authority)
            .line("market", &self.market)
            .line("roles", format!("{} ({})", self.roles.join(", "), self.status))
            .line("stake", format!("{free} free, {locked} locked, {unbonding} unbonding"))
            .line("takes", format!("rewards from {floor}, {} runs at most, {} now", self.max_runs, self.active_runs))
            .line("hardware", format!("{}, {} MiB", self.backend, self.memory_mib))
            .maybe("endpoint", (!self.endpoint.is_empty()).then_some(&self.endpoint))
            .line("reputation", tessera_migrations::units::tokens(self.reputation, 6))
            .fmt(f)
    }
}
