//! A market and its parameters, for people and programs.

use std::fmt;

use serde::Serialize;
use tessera_chain::{Market, MarketParams, Moment, Sink, Versioned};
use tessera_migrations::units::{Percent, Window, tokens};
use tessera_migrations::{Difference, differences};

use crate::output::Lines;

/// A market.
#[derive(Debug, Serialize)]
pub struct MarketReport {
    market: String,
    mint: String,
    token_program: String,
    decimals: u8,
    id: u16,
    creator: String,
    authority: String,
    /// Who may accept to become the authority.
    pending_authority: Option<String>,
    treasury: String,
    /// No new tasks and claims.
    paused: bool,
    epoch_seconds: u32,
    /// The epoch of the chain's clock.
    epoch: u64,
    /// The verifiers' weight in draws, base units.
    verify_stake: u64,
    params: ParamsReport,
    pending: Option<PendingReport>,
}

/// Parameters on their way.
#[derive(Debug, Serialize)]
pub struct PendingReport {
    /// Unix seconds from which anyone may apply them.
    earliest: i64,
    /// Seconds until then; zero if they can be applied.
    wait: i64,
    /// What would change: `wanted` is proposed, `on_chain` is in force.
    changes: Vec<Difference>,
    params: ParamsReport,
}

/// Rates in bps, amounts in base units, times in seconds.
#[derive(Debug, Serialize)]
pub struct ParamsReport {
    provider_bps: u16,
    treasury_bps: u16,
    model_bps: u16,
    slash_challenger_bps: u16,
    slash_requester_bps: u16,
    slash_sink_bps: u16,
    sink: &'static str,
    audit_rate_bps: u16,
    honest_auditors_bps: u16,
    min_lock_bps: u16,
    audit_lock_bps: u16,
    no_show_bps: u16,
    no_show_min: u64,
    min_reward: u64,
    max_open_seconds: u32,
    max_execution_seconds: u32,
    max_audit_seconds: u32,
    max_challenge_seconds: u32,
    unbonding_seconds: u32,
    reputation_decay_bps: u16,
    reputation_cap: u32,
    /// Millionths of the smallest reward.
    newcomer_weight: u64,
    draw_delay_slots: u16,
    agreed_challenge_seconds: u32,
    max_reveal_seconds: u32,
    max_grace_seconds: u32,
    timelock_seconds: u32,
    silence_bps: u16,
    #[serde(skip)]
    decimals: u8,
}

impl MarketReport {
    /// The market as its account says.
    #[must_use]
    pub fn new(market: &Versioned<Market>, decimals: u8, now: Moment) -> Self {
        Self {
            market: market.key.to_string(),
            mint: market.mint.to_string(),
            token_program: market.token_program.to_string(),
            decimals,
            id: market.id,
            creator: market.creator.to_string(),
            authority: market.authority.to_string(),
            pending_authority: market.pending_authority.map(|key| key.to_string()),
            treasury: market.treasury.to_string(),
            paused: market.paused,
            epoch_seconds: market.epoch_seconds,
            epoch: market.epoch(now),
            verify_stake: market.verify_stake,
            params: ParamsReport::new(&market.params, decimals),
            pending: PendingReport::of(market, decimals, now),
        }
    }
}

impl PendingReport {
    /// The parameters proposed, if there are some.
    #[must_use]
    pub fn of(market: &Market, decimals: u8, now: Moment) -> Option<Self> {
        let pending = market.pending.as_ref()?;
        Some(Self {
            earliest: pending.earliest.unix,
            wait: if pending.earliest.passed(now) { 0 } else { pending.earliest.unix.saturating_sub(now.unix).max(1) },
            changes: differences(&pending.params, &market.params),
            params: ParamsReport::new(&pending.params, decimals),
        })
    }

    /// When they can be applied, in words.
    #[must_use]
    pub fn when(&self) -> String {
        match u32::try_from(self.wait) {
            Ok(0) => "can be applied now: `tessera market params apply`".to_owned(),
            Ok(seconds) => format!("can be applied in {}", Window::seconds(seconds)),
            Err(_) => format!("can be applied in {} s", self.wait),
        }
    }
}

impl ParamsReport {
    /// The parameters as an account says.
    #[must_use]
    pub fn new(params: &MarketParams, decimals: u8) -> Self {
        Self {
            provider_bps: params.splits.provider_bps,
            treasury_bps: params.splits.treasury_bps,
            model_bps: params.splits.model_bps,
            slash_challenger_bps: params.slash.challenger_bps,
            slash_requester_bps: params.slash.requester_bps,
            slash_sink_bps: params.slash.sink_bps,
            sink: match params.sink {
                Sink::Burn => "burn",
                Sink::Insurance => "insurance",
            },
            audit_rate_bps: params.audit_rate_bps,
            honest_auditors_bps: params.honest_auditors_bps,
            min_lock_bps: params.min_lock_bps,
            audit_lock_bps: params.audit_lock_bps,
            no_show_bps: params.no_show_bps,
            no_show_min: params.no_show_min,
            min_reward: params.min_reward,
            max_open_seconds: params.max_open_seconds,
            max_execution_seconds: params.max_execution_seconds,
            max_audit_seconds: params.max_audit_seconds,
            max_challenge_seconds: params.max_challenge_seconds,
            unbonding_seconds: params.unbonding_seconds,
            reputation_decay_bps: params.reputation_decay_bps,
            reputation_cap: params.reputation_cap,
            newcomer_weight: params.newcomer_weight,
            draw_delay_slots: params.draw_delay_slots,
            agreed_challenge_seconds: params.agreed_challenge_seconds,
            max_reveal_seconds: params.max_reveal_seconds,
            max_grace_seconds: params.max_grace_seconds,
            timelock_seconds: params.timelock_seconds,
            silence_bps: params.silence_bps,
            decimals,
        }
    }

    fn lines(&self, lines: Lines) -> Lines {
        let p = self;
        let shares = |names: [&str; 3], bps: [u16; 3]| {
            let parts: Vec<String> =
                names.iter().zip(bps).map(|(name, bps)| format!("{name} {}", Percent::from_bps(bps))).collect();
            parts.join(", ")
        };
        let (rate, time) = (Percent::from_bps, Window::seconds);
        let amount = |base_units| tokens(base_units, p.decimals);
        lines
            .line("reward", shares(["provider", "treasury", "model"], [p.provider_bps, p.treasury_bps, p.model_bps]))
            .line("smallest reward", amount(p.min_reward))
            .line(
                "locks",
                format!("run {} of the reward or more, audit {}", rate(p.min_lock_bps), rate(p.audit_lock_bps)),
            )
            .line(
                "slashed lock",
                shares(
                    ["challenger", "requester", p.sink],
                    [p.slash_challenger_bps, p.slash_requester_bps, p.slash_sink_bps],
                ),
            )
            .line(
                "audits",
                format!(
                    "{} of runs or more, {} honest; drawn after {} slots",
                    rate(p.audit_rate_bps),
                    rate(p.honest_auditors_bps),
                    p.draw_delay_slots
                ),
            )
            .line("silent audit", format!("loses {} of its lock", rate(p.silence_bps)))
            .line("no-show", format!("{} of the reward, at least {}", rate(p.no_show_bps), amount(p.no_show_min)))
            .line(
                "longest windows",
                format!(
                    "open {}, grace {}, execution {}, reveal {}, audit {}, challenge {}",
                    time(p.max_open_seconds),
                    time(p.max_grace_seconds),
                    time(p.max_execution_seconds),
                    time(p.max_reveal_seconds),
                    time(p.max_audit_seconds),
                    time(p.max_challenge_seconds)
                ),
            )
            .line("agreed runs", format!("are paid after {}", time(p.agreed_challenge_seconds)))
            .line("unbonding", time(p.unbonding_seconds))
            .line(
                "reputation",
                format!(
                    "decay {}, cap {}, newcomers below {} smallest rewards",
                    rate(p.reputation_decay_bps),
                    p.reputation_cap,
                    tokens(p.newcomer_weight, 6)
                ),
            )
            .line("timelock", time(p.timelock_seconds))
    }
}

impl fmt::Display for ParamsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines(Lines::new()).fmt(f)
    }
}

impl fmt::Display for PendingReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.when())?;
        for change in &self.changes {
            writeln!(f, "{}: {} -> {}", change.name, change.on_chain, change.wanted)?;
        }
        Ok(())
    }
}

impl fmt::Display for MarketReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = Lines::new()
            .line("market", &self.market)
            .maybe("paused", self.paused.then_some("no new tasks and claims"))
            .line("mint", format!("{}, {} decimals", self.mint, self.decimals))
            .line("token program", &self.token_program)
            .line("creator", format!("{}, id {}", self.creator, self.id))
            .line("authority", &self.authority)
            .maybe("offered to", self.pending_authority.as_ref())
            .line("treasury", &self.treasury)
            .line("epoch", format!("{} now, {} each", self.epoch, Window::seconds(self.epoch_seconds)))
            .line("verifiers", format!("{} weight in draws", tokens(self.verify_stake, self.decimals)));
        self.params.lines(lines).maybe("proposed", self.pending.as_ref()).fmt(f)
    }
}
