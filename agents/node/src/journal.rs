//! What this agent was about to do, written down before it did it.
//!
//! The chain is the truth and a restart plans from it alone; the journal answers another question: what was this process
//! doing when it stopped? One JSON object per line, synced to disk before the transaction leaves.

use std::fs::{File, OpenOptions, TryLockError};
use std::future::Future;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// A journal above this size is set aside as `<name>.old` when it is opened (replacing the one before it).
const ROTATE_BYTES: u64 = 16 * 1024 * 1024;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Unix seconds, by the cluster's clock as the agent knew it.
    pub at: i64,
    /// Which transition, by its instruction's name: `task_claim`, `run_submit`, ...
    pub action: String,
    /// The account it is about, in base58.
    pub subject: String,
    /// What is known of it.
    pub step: Step,
}

/// Before or after the transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// The transaction is about to be sent.
    Intent,
    /// It landed.
    Done {
        /// Its signature in base58.
        signature: String,
    },
    /// It did not land, or was refused.
    Failed {
        /// Why.
        error: String,
    },
}

/// Why the journal could not be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Reading or writing failed.
    #[error(
        "cannot {doing} the journal {}: {source}; check that the data directory is writable and not full",
        path.display()
    )]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another process has it.
    #[error(
        "the journal {} is in use by another process; give each agent a data directory of its own",
        .0.display()
    )]
    InUse(PathBuf),
    /// A line in the middle is not an entry: the file is not a journal, or the disk damaged it.
    #[error(
        "line {line} of the journal {} is not an entry ({source}); move the file away and start again, nothing is lost by it",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// An open journal, locked against other processes. Clones share the file.
#[derive(Clone, Debug)]
pub struct Journal {
    file: Arc<Mutex<File>>,
    path: PathBuf,
}

impl Journal {
    /// Opens or creates the journal at `path` and returns with it the intents of earlier processes that have no end yet,
    /// oldest first. A last line that a crash tore is dropped.
    ///
    /// # Errors
    /// [`JournalError`]: not readable, locked by another process, or damaged.
    pub fn open(path: &Path) -> Result<(Self, Vec<Entry>), JournalError> {
        let io = |doing| move |source| JournalError::Io { doing, path: path.to_owned(), source };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(io("create the folder of"))?;
        }
        let mut file = open_locked(path)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(io("read"))?;
        // Every entry is written with its newline in one call, so what follows the last newline is a torn write.
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let open = unresolved(&parse(path, text.get(..whole).unwrap_or_default())?);

        if whole as u64 > ROTATE_BYTES {
            std::fs::rename(path, path.with_extension("old")).map_err(io("set aside"))?;
            file = open_locked(path)?;
        } else {
            file.set_len(whole as u64).map_err(io("mend"))?;
            file.seek(SeekFrom::End(0)).map_err(io("read"))?;
        }
        Ok((Self { file: Arc::new(Mutex::new(file)), path: path.to_owned() }, open))
    }

    /// Appends an entry and syncs it to disk before it returns.
    ///
    /// # Errors
    /// [`JournalError::Io`]; the caller must not send the transaction then.
    pub async fn record(&self, entry: Entry) -> Result<(), JournalError> {
        let Self { file, path } = self.clone();
        let written = tokio::task::spawn_blocking(move || {
            let mut line = serde_json::to_vec(&entry).map_err(std::io::Error::other)?;
            line.push(b'\n');
            // A poisoned lock only says that another writer panicked; a line it tore is found by the next open.
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.write_all(&line)?;
            file.sync_data()
        });
        written.await.unwrap_or_else(|lost| Err(std::io::Error::other(lost))).map_err(|source| JournalError::Io {
            doing: "write to",
            path,
            source,
        })
    }
}

impl Journal {
    /// Records the intent, runs `send`, and records how it ended. `signature` reads the result's signature in base58.
    ///
    /// # Errors
    /// Outside: the intent could not be recorded, and `send` was not run. Inside: what `send` says. A failure to record the
    /// end is logged only: the next start reports the intent as open, which is harmless.
    pub async fn around<T, E: std::fmt::Display>(
        &self,
        at: i64,
        action: &str,
        subject: String,
        send: impl Future<Output = Result<T, E>>,
        signature: impl FnOnce(&T) -> String,
    ) -> Result<Result<T, E>, JournalError> {
        let entry = |step| Entry { at, action: action.to_owned(), subject: subject.clone(), step };
        self.record(entry(Step::Intent)).await?;
        let sent = send.await;
        let step = match &sent {
            Ok(landed) => Step::Done { signature: signature(landed) },
            Err(error) => Step::Failed { error: error.to_string() },
        };
        if let Err(error) = self.record(entry(step)).await {
            tracing::error!(%error, "the end of a transaction was not recorded");
        }
        Ok(sent)
    }
}

fn open_locked(path: &Path) -> Result<File, JournalError> {
    let io = |source| JournalError::Io { doing: "open", path: path.to_owned(), source };
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(JournalError::InUse(path.to_owned())),
        Err(TryLockError::Error(source)) => Err(io(source)),
    }
}

fn parse(path: &Path, text: &[u8]) -> Result<Vec<Entry>, JournalError> {
    text.split(|byte| *byte == b'\n')
        .enumerate()
        .filter(|(_, line)| !line.is_empty())
        .map(|(index, line)| {
            serde_json::from_slice(line).map_err(|source| JournalError::Damaged {
                path: path.to_owned(),
                line: index + 1,
                source,
            })
        })
        .collect()
}

/// The intents that no later entry of the same action and subject ends.
fn unresolved(entries: &[Entry]) -> Vec<Entry> {
    let mut open: Vec<Entry> = Vec::new();
    for entry in entries {
        open.retain(|known| (&known.action, &known.subject) != (&entry.action, &entry.subject));
        if entry.step == Step::Intent {
            open.push(entry.clone());
        }
    }
    open
}
