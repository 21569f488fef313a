//! From the flags of `task submit` to a job and what it is worth: checked before anything is stored or sent.

use tessera_chain::{MarketParams, Policy, Pubkey, Requirements, TaskCreateArgs, Windows, rules};
use tessera_compute::inputs_root;
use tessera_jobs::{Embedding, JobSpec, KMeans, LinearRegression, Matmul, Mlp, Pca, Prepared, Start};
use tessera_migrations::units::Window;
use tessera_node::Locator;

use crate::args::{DataArgs, Job, Need, StoreArgs, SubmitArgs, TrustArgs, WindowArgs};
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
/// Default time in which only the shortlist may claim, as a part of the open window.
const EXCLUSIVE_PART: u32 = 5;

/// How a task's result is trusted, and who may run it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// One run, or several that do not see each other.
    pub policy: Policy,
    /// What a provider must have.
    pub requirements: Requirements,
    /// Only the shortlist may claim.
    pub named_only: bool,
    /// Equal roots are paid at once.
    pub waive_window: bool,
    /// Provider accounts that may claim first.
    pub shortlist: Vec<Pubkey>,
}

impl Trust {
    /// One run of any provider, checked by lottery.
    pub const OPTIMISTIC: Self = Self {
        policy: Policy::Optimistic,
        requirements: Requirements::NONE,
        named_only: false,
        waive_window: false,
        shortlist: Vec::new(),
    };

    /// So many runs of any providers.
    #[must_use]
    pub fn redundant(runs: u8) -> Self {
        Self { policy: Policy::Redundant { runs }, ..Self::OPTIMISTIC }
    }
}

impl From<&TrustArgs> for Trust {
    fn from(args: &TrustArgs) -> Self {
        Self {
            policy: args.policy.into(),
            requirements: Need::all(&args.requirements),
            named_only: args.named_only,
            waive_window: args.waive_window,
            shortlist: args.shortlist.clone(),
        }
    }
}

/// A task as it will be created, apart from where its data are.
#[derive(Clone, Debug)]
pub struct Order {
    /// Graph, inputs and label.
    pub prepared: Prepared,
    /// Base units for each run.
    pub reward: u64,
    /// Base units for the checks of each run.
    pub audit_reward: u64,
    /// Base units for those who send the ending transactions.
    pub crank_bounty: u64,
    /// How long each phase may take.
    pub windows: Windows,
    /// How the result is trusted, and who may run it.
    pub trust: Trust,
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
            windows: windows(self.submit.windows, &self.submit.trust, &session.market.params, is_local),
            trust: Trust::from(&self.submit.trust),
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
        let (runs, reward, audits) = (self.trust.policy.runs(), self.reward.into(), self.audit_reward.into());
        rules::escrow_needed(runs, reward, audits, self.crank_bounty.into())
            .map(rules::BaseUnits::get)
            .map_err(|_| CliError::usage("reward, audit reward and bounty are too large together", "offer less"))
    }

    /// What the program is told; `locator` is where the manifest lies, `manifest_id` its content id.
    #[must_use]
    pub fn create_args(&self, locator: &Locator, manifest_id: [u8; 32]) -> TaskCreateArgs {
        let prepared = &self.prepared;
        TaskCreateArgs {
            graph_root: prepared.graph.root().0,
            inputs_root: inputs_root(&prepared.inputs).0,
            op_count: prepared.graph.op_count(),
            output_count: prepared.graph.output_count(),
            manifest_id,
            manifest_locator: self.public_store.as_ref().unwrap_or(locator).to_string(),
            reward: self.reward,
            audit_reward: self.audit_reward,
            crank_bounty: self.crank_bounty,
            windows: self.windows,
            policy: self.trust.policy,
            requirements: self.trust.requirements,
            named_only: self.trust.named_only,
            waive_window: self.trust.waive_window,
            shortlist: self.trust.shortlist.clone(),
        }
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
        let Trust { policy, requirements, named_only, waive_window, shortlist } = &self.trust;
        let (policy, listed) = (rules::Policy::from(*policy), shortlist.len());
        policy.validate().map_err(refused)?;
        let (named_only, waive_window) = (*named_only, *waive_window);
        rules::Assignment { listed, named_only, waive_window }.validate(policy).map_err(refused)?;
        rules::validate_shortlist(shortlist).map_err(refused)?;
        rules::Requirements::from(*requirements).validate().map_err(refused)?;
        rules::locks_for(self.reward.into(), self.audit_reward.into(), self.crank_bounty.into(), &params)
            .map_err(refused)?;
        rules::Windows::from(self.windows).validate(&params, policy, listed).map_err(refused)
    }
}

/// What was typed, else defaults within the market's limits.
fn windows(args: WindowArgs, trust: &TrustArgs, params: &MarketParams, is_local: bool) -> Windows {
    let seconds = |given: Option<Window>, default: u32, most: u32| given.map_or(default.min(most), Window::as_seconds);
    let execution = if is_local { LOCAL_EXECUTION_SECONDS } else { EXECUTION_SECONDS };
    let execution_seconds = seconds(args.execution, execution, params.max_execution_seconds);
    // Verifiers need as many seconds to claim in as the draw delays slots.
    let audit = execution_seconds.saturating_mul(2).max(params.draw_delay_slots.into());
    let audit_seconds = seconds(args.audit, audit, params.max_audit_seconds);
    let open_seconds = seconds(args.open, OPEN_SECONDS, params.max_open_seconds);
    let is_redundant = matches!(Policy::from(trust.policy), Policy::Redundant { .. });
    let reveal = if is_redundant { execution_seconds } else { 0 };
    let exclusive = if trust.shortlist.is_empty() || trust.named_only { 0 } else { open_seconds / EXCLUSIVE_PART };
    Windows {
        open_seconds,
        execution_seconds,
        audit_seconds,
        challenge_seconds: seconds(args.challenge, audit_seconds, params.max_challenge_seconds),
        exclusive_seconds: seconds(args.exclusive, exclusive, open_seconds),
        grace_seconds: seconds(args.grace, 0, params.max_grace_seconds),
        reveal_seconds: seconds(args.reveal, reveal, params.max_reveal_seconds),
    }
}
