//! Following a task to its end, with a line of progress on a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tessera_chain::{Chain, ErrorKind, Pubkey, RunState, Task, TaskState, Versioned};

use crate::error::CliError;
use crate::output::Printer;
use crate::story::{Story, verdict_name};

/// How often a task is read where nobody measures its time.
pub(crate) const UNHURRIED: Duration = Duration::from_millis(500);
/// Failed reads in a row after which the cluster counts as gone.
const MOST_FAILURES: u32 = 60;

/// Waits until a task has been decided or closed, looking `every` so often; progress is shown where there is a
/// printer. Dropping the wait loses nothing: the task goes on, and waiting can begin
/// again.
///
/// # Errors
/// [`CliError::NotFound`] for a task that never was, [`CliError::Chain`] when the cluster stays unreachable.
pub async fn until_over(
    chain: &dyn Chain,
    key: Pubkey,
    printer: Option<Printer>,
    every: Duration,
) -> Result<(), CliError> {
    let progress = Progress::new(printer.is_some_and(Printer::shows_progress));
    let mut failures = 0;
    loop {
        match look(chain, key).await {
            Ok(Look::Over) => return Ok(()),
            Ok(Look::Open(line)) => {
                failures = 0;
                progress.show(line);
            }
            Err(CliError::Chain(e)) if e.kind() == ErrorKind::Retry && failures < MOST_FAILURES => {
                failures += 1;
                progress.show(format!("{e}"));
            }
            Err(e) => return Err(e),
        }
        tokio::time::sleep(every).await;
    }
}

enum Look {
    Over,
    Open(String),
}

async fn look(chain: &dyn Chain, key: Pubkey) -> Result<Look, CliError> {
    let Some(task) = chain.task(key).await? else {
        // Closed, or never there: its transactions tell.
        return match Story::read(chain, key).await?.is_empty() {
            true => Err(CliError::NotFound { what: "task", key }),
            false => Ok(Look::Over),
        };
    };
    match task.state {
        TaskState::Settled | TaskState::Cancelled | TaskState::Expired => Ok(Look::Over),
        _ => Ok(Look::Open(line(chain, &task).await?)),
    }
}

async fn line(chain: &dyn Chain, task: &Versioned<Task>) -> Result<String, CliError> {
    let now = chain.moment().await?;
    let left = |until: i64| until.saturating_sub(now.unix).max(0);
    let run = chain
        .runs(task.key)
        .await?
        .into_iter()
        .find(|run| matches!(run.state, RunState::Claimed | RunState::Submitted));
    let Some(run) = run else {
        let excluded = match task.excluded.len() {
            0 => String::new(),
            n => format!(", {n} did not show up"),
        };
        return Ok(format!("open: waits for a provider ({} s left{excluded})", left(task.open_until.unix)));
    };
    if run.state == RunState::Claimed {
        return Ok(format!("claimed by {}: {} s left to run it", run.provider, left(run.execute_until.unix)));
    }
    let mut line = format!("run by {}: paid in {} s", run.provider, left(run.challenge_until.unix));
    for audit in chain.audits(run.key).await? {
        line.push_str(&format!("; {} {}", audit.verifier, verdict_name(audit.verdict)));
    }
    Ok(line)
}

/// A spinner on a terminal, else nothing.
struct Progress(Option<ProgressBar>);

impl Progress {
    fn new(shown: bool) -> Self {
        Self(shown.then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        }))
    }

    fn show(&self, line: String) {
        if let Some(bar) = &self.0 {
            bar.set_message(line);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
