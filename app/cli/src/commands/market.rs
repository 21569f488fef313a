//! `market init|show`; the market's other commands have files of their own.

use std::fmt;

use serde::Serialize;
use tessera_chain::Signer;
use tessera_migrations::{Migrated, MigrationError, MintChoice, Params, Wanted, migrate};

use crate::args::{MarketCommand, MarketInit};
use crate::commands::{authority, params, pool, sweep};
use crate::config::Config;
use crate::error::CliError;
use crate::market_report::MarketReport;
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
        MarketCommand::Params(command) => params::run(config, command).await,
        MarketCommand::Authority(command) => authority::run(config, command).await,
        MarketCommand::Pause => authority::pause(config, true).await,
        MarketCommand::Resume => authority::pause(config, false).await,
        MarketCommand::Sweep => sweep::run(config).await,
        MarketCommand::Pool(command) => pool::run(config, command).await,
    }
}

/// Creates the market and, unless the cluster has one already, makes it the one that commands use on this machine.
async fn init(config: &Config, args: MarketInit) -> Result<(), CliError> {
    let params = match &args.params {
        Some(path) => params::read(path)?,
        None => Params::devnet().map_err(MigrationError::from)?,
    };
    let params = match args.epoch {
        Some(epoch) => params.with_epoch(epoch),
        None => params,
    };
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
    let now = session.chain.moment().await?;
    config.printer.report(&MarketReport::new(&session.market, session.mint.decimals, now))
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
        let brought = format!("{} accounts brought to the present layout", migrated.accounts_migrated);
        let mut lines = Lines::new()
            .line(
                "market",
                format!("{} {}", migrated.market, if migrated.market_created { "created" } else { "was there" }),
            )
            .line("mint", format!("{}, {} decimals", migrated.mint, migrated.decimals))
            .line("creator", &self.creator)
            .maybe("layout", (migrated.accounts_migrated > 0).then_some(brought));
        for difference in &migrated.differences {
            let text = format!("{}: wanted {}, chain {}", difference.name, difference.wanted, difference.on_chain);
            lines = lines.line("differs", text);
        }
        if !migrated.differences.is_empty() {
            lines = lines.line("next", "its authority may propose them: `tessera market params propose --params FILE`");
        }
        if !self.recorded {
            lines = lines.line("note", "another market is recorded for this cluster: name this one with --market");
        }
        lines.fmt(f)
    }
}
