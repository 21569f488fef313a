//! `provider register|update|drain|close|run|hardware|show|earnings`.

use std::fmt;

use serde::Serialize;
use tessera_chain::{
    Hardware, Provider, ProviderRegisterArgs, ProviderStatus, ProviderUpdateArgs, Pubkey, Roles, Signer, TicketChain,
    Versioned, ix, rules,
};
use tessera_node::fleet::{Cuda, detect};

use crate::args::{ProviderCommand, ProviderRegister, ProviderUpdate};
use crate::commands::stake::send;
use crate::commands::{agents, commit};
use crate::config::Config;
use crate::earnings::Earnings;
use crate::error::CliError;
use crate::hardware::{HardwareReport, memory_mib};
use crate::output::Lines;
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
        ProviderCommand::Drain => drain(config).await,
        ProviderCommand::Close => close(config).await,
        ProviderCommand::Earnings { provider, limit } => earnings(config, provider, limit).await,
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
                ticket: match wanted.roles.verify {
                    true => Some(commit::chain_now(signed).await?),
                    false => None,
                },
            };
            send(signed, "provider_register", vec![ix::provider_register(key, market, args)]).await?;
        }
        Some(provider) => {
            let has = provider.roles;
            let roles =
                Roles { compute: has.compute || wanted.roles.compute, verify: has.verify || wanted.roles.verify };
            if roles != has {
                let args = ProviderUpdateArgs { roles: Some(roles), ..ProviderUpdateArgs::default() };
                let mut instructions = vec![ix::provider_update(key, market.key, args)];
                if roles.verify && provider.ticket == TicketChain::NONE {
                    instructions.push(ix::verifier_commit(key, market.key, commit::chain_now(signed).await?));
                }
                send(signed, "provider_update", instructions).await?;
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
        hardware: Hardware {
            memory_mib: args.memory_mib.unwrap_or(detected.memory_mib),
            region: args.region.map_or([0; 2], |region| region.0),
            tier: args.tier.unwrap_or(0),
            ..detected
        },
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
    let provider = signed.provider().await?;
    let (has, announced) = (provider.roles, provider.hardware);
    // What this machine has is detected, where it stands is said; each stays unless it is given.
    let hardware = Hardware {
        region: args.region.map_or(announced.region, |region| region.0),
        tier: args.tier.unwrap_or(announced.tier),
        ..hardware.unwrap_or(announced)
    };
    let roles = Roles { compute: args.compute.unwrap_or(has.compute), verify: args.verify.unwrap_or(has.verify) };
    let update = ProviderUpdateArgs {
        status: args.draining.map(|draining| match draining {
            true => ProviderStatus::Draining,
            false => ProviderStatus::Active,
        }),
        roles: (roles != has).then_some(roles),
        hardware: (hardware != announced).then_some(hardware),
        price_floor: args.price_floor.map(|amount| session.base_units(amount)).transpose()?,
        max_runs: args.max_runs,
        endpoint: args.endpoint,
    };
    send(&signed, "provider_update", vec![ix::provider_update(signed.key(), session.market.key, update)]).await?;
    config.printer.report(&ProviderReport::new(&signed.provider().await?, session))
}

async fn show(config: &Config, provider: Option<Pubkey>) -> Result<(), CliError> {
    let session = Session::open(config).await?;
    let provider = named(config, &session, provider).await?;
    config.printer.report(&ProviderReport::new(&provider, &session))
}

/// The provider that was named, or the wallet's own.
pub(crate) async fn named(
    config: &Config,
    session: &Session,
    provider: Option<Pubkey>,
) -> Result<Versioned<Provider>, CliError> {
    let key = match provider {
        Some(key) => key,
        None => session.provider_of(&config.wallet(LocalWallet::Provider)?.pubkey()),
    };
    found(session.chain.provider(key).await?, "provider", key)
}

async fn drain(config: &Config) -> Result<(), CliError> {
    let signed = SignedSession::open(config, LocalWallet::Provider).await?;
    let provider = signed.provider().await?;
    if provider.status != ProviderStatus::Draining {
        let update = ProviderUpdateArgs { status: Some(ProviderStatus::Draining), ..ProviderUpdateArgs::default() };
        let update = ix::provider_update(signed.key(), signed.session.market.key, update);
        send(&signed, "provider_update", vec![update]).await?;
    }
    let provider = signed.provider().await?;
    config.printer.note(next_towards_close(&provider));
    config.printer.report(&ProviderReport::new(&provider, &signed.session))
}

async fn close(config: &Config) -> Result<(), CliError> {
    let signed = SignedSession::open(config, LocalWallet::Provider).await?;
    config.printer.report(&leave(&signed).await?)
}

/// Closes the wallet's provider for good.
///
/// # Errors
/// [`CliError::NotYet`] says what is still bound or under way.
pub async fn leave(signed: &SignedSession) -> Result<Left, CliError> {
    let provider = signed.provider().await?;
    let stake = rules::Stake::from(provider.stake);
    if let Err(refusal) = rules::plan_leave(&stake, provider.runs_unclosed, provider.active_audits) {
        return Err(CliError::NotYet {
            message: format!("provider {} cannot be closed: {refusal}", provider.key),
            hint: next_towards_close(&provider),
        });
    }
    let before = signed.session.chain.lamports(provider.key).await?;
    let vault = signed.session.chain.lamports(tessera_chain::address::stake_vault(&provider.key)).await?;
    let close = ix::provider_close(&signed.session.market, &provider);
    let receipt = send(signed, "provider_close", vec![close]).await?;
    Ok(Left {
        provider: provider.key.to_string(),
        rent_returned: before.saturating_add(vault),
        transaction: receipt.signature.to_string(),
    })
}

/// What a provider that wants to leave has to do next.
fn next_towards_close(provider: &Provider) -> String {
    let (stake, unbonding) = (&provider.stake, provider.stake.unbonding.iter().any(|entry| entry.amount > 0));
    if provider.runs_unclosed > 0 || provider.active_audits > 0 {
        let (runs, audits) = (provider.runs_unclosed, provider.active_audits);
        format!("{runs} runs and {audits} audits are not closed yet: keep the agent running until they are")
    } else if stake.free > 0 || stake.locked > 0 {
        "next: `tessera stake unbond TOKENS` with all of the free stake".to_owned()
    } else if unbonding {
        "next: `tessera stake withdraw` once it has unbonded; `tessera stake show` says when".to_owned()
    } else {
        "next: `tessera provider close`".to_owned()
    }
}

async fn earnings(config: &Config, provider: Option<Pubkey>, limit: usize) -> Result<(), CliError> {
    let session = Session::open(config).await?;
    let provider = match provider {
        Some(key) => key,
        None => session.provider_of(&config.wallet(LocalWallet::Provider)?.pubkey()),
    };
    config.printer.report(&Earnings::read(&session, provider, limit).await?)
}

/// A provider that has left.
#[derive(Debug, Serialize)]
pub struct Left {
    /// Its account, closed now.
    pub provider: String,
    /// Lamports that came back to the wallet.
    pub rent_returned: u64,
    /// The transaction.
    pub transaction: String,
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Lines::new()
            .line("closed", &self.provider)
            .line("rent", format!("{} lamports came back", self.rent_returned))
            .line("transaction", &self.transaction)
            .fmt(f)
    }
}
