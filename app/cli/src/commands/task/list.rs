//! `task list`.

use std::fmt;

use serde::Serialize;
use tessera_chain::{Signer, Task, TaskState, Versioned};

use crate::config::Config;
use crate::error::CliError;
use crate::output::Columns;
use crate::result::state_name;
use crate::session::Session;
use crate::wallet::LocalWallet;

/// Newest first. Tasks that are over are closed, and not listed.
pub(super) async fn run(config: &Config, mine: bool, state: Option<TaskState>) -> Result<(), CliError> {
    let only = mine.then(|| config.wallet(LocalWallet::Requester)).transpose()?.map(|wallet| wallet.pubkey());
    let session = Session::open(config).await?;
    let mut tasks = session.chain.tasks(session.market.key).await?;
    tasks.retain(|task| only.is_none_or(|requester| task.terms.requester == requester));
    tasks.retain(|task| state.is_none_or(|state| task.state == state));
    tasks.sort_by_key(|task| std::cmp::Reverse(task.terms.created_slot));
    let tasks = tasks.iter().map(|task| Row::new(task, &session)).collect();
    config.printer.report(&TaskList { tasks })
}

#[derive(Debug, Serialize)]
struct TaskList {
    tasks: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    task: String,
    state: &'static str,
    requester: String,
    /// Base units.
    reward: u64,
    operations: u16,
    /// Unix seconds.
    created_at: i64,
    #[serde(skip)]
    shown_reward: String,
}

impl Row {
    fn new(task: &Versioned<Task>, session: &Session) -> Self {
        Self {
            task: task.key.to_string(),
            state: state_name(task.state),
            requester: task.terms.requester.to_string(),
            reward: task.terms.reward,
            operations: task.terms.op_count,
            created_at: task.terms.created_at,
            shown_reward: session.tokens(task.terms.reward),
        }
    }
}

impl fmt::Display for TaskList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.tasks.is_empty() {
            return f.write_str("no tasks");
        }
        let mut columns = Columns::new(&["task", "state", "reward", "operations", "requester"]);
        for row in &self.tasks {
            columns.row(vec![
                row.task.clone(),
                row.state.to_owned(),
                row.shown_reward.clone(),
                row.operations.to_string(),
                row.requester.clone(),
            ]);
        }
        columns.fmt(f)
    }
}
