//! The whole market on a chain inside this process: real agents over RPC and websocket run three jobs on real data.
//!
//! One task is run by one provider and audited by lottery, one by three of which one is wrong and is proven so in a dispute,
//! and one is first claimed by a provider that never delivers.

mod books;
mod cast;
mod dispute;
mod dispute_moves;
mod report;
mod rogues;
mod witness;

use std::num::NonZeroU32;
use std::path::Path;
use std::time::{Duration, Instant};

use futures::future::try_join3;
use tessera_chain::{CancellationToken, Chain, Keypair, Pubkey, Signer, Windows};
use tessera_compute::CpuBackend;
use tessera_jobs::{JobSpec, KMeans, LinearRegression, Pca, Start, TARGET, Table, prepare};
use tessera_node::ContentStore;

pub use books::{Books, Conservation};
pub use dispute::{DemoDispute, DisputePayout};
pub use dispute_moves::DisputeMove;
pub use report::{DemoAudit, DemoReport, DemoRun, DemoTask, Payout};
pub use rogues::{Stuck, Wrong};

use crate::bootstrap::Bootstrap;
use crate::error::CliError;
use crate::follow::until_over;
use crate::order::{Order, Trust};
use crate::output::Printer;
use crate::result::result_of;
use crate::session::SignedSession;
use crate::story::Story;
use crate::submission::submit;
use witness::Witness;

/// Base units for each run: 5 tokens.
const REWARD: u64 = 5_000_000;
/// Base units for the checks of a run: half a token.
const AUDIT_REWARD: u64 = 500_000;
/// Base units for those who send the ending transactions.
const CRANK_BOUNTY: u64 = 50_000;
/// Short, so that the demo is over soon; the chain's clock is as fast as the wall's.
const WINDOWS: Windows = Windows {
    open_seconds: 60,
    execution_seconds: 6,
    audit_seconds: 12,
    challenge_seconds: 12,
    exclusive_seconds: 0,
    grace_seconds: 0,
    reveal_seconds: 0,
};
/// How long redundant runs have to be shown, seconds.
const REVEAL_SECONDS: u32 = 12;
/// More than the draw delay on both of the chain's clocks.
const SEASONING_SECONDS: u64 = 5;
/// How often a task is looked at, which is also how exactly its time is known.
const LOOK: Duration = Duration::from_millis(100);
/// After this the demo has failed: every path of a task ends long before.
const LIMIT: Duration = Duration::from_secs(180);

/// A job and the data set that it runs on.
struct Exhibit {
    data_set: &'static str,
    csv: &'static [u8],
    spec: JobSpec,
}

/// Runs the demo. Nothing is left behind: the chain is in memory, the files are in a temporary directory.
///
/// # Errors
/// [`CliError`] when a part cannot start, a task does not settle, or the sums do not agree.
pub async fn run(printer: Printer) -> Result<DemoReport, CliError> {
    let started = Instant::now();
    let files = tempfile::tempdir().map_err(|e| CliError::file("create", std::env::temp_dir(), e))?;
    printer.note("starting a chain, a market, four providers and a verifier");
    let cast = cast::Cast::new();
    let bootstrap = Bootstrap::start(cast::PORTS, &cast.operator, &cast.wallets()).await?;
    let outcome = tokio::time::timeout(LIMIT, perform(&bootstrap, &cast, files.path(), printer)).await;
    bootstrap.stop().await?;
    let mut report = outcome.map_err(|_| {
        CliError::failed(format!("the demo did not end within {LIMIT:?}"), "the machine may be overloaded, try again")
    })??;
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

async fn perform(
    bootstrap: &Bootstrap,
    cast: &cast::Cast,
    files: &Path,
    printer: Printer,
) -> Result<DemoReport, CliError> {
    let store_path = files.join("store");
    let store = ContentStore::open(&store_path.to_string_lossy())?;
    cast.register(bootstrap).await?;
    // A verifier may audit what is submitted more than the draw delay after it committed to its ticket chain.
    bootstrap.localnet.advance(SEASONING_SECONDS)?;
    let (chain, market) = (bootstrap.chain.as_ref(), bootstrap.migrated.market);
    let before = Books::count(chain, market, &cast.everybody()).await?;

    let mut feed = chain.watch(market, CancellationToken::new()).await?;
    let mut witness = Witness::default();
    let mut agents = cast::Agents::new(bootstrap, &store, files);
    let played = tokio::select! {
        biased;
        played = play(&mut agents, bootstrap, cast, &store, files, printer) => played,
        Err(error) = witness.look(&mut feed) => Err(error),
    };
    let played = match played {
        Ok(shown) => witness.until_closed(chain).await.map(|()| shown),
        failed @ Err(_) => failed,
    };
    // Also after a failure, so that nothing works on while the chain ends.
    let ended = agents.end().await;
    feed.shutdown().await?;
    let shown = played?;
    ended?;

    let after = Books::count(chain, market, &cast.everybody()).await?;
    let conservation = before.compare(&after)?;
    let tasks = shown.iter().map(|shown| DemoTask::new(shown, cast, &market)).collect::<Result<_, _>>()?;
    let sources = dispute::Sources { chain, witness: &witness, cast, market };
    let mut disputes = Vec::new();
    for shown in &shown {
        disputes.extend(sources.disputes(&shown.story).await?);
    }
    Ok(DemoReport { tasks, disputes, conservation, program_sha256: tessera_elf::SHA256.to_owned(), seconds: 0.0 })
}

/// Submits the three tasks so that it is certain who claims which, and waits for their ends.
async fn play(
    agents: &mut cast::Agents<'_>,
    bootstrap: &Bootstrap,
    cast: &cast::Cast,
    store: &ContentStore,
    files: &Path,
    printer: Printer,
) -> Result<[Shown; 3], CliError> {
    let requester = bootstrap.session(&cast.requester).await?;
    let [regression, kmeans, pca] = exhibits();
    let [first, second] = &cast.providers;
    let stage = Stage { requester: &requester, store, files };
    let only = |names: &[&Keypair]| {
        let shortlist = names.iter().map(|keypair| requester.session.provider_of(&keypair.pubkey())).collect();
        Trust { named_only: true, shortlist, ..Trust::OPTIMISTIC }
    };

    printer.note("submitting linear regression, k-means and PCA");
    agents.verifier(&cast.verifier).await?;
    // The second provider does not work yet, so that the absent one claims; nobody else does, so that its time can pass at once.
    agents.provider(&cast.absent, Stuck).await?;
    let pca = stage.submit(&pca, only(&[&cast.absent, second])).await?;
    stage.until_claimed(pca.task).await?;
    bootstrap.localnet.advance(WINDOWS.execution_seconds.into())?;
    agents.provider(first, CpuBackend::new()).await?;
    agents.provider(second, CpuBackend::new()).await?;
    agents.careless(&cast.wrong, Wrong::default()).await?;
    let regression = stage.submit(&regression, only(&[first])).await?;
    let three = Trust { policy: Trust::redundant(3).policy, ..only(&[first, second, &cast.wrong]) };
    let kmeans = stage.submit(&kmeans, three).await?;
    let (regression, kmeans, pca) = try_join3(stage.watch(regression), stage.watch(kmeans), stage.watch(pca)).await?;
    Ok([regression, kmeans, pca])
}

/// What all tasks of the demo have in common.
struct Stage<'a> {
    requester: &'a SignedSession,
    store: &'a ContentStore,
    files: &'a Path,
}

/// A task under way.
struct Submitted {
    data_set: &'static str,
    rows: usize,
    task: Pubkey,
    at: Instant,
}

/// A task that is over.
struct Shown {
    data_set: &'static str,
    rows: usize,
    result: crate::result::TaskResult,
    story: Story,
    seconds: f64,
}

impl Stage<'_> {
    async fn submit(&self, exhibit: &Exhibit, trust: Trust) -> Result<Submitted, CliError> {
        let table = Table::from_csv(exhibit.csv).map_err(|e| CliError::Job(e.into()))?;
        let reveal_seconds = if trust.policy.runs() > 1 { REVEAL_SECONDS } else { 0 };
        let order = Order {
            prepared: prepare(&exhibit.spec, &table)?,
            reward: REWARD,
            audit_reward: AUDIT_REWARD,
            crank_bounty: CRANK_BOUNTY,
            windows: Windows { reveal_seconds, ..WINDOWS },
            trust,
            model: None,
            public_store: None,
        };
        let at = Instant::now();
        let task = submit(self.requester, self.store, &order, &self.files.join("submissions")).await?.task;
        Ok(Submitted { data_set: exhibit.data_set, rows: table.rows(), task, at })
    }

    async fn until_claimed(&self, task: Pubkey) -> Result<(), CliError> {
        while self.chain().runs(task).await?.is_empty() {
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    async fn watch(&self, submitted: Submitted) -> Result<Shown, CliError> {
        let (chain, task) = (self.chain(), submitted.task);
        until_over(chain, task, None, LOOK).await?;
        let seconds = submitted.at.elapsed().as_secs_f64();
        // A settled task closes with its last audit.
        while chain.task(task).await?.is_some() {
            tokio::time::sleep(LOOK).await;
        }
        Ok(Shown {
            data_set: submitted.data_set,
            rows: submitted.rows,
            result: result_of(&self.requester.session, task, self.store.clone()).await?,
            story: Story::read(chain, task).await?,
            seconds,
        })
    }

    fn chain(&self) -> &dyn Chain {
        self.requester.session.chain.as_ref()
    }
}

fn exhibits() -> [Exhibit; 3] {
    [
        Exhibit {
            data_set: "diabetes",
            csv: include_bytes!("../../../../data/diabetes.csv"),
            spec: JobSpec::LinearRegression(LinearRegression {
                target: TARGET.to_owned(),
                ridge: 0.0,
                columns: None,
                exclude: Vec::new(),
            }),
        },
        Exhibit {
            data_set: "iris",
            csv: include_bytes!("../../../../data/iris.csv"),
            spec: JobSpec::KMeans(KMeans {
                clusters: NonZeroU32::MIN.saturating_add(2),
                iterations: 20,
                start: Start::default(),
                columns: None,
                exclude: Vec::new(),
            }),
        },
        Exhibit {
            data_set: "digits",
            csv: include_bytes!("../../../../data/digits.csv"),
            spec: JobSpec::Pca(Pca {
                components: NonZeroU32::MIN.saturating_add(3),
                columns: None,
                exclude: Vec::new(),
            }),
        },
    ]
}
