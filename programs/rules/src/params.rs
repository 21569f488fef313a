use crate::amount::FULL_BPS;
use crate::windows::{covers_draw, ordered};
use crate::{BaseUnits, Bps, Refusal, RewardSplits, SlashShares};

/// Highest share of a reward that a market's treasury may take.
const MAX_TREASURY_BPS: u16 = 3_000;
/// Lowest lock of a run, in bps of its reward: 2.5 times.
const LOWEST_LOCK_BPS: u16 = 25_000;
/// Longest delay of a draw: SlotHashes keeps 512 slots, and whoever records a draw needs time to.
const MAX_DRAW_DELAY: u16 = 128;
/// Shortest wait between proposing and applying parameters.
const MIN_TIMELOCK_SECONDS: u32 = 3_600;

/// Where the sink's share of a slashed lock goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sink {
    /// Burned. Refused for wrapped SOL, which cannot be burned.
    Burn,
    /// Kept in the market's insurance vault.
    #[default]
    Insurance,
}

/// The parameters of a market. A task pins those that concern it when it is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketParams {
    /// How a reward is shared.
    pub splits: RewardSplits,
    /// How a slashed lock is shared.
    pub slash: SlashShares,
    /// Where the sink's share goes.
    pub sink: Sink,
    /// Probability that a run is audited.
    pub audit_rate_bps: Bps,
    /// Assumed share of auditors that are honest, below the whole.
    pub honest_auditors_bps: Bps,
    /// Lowest lock of a run, of its reward; 25,000 at least.
    pub min_lock_bps: Bps,
    /// Lock of an audit, of the reward; 10,000 at least.
    pub audit_lock_bps: Bps,
    /// Slash of a no-show, of the reward.
    pub no_show_bps: Bps,
    /// Lowest slash of a no-show.
    pub no_show_min: BaseUnits,
    /// Lowest reward of a task.
    pub min_reward: BaseUnits,
    /// Longest window in which a task may be claimed.
    pub max_open_seconds: u32,
    /// Longest window for an execution.
    pub max_execution_seconds: u32,
    /// Longest window for audits.
    pub max_audit_seconds: u32,
    /// Longest window for challenges.
    pub max_challenge_seconds: u32,
    /// How long unbonding stake waits.
    pub unbonding_seconds: u32,
    /// Decay of both reputation counters with each counted run.
    pub reputation_decay_bps: Bps,
    /// Highest weight of one run in a reputation, in multiples of the minimum reward.
    pub reputation_cap: u32,
    /// A provider whose good and bad weight together is below this is audited always; millionths.
    pub newcomer_weight: u64,
    /// From a submission to the slot whose hash draws its auditors, 1 to 128.
    pub draw_delay_slots: u16,
    /// The challenge window after equal roots.
    pub agreed_challenge_seconds: u32,
    /// Longest window for a reveal.
    pub max_reveal_seconds: u32,
    /// Longest grace period.
    pub max_grace_seconds: u32,
    /// From a parameter change's proposal to its earliest application, 3,600 at least.
    pub timelock_seconds: u32,
    /// Share of an audit's lock that a verifier loses that claimed and did not answer.
    pub silence_bps: Bps,
}

impl MarketParams {
    /// Whether a market may have these parameters; `native_mint`: it pays in wrapped SOL.
    pub fn validate(&self, native_mint: bool) -> Result<(), Refusal> {
        self.validate_shares(native_mint)?;
        self.validate_locks()?;
        self.validate_windows()?;
        self.validate_audits()?;
        if self.timelock_seconds < MIN_TIMELOCK_SECONDS {
            return Err(Refusal::TimelockTooShort);
        }
        if !within(self.reputation_decay_bps, 1, FULL_BPS) || self.reputation_cap == 0 {
            return Err(Refusal::ReputationParams);
        }
        Ok(())
    }

    fn validate_shares(&self, native_mint: bool) -> Result<(), Refusal> {
        let RewardSplits { provider_bps, treasury_bps, model_bps } = self.splits;
        if !is_whole([provider_bps, treasury_bps, model_bps]) {
            return Err(Refusal::SplitSum);
        }
        if treasury_bps.get() > MAX_TREASURY_BPS {
            return Err(Refusal::TreasuryTooHigh);
        }
        let SlashShares { challenger_bps, requester_bps, sink_bps } = self.slash;
        // Without a sink a ring of challenger and requester would get the whole lock back.
        if !is_whole([challenger_bps, requester_bps, sink_bps]) || sink_bps.get() == 0 {
            return Err(Refusal::SlashSum);
        }
        if native_mint && self.sink == Sink::Burn {
            return Err(Refusal::BurnOfNativeMint);
        }
        Ok(())
    }

    fn validate_locks(&self) -> Result<(), Refusal> {
        if !within(self.audit_rate_bps, 1, FULL_BPS) {
            return Err(Refusal::AuditRate);
        }
        if !within(self.honest_auditors_bps, 1, FULL_BPS.saturating_sub(1)) {
            return Err(Refusal::HonestShare);
        }
        if self.min_lock_bps.get() < LOWEST_LOCK_BPS {
            return Err(Refusal::MinLockTooLow);
        }
        if self.audit_lock_bps.get() < FULL_BPS {
            return Err(Refusal::AuditLockTooLow);
        }
        if self.min_reward.is_zero() {
            return Err(Refusal::MinRewardZero);
        }
        // Who disputes a wrong run must win something by it, however small the run.
        let smallest_lock = self.min_lock_bps.of_ceil(self.min_reward)?;
        if self.slash.challenger_bps.of_floor(smallest_lock)?.is_zero() {
            return Err(Refusal::SlashSum);
        }
        if self.no_show_min.is_zero() {
            return Err(Refusal::NoShowZero);
        }
        if self.no_show_bps.get() > LOWEST_LOCK_BPS {
            return Err(Refusal::NoShowTooHigh);
        }
        Ok(())
    }

    fn validate_audits(&self) -> Result<(), Refusal> {
        if self.draw_delay_slots == 0 || self.draw_delay_slots > MAX_DRAW_DELAY {
            return Err(Refusal::DrawDelay);
        }
        // Equal roots may both be one thief's: a window that ended before any ticket could win would pay it unseen.
        if self.agreed_challenge_seconds == 0
            || self.agreed_challenge_seconds > self.max_challenge_seconds
            || !covers_draw(self.agreed_challenge_seconds, self.draw_delay_slots)
        {
            return Err(Refusal::AgreedChallenge);
        }
        if !within(self.silence_bps, 1, FULL_BPS) {
            return Err(Refusal::SilenceShare);
        }
        Ok(())
    }

    fn validate_windows(&self) -> Result<(), Refusal> {
        let (open, execution) = (self.max_open_seconds, self.max_execution_seconds);
        let (audit, challenge) = (self.max_audit_seconds, self.max_challenge_seconds);
        if open == 0 || execution == 0 || !ordered(execution, audit, challenge) {
            return Err(Refusal::WindowLimits);
        }
        // The longest path of a run: claimed last, sealed last, revealed last, an audit claimed last (it is answered within
        // twice the execution) and then differing, which adds an audit window to the challenge. A dispute adds nothing:
        // unbonding stake backs slashes for silence before a root is public, and what a dispute slashes is the run's own
        // lock, which stays locked until the run is settled.
        let reveal = self.max_reveal_seconds;
        let longest = [open, execution, reveal, challenge, execution, execution, audit]
            .iter()
            .fold(0_u64, |sum, window| sum.saturating_add(u64::from(*window)));
        if u64::from(self.unbonding_seconds) < longest {
            return Err(Refusal::UnbondingTooShort);
        }
        Ok(())
    }
}

fn is_whole(shares: [Bps; 3]) -> bool {
    let sum = shares.iter().fold(0_u32, |sum, share| sum.saturating_add(u32::from(share.get())));
    sum == u32::from(FULL_BPS)
}

const fn within(value: Bps, lowest: u16, highest: u16) -> bool {
    value.get() >= lowest && value.get() <= highest
}
