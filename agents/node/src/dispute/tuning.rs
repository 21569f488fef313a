//! What an operator decides about disputes.

use serde::Deserialize;

/// When an agent challenges runs. What it defends is not its choice.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChallengeTuning {
    /// Disputes that this agent has open as a challenger at the same time, at most; 0 opens none.
    pub at_once: u16,
    /// Highest bond that it puts at stake in one, base units. Bonds are as high as the task's reward.
    pub max_bond: u64,
}

impl Default for ChallengeTuning {
    fn default() -> Self {
        Self { at_once: 4, max_bond: u64::MAX }
    }
}
