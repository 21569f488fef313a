//! A provider, for people and programs.

use std::fmt;

use serde::Serialize;
use tessera_chain::{Provider, ProviderStatus, Versioned, rules};

use crate::hardware::{HardwareReport, tier_name};
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
    region: Option<String>,
    tier: Option<u8>,
    /// A verifier's weight in draws, base units.
    ticket_stake: u64,
    /// Unix seconds: only runs submitted later are its to audit.
    ticket_since: i64,
    /// Audits that are not closed.
    active_audits: u16,
    endpoint: String,
    /// Millionths: the estimated probability that a checked run of it is right.
    reputation: u64,
    /// Too little is known of it for its score to count: its runs are always audited.
    newcomer: bool,
    #[serde(skip)]
    shown: [String; 5],
}

impl ProviderReport {
    /// The provider as its account says.
    #[must_use]
    pub fn new(provider: &Versioned<Provider>, session: &Session) -> Self {
        let stake = &provider.stake;
        let unbonding = stake.unbonding.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.amount));
        let amounts = [stake.free, stake.locked, unbonding, provider.price_floor, provider.ticket_stake];
        let reputation = rules::Reputation::from(provider.reputation);
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
            region: hardware.region,
            tier: hardware.tier,
            ticket_stake: provider.ticket_stake,
            ticket_since: provider.ticket_since.unix,
            active_audits: provider.active_audits,
            endpoint: provider.endpoint.clone(),
            reputation: reputation.score(),
            newcomer: reputation.is_newcomer(session.market.params.newcomer_weight),
            shown: amounts.map(|amount| session.tokens(amount)),
        }
    }
}

impl fmt::Display for ProviderReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [free, locked, unbonding, floor, weight] = &self.shown;
        let computes = self.roles.contains(&"compute");
        let verifies = self.roles.contains(&"verify");
        let takes = format!("rewards from {floor}, {} runs at most, {} now", self.max_runs, self.active_runs);
        let region = self.region.as_ref().map(|region| format!(", {region}")).unwrap_or_default();
        let tier = self.tier.map(|tier| format!(", {}", tier_name(tier))).unwrap_or_default();
        let newcomer = if self.newcomer { " (newcomer: always audited)" } else { "" };
        Lines::new()
            .line("provider", &self.provider)
            .line("authority", &self.authority)
            .line("market", &self.market)
            .line("roles", format!("{} ({})", self.roles.join(", "), self.status))
            .line("stake", format!("{free} free, {locked} locked, {unbonding} unbonding"))
            .maybe("takes", computes.then_some(takes))
            .maybe("draws", verifies.then(|| format!("weight {weight}, {} audits now", self.active_audits)))
            .line("hardware", format!("{}, {} MiB{region}{tier}", self.backend, self.memory_mib))
            .maybe("endpoint", (!self.endpoint.is_empty()).then_some(&self.endpoint))
            .line("reputation", format!("{}{newcomer}", tessera_migrations::units::tokens(self.reputation, 6)))
            .fmt(f)
    }
}
