//! `provider register|update|run|hardware|show`.

use tessera_chain::{
    Hardware, Provider, ProviderRegisterArgs, ProviderStatus, ProviderUpdateArgs, Pubkey, Roles, Signer, Versioned, ix,
};
use tessera_node::fleet::{Cuda, detect};

use crate::args::{ProviderCommand, ProviderRegister, ProviderUpdate};
use crate::commands::agents;
use crate::commands::stake::send;
use crate::config::Config;
use crate::error::CliError;
use crate::hardware::{HardwareReport, memory_mib};
use crate::provider_report::ProviderReport;
use crate::session::{Session, SignedSession, found};
use crate::wallet::LocalWallet;

/// Tokens that a provider stakes on a chain of this machine unless told otherwise.
const LOCAL_STAKE_TOKENS: &str = "1000";

/// Carries out a `provider` command.
///
/// # Errors
/// [`CliError`].
pub async fn run(config: &Config, command: ProviderCommand) -> Result<(), CliError> {
    match command {
        ProviderCommand::Register(args) => register(config, args).await,
        ProviderCommand::Update(args) => update(config, args).await,
        ProviderCommand::Run(args) => agents::run_provider(config, args).await,
        ProviderCommand::Hardware { backend } => {
            config.printer.report(&HardwareReport::new(detect(&Cuda, &backend, memory_mib())?))
        }
        ProviderCommand::Show { provider } => show(config, provider).await,
    }
}

/// What a registration should come to.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Roles to have; roles that the provider has already stay.
    pub roles: Roles,
    /// Hardware to announce.
    pub hardware: Hardware,
    /// Smallest reward to take, base units.
    pub price_floor: u64,
    /// Runs at the same time.
    pub max_runs: u16,
    /// Where it can be reached.
    pub endpoint: String,
    /// Base units that should be staked.
    pub stake: u64,
}

/// Registers the wallet, adds missing roles, and deposits until the stake is there. Done twice, it changes nothing.
///
/// # Errors
/// [`CliError`]; what was done before it stays and is found by the next call.
pub async fn ensure_registered(signed: &SignedSession, wanted: &Registration) -> Result<Versioned<Provider>, CliError> {
    let (key, market) = (signed.key(), &signed.session.market);
    let address = signed.session.provider_of(&key);
    match signed.session.chain.provider(address).await? {
        None => {
            let args = ProviderRegisterArgs {
                roles: wanted.roles,
                hardware: wanted.hardware,
                price_floor: wanted.price_floor,
                max_runs: wanted.max_runs,
                endpoint: wanted.endpoint.clone(),
            };
            send(signed, "provider_register", vec![ix::provider_register(key, market, args)]).await?;
        }
        Some(provider) => {
            let has = provider.roles;
            let roles =
                Roles { compute: has.compute || wanted.roles.compute, verify: has.verify || wanted.roles.verify };
            if roles != has {
                let args = ProviderUpdateArgs { roles: Some(roles), ..ProviderUpdateArgs::default() };
                send(signed, "provider_update", vec![ix::provider_update(key, market.key, args)]).await?;
            }
        }
    }
    let provider = found(signed.session.chain.provider(address).await?, "provider", address)?;
    let staked = provider.stake.free.saturating_add(provider.stake.locked);
    let missing = wanted.stake.saturating_sub(staked);
    if missing == 0 {
        return Ok(provider);
    }
    let source = signed.session.token_account_with(&key, missing).await?;
    send(signed, "stake_deposit", vec![ix::stake_deposit(key, market, source, missing)]).await?;
    found(signed.session.chain.provider(address).await?, "provider", address)
}

async fn register(config: &Config, args: ProviderRegister) -> Result<(), CliError> {
    let role = if args.verify && !args.compute { LocalWallet::Verifier } else { LocalWallet::Provider };
    let detected = detect(&Cuda, &args.backend, memory_mib())?;
    let signed = SignedSession::open(config, role).await?;
    let session = &signed.session;
    let stake = match args.stake {
        Some(amount) => amount,
        None => if config.is_local() { LOCAL_STAKE_TOKENS } else { "0" }.parse()?,
    };
    let wanted = Registration {
        roles: Roles { compute: args.compute || !args.verify, verify: args.verify },
        hardware: Hardware { memory_mib: args.memory_mib.unwrap_or(detected.memory_mib), ..detected },
        price_floor: session.base_units(args.price_floor)?,
        max_runs: args.max_runs,
        endpoint: args.endpoint,
        stake: session.base_units(stake)?,
    };
    let provider = ensure_registered(&signed, &wanted).await?;
    if provider.stake.free == 0 && provider.stake.locked == 0 {
        config.printer.note("next: `tessera stake deposit TOKENS`; without stake nothing can be claimed or checked");
    } else if provider.roles.compute {
        config.printer.note("next: `tessera provider run`");
    } else {
        config.printer.note("next: `tessera verifier run`");
    }
    config.printer.report(&ProviderReport::new(&provider, session))
}

async fn update(config: &Config, args: ProviderUpdate) -> Result<(), CliError> {
    let hardware = args.hardware.map(|choice| detect(&Cuda, &choice, memory_mib())).transpose()?;
    let signed = SignedSession::open(config, LocalWallet::Provider).await?;
    let session = &signed.session;
    let has = signed.provider().await?.roles;
    let roles = Roles { compute: args.compute.unwrap_or(has.compute), verify: args.verify.unwrap_or(has.verify) };
    let update = ProviderUpdateArgs {
        status: args.draining.map(|draining| match draining {
            true => ProviderStatus::Draining,
            false => ProviderStatus::Active,
        }),
        roles: (roles != has).then_some(roles),
        hardware,
        price_floor: args.price_floor.map(|amount| session.base_units(amount)).transpose()?,
        max_runs: args.max_runs,
        endpoint: args.endpoint,
    };
    send(&signed, "provider_update", vec![ix::provider_update(signed.key(), session.market.key, update)]).await?;
    config.printer.report(&ProviderReport::new(&signed.provider().await?, session))
}

async fn show(config: &Config, provider: Option<Pubkey>) -> Result<(), CliError> {
    let session = Session::open(config).await?;
    let key = match provider {
        Some(key) => key,
        None => session.provider_of(&config.wallet(LocalWallet::Provider)?.pubkey()),
    };
    let provider = found(session.chain.provider(key).await?, "provider", key)?;
    config.printer.report(&ProviderReport::new(&provider, &session))
}
