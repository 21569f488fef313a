//! `market pool open|fund|claim|close|show`.

use std::fmt;

use serde::Serialize;
use tessera_chain::due::Crank;
use tessera_chain::program::state::MAX_EPOCHS_AHEAD;
use tessera_chain::{EpochPool, Event, Instruction, Pubkey, Versioned, address, ix, rules};
use tessera_migrations::units::Window;

use crate::args::{EpochChoice, PoolCommand};
use crate::commands::stake::send;
use crate::config::Config;
use crate::error::CliError;
use crate::output::{Columns, Lines};
use crate::session::{Session, SignedSession};
use crate::upkeep::{look, send_due};
use crate::wallet::LocalWallet;

/// Carries out a `market pool` command.
///
/// # Errors
/// [`CliError`].
pub async fn run(config: &Config, command: PoolCommand) -> Result<(), CliError> {
    if let PoolCommand::Show { epoch } = command {
        return show(config, epoch).await;
    }
    let signed = SignedSession::open(config, LocalWallet::Operator).await?;
    match command {
        PoolCommand::Show { .. } => Ok(()),
        PoolCommand::Open { epoch } => config.printer.report(&fund(&signed, epoch, 0).await?),
        PoolCommand::Fund { tokens, epoch } => {
            let amount = signed.session.base_units(tokens)?;
            config.printer.report(&fund(&signed, epoch, amount).await?)
        }
        PoolCommand::Claim { epoch, provider } => {
            let claimed = claim(&signed, epoch, provider).await?;
            if claimed.shares.is_empty() {
                config.printer.note("no share can be paid: its epoch must be over and swept (`tessera market sweep`)");
            }
            config.printer.report(&claimed)
        }
        PoolCommand::Close { epoch } => {
            let closed = close(&signed, epoch).await?;
            if closed.epochs.is_empty() {
                let (epochs, text) = (rules::POOL_EPOCHS, "and all its shares paid (`tessera market pool claim`)");
                config
                    .printer
                    .note(format_args!("no books can be closed: {epochs} epochs must have passed since, {text}"));
            }
            config.printer.report(&closed)
        }
    }
}

/// Opens an epoch's books if they are not open, and gives `amount` base units to its providers.
///
/// # Errors
/// [`CliError::Usage`] for an epoch that is over or too far ahead; nothing was sent.
pub async fn fund(signed: &SignedSession, epoch: EpochChoice, amount: u64) -> Result<PoolReport, CliError> {
    let (session, key) = (&signed.session, signed.key());
    let market = &session.market;
    let now = session.chain.moment().await?;
    let current = market.epoch(now);
    let epoch = epoch.number(current);
    if epoch < current || epoch > current.saturating_add(MAX_EPOCHS_AHEAD) {
        return Err(CliError::usage(
            format!("epoch {epoch} is over or too far ahead: it is epoch {current} now"),
            format!("take current, next, or a number up to {}", current.saturating_add(MAX_EPOCHS_AHEAD)),
        ));
    }
    let pool = address::pool(&market.key, epoch);
    let mut instructions: Vec<Instruction> = Vec::new();
    if session.chain.pool(pool).await?.is_none() {
        instructions.push(ix::pool_open(key, market, epoch));
    }
    if amount > 0 {
        let source = session.token_account_with(&key, amount).await?;
        instructions.push(ix::pool_fund(key, market, epoch, source, amount));
    }
    if !instructions.is_empty() {
        send(signed, if amount > 0 { "pool_fund" } else { "pool_open" }, instructions).await?;
    }
    let pool = crate::session::found(session.chain.pool(pool).await?, "pool", pool)?;
    Ok(PoolReport::new(&pool, session, now.unix))
}

/// Pays the shares of epochs that are over and swept.
///
/// # Errors
/// [`CliError::Chain`]; shares that were paid before it stay paid.
pub async fn claim(
    signed: &SignedSession,
    epoch: Option<u64>,
    provider: Option<Pubkey>,
) -> Result<SharesClaimed, CliError> {
    let session = &signed.session;
    let world = look(session).await?;
    let wanted = |crank: &Crank| {
        let Crank::ClaimShare { share } = crank else { return false };
        world.shares.get(share).is_some_and(|share| {
            epoch.is_none_or(|epoch| share.epoch == epoch) && provider.is_none_or(|named| share.provider == named)
        })
    };
    let sent = send_due(signed, &world, wanted).await?;
    let events = sent.iter().filter_map(|(_, receipt)| receipt.details.as_ref()).flat_map(|details| &details.events);
    let shares = events
        .filter_map(|event| match event {
            Event::ShareClaimed(share) => Some(ShareReport {
                epoch: share.epoch,
                provider: share.provider.to_string(),
                fees: share.fees,
                paid: share.payment.amount,
                kept: share.payment.kept,
                shown: [share.fees, share.payment.amount].map(|amount| session.tokens(amount)),
            }),
            _ => None,
        })
        .collect();
    Ok(SharesClaimed { shares })
}

/// Closes the books of epochs that ended long ago.
///
/// # Errors
/// [`CliError::Chain`]; books that were closed before it stay closed.
pub async fn close(signed: &SignedSession, epoch: Option<u64>) -> Result<PoolsClosed, CliError> {
    let world = look(&signed.session).await?;
    let wanted =
        |crank: &Crank| matches!(crank, Crank::ClosePool { epoch: found } if epoch.is_none_or(|epoch| *found == epoch));
    let sent = send_due(signed, &world, wanted).await?;
    let epochs = sent
        .iter()
        .filter_map(|(due, _)| match due.crank {
            Crank::ClosePool { epoch } => Some(epoch),
            _ => None,
        })
        .collect();
    Ok(PoolsClosed { epochs })
}

async fn show(config: &Config, epoch: Option<u64>) -> Result<(), CliError> {
    let session = Session::open(config).await?;
    let now = session.chain.moment().await?;
    let mut pools = session.chain.pools(session.market.key).await?;
    pools.retain(|pool| epoch.is_none_or(|epoch| pool.epoch == epoch));
    pools.sort_by_key(|pool| std::cmp::Reverse(pool.epoch));
    if let (Some(epoch), true) = (epoch, pools.is_empty()) {
        return Err(CliError::NotFound { what: "open books at", key: address::pool(&session.market.key, epoch) });
    }
    let current = session.market.epoch(now);
    let pools = pools.iter().map(|pool| PoolReport::new(pool, &session, now.unix)).collect();
    config.printer.report(&Pools { current, epoch_seconds: session.market.epoch_seconds, pools })
}

/// The books of one epoch, base units.
#[derive(Debug, Serialize)]
pub struct PoolReport {
    /// Its number.
    pub epoch: u64,
    /// The account.
    pub pool: String,
    /// `coming`, `running`, `over` (fees are not swept), `swept` (shares can be paid).
    pub state: &'static str,
    /// What was given to its providers.
    pub funded: u64,
    /// What of it was paid.
    pub paid: u64,
    /// Fees that were swept.
    pub total_fees: u64,
    /// Shares that are not paid.
    pub shares_open: u32,
    /// Fee vaults that are open.
    pub fee_vaults: u32,
    #[serde(skip)]
    shown: [String; 3],
}

impl PoolReport {
    fn new(pool: &Versioned<EpochPool>, session: &Session, now_unix: i64) -> Self {
        let seconds = session.market.epoch_seconds;
        let current = rules::epoch_of(now_unix, seconds);
        let is_final = rules::pool_final(pool.epoch, pool.opened, pool.swept, now_unix, seconds).is_ok();
        Self {
            epoch: pool.epoch,
            pool: pool.key.to_string(),
            state: match (pool.epoch.cmp(&current), is_final) {
                (std::cmp::Ordering::Greater, _) => "coming",
                (std::cmp::Ordering::Equal, _) => "running",
                (std::cmp::Ordering::Less, false) => "over",
                (std::cmp::Ordering::Less, true) => "swept",
            },
            funded: pool.funded,
            paid: pool.paid,
            total_fees: pool.total_fees,
            shares_open: pool.shares_open,
            fee_vaults: (pool.opened & !pool.swept).count_ones(),
            shown: [pool.funded, pool.paid, pool.total_fees].map(|amount| session.tokens(amount)),
        }
    }
}

impl fmt::Display for PoolReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [funded, paid, fees] = &self.shown;
        Lines::new()
            .line("epoch", format!("{} ({})", self.epoch, self.state))
            .line("pool", &self.pool)
            .line("given", format!("{funded}, of which {paid} are paid"))
            .line("fees", format!("{fees} swept, {} vaults open", self.fee_vaults))
            .line("shares", format!("{} not paid", self.shares_open))
            .fmt(f)
    }
}

#[derive(Debug, Serialize)]
struct Pools {
    /// The epoch of the chain's clock.
    current: u64,
    epoch_seconds: u32,
    pools: Vec<PoolReport>,
}

impl fmt::Display for Pools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "epoch {} now, {} each", self.current, Window::seconds(self.epoch_seconds))?;
        let mut columns = Columns::new(&["epoch", "state", "given", "paid", "fees swept", "vaults", "shares"]);
        for pool in &self.pools {
            let [funded, paid, fees] = pool.shown.clone();
            let (vaults, shares) = (pool.fee_vaults.to_string(), pool.shares_open.to_string());
            columns.row(vec![pool.epoch.to_string(), pool.state.to_owned(), funded, paid, fees, vaults, shares]);
        }
        columns.fmt(f)
    }
}

/// Shares that were paid.
#[derive(Debug, Serialize)]
pub struct SharesClaimed {
    /// Each of them.
    pub shares: Vec<ShareReport>,
}

/// A share that was paid, base units.
#[derive(Debug, Serialize)]
pub struct ShareReport {
    /// Of which epoch.
    pub epoch: u64,
    /// The Provider account.
    pub provider: String,
    /// The fees that it brought.
    pub fees: u64,
    /// What it got into its stake.
    pub paid: u64,
    /// Kept in a balance that its wallet claims, since its stake vault could not receive.
    pub kept: bool,
    #[serde(skip)]
    shown: [String; 2],
}

impl fmt::Display for SharesClaimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut columns = Columns::new(&["epoch", "provider", "fees", "paid"]);
        for share in &self.shares {
            let [fees, paid] = share.shown.clone();
            columns.row(vec![share.epoch.to_string(), share.provider.clone(), fees, paid]);
        }
        columns.fmt(f)
    }
}

/// Books that were closed.
#[derive(Debug, Serialize)]
pub struct PoolsClosed {
    /// Of which epochs.
    pub epochs: Vec<u64>,
}

impl fmt::Display for PoolsClosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let epochs: Vec<String> = self.epochs.iter().map(ToString::to_string).collect();
        Lines::new().line("closed", if epochs.is_empty() { "none".to_owned() } else { epochs.join(", ") }).fmt(f)
    }
}
