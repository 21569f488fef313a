//! `market init|show|sweep`.

use std::fmt;

use serde::Serialize;
use tessera_chain::{Market, Signer, Sink, Versioned};
use tessera_migrations::units::{Percent, Window, tokens};
use tessera_migrations::{Migrated, MintChoice, Params, Wanted, migrate};

use crate::args::{MarketCommand, MarketInit};
use crate::commands::sweep;
use crate::config::Config;
use crate::error::CliError;
use crate::output::Lines;
use crate::record::ClusterRecord;
use crate::session::Session;
use crate::wallet::LocalWallet;

/// Carries out a `market` command.
///
/// # Errors
/// [`CliError`].
pub async fn run(config: &Config, command: MarketCommand) -> Result<(), CliError> {
    match command {
        MarketCommand::Init(args) => init(config, args).await,
        MarketCommand::Show => show(config).await,
        MarketCommand::Sweep => sweep::run(config).await,
    }
}

/// Creates the market and, unless the cluster has one already, makes it the one that commands use on this machine.
async fn init(config: &Config, args: MarketInit) -> Result<(), CliError> {
    let text = std::fs::read_to_string(&args.params).map_err(|e| CliError::file("read", &args.params, e))?;
    let params = Params::parse(&text).map_err(tessera_migrations::MigrationError::from)?;
    let creator = config.wallet(LocalWallet::Operator)?;
    let wanted = Wanted {
        id: args.id,
        mint: MintChoice::Existing(args.mint),
        treasury: args.treasury,
        authority: args.authority,
        params,
    };
    let chain = config.chain()?;
    let migrated = migrate(&chain, &creator, &wanted).await?;
    let record_path = config.home.cluster_record(&config.cluster);
    let recorded = config.record.is_none();
    if recorded {
        ClusterRecord {
            rpc: config.cluster.rpc().clone(),
            ws: config.ws.clone(),
            market: migrated.market,
            store: None,
            local: None,
        }
        .save(&record_path)?;
    }
    config.printer.report(&InitReport { migrated, creator: creator.pubkey().to_string(), recorded })
}

async fn show(config: &Config) -> Result<(), CliError> {
    let session = Session::open(config).await?;
    config.printer.report(&MarketReport::new(&session.market, session.mint.decimals))
}

#[derive(Debug, Serialize)]
struct InitReport {
    #[serde(flatten)]
    migrated: Migrated,
    creator: String,
    recorded: bool,
}

impl fmt::Display for InitReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let migrated = &self.migrated;
        let mut lines = Lines::new()
            .line(
                "market",
                format!("{} {}", migrated.market, if migrated.market_created { "created" } else { "was there" }),
            )
            .line("mint", format!("{}, {} decimals", migrated.mint, migrated.decimals))
            .line("creator", &self.creator)
            .line("fee vaults", format!("{} opened", migrated.fee_vaults_opened));
        for difference in &migrated.differences {
            let text = format!("{}: file {}, chain {}", difference.name, difference.wanted, difference.on_chain);
            lines = lines.line("differs", text);
        }
        if !self.recorded {
            lines = lines.line("note", "another market is recorded for this cluster: name this one with --market");
        }
        lines.fmt(f)
    }
}

#[derive(Debug, Serialize)]
struct MarketReport {
    market: String,
    mint: String,
    decimals: u8,
    id: u16,
    creator: String,
    authority: String,
    treasury: String,
    params: ParamsReport,
}

/// Rates in bps, amounts in base units, times in seconds.
#[derive(Debug, Serialize)]
struct ParamsReport {
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
}

impl MarketReport {
    fn new(market: &Versioned<Market>, decimals: u8) -> Self {
        let params = &market.params;
        Self {
            market: market.key.to_string(),
            mint: market.mint.to_string(),
            decimals,
            id: market.id,
            creator: market.creator.to_string(),
            authority: market.authority.to_string(),
            treasury: market.treasury.to_string(),
            params: ParamsReport {
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
            },
        }
    }
}

impl fmt::Display for MarketReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let p = &self.params;
        let shares = |names: [&str; 3], bps: [u16; 3]| {
            let parts: Vec<String> =
                names.iter().zip(bps).map(|(name, bps)| format!("{name} {}", Percent::from_bps(bps))).collect();
            parts.join(", ")
        };
        let rate = Percent::from_bps;
        let time = Window::seconds;
        Lines::new()
            .line("market", &self.market)
            .line("mint", format!("{}, {} decimals", self.mint, self.decimals))
            .line("creator", format!("{}, id {}", self.creator, self.id))
            .line("authority", &self.authority)
            .line("treasury", &self.treasury)
            .line("reward", shares(["provider", "treasury", "model"], [p.provider_bps, p.treasury_bps, p.model_bps]))
            .line("smallest reward", tokens(p.min_reward, self.decimals))
            .line(
                "locks",
                format!("run {} of the reward or more, audit {}", rate(p.min_lock_bps), rate(p.audit_lock_bps)),
            )
            .line(
                "slashed lock",
                shares(
                    ["challenger", "requester", self.params.sink],
                    [p.slash_challenger_bps, p.slash_requester_bps, p.slash_sink_bps],
                ),
            )
            .line("audits", format!("{} of runs, {} honest", rate(p.audit_rate_bps), rate(p.honest_auditors_bps)))
            .line(
                "no-show",
                format!("{} of the reward, at least {}", rate(p.no_show_bps), tokens(p.no_show_min, self.decimals)),
            )
            .line(
                "longest windows",
                format!(
                    "open {}, execution {}, audit {}, challenge {}",
                    time(p.max_open_seconds),
                    time(p.max_execution_seconds),
                    time(p.max_audit_seconds),
                    time(p.max_challenge_seconds)
                ),
            )
            .line("unbonding", time(p.unbonding_seconds))
            .line("reputation", format!("decay {}, cap {}", rate(p.reputation_decay_bps), p.reputation_cap))
            .fmt(f)
    }
}
