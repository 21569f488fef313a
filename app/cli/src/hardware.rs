//! What this machine has.

use std::fmt;

use serde::Serialize;
use tessera_chain::{BackendKind, Hardware};

use crate::output::Lines;

/// What a provider announces, for people and programs.
#[derive(Debug, Serialize)]
pub struct HardwareReport {
    /// `cpu` or `cuda`.
    pub backend: &'static str,
    /// Memory for tensors.
    pub memory_mib: u32,
    /// Times ten, as in sm_90; 0 for a CPU.
    pub compute_capability: u16,
}

impl HardwareReport {
    /// As it is announced.
    #[must_use]
    pub fn new(hardware: Hardware) -> Self {
        let Hardware { backend, memory_mib, compute_capability } = hardware;
        let backend = match backend {
            BackendKind::Cpu => "cpu",
            BackendKind::Cuda => "cuda",
        };
        Self { backend, memory_mib, compute_capability }
    }
}

impl fmt::Display for HardwareReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_gpu = self.compute_capability != 0;
        let capability = || format!("{}.{}", self.compute_capability / 10, self.compute_capability % 10);
        Lines::new()
            .line("backend", self.backend)
            .line("memory", format!("{} MiB", self.memory_mib))
            .maybe("capability", is_gpu.then(capability))
            .fmt(f)
    }
}

/// The machine's memory in MiB, 0 where it cannot be told (other systems than Linux).
#[must_use]
pub fn memory_mib() -> u32 {
    std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| total_mib(&text)).unwrap_or(0)
}

fn total_mib(meminfo: &str) -> Option<u32> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    u32::try_from(kib / 1024).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_the_kernels_table() {
        assert_eq!(total_mib("MemTotal:       24576000 kB\nMemFree: 1 kB\n"), Some(24_000));
        assert_eq!(total_mib("MemFree: 1 kB\n"), None);
    }
}
