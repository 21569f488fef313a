//! `provider run`, `verifier run`: daemons that end with Ctrl-C, in order.

use std::future::Future;
use std::sync::Arc;

use tessera_chain::{Chain, Signer};
use tessera_node::fleet::Cuda;
use tessera_node::{DaemonFile, Fleet, NodeTuning, Shutdown};
use tessera_provider::{Provider, ProviderConfig, ProviderFile};
use tessera_verifier::{Verifier, VerifierConfig, VerifierFile};

use crate::args::{AgentArgs, VerifierCommand};
use crate::config::Config;
use crate::error::CliError;
use crate::wallet::LocalWallet;

/// Runs a provider until Ctrl-C.
///
/// # Errors
/// [`CliError`] when it cannot start or has to give up.
pub async fn run_provider(config: &Config, args: AgentArgs) -> Result<(), CliError> {
    let wallet = config.wallet(LocalWallet::Provider)?;
    let mut file: ProviderFile = settings(&args)?;
    complete(config, &mut file, "provider", &wallet)?;
    if args.store.store.is_some() || file.store.is_none() {
        file.store = Some(config.store(&args.store)?.to_string());
    }
    if let Some(backend) = args.backend {
        file.node.backend = backend;
    }
    if args.store.public_store.is_some() {
        file.public_store = args.store.public_store;
    }
    let chain: Arc<dyn Chain> = Arc::new(config.chain_with(&file.cluster)?);
    let settings = ProviderConfig::resolve(file)?;
    let fleet = open_fleet(config, &settings.node)?;
    let shutdown = Shutdown::new();
    let stop = shutdown.clone();
    until_ended(&shutdown, async move {
        let provider = Provider::spawn(settings, chain, wallet, fleet, stop).await?;
        config.printer.note(format_args!("provider {} runs; Ctrl-C stops it", provider.key()));
        Ok(provider.join().await?)
    })
    .await
}

/// Runs a verifier until Ctrl-C.
///
/// # Errors
/// [`CliError`] when it cannot start or has to give up.
pub async fn run_verifier(config: &Config, command: VerifierCommand) -> Result<(), CliError> {
    let VerifierCommand::Run(args) = command;
    let wallet = config.wallet(LocalWallet::Verifier)?;
    let mut file: VerifierFile = settings(&args)?;
    complete(config, &mut file, "verifier", &wallet)?;
    if let Some(backend) = args.backend {
        file.node.backend = backend;
    }
    let chain: Arc<dyn Chain> = Arc::new(config.chain_with(&file.cluster)?);
    let settings = VerifierConfig::resolve(file)?;
    let fleet = open_fleet(config, &settings.node)?;
    let shutdown = Shutdown::new();
    let stop = shutdown.clone();
    until_ended(&shutdown, async move {
        let verifier = Verifier::spawn(settings, chain, wallet, fleet, stop).await?;
        config.printer.note(format_args!("verifier {} runs; Ctrl-C stops it", verifier.key()));
        Ok(verifier.join().await?)
    })
    .await
}

/// What the flag, else the file chose to compute with.
fn open_fleet(config: &Config, node: &NodeTuning) -> Result<Fleet, CliError> {
    let fleet = Fleet::open(&Cuda, node)?;
    config.printer.note(format_args!("computes on {fleet}"));
    Ok(fleet)
}

fn settings<W>(args: &AgentArgs) -> Result<DaemonFile<W>, CliError>
where
    W: Default + serde::de::DeserializeOwned,
{
    match &args.settings {
        Some(path) => Ok(DaemonFile::read(path)?),
        None => Ok(DaemonFile::default()),
    }
}

/// Fills in what neither flag nor file says. Flags win over the file, the file over what this machine remembers.
fn complete<W>(
    config: &Config,
    file: &mut DaemonFile<W>,
    agent: &str,
    wallet: &tessera_chain::Keypair,
) -> Result<(), CliError> {
    match (config.named_market(), &file.market) {
        (Some(named), _) => file.market = Some(named.to_string()),
        (None, Some(_)) => {}
        (None, None) => file.market = Some(config.market()?.to_string()),
    }
    if file.data_dir.is_none() {
        file.data_dir = Some(config.home.agent(agent, &wallet.pubkey()));
    }
    Ok(())
}

/// The first Ctrl-C asks the agent to end, the second one does not wait for it.
async fn until_ended(shutdown: &Shutdown, agent: impl Future<Output = Result<(), CliError>>) -> Result<(), CliError> {
    match shutdown.guard(agent).await {
        Ok(ended) => ended,
        Err(interrupted) => Err(CliError::failed(
            interrupted.to_string(),
            "claimed runs that were not submitted end as no-shows unless the agent is started again in time",
        )),
    }
}
