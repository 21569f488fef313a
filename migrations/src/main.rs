//! `cargo run -p tessera-migrations -- --cluster localnet|devnet`: program, mint, market, accounts of an earlier layout. Idempotent.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Parser, ValueEnum};
use tessera_chain::{Endpoints, FeedPolicy, Keypair, Pubkey, RpcChain, SendPolicy};
use tessera_migrations::{Deployed, Deployment, Migrated, MintChoice, Params, Wanted, ensure_program, migrate};

/// Deploys Tessera to a cluster and creates its market. Running it again changes nothing.
#[derive(Debug, Parser)]
struct Arguments {
    /// Which parameters, and which cluster unless --url is given
    #[arg(long)]
    cluster: Cluster,
    /// RPC URL or moniker [default: the cluster's]
    #[arg(long)]
    url: Option<String>,
    /// Keypair file of the wallet that pays and owns the market [default: ~/.config/solana/id.json]
    #[arg(long, value_name = "FILE")]
    keypair: Option<PathBuf>,
    /// Keypair file of the program's address, needed only to deploy it
    #[arg(long, value_name = "FILE", default_value = "target/deploy/tessera-keypair.json")]
    program_keypair: PathBuf,
    /// Mint in which tasks are paid [default on localnet: the wallet's market's, else a new one]
    #[arg(long, value_name = "ADDRESS")]
    mint: Option<Pubkey>,
    /// Create a mint on devnet too, unless the wallet's market has one
    #[arg(long, conflicts_with = "mint")]
    create_mint: bool,
    /// Wallet that owns swept fees [default: the one of --keypair]
    #[arg(long, value_name = "ADDRESS")]
    treasury: Option<Pubkey>,
    /// Who may change parameters later, meant to be a multisig [default: the one of --keypair]
    #[arg(long, value_name = "ADDRESS")]
    authority: Option<Pubkey>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Cluster {
    Localnet,
    Devnet,
}

/// Decimals of a mint that is created here.
const DECIMALS: u8 = 6;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let (default_url, params) = match arguments.cluster {
        Cluster::Localnet => ("localhost", Params::localnet()?),
        Cluster::Devnet => ("devnet", Params::devnet()?),
    };
    let endpoints = Endpoints::parse(arguments.url.as_deref().unwrap_or(default_url))?;
    let url = endpoints.rpc.first().cloned().context("the cluster has no RPC address")?;
    let mint = match (arguments.mint, arguments.cluster) {
        (Some(mint), _) => MintChoice::Existing(mint),
        (None, Cluster::Devnet) if !arguments.create_mint => {
            bail!("on devnet name the mint with --mint ADDRESS, or let one be created with --create-mint")
        }
        (None, _) => MintChoice::OwnOrNew { decimals: DECIMALS },
    };
    let payer = match arguments.keypair {
        Some(path) => path,
        None => dirs::home_dir()
            .context("no home directory: name the wallet with --keypair")?
            .join(".config/solana/id.json"),
    };
    let creator = read_keypair(&payer)?;
    let chain = RpcChain::connect(endpoints, SendPolicy::default(), FeedPolicy::default())?;
    let deployment = Deployment { url, payer, program_keypair: arguments.program_keypair };
    let deployed = ensure_program(&chain, &deployment).await?;
    let wanted = Wanted { id: 0, mint, treasury: arguments.treasury, authority: arguments.authority, params };
    let migrated = migrate(&chain, &creator, &wanted).await?;
    print(deployed, &migrated);
    if migrated.differences.is_empty() {
        Ok(())
    } else {
        bail!(
            "the market on chain has other parameters, see above; they were left alone, propose others with `tessera market params propose`"
        )
    }
}

fn read_keypair(path: &std::path::Path) -> anyhow::Result<Keypair> {
    let text = std::fs::read(path)
        .with_context(|| format!("cannot read the wallet {}; make one with `tessera wallet new`", path.display()))?;
    let bytes: Vec<u8> =
        serde_json::from_slice(&text).with_context(|| format!("{} is no keypair file", path.display()))?;
    Keypair::try_from(bytes.as_slice()).with_context(|| format!("{} is no keypair file", path.display()))
}

fn print(deployed: Deployed, migrated: &Migrated) {
    let state = |new: bool| if new { "created" } else { "there" };
    println!("program     {} {}", tessera_chain::program::ID, state(deployed == Deployed::Now));
    println!("mint        {} {}, {} decimals", migrated.mint, state(migrated.mint_created), migrated.decimals);
    println!("market      {} {}", migrated.market, state(migrated.market_created));
    if migrated.accounts_migrated > 0 {
        println!("migrated    {} accounts of an earlier layout", migrated.accounts_migrated);
    }
    for difference in &migrated.differences {
        println!("differs     {}: file {}, chain {}", difference.name, difference.wanted, difference.on_chain);
    }
}
