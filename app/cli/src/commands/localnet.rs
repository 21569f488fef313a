//! `localnet`: a chain on this machine until Ctrl-C, recorded so that other terminals need no flags.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;
use tessera_chain::{BackendKind, Hardware, Keypair, Pubkey, Roles, Signer};
use tessera_node::{Locator, Shutdown};

use crate::args::LocalnetArgs;
use crate::bootstrap::{Bootstrap, Ports};
use crate::cluster::Cluster;
use crate::commands::provider::{Registration, ensure_registered};
use crate::config::Config;
use crate::error::CliError;
use crate::output::Lines;
use crate::record::{ClusterRecord, LocalRecord};
use crate::wallet::{self, LocalWallet};

/// As on clusters.
const SLOT_TIME: Duration = Duration::from_millis(400);
/// Base units that the verifiers have at stake: 1,000 tokens.
const VERIFIER_STAKE: u64 = 1_000_000_000;

/// Starts the chain, records it, prints how to use it, and ends it with Ctrl-C.
///
/// # Errors
/// [`CliError`] when a port is taken or the chain does not come up.
pub async fn run(config: &Config, args: LocalnetArgs) -> Result<(), CliError> {
    let shutdown = Shutdown::new();
    match shutdown.guard(serve(config, args, &shutdown)).await {
        Ok(served) => served,
        Err(interrupted) => {
            Err(CliError::failed(interrupted.to_string(), "the chain's ports may stay in use for a moment"))
        }
    }
}

async fn serve(config: &Config, args: LocalnetArgs, shutdown: &Shutdown) -> Result<(), CliError> {
    let ws_port = args
        .ws_port
        .or(args.rpc_port.checked_add(1))
        .ok_or_else(|| CliError::usage("no port follows 65535", "choose the websocket port with --ws-port"))?;
    let state = args.state.unwrap_or_else(|| config.home.localnet());
    let state = std::path::absolute(&state).map_err(|e| CliError::file("find", &state, e))?;
    let wallets = Wallets::open(&state.join("wallets"))?;
    let store = Locator::parse(&state.join("store").to_string_lossy())?;
    store.check_fits_account()?;
    let ports = Ports { rpc: Some(args.rpc_port), ws: Some(ws_port), slot_time: SLOT_TIME };
    let bootstrap = Bootstrap::start(ports, wallets.get(LocalWallet::Operator)?, &wallets.others()).await?;
    for verifier in [LocalWallet::Verifier, LocalWallet::Verifier2] {
        let signed = bootstrap.session(wallets.get(verifier)?).await?;
        ensure_registered(&signed, &verifier_registration()).await?;
    }

    let cluster: Cluster = bootstrap.localnet.rpc_url().parse()?;
    let record =
        ClusterRecord {
            rpc: cluster.rpc().clone(),
            ws: bootstrap.localnet.ws_url().parse().map_err(|e| {
                CliError::failed(format!("the chain's websocket address is no URL: {e}"), "report this")
            })?,
            market: bootstrap.migrated.market,
            store: Some(store.to_string()),
            local: Some(LocalRecord { wallets: wallets.directory.clone() }),
        };
    let record_path = config.home.cluster_record(&cluster);
    record.save(&record_path)?;
    config.printer.report(&LocalnetReport::new(&record, &bootstrap, config, &cluster))?;
    shutdown.requested().await;
    config.printer.note("stopping");
    // What the record points to is gone with the chain.
    std::fs::remove_file(&record_path).map_err(|e| CliError::file("remove", &record_path, e))?;
    bootstrap.stop().await
}

fn verifier_registration() -> Registration {
    Registration {
        roles: Roles { compute: false, verify: true },
        hardware: Hardware { backend: BackendKind::Cpu, memory_mib: 0, compute_capability: 0, region: [0; 2], tier: 0 },
        price_floor: 0,
        max_runs: 1,
        endpoint: String::new(),
        stake: VERIFIER_STAKE,
    }
}

/// The wallets' keypairs, kept between starts so that addresses stay the same.
struct Wallets {
    directory: PathBuf,
    keypairs: Vec<(LocalWallet, Keypair)>,
}

impl Wallets {
    fn open(directory: &Path) -> Result<Self, CliError> {
        let mut keypairs = Vec::new();
        for wallet in LocalWallet::ALL {
            let path = directory.join(wallet.name()).with_extension("json");
            let keypair = if path.exists() { wallet::read(&path)? } else { wallet::create(&path)? };
            keypairs.push((wallet, keypair));
        }
        Ok(Self { directory: directory.to_owned(), keypairs })
    }

    fn get(&self, wanted: LocalWallet) -> Result<&Keypair, CliError> {
        let found = self.keypairs.iter().find(|(wallet, _)| *wallet == wanted);
        found
            .map(|(_, keypair)| keypair)
            .ok_or_else(|| CliError::failed(format!("there is no wallet {}", wanted.name()), "report this"))
    }

    fn others(&self) -> Vec<Pubkey> {
        let others = self.keypairs.iter().filter(|(wallet, _)| *wallet != LocalWallet::Operator);
        others.map(|(_, keypair)| keypair.pubkey()).collect()
    }
}

#[derive(Debug, Serialize)]
struct LocalnetReport {
    rpc: String,
    ws: String,
    program: String,
    market: String,
    mint: String,
    store: Option<String>,
    wallets: PathBuf,
    /// Flags that other commands need to find this chain.
    flags: String,
}

impl LocalnetReport {
    fn new(record: &ClusterRecord, bootstrap: &Bootstrap, config: &Config, cluster: &Cluster) -> Self {
        let is_default = config.cluster.file_stem() == cluster.file_stem();
        let is_localhost = cluster.file_stem() == "localhost-8899";
        Self {
            rpc: record.rpc.to_string(),
            ws: record.ws.to_string(),
            program: tessera_chain::program::ID.to_string(),
            market: record.market.to_string(),
            mint: bootstrap.migrated.mint.to_string(),
            store: record.store.clone(),
            wallets: record.local.as_ref().map(|local| local.wallets.clone()).unwrap_or_default(),
            flags: match (is_default, is_localhost) {
                (true, _) => String::new(),
                (false, true) => " --url localhost".to_owned(),
                (false, false) => format!(" --url {}", cluster.rpc()),
            },
        }
    }
}

impl fmt::Display for LocalnetReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let run = |command: &str| format!("{}{} {command}", program(), self.flags);
        Lines::new()
            .line("RPC", &self.rpc)
            .line("websocket", &self.ws)
            .line("program", &self.program)
            .line("market", &self.market)
            .line("mint", &self.mint)
            .maybe("store", self.store.as_ref())
            .line("wallets", self.wallets.display())
            .fmt(f)?;
        writeln!(f, "\nIn other terminals, each command with the wallet of its role:\n")?;
        for command in [
            "provider register",
            "provider run",
            "verifier run",
            "task submit kmeans --data data/iris.csv --clusters 3 --reward 5 --wait",
        ] {
            writeln!(f, "  {}", run(command))?;
        }
        writeln!(f, "\nAnother wallet: --keypair {}. Ctrl-C stops the chain.", names())
    }
}

/// How this program was started, as far as it can tell.
fn program() -> &'static str {
    match (std::env::var_os("CARGO").is_some(), cfg!(debug_assertions)) {
        (true, true) => "cargo run --",
        (true, false) => "cargo run --release --",
        (false, _) => "tessera",
    }
}

fn names() -> String {
    LocalWallet::ALL.map(LocalWallet::name).join("|")
}
