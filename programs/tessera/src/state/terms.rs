use anchor_lang::prelude::*;
use solana_sha256_hasher::hashv;

use super::{Requirements, RewardSplits, Sink, SlashShares, Windows};
use crate::errors::TesseraError;

/// Domain tag of the terms hash.
pub const TERMS_TAG: &[u8] = b"tessera/terms";

/// How a task's result is trusted.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// One run, a challenge window, audits.
    Optimistic,
    /// Several providers seal their roots before they show them.
    Redundant {
        /// How many: 2 or 3.
        runs: u8,
    },
}

impl From<Policy> for tessera_rules::Policy {
    fn from(policy: Policy) -> Self {
        match policy {
            Policy::Optimistic => Self::Optimistic,
            Policy::Redundant { runs } => Self::Redundant { runs },
        }
    }
}

impl Policy {
    /// How many runs it asks for.
    pub fn runs(self) -> u8 {
        tessera_rules::Policy::from(self).runs()
    }
}

/// What a requester and a provider agree on, pinned when the task is created. Later changes of the market's parameters
/// do not touch it. Fields of variable size come last, so that filters can rely on the offsets of the others.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The market.
    pub market: Pubkey,
    /// Who pays.
    pub requester: Pubkey,
    /// Tells a requester's tasks apart.
    pub nonce: u64,
    /// Root of the operations.
    pub graph_root: [u8; 32],
    /// Root of the inputs.
    pub inputs_root: [u8; 32],
    /// Content id (SHA-256) of the manifest.
    pub manifest_id: [u8; 32],
    /// Operations in the graph, 1 to 4,096.
    pub op_count: u16,
    /// Outputs of the graph, 1 to 16.
    pub output_count: u8,
    /// How the result is trusted.
    pub policy: Policy,
    /// Paid for each upheld run, base units.
    pub reward: u64,
    /// Shared by the audits of each upheld run that earn, base units.
    pub audit_reward: u64,
    /// Paid in parts to those who send cranks, base units.
    pub crank_bounty: u64,
    /// How long each phase lasts.
    pub windows: Windows,
    /// How the reward is shared.
    pub splits: RewardSplits,
    /// How a slashed lock is shared.
    pub slash: SlashShares,
    /// Where the sink's share goes.
    pub sink: Sink,
    /// Locked by a provider for its run, base units.
    pub run_lock: u64,
    /// Locked by a verifier for its audit, base units.
    pub audit_lock: u64,
    /// Taken from a run's lock when nothing is submitted in time, base units.
    pub no_show_slash: u64,
    /// Probability that a run of a provider with a perfect score is audited, bps.
    pub audit_rate_bps: u16,
    /// Reputation weight below which a provider's runs are always audited, millionths of the minimum reward.
    pub newcomer_weight: u64,
    /// Share of an audit's lock that a verifier loses when it claimed and did not answer, bps.
    pub silence_bps: u16,
    /// Slots between a submission, or an agreeing answer, and the slot hash that draws for it.
    pub draw_delay_slots: u16,
    /// Challenge window after equal roots, seconds.
    pub agreed_challenge_seconds: u32,
    /// What a provider must have.
    pub requirements: Requirements,
    /// Only the shortlist may claim, for the whole open window.
    pub named_only: bool,
    /// Equal roots settle at once. Only with `named_only` and several runs.
    pub waive_window: bool,
    /// When the task was created, slot.
    pub created_slot: u64,
    /// When the task was created, unix seconds.
    pub created_at: i64,
    /// The model whose creator takes part.
    pub model: Option<Pubkey>,
    /// Where the manifest is found.
    #[max_len(96)]
    pub manifest_locator: String,
    /// Provider accounts that may claim first, or alone.
    #[max_len(4)]
    pub shortlist: Vec<Pubkey>,
}

impl Terms {
    /// `SHA-256("tessera/terms" || borsh(self))`. A claim and a submission carry it, so that a task cannot be swapped for
    /// another under the same address.
    pub fn hash(&self) -> Result<[u8; 32]> {
        let mut bytes = Vec::with_capacity(Self::INIT_SPACE);
        self.serialize(&mut bytes)?;
        Ok(hashv(&[TERMS_TAG, &bytes]).to_bytes())
    }

    /// What the task's vault owes in the beginning, base units.
    pub fn escrow(&self) -> Result<u64> {
        let (reward, audit_reward) = (self.reward.into(), self.audit_reward.into());
        let sum = tessera_rules::escrow_needed(self.policy.runs(), reward, audit_reward, self.crank_bounty.into());
        Ok(sum.map_err(TesseraError::from)?.get())
    }
}
