//! What an operator decides about GPUs: the table `[node.gpu]`.

use std::time::Duration;

use serde::Deserialize;

use crate::backoff::Backoff;

/// What becomes of runs that no GPU has room for now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Overflow {
    /// They wait for a GPU, unless the CPU is then too late to make it in time. Tasks that fit no GPU are not taken.
    #[default]
    Wait,
    /// They run on the CPU, and so do tasks that fit no GPU.
    Cpu,
}

/// What an operator decides about GPUs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GpuTuning {
    /// Runs on one GPU at the same time.
    pub runs: u16,
    /// What becomes of runs that no GPU has room for now.
    pub overflow: Overflow,
    /// Speed of one GPU in million floating point operations per second, for estimates.
    pub megaflops: u64,
    /// Speed of its memory in million bytes per second, for estimates.
    pub megabytes_per_second: u64,
    /// A run that takes this many times its estimate is given up: its GPU hangs.
    pub watchdog_factor: u32,
    /// But none is given up before this has passed.
    #[serde(with = "humantime_serde")]
    pub watchdog_least: Duration,
    /// How long a GPU that failed gets no run; it doubles with each failure in a row.
    #[serde(with = "humantime_serde")]
    pub retry_first: Duration,
    /// The longest that it gets none.
    #[serde(with = "humantime_serde")]
    pub retry_most: Duration,
}

impl Default for GpuTuning {
    fn default() -> Self {
        Self {
            runs: 1,
            overflow: Overflow::Wait,
            megaflops: 1_000_000,
            megabytes_per_second: 100_000,
            watchdog_factor: 5,
            watchdog_least: Duration::from_secs(60),
            retry_first: Duration::from_secs(60),
            retry_most: Duration::from_secs(3_600),
        }
    }
}

impl GpuTuning {
    /// How long a GPU that failed gets no run.
    pub fn backoff(&self) -> Backoff {
        Backoff { first: self.retry_first, most: self.retry_most }
    }

    /// When a run with this estimate is given up.
    pub fn watchdog(&self, estimate: Duration) -> Duration {
        estimate.saturating_mul(self.watchdog_factor).max(self.watchdog_least)
    }
}
