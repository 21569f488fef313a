//! `bench`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use crate::bench::{Effort, Name, Plan, Sizes};

/// Flags of `bench`.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// What to measure [default: all]
    #[arg(value_name = "NAMES")]
    pub names: Vec<Name>,
    /// Numbers of threads, as in 1,2 [default: products with one and all, jobs with all; hashing is always on one]
    #[arg(long, value_name = "COUNTS", value_delimiter = ',')]
    pub threads: Vec<NonZeroUsize>,
    /// Small shapes and few rounds, to see that everything works
    #[arg(long, conflicts_with = "largest")]
    pub quick: bool,
    /// Leave out products whose side is larger; there are 1024, 2048 and 4096
    #[arg(long, value_name = "SIDE", value_parser = clap::value_parser!(u64).range(1024..))]
    pub largest: Option<u64>,
    /// Folder of an encoder for `embedding`: model.safetensors, config.json and tokenizer.json
    #[arg(long, value_name = "FOLDER")]
    pub model: Option<PathBuf>,
    /// A Python with the packages of tools/bench/requirements.txt: scikit-learn and PyTorch as peers
    #[arg(long, value_name = "PATH")]
    pub python: Option<PathBuf>,
    /// What tools/bench/candle builds: candle-transformers as a peer of `embedding`
    #[arg(long, value_name = "PATH")]
    pub candle: Option<PathBuf>,
}

impl From<BenchArgs> for Plan {
    fn from(args: BenchArgs) -> Self {
        let sizes = if args.quick { Sizes::quick() } else { Sizes::full() };
        Self {
            // Asked for twice is measured once.
            names: Name::ALL.into_iter().filter(|name| args.names.is_empty() || args.names.contains(name)).collect(),
            threads: args.threads.into_iter().map(NonZeroUsize::get).collect(),
            sizes: args.largest.map_or_else(|| sizes.clone(), |side| sizes.clone().up_to(side)),
            effort: if args.quick { Effort::QUICK } else { Effort::FULL },
            model: args.model,
            python: args.python,
            candle: args.candle,
        }
    }
}
