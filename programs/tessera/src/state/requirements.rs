use anchor_lang::prelude::*;

use super::mirror::mirror;

mirror! {
    /// What must execute a run.
    pub enum BackendNeed = tessera_rules::BackendNeed {
        /// Either.
        Any,
        /// A processor.
        Cpu,
        /// An NVIDIA GPU.
        Cuda,
    }
}

mirror! {
    /// What a task asks of a provider, compared at the claim with what its Provider account says.
    pub struct Requirements = tessera_rules::Requirements {
        /// What executes.
        pub backend: BackendNeed,
        /// Least memory for tensors, MiB; zero asks for none.
        pub min_memory_mib: u32,
        /// Least CUDA compute capability times ten; zero asks for none.
        pub min_compute_capability: u16,
        /// Two capital ISO 3166 letters; zeros accept any region.
        pub region: [u8; 2],
        /// Least tier: 1 consumer, 2 professional, 3 data centre; zero accepts any.
        pub min_tier: u8,
        /// Least reputation score, millionths; zero accepts any.
        pub min_score: u32,
    }
}

impl Requirements {
    /// Asks for nothing.
    pub const NONE: Self = Self {
        backend: BackendNeed::Any,
        min_memory_mib: 0,
        min_compute_capability: 0,
        region: [0; 2],
        min_tier: 0,
        min_score: 0,
    };
}
