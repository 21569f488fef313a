//! Compute benchmarks: what this machine's CPU makes of products, jobs and hashing, next to peers on the same cores and data.
//!
//! Ours and the peers run in turns, so that all see the same machine, and the least time of each counts. Peers in Rust are linked;
//! [`Peer`]s in other languages are processes that answer [requests](PeerJob), are given the same numbers, and whose results are compared
//! with ours.

mod contest;
mod difference;
mod draws;
mod embedding;
mod error;
mod figure;
mod gemm;
mod hashing;
mod npy;
mod peer;
mod products;
mod request;
mod sentences;
mod sizes;
mod tables;
mod turns;

use std::path::{Path, PathBuf};

use tessera_compute::Cancel;
use tessera_jobs::Encoder;

use contest::Contest;
pub use error::{BenchError, PeerError};
pub use figure::{Figure, Report};
pub use peer::{Peer, Program};
pub use request::PeerJob;
pub use sizes::Sizes;
pub use turns::Effort;
use turns::Turns;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Name {
    /// f32 products; peer: the crate gemm, with AVX-512 and with its default features
    MatmulF32,
    /// i8 products; peer: ours in f32
    MatmulI8,
    /// k-means from given centres; peer: scikit-learn (--python)
    Kmeans,
    /// Principal components; peer: scikit-learn (--python)
    Pca,
    /// Linear regression; peer: scikit-learn (--python)
    LinearRegression,
    /// Sentence vectors by an encoder (--model); peers: PyTorch (--python), candle-transformers (--candle)
    Embedding,
    /// Merkle tree of a tensor; peer: the same tree with the crate sha2
    Merkle,
}

impl Name {
    /// All, in the order of the report.
    pub const ALL: [Self; 7] = [
        Self::MatmulF32,
        Self::MatmulI8,
        Self::Kmeans,
        Self::Pca,
        Self::LinearRegression,
        Self::Embedding,
        Self::Merkle,
    ];

    /// As in the report.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MatmulF32 => "matmul_f32",
            Self::MatmulI8 => "matmul_i8",
            Self::Kmeans => "kmeans",
            Self::Pca => "pca",
            Self::LinearRegression => "linear_regression",
            Self::Embedding => "embedding",
            Self::Merkle => "merkle",
        }
    }
}

/// What is measured, and next to whom.
#[derive(Clone, Debug)]
pub struct Plan {
    /// In this order.
    pub names: Vec<Name>,
    /// Numbers of threads; where none is given, products run on one and on all, jobs on all. Hashing is measured on one.
    pub threads: Vec<usize>,
    /// How large.
    pub sizes: Sizes,
    /// How often.
    pub effort: Effort,
    /// Folder of the encoder for `embedding`, which is left out without it.
    pub model: Option<PathBuf>,
    /// A Python with scikit-learn, PyTorch and transformers.
    pub python: Option<PathBuf>,
    /// The program that `tools/bench/candle` builds.
    pub candle: Option<PathBuf>,
}

/// Measures what the plan names, until it is cancelled. `note` is told what goes on.
///
/// # Errors
/// [`BenchError`] when a peer does not do what it should, or something of ours fails. Results that differ are no error here: see
/// [`Report::disagreement`].
pub fn measure(plan: &Plan, cancel: &Cancel, note: &mut dyn FnMut(&str)) -> Result<Report, BenchError> {
    let folder = tempfile::tempdir().map_err(|source| BenchError::file("create", std::env::temp_dir(), source))?;
    let turns = Turns { effort: plan.effort, cancel };
    let bench = Bench { plan, peers: Peers::new(plan, folder.path())?, turns, folder: folder.path() };
    let mut names = plan.names.clone();
    if names.contains(&Name::Embedding) && plan.model.is_none() {
        note("embedding is left out: it needs an encoder, --model FOLDER (tools/minilm/fetch prints one)");
        names.retain(|&name| name != Name::Embedding);
    }
    bench.peers.check(&names)?;
    let mut figures = Vec::new();
    for name in names {
        note(&format!("measuring {}", name.as_str()));
        figures.extend(bench.one(name)?);
    }
    Ok(Report(figures))
}

struct Bench<'a> {
    plan: &'a Plan,
    peers: Peers,
    turns: Turns<'a>,
    folder: &'a Path,
}

impl Bench<'_> {
    fn one(&self, name: Name) -> Result<Vec<Figure>, BenchError> {
        let (sizes, turns) = (&self.plan.sizes, self.turns);
        match name {
            Name::MatmulF32 => self.products(|side, threads| products::f32(side, threads, turns)),
            Name::MatmulI8 => self.products(|side, threads| Ok(vec![products::i8(side, threads, turns)?])),
            Name::Kmeans => self.contest(&tables::kmeans(sizes, self.folder)?),
            Name::Pca => self.contest(&tables::pca(sizes, self.folder)?),
            Name::LinearRegression => self.contest(&tables::linear_regression(sizes, self.folder)?),
            Name::Embedding => {
                let Some(model) = &self.plan.model else { return Ok(Vec::new()) };
                let encoder = Encoder::read(model).map_err(|error| BenchError::Job(error.into()))?;
                self.contest(&embedding::contest(&encoder, model, sizes.sentences)?)
            }
            Name::Merkle => Ok(vec![hashing::merkle(sizes.hashed_side, turns)?]),
        }
    }

    fn products(
        &self,
        measure: impl Fn(u64, usize) -> Result<Vec<Figure>, BenchError>,
    ) -> Result<Vec<Figure>, BenchError> {
        let all = all_threads();
        let default = if all == 1 { vec![1] } else { vec![1, all] };
        let threads = if self.plan.threads.is_empty() { &default } else { &self.plan.threads };
        let mut figures = Vec::new();
        for &side in &self.plan.sizes.product_sides {
            for &threads in threads {
                figures.extend(measure(side, threads)?);
            }
        }
        Ok(figures)
    }

    fn contest(&self, contest: &Contest) -> Result<Vec<Figure>, BenchError> {
        let default = [all_threads()];
        let threads = if self.plan.threads.is_empty() { &default } else { &self.plan.threads[..] };
        let mut figures = Vec::new();
        for &threads in threads {
            figures.extend(contest.hold(threads, self.peers.of(contest.name), self.turns)?);
        }
        Ok(figures)
    }
}

fn all_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The peers that are processes.
struct Peers {
    python: Vec<Program>,
    both: Vec<Program>,
}

impl Peers {
    fn new(plan: &Plan, folder: &Path) -> Result<Self, BenchError> {
        let mut python = Vec::new();
        if let Some(interpreter) = &plan.python {
            let script = folder.join("peers.py");
            std::fs::write(&script, include_str!("../../../../tools/bench/peers.py"))
                .map_err(|source| BenchError::file("write", &script, source))?;
            python.push(Program::new(interpreter, folder).argument(script));
        }
        let mut both = python.clone();
        both.extend(plan.candle.as_ref().map(|program| Program::new(program, folder)));
        Ok(Self { python, both })
    }

    fn of(&self, name: Name) -> &[Program] {
        match name {
            Name::Kmeans | Name::Pca | Name::LinearRegression => &self.python,
            Name::Embedding => &self.both,
            Name::MatmulF32 | Name::MatmulI8 | Name::Merkle => &[],
        }
    }

    /// Before anything is measured: a peer that lacks a module says so now.
    fn check(&self, names: &[Name]) -> Result<(), BenchError> {
        for program in &self.both {
            let wanted: Vec<Name> = names.iter().copied().filter(|&name| self.of(name).contains(program)).collect();
            if !wanted.is_empty() {
                program.start(1)?.check(&wanted)?;
            }
        }
        Ok(())
    }
}
