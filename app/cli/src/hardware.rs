//! What this machine has.

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
