//! A market's parameters in a TOML file, in human units.

use serde::Deserialize;
use tessera_chain::{MarketParams, RewardSplits, Sink, SlashShares};
use tessera_rules as rules;

use crate::units::{Amount, AmountError, Percent, Window, as_text};

/// The file's content. Every key must be there and no other may be: a typing error is no silent default.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Params {
    reward: Reward,
    stake: Stake,
    slash: Slash,
    audit: Audit,
    no_show: NoShow,
    longest_windows: LongestWindows,
    reputation: Reputation,
    redundant: Redundant,
    fees: Fees,
    authority: Authority,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reward {
    #[serde(with = "as_text")]
    provider: Percent,
    #[serde(with = "as_text")]
    treasury: Percent,
    #[serde(with = "as_text")]
    model: Percent,
    #[serde(with = "as_text")]
    minimum: Amount,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stake {
    #[serde(with = "as_text")]
    run_lock: Percent,
    #[serde(with = "as_text")]
    audit_lock: Percent,
    #[serde(with = "as_text")]
    unbonding: Window,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Slash {
    #[serde(with = "as_text")]
    challenger: Percent,
    #[serde(with = "as_text")]
    requester: Percent,
    #[serde(with = "as_text")]
    sink: Percent,
    sink_goes_to: SinkName,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SinkName {
    Burn,
    Insurance,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Audit {
    #[serde(with = "as_text")]
    rate: Percent,
    #[serde(with = "as_text")]
    honest_share: Percent,
    draw_delay_slots: u16,
    #[serde(with = "as_text")]
    silence: Percent,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct NoShow {
    #[serde(with = "as_text")]
    slash: Percent,
    #[serde(with = "as_text")]
    minimum: Amount,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct LongestWindows {
    #[serde(with = "as_text")]
    open: Window,
    #[serde(with = "as_text")]
    execution: Window,
    #[serde(with = "as_text")]
    audit: Window,
    #[serde(with = "as_text")]
    challenge: Window,
    #[serde(with = "as_text")]
    reveal: Window,
    #[serde(with = "as_text")]
    grace: Window,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reputation {
    #[serde(with = "as_text")]
    decay: Percent,
    weight_cap: u32,
    /// In smallest rewards; on chain in millionths of them.
    #[serde(with = "as_text")]
    newcomer: Amount,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Redundant {
    #[serde(with = "as_text")]
    agreed_challenge: Window,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fees {
    #[serde(with = "as_text")]
    epoch: Window,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Authority {
    #[serde(with = "as_text")]
    timelock: Window,
}

/// Decimals of a weight: it counts in millionths.
const WEIGHT_DECIMALS: u8 = 6;

/// Why parameters were refused; nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum ParamsError {
    /// The file is not a parameter file.
    #[error("the market's parameters cannot be read: {0}")]
    Malformed(#[from] toml::de::Error),
    /// An amount that the mint cannot express.
    #[error("the market's parameters do not fit the mint: {0}")]
    Amount(#[from] AmountError),
    /// No market may have these parameters.
    #[error("no market may have these parameters: {0}")]
    Refused(rules::Refusal),
}

impl Params {
    /// Reads the text of a parameter file.
    ///
    /// # Errors
    /// [`ParamsError::Malformed`], with the line and the key.
    pub fn parse(text: &str) -> Result<Self, ParamsError> {
        Ok(toml::from_str(text)?)
    }

    /// The parameters of local networks, `migrations/params.localnet.toml`.
    ///
    /// # Errors
    /// As [`Params::parse`]; a test holds that there is none.
    pub fn localnet() -> Result<Self, ParamsError> {
        Self::parse(include_str!("../params.localnet.toml"))
    }

    /// The parameters of devnet, `migrations/params.devnet.toml`.
    ///
    /// # Errors
    /// As [`Params::parse`]; a test holds that there is none.
    pub fn devnet() -> Result<Self, ParamsError> {
        Self::parse(include_str!("../params.devnet.toml"))
    }

    /// The parameters in base units of a mint with `decimals`, accepted by the same rule that the program applies.
    /// `native_mint`: the market pays in wrapped SOL.
    ///
    /// # Errors
    /// [`ParamsError::Amount`] or [`ParamsError::Refused`].
    pub fn on_chain(&self, decimals: u8, native_mint: bool) -> Result<MarketParams, ParamsError> {
        let params = MarketParams {
            splits: RewardSplits {
                provider_bps: self.reward.provider.bps(),
                treasury_bps: self.reward.treasury.bps(),
                model_bps: self.reward.model.bps(),
            },
            slash: SlashShares {
                challenger_bps: self.slash.challenger.bps(),
                requester_bps: self.slash.requester.bps(),
                sink_bps: self.slash.sink.bps(),
            },
            sink: match self.slash.sink_goes_to {
                SinkName::Burn => Sink::Burn,
                SinkName::Insurance => Sink::Insurance,
            },
            audit_rate_bps: self.audit.rate.bps(),
            honest_auditors_bps: self.audit.honest_share.bps(),
            min_lock_bps: self.stake.run_lock.bps(),
            audit_lock_bps: self.stake.audit_lock.bps(),
            no_show_bps: self.no_show.slash.bps(),
            no_show_min: self.no_show.minimum.base_units(decimals)?,
            min_reward: self.reward.minimum.base_units(decimals)?,
            max_open_seconds: self.longest_windows.open.as_seconds(),
            max_execution_seconds: self.longest_windows.execution.as_seconds(),
            max_audit_seconds: self.longest_windows.audit.as_seconds(),
            max_challenge_seconds: self.longest_windows.challenge.as_seconds(),
            unbonding_seconds: self.stake.unbonding.as_seconds(),
            reputation_decay_bps: self.reputation.decay.bps(),
            reputation_cap: self.reputation.weight_cap,
            newcomer_weight: self.reputation.newcomer.base_units(WEIGHT_DECIMALS)?,
            draw_delay_slots: self.audit.draw_delay_slots,
            agreed_challenge_seconds: self.redundant.agreed_challenge.as_seconds(),
            max_reveal_seconds: self.longest_windows.reveal.as_seconds(),
            max_grace_seconds: self.longest_windows.grace.as_seconds(),
            timelock_seconds: self.authority.timelock.as_seconds(),
            silence_bps: self.audit.silence.bps(),
        };
        rules::MarketParams::from(params).validate(native_mint).map_err(ParamsError::Refused)?;
        Ok(params)
    }

    /// The same parameters with fee epochs of this length.
    #[must_use]
    pub const fn with_epoch(mut self, epoch: Window) -> Self {
        self.fees.epoch = epoch;
        self
    }

    /// How long a fee epoch of a new market lasts, seconds.
    ///
    /// # Errors
    /// [`ParamsError::Refused`].
    pub fn epoch_seconds(&self) -> Result<u32, ParamsError> {
        let seconds = self.fees.epoch.as_seconds();
        rules::validate_epoch_seconds(seconds).map_err(ParamsError::Refused)?;
        Ok(seconds)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const LOCALNET: &str = include_str!("../params.localnet.toml");

    #[test]
    fn files_of_the_repository_are_accepted() {
        for params in [Params::localnet().unwrap(), Params::devnet().unwrap()] {
            let on_chain = params.on_chain(6, false).unwrap();
            assert_eq!(on_chain.splits.provider_bps, 8_000);
            assert_eq!(on_chain.min_reward, 10_000);
            assert_eq!(on_chain.newcomer_weight % 1_000_000, 0);
            assert!(params.epoch_seconds().unwrap() >= 3_600);
        }
    }

    #[test]
    fn missing_unknown_and_malformed_keys_are_refused() {
        for (from, to) in
            [("decay = \"98%\"", ""), ("decay =", "decline ="), ("\"98%\"", "\"98\""), ("\"2h\"", "\"soon\"")]
        {
            let text = LOCALNET.replace(from, to);
            assert!(matches!(Params::parse(&text), Err(ParamsError::Malformed(_))), "{to}");
        }
    }

    #[test]
    fn parameters_that_the_program_refuses_are_refused_before_anything_is_sent() {
        let shares = Params::parse(&LOCALNET.replace("\"80%\"\ntreasury", "\"81%\"\ntreasury")).unwrap();
        assert!(matches!(shares.on_chain(6, false), Err(ParamsError::Refused(rules::Refusal::SplitSum))));
        let short = Params::parse(&LOCALNET.replace("epoch = \"1h\"", "epoch = \"59m\"")).unwrap();
        assert!(matches!(short.epoch_seconds(), Err(ParamsError::Refused(rules::Refusal::EpochTooShort))));
        let fine = Params::parse(&LOCALNET.replace("\"0.001\"", "\"0.0000001\"")).unwrap();
        assert!(matches!(fine.on_chain(6, false), Err(ParamsError::Amount(_))));
    }
}
