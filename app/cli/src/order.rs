//! From the flags of `task submit` to a job and what it is worth: checked before anything is stored or sent.

use tessera_chain::{MarketParams, Pubkey, Windows};
use tessera_jobs::{Embedding, JobSpec, KMeans, LinearRegression, Matmul, Mlp, Pca, Prepared, Start};
use tessera_migrations::units::Window;
use tessera_node::Locator;
use tessera_rules as rules;

use crate::args::{DataArgs, Job, StoreArgs, SubmitArgs, WindowArgs};
use crate::error::CliError;
use crate::session::Session;
use crate::sources::Sources;

/// Default time to claim a task.
const OPEN_SECONDS: u32 = 600;
/// Default time for a run.
const EXECUTION_SECONDS: u32 = 60;
/// Default time for a run on a chain of this machine, where everybody waits for the task.
const LOCAL_EXECUTION_SECONDS: u32 = 5;
/// Default audit reward, as a part of the reward.
const AUDIT_PART: u64 = 10;
/// Default crank bounty, as a part of the reward.
const BOUNTY_PART: u64 = 100;

/// A task as it will be created, apart from where its data are.
#[derive(Clone, Debug)]
pub struct Order {
    /// Graph, inputs and label.
    pub prepared: Prepared,
    /// Base units for the run.
    pub reward: u64,
    /// Base units for an independent check.
    pub audit_reward: u64,
    /// Base units for those who send the ending transactions.
    pub crank_bounty: u64,
    /// How long each phase may take.
    pub windows: Windows,
    /// The model that earns its share.
    pub model: Option<Pubkey>,
    /// Where others read the data, if not where they are stored.
    pub public_store: Option<Locator>,
}

/// What was typed, split into the job and the flags of every job.
#[derive(Debug)]
pub struct Request {
    /// The job and its files.
    pub sources: Sources,
    /// The flags of every job.
    pub submit: SubmitArgs,
}

impl From<Job> for Request {
    fn from(job: Job) -> Self {
        match job {
            Job::LinearRegression(args) => {
                let DataArgs { data, columns, exclude } = args.table;
                let spec = LinearRegression { target: args.target, ridge: args.ridge, columns, exclude };
                let spec = JobSpec::LinearRegression(spec);
                Self { sources: Sources::Table { spec, data, centers: None }, submit: args.submit }
            }
            Job::Kmeans(args) => {
                let DataArgs { data, columns, exclude } = args.table;
                let start = match args.centers {
                    Some(_) => Start::Given,
                    None => Start::PlusPlus { seed: args.seed, restarts: args.restarts },
                };
                let (clusters, iterations) = (args.clusters, args.iterations);
                let spec = JobSpec::KMeans(KMeans { clusters, iterations, start, columns, exclude });
                Self { sources: Sources::Table { spec, data, centers: args.centers }, submit: args.submit }
            }
            Job::Pca(args) => {
                let DataArgs { data, columns, exclude } = args.table;
                let spec = JobSpec::Pca(Pca { components: args.components, columns, exclude });
                Self { sources: Sources::Table { spec, data, centers: None }, submit: args.submit }
            }
            Job::Matmul(args) => {
                let spec = Matmul { precision: args.precision.into() };
                Self { sources: Sources::Matmul { spec, left: args.left, right: args.right }, submit: args.submit }
            }
            Job::Mlp(args) => {
                let DataArgs { data, columns, exclude } = args.table;
                let (activation, output) = (args.activation.into(), args.output_activation.into());
                let spec = Mlp { activation, output, precision: args.precision.into(), columns, exclude };
                Self { sources: Sources::Mlp { spec, data, weights: args.weights }, submit: args.submit }
            }
            Job::Embedding(args) => {
                let (max_tokens, batch) = (args.max_tokens, args.batch);
                let spec = Embedding { precision: args.precision.into(), max_tokens, batch };
                let sources = Sources::Embedding { spec, encoder: args.encoder, texts: args.texts };
                Self { sources, submit: args.submit }
            }
        }
    }
}

impl Request {
    /// Turns typed amounts and times into those of the market, and checks them by the market's rules.
    ///
    /// # Errors
    /// [`CliError::Usage`] with the rule that is broken, [`CliError::Amount`] for what the mint cannot express.
    pub fn price(&self, prepared: Prepared, session: &Session, is_local: bool) -> Result<Order, CliError> {
        let reward = session.base_units(self.submit.reward)?;
        let part = |given: Option<_>, of: u64| given.map_or(Ok(reward / of), |amount| session.base_units(amount));
        let order = Order {
            prepared,
            reward,
            audit_reward: part(self.submit.audit_reward, AUDIT_PART)?,
            crank_bounty: part(self.submit.bounty, BOUNTY_PART)?,
            windows: windows(self.submit.windows, &session.market.params, is_local),
            model: self.submit.model,
            public_store: public_store(&self.submit.store)?,
        };
        order.check(&session.market.params)?;
        Ok(order)
    }
}

/// The locator that goes on chain, if it is not the store's own.
fn public_store(args: &StoreArgs) -> Result<Option<Locator>, CliError> {
    let Some(text) = &args.public_store else { return Ok(None) };
    let locator = Locator::parse_url(text)?;
    locator.check_fits_account()?;
    Ok(Some(locator))
}

impl Order {
    /// Base units that creating the task takes from the requester's token account.
    ///
    /// # Errors
    /// [`CliError::Usage`] when the sum is more than an account can hold.
    pub fn escrow(&self) -> Result<u64, CliError> {
        self.reward
            .checked_add(self.audit_reward)
            .and_then(|sum| sum.checked_add(self.crank_bounty))
            .ok_or_else(|| CliError::usage("reward, audit reward and bounty are too large together", "offer less"))
    }

    fn check(&self, params: &MarketParams) -> Result<(), CliError> {
        let params = rules::MarketParams::from(*params);
        let refused = |refusal: rules::Refusal| {
            CliError::usage(
                format!("the market refuses this task: {refusal}"),
                "see `tessera market show` for its limits; nothing was sent",
            )
        };
        self.escrow()?;
        rules::locks_for(self.reward.into(), self.crank_bounty.into(), &params).map_err(refused)?;
        rules::Windows::from(self.windows).validate(&params).map_err(refused)
    }
}

/// What was typed, else defaults within the market's limits.
fn windows(args: WindowArgs, params: &MarketParams, is_local: bool) -> Windows {
    let seconds = |given: Option<Window>, default: u32, most: u32| given.map_or(default.min(most), Window::as_seconds);
    let execution = if is_local { LOCAL_EXECUTION_SECONDS } else { EXECUTION_SECONDS };
    let execution_seconds = seconds(args.execution, execution, params.max_execution_seconds);
    let audit_seconds = seconds(args.audit, execution_seconds.saturating_mul(2), params.max_audit_seconds);
    Windows {
        open_seconds: seconds(args.open, OPEN_SECONDS, params.max_open_seconds),
        execution_seconds,
        audit_seconds,
        challenge_seconds: seconds(args.challenge, audit_seconds, params.max_challenge_seconds),
    }
}
