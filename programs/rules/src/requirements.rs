use crate::Refusal;
use crate::reputation::REPUTATION_ONE;

/// Highest hardware tier: data centre.
pub const MAX_TIER: u8 = 3;

/// Which backend a task asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BackendNeed {
    /// Either: they give the same bits.
    #[default]
    Any,
    /// A processor.
    Cpu,
    /// An NVIDIA GPU.
    Cuda,
}

/// Which backend a provider executes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Backend {
    /// A processor.
    #[default]
    Cpu,
    /// An NVIDIA GPU.
    Cuda,
}

/// What a task asks of a provider. The default asks for nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Requirements {
    /// The backend.
    pub backend: BackendNeed,
    /// Memory for tensors, MiB at least.
    pub min_memory_mib: u32,
    /// CUDA compute capability times ten at least; zero: any.
    pub min_compute_capability: u16,
    /// ISO 3166 letters; zeros: anywhere.
    pub region: [u8; 2],
    /// Hardware tier at least; zero: any.
    pub min_tier: u8,
    /// Score at least, in millionths; zero: any.
    pub min_score: u32,
}

/// What a provider's record says it has. Only the score is earned; the rest is its word, which its reputation and its
/// lock stand for: who lies about it misses the deadline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Capabilities {
    /// The backend.
    pub backend: Backend,
    /// Memory for tensors, MiB.
    pub memory_mib: u32,
    /// CUDA compute capability times ten; zero for a processor.
    pub compute_capability: u16,
    /// ISO 3166 letters; zeros: unsaid.
    pub region: [u8; 2],
    /// 0 unsaid, 1 consumer, 2 professional, 3 data centre.
    pub tier: u8,
    /// Its score, in millionths.
    pub score: u32,
}

impl Requirements {
    /// Whether a task may ask for this: a region in letters, a tier and a score that exist.
    pub fn validate(&self) -> Result<(), Refusal> {
        validate_region(self.region)?;
        validate_tier(self.min_tier)?;
        if u64::from(self.min_score) > REPUTATION_ONE { Err(Refusal::ScoreTooLow) } else { Ok(()) }
    }

    /// Whether a provider fits.
    pub fn met_by(&self, has: &Capabilities) -> Result<(), Refusal> {
        match (self.backend, has.backend) {
            (BackendNeed::Cpu, Backend::Cuda) | (BackendNeed::Cuda, Backend::Cpu) => {
                return Err(Refusal::BackendMissing);
            }
            (BackendNeed::Any, _) | (BackendNeed::Cpu, Backend::Cpu) | (BackendNeed::Cuda, Backend::Cuda) => {}
        }
        if has.memory_mib < self.min_memory_mib {
            return Err(Refusal::MemoryTooLow);
        }
        if has.compute_capability < self.min_compute_capability {
            return Err(Refusal::ComputeCapabilityTooLow);
        }
        if self.region != [0; 2] && has.region != self.region {
            return Err(Refusal::RegionDiffers);
        }
        if has.tier < self.min_tier {
            return Err(Refusal::TierTooLow);
        }
        if has.score < self.min_score { Err(Refusal::ScoreTooLow) } else { Ok(()) }
    }
}

/// Two capital letters, or zeros for none.
pub fn validate_region(region: [u8; 2]) -> Result<(), Refusal> {
    let valid = region == [0; 2] || region.iter().all(u8::is_ascii_uppercase);
    if valid { Ok(()) } else { Err(Refusal::RegionInvalid) }
}

/// One of the tiers.
pub const fn validate_tier(tier: u8) -> Result<(), Refusal> {
    if tier <= MAX_TIER { Ok(()) } else { Err(Refusal::TierInvalid) }
}
