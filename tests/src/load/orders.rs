//! The jobs: products of matrices so small that nobody waits for them, each with other numbers.

use tessera_chain::{Policy, Windows};
use tessera_cli::error::CliError;
use tessera_cli::order::{Order, Trust};
use tessera_jobs::{Matmul, Table, prepare_matmul};

use super::{Plan, failed};

/// Base units for each run: one token.
pub(super) const REWARD: u64 = 1_000_000;
/// Rows and columns of each matrix.
const SIDE: usize = 8;

/// The task of this index.
pub(super) fn order(plan: &Plan, index: usize) -> Result<Order, CliError> {
    let mut random = Random::of(plan.seed, index);
    let (left, right) = (random.table()?, random.table()?);
    let prepared = prepare_matmul(&Matmul::default(), &left, &right)?;
    let runs = plan.runs_of(index);
    let trust = if runs == 1 { Trust::OPTIMISTIC } else { Trust::redundant(runs) };
    let reveal_seconds = match trust.policy {
        Policy::Optimistic => 0,
        Policy::Redundant { .. } => plan.windows.execution_seconds,
    };
    Ok(Order {
        prepared,
        reward: REWARD,
        audit_reward: REWARD / 10,
        crank_bounty: REWARD / 100,
        windows: Windows { reveal_seconds, ..plan.windows },
        trust,
        model: None,
        public_store: None,
    })
}

/// SplitMix64 (Steele, Lea, Flood 2014), for data and wallets that a seed fixes.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn of(seed: u64, index: usize) -> Self {
        let mut random = Self(seed);
        let start = random.next();
        Self(start ^ (index as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn table(&mut self) -> Result<Table, CliError> {
        let mut csv = String::new();
        for _ in 0..SIDE {
            let row: Vec<String> = (0..SIDE).map(|_| (self.next() % 1_000).to_string()).collect();
            csv.push_str(&row.join(","));
            csv.push('\n');
        }
        Table::from_csv(csv.as_bytes()).map_err(|e| failed(format!("no table: {e}")))
    }
}
