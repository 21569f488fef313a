//! Many tasks by many real agents on the embedded chain, and everything that can be counted of it afterwards: how each task
//! ended, everybody's money, and which accounts the transactions write-locked.

mod books;
mod crowd;
mod drive;
mod ledger;
mod locks;
mod orders;
mod plan;
mod report;
mod transactions;

use std::time::Instant;

use tessera_cli::bootstrap::{Bootstrap, Ports};
use tessera_cli::error::CliError;
use tessera_node::ContentStore;

pub use locks::{AccountLocks, KindLocks, Locks};
pub use plan::{Hurry, Plan};
pub use report::Report;

use books::Books;
use crowd::Crowd;
use ledger::Ledger;
use report::Measured;

/// Longer than the draw's delay: verifiers may audit only what was submitted so long after they came.
const SEASONING_SECONDS: u64 = 5;

/// Carries a plan out. `note` hears what goes on.
///
/// # Errors
/// [`CliError`] when a part does not start or fails, or when tasks do not end; the message lists them.
pub async fn run(plan: &Plan, note: impl Fn(&str) + Send + Sync) -> Result<Report, CliError> {
    let files = tempfile::tempdir().map_err(|e| failed(format!("no temporary folder: {e}")))?;
    let store = ContentStore::open(&files.path().join("store").to_string_lossy())?;
    let crowd = Crowd::new(plan);
    note(&format!("starting a chain and a market with {} wallets", crowd.wallets().len()));
    let began = Instant::now();
    let ports = Ports { rpc: None, ws: None, slot_time: plan.slot_time };
    let bootstrap = Bootstrap::start(ports, &crowd.operator, &crowd.wallets()).await?;
    crowd.register(&bootstrap).await?;
    bootstrap.localnet.advance(SEASONING_SECONDS)?;
    let chain = bootstrap.chain.as_ref();
    let before = Books::count(chain, &bootstrap.migrated, &crowd).await?;
    let earlier = transactions::newest(bootstrap.localnet.rpc_url()).await?;
    let agents = crowd.start(&bootstrap, &store, files.path()).await?;
    let setup = began.elapsed();

    note(&format!("submitting {} tasks", plan.tasks));
    let began = Instant::now();
    let driven = drive::drive(plan, &crowd, &bootstrap, &store, &files.path().join("submissions"), &note).await;
    let elapsed = began.elapsed();
    // Also after a failure, so that nothing works on while the chain ends.
    let ended = agents.end().await;
    let created = driven?;
    ended?;

    note("reading the transactions");
    let after = Books::count(chain, &bootstrap.migrated, &crowd).await?;
    let transactions = transactions::since(bootstrap.localnet.rpc_url(), earlier).await?;
    let ledger = Ledger::of(&transactions, |key| crowd.owner_of(&bootstrap.migrated.market, key));
    let locks = Locks::count(&transactions, &crowd, &bootstrap.migrated, &ledger, &after);
    let mut violations = ledger.violations(&created);
    violations.extend(after.violations(&before, &ledger, &crowd));
    violations.extend(locks.violations(created.len(), &ledger));
    bootstrap.stop().await?;
    let measured = Measured { plan, setup, elapsed, transactions, ledger, locks, before, after, violations };
    Ok(measured.into())
}

fn failed(message: String) -> CliError {
    CliError::Failed {
        message,
        hint: "run it again, or with fewer tasks and agents; this is a defect if it stays".into(),
    }
}
