//! A peer in a process of its own: one line of JSON in, one out. It may be broken in any way.

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::request::{Found, Named, Request, Took};
use super::{Name, PeerError, PeerJob};

/// What an answer may take: reading the data and a first, slow run among them.
const PATIENCE: Duration = Duration::from_secs(600);
/// Longest answer: vectors of thousands of texts.
const MAX_ANSWER_BYTES: u64 = 64 << 20;
/// What a peer that has closed its output may take to end.
const LAST_MOMENTS: Duration = Duration::from_secs(2);
/// How much of a bad answer is shown.
const EXCERPT: usize = 120;
/// Where libraries read how many threads they may use.
const THREADS: [&str; 4] = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"];

/// How a peer is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
    /// Where its stderr goes.
    folder: PathBuf,
    patience: Duration,
}

impl Program {
    /// A program that writes its log into `folder`.
    #[must_use]
    pub fn new(path: &Path, folder: &Path) -> Self {
        Self { path: path.to_owned(), arguments: Vec::new(), folder: folder.to_owned(), patience: PATIENCE }
    }

    /// With one more argument.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// With another limit for each answer.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Starts it with so many threads.
    ///
    /// # Errors
    /// [`PeerError::Start`].
    pub fn start(&self, threads: usize) -> Result<Peer, PeerError> {
        let program = self.path.display().to_string();
        let failed = |source| PeerError::Start { program: program.clone(), source };
        let log = tempfile::NamedTempFile::new_in(&self.folder).map_err(failed)?;
        let mut command = Command::new(&self.path);
        command
            .args(&self.arguments)
            .envs(THREADS.map(|variable| (variable, threads.to_string())))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log.reopen().map_err(failed)?);
        let mut child = command.spawn().map_err(failed)?;
        let (requests, answers) = (child.stdin.take(), child.stdout.take());
        Ok(Peer { answers: lines(answers), child, requests, log, program, patience: self.patience })
    }
}

/// Lines of a pipe, by a thread that ends with the pipe: a read cannot be given a time limit.
fn lines(pipe: Option<ChildStdout>) -> Receiver<Vec<u8>> {
    let (sender, receiver) = sync_channel(1);
    std::thread::spawn(move || {
        let Some(pipe) = pipe else { return };
        let mut pipe = BufReader::new(pipe);
        loop {
            let mut line = Vec::new();
            let read = pipe.by_ref().take(MAX_ANSWER_BYTES).read_until(b'\n', &mut line);
            if !matches!(read, Ok(1..)) || sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// A running peer; dropped, it ends.
#[derive(Debug)]
pub struct Peer {
    child: Child,
    requests: Option<ChildStdin>,
    answers: Receiver<Vec<u8>>,
    log: tempfile::NamedTempFile,
    program: String,
    patience: Duration,
}

impl Peer {
    /// Whether it has what it needs for these; returns its name.
    ///
    /// # Errors
    /// [`PeerError`] in its words.
    pub fn check(&mut self, names: &[Name]) -> Result<String, PeerError> {
        self.ask(&Request::Check { names }).map(|named: Named| named.peer)
    }

    /// Has it read the data of a job; returns its name.
    ///
    /// # Errors
    /// [`PeerError`].
    pub fn prepare(&mut self, job: &PeerJob) -> Result<String, PeerError> {
        self.ask(&Request::Prepare { job }).map(|named: Named| named.peer)
    }

    /// Has it run the job once; returns the seconds that it measured, which are not more than passed here.
    ///
    /// # Errors
    /// [`PeerError`].
    pub fn run(&mut self) -> Result<f64, PeerError> {
        let begin = Instant::now();
        let Took { seconds } = self.ask(&Request::Run)?;
        let passed = begin.elapsed().as_secs_f64();
        if seconds > 0.0 && seconds <= passed {
            Ok(seconds)
        } else {
            Err(self.unusable(format!("a run of {seconds} seconds, while {passed} passed")))
        }
    }

    /// The result of the last run.
    ///
    /// # Errors
    /// [`PeerError`].
    pub fn result(&mut self) -> Result<Value, PeerError> {
        self.ask(&Request::Result).map(|found: Found| found.result)
    }

    /// The error for an answer that makes no sense.
    pub(super) fn unusable(&self, reason: impl Into<String>) -> PeerError {
        PeerError::Answer { program: self.program.clone(), reason: reason.into() }
    }

    fn ask<T: DeserializeOwned>(&mut self, request: &Request<'_>) -> Result<T, PeerError> {
        let line = serde_json::to_string(request).map_err(|error| self.unusable(error.to_string()))?;
        // A write to one that has ended fails, and so does the read that tells how it ended.
        if let Some(requests) = &mut self.requests {
            let _ = writeln!(requests, "{line}").and_then(|()| requests.flush());
        }
        let answer = match self.answers.recv_timeout(self.patience) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => {
                return Err(PeerError::Silent { program: self.program.clone(), patience: self.patience });
            }
            Err(RecvTimeoutError::Disconnected) => return Err(self.ended()),
        };
        let mut answer: Value = serde_json::from_slice(&answer).map_err(|error| PeerError::NotJson {
            program: self.program.clone(),
            reason: error.to_string(),
            excerpt: excerpt(&answer),
        })?;
        match answer.get_mut("error").map(Value::take) {
            None => serde_json::from_value(answer).map_err(|error| self.unusable(error.to_string())),
            Some(Value::String(reason)) => Err(PeerError::Refused { program: self.program.clone(), reason }),
            Some(reason) => Err(PeerError::Refused { program: self.program.clone(), reason: reason.to_string() }),
        }
    }

    fn ended(&mut self) -> PeerError {
        // It has closed its stdout, which is mostly the moment before it ends, and without requests it has nothing to live for.
        self.requests = None;
        let begin = Instant::now();
        let status = loop {
            match self.child.try_wait() {
                Ok(Some(status)) => break status.to_string(),
                Ok(None) if begin.elapsed() < LAST_MOMENTS => std::thread::sleep(Duration::from_millis(5)),
                Ok(None) => break "it runs on, with its output closed".to_owned(),
                Err(error) => break error.to_string(),
            }
        };
        PeerError::Ended { program: self.program.clone(), status, last: last_line(self.log.path()) }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // One that has ended already cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn excerpt(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(&line[..line.len().min(4 * EXCERPT)]);
    text.trim_end().chars().take(EXCERPT).flat_map(char::escape_debug).collect()
}

fn last_line(log: &Path) -> Option<String> {
    let mut text = Vec::new();
    File::open(log).and_then(|file| file.take(1 << 20).read_to_end(&mut text)).ok()?;
    let text = String::from_utf8_lossy(&text);
    text.lines().rev().find(|line| !line.trim().is_empty()).map(|line| excerpt(line.as_bytes()))
}
