//! What a requester asks of runs and providers, as typed.

use std::fmt;
use std::str::FromStr;

use clap::Args;
use tessera_chain::{BackendNeed, Policy, Pubkey, Requirements, rules};

/// How a task's result is trusted, and who may run it.
#[derive(Clone, Debug, Default, Args)]
pub struct TrustArgs {
    /// optimistic: one run, checked by lottery; redundant:2, redundant:3: so many runs that do not see each other
    #[arg(long, value_name = "POLICY", default_value_t = PolicyChoice::default())]
    pub policy: PolicyChoice,
    /// What a provider must have, all of: cpu or gpu, memory=8GiB, cc=80, region=DE, tier=2, score=0.6
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub requirements: Vec<Need>,
    /// Providers that may claim first, by Provider account or wallet; 4 at most
    #[arg(long, value_name = "ADDRESSES", value_delimiter = ',')]
    pub shortlist: Vec<Pubkey>,
    /// Nobody but the shortlist may claim
    #[arg(long, requires = "shortlist")]
    pub named_only: bool,
    /// Pay at once when all runs agree, without audits; for redundant tasks with --named-only
    #[arg(long, requires = "named_only")]
    pub waive_window: bool,
}

/// How a result is trusted, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyChoice(Policy);

impl Default for PolicyChoice {
    fn default() -> Self {
        Self(Policy::Optimistic)
    }
}

impl From<PolicyChoice> for Policy {
    fn from(choice: PolicyChoice) -> Self {
        choice.0
    }
}

impl From<Policy> for PolicyChoice {
    fn from(policy: Policy) -> Self {
        Self(policy)
    }
}

impl FromStr for PolicyChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "optimistic" => Ok(Self(Policy::Optimistic)),
            "redundant:2" => Ok(Self(Policy::Redundant { runs: 2 })),
            "redundant:3" => Ok(Self(Policy::Redundant { runs: 3 })),
            _ => Err(format!("`{text}` is no policy: write optimistic, redundant:2 or redundant:3")),
        }
    }
}

impl fmt::Display for PolicyChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Policy::Optimistic => f.write_str("optimistic"),
            Policy::Redundant { runs } => write!(f, "redundant:{runs}"),
        }
    }
}

/// A region: two capital letters of ISO 3166.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region(pub [u8; 2]);

impl FromStr for Region {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_uppercase().as_bytes() {
            &[a, b] if rules::validate_region([a, b]).is_ok() && a != 0 => Ok(Self([a, b])),
            _ => Err(format!("`{text}` is no region: write two letters of ISO 3166, such as DE")),
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

/// One thing that a provider must have, as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Execution on this.
    Backend(BackendNeed),
    /// MiB of memory for tensors.
    MemoryMib(u32),
    /// CUDA compute capability times ten.
    ComputeCapability(u16),
    /// Where it stands.
    Region(Region),
    /// Hardware tier.
    Tier(u8),
    /// Reputation score, millionths.
    Score(u32),
}

impl Need {
    /// All needs together; of two of one kind the later one holds.
    #[must_use]
    pub fn all(needs: &[Self]) -> Requirements {
        let mut all = Requirements::NONE;
        for need in needs {
            match *need {
                Self::Backend(backend) => all.backend = backend,
                Self::MemoryMib(memory) => all.min_memory_mib = memory,
                Self::ComputeCapability(capability) => all.min_compute_capability = capability,
                Self::Region(Region(letters)) => all.region = letters,
                Self::Tier(tier) => all.min_tier = tier,
                Self::Score(score) => all.min_score = score,
            }
        }
        all
    }

    /// The needs behind requirements, in the order of the flags' help.
    #[must_use]
    pub fn of(requirements: &Requirements) -> Vec<Self> {
        let Requirements { backend, min_memory_mib, min_compute_capability, region, min_tier, min_score } =
            *requirements;
        let asked = [
            (backend != BackendNeed::Any).then_some(Self::Backend(backend)),
            (min_memory_mib > 0).then_some(Self::MemoryMib(min_memory_mib)),
            (min_compute_capability > 0).then_some(Self::ComputeCapability(min_compute_capability)),
            (region != [0; 2]).then_some(Self::Region(Region(region))),
            (min_tier > 0).then_some(Self::Tier(min_tier)),
            (min_score > 0).then_some(Self::Score(min_score)),
        ];
        asked.into_iter().flatten().collect()
    }
}

impl FromStr for Need {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unknown = || {
            format!("`{text}` is no requirement: write cpu, gpu, memory=8GiB, cc=80, region=DE, tier=2 or score=0.6")
        };
        match text.split_once('=') {
            None if text == "cpu" => Ok(Self::Backend(BackendNeed::Cpu)),
            None if text == "gpu" => Ok(Self::Backend(BackendNeed::Cuda)),
            Some(("memory", size)) => mib(size)
                .map(Self::MemoryMib)
                .ok_or_else(|| format!("`{size}` is no size: write it like 512MiB, 8GiB or 1TiB")),
            Some(("cc", number)) => match number.parse() {
                Ok(capability) if capability > 0 => Ok(Self::ComputeCapability(capability)),
                _ => Err(format!("`{number}` is no compute capability: write it times ten, 80 for 8.0")),
            },
            Some(("region", letters)) => letters.parse().map(Self::Region),
            Some(("tier", number)) => match number.parse() {
                Ok(tier @ 1..=rules::MAX_TIER) => Ok(Self::Tier(tier)),
                _ => Err(format!("`{number}` is no tier: 1 consumer, 2 professional, 3 data centre")),
            },
            Some(("score", score)) => millionths(score)
                .map(Self::Score)
                .ok_or_else(|| format!("`{score}` is no score: write a number above 0 and up to 1, such as 0.6")),
            _ => Err(unknown()),
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Backend(BackendNeed::Any) => f.write_str("any backend"),
            Self::Backend(BackendNeed::Cpu) => f.write_str("cpu"),
            Self::Backend(BackendNeed::Cuda) => f.write_str("gpu"),
            Self::MemoryMib(memory) if memory % 1_024 == 0 => write!(f, "memory={}GiB", memory / 1_024),
            Self::MemoryMib(memory) => write!(f, "memory={memory}MiB"),
            Self::ComputeCapability(capability) => write!(f, "cc={capability}"),
            Self::Region(region) => write!(f, "region={region}"),
            Self::Tier(tier) => write!(f, "tier={tier}"),
            Self::Score(score) => write!(f, "score={}", tessera_migrations::units::tokens(u64::from(*score), 6)),
        }
    }
}

/// Whole MiB of a size such as `512MiB` or `8GiB`.
fn mib(size: &str) -> Option<u32> {
    let units = [("MiB", 1), ("GiB", 1 << 10), ("TiB", 1 << 20)];
    let (number, factor) = units.iter().find_map(|(unit, factor)| Some((size.strip_suffix(unit)?, *factor)))?;
    number.parse::<u32>().ok()?.checked_mul(factor).filter(|memory| *memory > 0)
}

fn millionths(score: &str) -> Option<u32> {
    let amount: tessera_migrations::units::Amount = score.parse().ok()?;
    let score = u32::try_from(amount.base_units(6).ok()?).ok()?;
    (1..=1_000_000).contains(&score).then_some(score)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn needs_are_read_as_they_are_shown() {
        for text in ["cpu", "gpu", "memory=8GiB", "memory=1536MiB", "cc=80", "region=DE", "tier=2", "score=0.6"] {
            assert_eq!(text.parse::<Need>().unwrap().to_string(), text);
        }
        assert_eq!("memory=2TiB".parse(), Ok(Need::MemoryMib(2 << 20)));
        assert_eq!("region=de".parse::<Need>(), "region=DE".parse());
    }

    #[test]
    fn what_is_no_need_says_how_to_write_one() {
        for (text, says) in [
            ("", "gpu"),
            ("tpu", "gpu"),
            ("memory=8", "8GiB"),
            ("memory=0MiB", "8GiB"),
            ("memory=99999999TiB", "8GiB"),
            ("cc=8.0", "80 for 8.0"),
            ("cc=0", "80 for 8.0"),
            ("region=DEU", "ISO 3166"),
            ("region=1A", "ISO 3166"),
            ("tier=0", "data centre"),
            ("tier=4", "data centre"),
            ("score=0", "0.6"),
            ("score=1.5", "0.6"),
            ("score=0.0000001", "0.6"),
        ] {
            let error = text.parse::<Need>().unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn needs_together_are_requirements_and_back() {
        let needs: Vec<Need> = ["gpu", "memory=8GiB", "cc=80", "region=DE", "tier=2", "score=0.6"]
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        let all = Need::all(&needs);
        assert_eq!((all.min_memory_mib, all.region, all.min_score), (8_192, *b"DE", 600_000));
        assert_eq!(Need::of(&all), needs);
        assert_eq!(Need::of(&Requirements::NONE), []);
    }

    #[test]
    fn policies_are_read_as_they_are_shown() {
        for text in ["optimistic", "redundant:2", "redundant:3"] {
            assert_eq!(text.parse::<PolicyChoice>().unwrap().to_string(), text);
        }
        for text in ["", "redundant", "redundant:1", "redundant:4", "Optimistic"] {
            assert!(text.parse::<PolicyChoice>().unwrap_err().contains("redundant:2"), "{text}");
        }
    }
}
