//! The whole market on a chain inside this process: real agents over RPC and websocket run three jobs on real data.

mod books;
mod cast;
mod report;

use std::num::NonZeroU32;
use std::path::Path;
use std::time::{Duration, Instant};

use futures::future::try_join_all;
use tessera_chain::{Chain, Pubkey, Windows};
use tessera_jobs::{JobSpec, KMeans, LinearRegression, Pca, Start, TARGET, Table, prepare};
use tessera_node::ContentStore;

pub use report::{DemoReport, DemoTask, Payout};

use crate::bootstrap::Bootstrap;
use crate::error::CliError;
use crate::follow::until_over;
use crate::order::Order;
use crate::output::Printer;
use crate::result::result_of;
use crate::session::SignedSession;
use crate::story::Story;
use crate::submission::submit;

/// Base units for each run: 5 tokens.
const REWARD: u64 = 5_000_000;
/// Base units for the first check that agrees: half a token.
const AUDIT_REWARD: u64 = 500_000;
/// Base units for those who send the ending transactions.
const CRANK_BOUNTY: u64 = 50_000;
/// Short, so that the demo is over soon; the chain's clock is as fast as the wall's.
const WINDOWS: Windows = Windows { open_seconds: 60, execution_seconds: 4, audit_seconds: 8, challenge_seconds: 8 };
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
    printer.note("starting a chain, a market, two providers and a verifier");
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
    let requester = bootstrap.session(&cast.requester).await?;
    let before = books::Books::open(bootstrap, cast).await?;

    let agents = cast.start(bootstrap, &store, files).await?;
    printer.note("submitting linear regression, k-means and PCA");
    let exhibits = exhibits();
    let shown = try_join_all(exhibits.iter().map(|exhibit| show(exhibit, &requester, &store, files))).await;
    // Also after a failure, so that nothing works on while the chain ends.
    let ended = agents.end().await;
    let shown = shown?;
    ended?;

    let after = books::Books::open(bootstrap, cast).await?;
    let stories: Vec<&Story> = shown.iter().map(|shown| &shown.story).collect();
    let balance = before.balance(&after, &stories)?;
    let tasks =
        shown.iter().map(|shown| DemoTask::new(shown, cast, &bootstrap.migrated.market)).collect::<Result<_, _>>()?;
    Ok(DemoReport { tasks, balance, program_sha256: tessera_elf::SHA256.to_owned(), seconds: 0.0 })
}

/// A task that is over.
struct Shown {
    data_set: &'static str,
    rows: usize,
    result: crate::result::TaskResult,
    story: Story,
    seconds: f64,
}

async fn show(
    exhibit: &Exhibit,
    requester: &SignedSession,
    store: &ContentStore,
    files: &Path,
) -> Result<Shown, CliError> {
    let table = Table::from_csv(exhibit.csv).map_err(|e| CliError::Job(e.into()))?;
    let order = Order {
        prepared: prepare(&exhibit.spec, &table)?,
        reward: REWARD,
        audit_reward: AUDIT_REWARD,
        crank_bounty: CRANK_BOUNTY,
        windows: WINDOWS,
        model: None,
        public_store: None,
    };
    let chain = requester.session.chain.as_ref();
    let submitted_at = Instant::now();
    let task = submit(requester, store, &order, &files.join("submissions")).await?.task;
    until_over(chain, task, None, LOOK).await?;
    let seconds = submitted_at.elapsed().as_secs_f64();
    until_closed(chain, task).await?;
    Ok(Shown {
        data_set: exhibit.data_set,
        rows: table.rows(),
        result: result_of(&requester.session, task, store.clone()).await?,
        story: Story::read(chain, task).await?,
        seconds,
    })
}

/// A settled task closes with its last audit.
async fn until_closed(chain: &dyn Chain, task: Pubkey) -> Result<(), CliError> {
    while chain.task(task).await?.is_some() {
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
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
