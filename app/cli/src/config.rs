//! The one resolved configuration: raw flags, environment, Solana's file and this machine's records, in that order.

use std::path::{Path, PathBuf};

use tessera_chain::{Endpoints, FeedPolicy, Keypair, Pubkey, RpcChain, SendPolicy};
use tessera_node::{ClusterSettings, Locator, logs::LogFormat};
use url::Url;

use crate::args::{Global, StoreArgs};
use crate::cluster::Cluster;
use crate::error::CliError;
use crate::home::Home;
use crate::output::Printer;
use crate::record::ClusterRecord;
use crate::solana_config::{self, SolanaConfig};
use crate::wallet::{self, LocalWallet};

/// What every command works with; no command sees a raw flag.
#[derive(Clone, Debug)]
pub struct Config {
    /// How reports and errors are printed.
    pub printer: Printer,
    /// How log lines are printed.
    pub log_format: LogFormat,
    /// How many more log lines than usual.
    pub verbosity: u8,
    /// This machine's files.
    pub home: Home,
    /// The cluster.
    pub cluster: Cluster,
    /// Its websocket address.
    pub ws: Url,
    /// Priority fee in micro-lamports per compute unit.
    pub priority_fee: u64,
    /// What this machine remembers about the cluster.
    pub record: Option<ClusterRecord>,
    /// The cluster was named by a flag, which wins over an agent's settings file.
    cluster_named: bool,
    market: Option<Pubkey>,
    keypair: Option<PathBuf>,
    solana_keypair: Option<PathBuf>,
}

impl Config {
    /// Resolves the flags.
    ///
    /// # Errors
    /// [`CliError`] for files that cannot be read or contradict themselves; the network is not touched.
    pub fn resolve(global: Global) -> Result<Self, CliError> {
        let solana = SolanaConfig::load(global.config.as_deref())?;
        let home = Home::find()?;
        Self::from_parts(global, solana, home)
    }

    /// As [`Config::resolve`], with the Solana configuration and the home given.
    ///
    /// # Errors
    /// As there.
    pub fn from_parts(global: Global, solana: SolanaConfig, home: Home) -> Result<Self, CliError> {
        let from_flag = global.url.is_some();
        let cluster = match (global.url, solana.json_rpc_url.as_deref()) {
            (Some(cluster), _) => cluster,
            (None, Some(text)) => text.parse()?,
            (None, None) => "localhost".parse()?,
        };
        let record = ClusterRecord::load(&home.cluster_record(&cluster))?;
        // Solana's file says where its own cluster's websocket is, which is none of another cluster's business.
        let solana_ws = (!from_flag && !solana.websocket_url.is_empty()).then_some(solana.websocket_url.as_str());
        let ws = match (global.ws_url, &record, solana_ws) {
            (Some(ws), ..) => ws,
            (None, Some(record), _) => record.ws.clone(),
            (None, None, Some(text)) => Url::parse(text).map_err(|e| {
                CliError::config(
                    format!("websocket_url `{text}` of Solana's configuration file is no URL: {e}"),
                    "correct it with `solana config set --ws ...`, or give --ws-url",
                )
            })?,
            (None, None, None) => cluster.websocket()?,
        };
        Ok(Self {
            printer: Printer::new(global.output),
            log_format: global.log_format.into(),
            verbosity: global.verbose,
            home,
            cluster,
            ws,
            priority_fee: global.priority_fee,
            record,
            cluster_named: from_flag,
            market: global.market,
            keypair: global.keypair,
            solana_keypair: solana.keypair_path,
        })
    }

    /// Whether the cluster is one that `tessera localnet` runs on this machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.local_wallets().is_some()
    }

    /// The market: the flag's, else the recorded one.
    ///
    /// # Errors
    /// [`CliError::Config`] when there is neither.
    pub fn market(&self) -> Result<Pubkey, CliError> {
        self.market.or(self.record.as_ref().map(|record| record.market)).ok_or_else(|| {
            CliError::config(
                format!("no market is known for {}", self.cluster.rpc()),
                "name one with --market or TESSERA_MARKET, create one with `tessera market init`, or start a chain with \
                 one by `tessera localnet`",
            )
        })
    }

    /// Where the wallet's keypair file is. `role` decides on a chain of this machine when none was named.
    ///
    /// # Errors
    /// [`CliError::Config`] when no wallet is configured and there is no home directory.
    pub fn keypair_path(&self, role: LocalWallet) -> Result<PathBuf, CliError> {
        let of_localnet = |name: &Path| {
            let single = name.components().count() == 1 && name.extension().is_none() && !name.starts_with(".");
            let file = self.local_wallets()?.join(name).with_extension("json");
            (single && file.exists()).then_some(file)
        };
        if let Some(named) = &self.keypair {
            return Ok(of_localnet(named).unwrap_or_else(|| named.clone()));
        }
        of_localnet(Path::new(role.name()))
            .or_else(|| self.solana_keypair.clone())
            .or_else(solana_config::default_keypair_path)
            .ok_or_else(|| CliError::config("no wallet is configured", "name a keypair file with --keypair"))
    }

    /// The wallet.
    ///
    /// # Errors
    /// As [`Config::keypair_path`] and [`wallet::read`].
    pub fn wallet(&self, role: LocalWallet) -> Result<Keypair, CliError> {
        wallet::read(&self.keypair_path(role)?)
    }

    /// The content store: the flag's, the recorded one, else a folder of this user.
    ///
    /// # Errors
    /// [`CliError::Store`] for what is no locator or does not fit an account.
    pub fn store(&self, flag: &StoreArgs) -> Result<Locator, CliError> {
        let recorded = self.record.as_ref().and_then(|record| record.store.as_deref());
        let locator = match flag.store.as_deref().or(recorded) {
            Some(text) => Locator::parse(text)?,
            None => Locator::parse(&self.home.store().to_string_lossy())?,
        };
        locator.check_fits_account()?;
        Ok(locator)
    }

    /// A client of the cluster; the network is not touched yet.
    ///
    /// # Errors
    /// [`CliError::Chain`] for addresses that no client can use.
    pub fn chain(&self) -> Result<RpcChain, CliError> {
        self.chain_with(&ClusterSettings::default())
    }

    /// As [`Config::chain`], with an agent's settings where no flag says otherwise.
    ///
    /// # Errors
    /// As there.
    pub fn chain_with(&self, settings: &ClusterSettings) -> Result<RpcChain, CliError> {
        let endpoints = match settings.rpc.first() {
            Some(first) if !self.cluster_named => {
                let ws = match settings.ws.as_slice() {
                    [] => vec![first.parse::<Cluster>()?.websocket()?.to_string()],
                    ws => ws.to_vec(),
                };
                Endpoints::new(settings.rpc.clone(), ws)
            }
            _ => Endpoints::new(vec![self.cluster.rpc().to_string()], vec![self.ws.to_string()]),
        };
        let send = SendPolicy {
            priority_fee_micro_lamports: self.priority_fee.max(settings.priority_fee_micro_lamports),
            ..SendPolicy::default()
        };
        let feed = FeedPolicy { sweep_every: settings.sweep_every, ..FeedPolicy::default() };
        Ok(RpcChain::connect(endpoints?, send, feed)?)
    }

    /// The market that a flag or the environment names.
    #[must_use]
    pub const fn named_market(&self) -> Option<Pubkey> {
        self.market
    }

    fn local_wallets(&self) -> Option<&Path> {
        Some(&self.record.as_ref()?.local.as_ref()?.wallets)
    }
}
