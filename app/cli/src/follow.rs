//! Following a task to its end, with a line of progress on a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tessera_chain::{Chain, ErrorKind, Moment, Pubkey, RunState, Task, TaskState, Versioned, rules};

use crate::error::CliError;
use crate::output::Printer;
use crate::result::state_name;
use crate::story::{Story, answer_name};

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
    let mut parts = vec![phase(task, now)];
    for run in chain.runs(task.key).await? {
        match run.state {
            RunState::Claimed => {
                parts.push(format!("{} has {} s left to run it", run.provider, left(run.execute_until.unix, now)));
            }
            RunState::Sealed => parts.push(format!("{} has sealed its result", run.provider)),
            RunState::Submitted => {
                for audit in chain.audits(run.key).await? {
                    parts.push(format!("{} {}", audit.verifier, answer_name(audit.state)));
                }
            }
            RunState::Upheld | RunState::Slashed | RunState::Abandoned | RunState::Void => {}
        }
    }
    match task.excluded.len() {
        0 => {}
        n => parts.push(format!("{n} did not deliver")),
    }
    Ok(parts.join("; "))
}

/// Where the task as a whole stands, and for how long.
fn phase(task: &Task, now: Moment) -> String {
    if let Ok(Some(until)) = rules::reveal_phase(&task.view(), now.into()) {
        return format!("reveal: {} s left", left(until.unix, now));
    }
    match task.state {
        TaskState::Open => {
            let free = task.view().used().filter(|slot| slot.state == rules::SlotState::Free).count();
            format!("open: {free} of {} runs to be claimed ({} s left)", task.runs, left(task.open_until.unix, now))
        }
        TaskState::Submitted => format!("submitted: paid in {} s", left(task.challenge_until.unix, now)),
        TaskState::Disputed => format!("disputed: decided in {} s", left(task.challenge_until.unix, now)),
        TaskState::Claimed | TaskState::Settled | TaskState::Cancelled | TaskState::Expired => {
            state_name(task.state).to_owned()
        }
    }
}

fn left(until: i64, now: Moment) -> i64 {
    until.saturating_sub(now.unix).max(0)
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
