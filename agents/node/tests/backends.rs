//! What an operator chooses is opened, or refused with what to do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod gpus;

use std::sync::Arc;
use std::time::Duration;

use gpus::{Does, Fake, device};
use tessera_chain::{BackendKind, Hardware};
use tessera_compute::cuda::{CudaDevice, CudaError, Watchdog};
use tessera_node::fleet::{Driver, Overflow, detect};
use tessera_node::{Accelerator, BackendChoice, DaemonFile, Fleet, FleetError, NodeTuning};

/// A driver that sees these devices, of which those in `broken` cannot be opened.
struct Fakes {
    devices: Result<Vec<CudaDevice>, CudaError>,
    broken: Vec<usize>,
}

impl Driver for Fakes {
    fn devices(&self) -> Result<Vec<CudaDevice>, CudaError> {
        self.devices.clone()
    }

    fn open(&self, device: &CudaDevice, watchdog: Watchdog) -> Result<Arc<dyn Accelerator>, CudaError> {
        assert!(watchdog.limit() >= Duration::from_secs(1));
        if self.broken.contains(&device.ordinal) {
            return Err(CudaError::Driver { during: "opening the device", message: "in use".into() });
        }
        Ok(Fake::new(device.ordinal, Does::Works))
    }
}

/// Two devices, and one that is too old.
fn three() -> Fakes {
    let old = CudaDevice { capability: (7, 0), ..device(2) };
    let larger = CudaDevice { memory: 81_920 << 20, ..device(1) };
    Fakes { devices: Ok(vec![device(0), larger, old]), broken: Vec::new() }
}

fn open(driver: &Fakes, choice: &str) -> Result<Vec<usize>, FleetError> {
    let node = NodeTuning { backend: choice.parse().unwrap(), ..NodeTuning::default() };
    Ok(Fleet::open(driver, &node)?.gpus().iter().map(|gpu| gpu.ordinal).collect())
}

#[test]
fn auto_takes_what_can_be_used_and_never_fails() {
    assert_eq!(open(&three(), "auto").unwrap(), [0, 1]);
    assert_eq!(open(&Fakes { broken: vec![0], ..three() }, "auto").unwrap(), [1]);
    let broken = CudaError::Driver { during: "starting the driver", message: "no".into() };
    for devices in [Err(CudaError::NoDriver), Err(CudaError::NotBuilt), Err(broken), Ok(Vec::new())] {
        assert!(open(&Fakes { devices, broken: Vec::new() }, "auto").unwrap().is_empty());
    }
}

#[test]
fn cpu_asks_no_driver() {
    assert!(open(&three(), "cpu").unwrap().is_empty());
}

#[test]
fn cuda_takes_those_that_are_named_or_says_what_to_do() {
    assert_eq!(open(&three(), "cuda:1").unwrap(), [1]);
    let two = Fakes { devices: Ok(vec![device(0), device(1)]), broken: Vec::new() };
    assert_eq!(open(&two, "cuda").unwrap(), [0, 1]);
    assert_eq!(open(&two, "cuda:1,0").unwrap(), [1, 0]);

    let refused = |driver: &Fakes, choice: &str, error: &dyn Fn(&CudaError) -> bool, words: &str| {
        let refusal = open(driver, choice).unwrap_err();
        assert!(error(&refusal.error), "{refusal}");
        let text = refusal.to_string();
        assert!(text.contains(words) && text.contains("--backend cpu") && text.contains(choice), "{text}");
    };
    let without = |devices| Fakes { devices, broken: Vec::new() };
    refused(&without(Err(CudaError::NoDriver)), "cuda", &|e| *e == CudaError::NoDriver, "install NVIDIA's driver");
    refused(&without(Ok(Vec::new())), "cuda:0", &|e| *e == CudaError::NoDevices, "nvidia-smi");
    refused(&two, "cuda:2", &|e| *e == CudaError::NoDevice { ordinal: 2, count: 2 }, "no GPU 2");
    refused(&three(), "cuda", &|e| matches!(e, CudaError::TooOld { .. }), "7.5");
    let broken = Fakes { broken: vec![1], ..two };
    refused(&broken, "cuda", &|e| matches!(e, CudaError::Driver { .. }), "in use");
}

#[test]
fn hardware_is_what_is_chosen() {
    let of = |driver: &Fakes, choice: BackendChoice| detect(driver, &choice, 24_000).unwrap();
    let cpu = Hardware { backend: BackendKind::Cpu, memory_mib: 24_000, compute_capability: 0 };
    assert_eq!(of(&three(), BackendChoice::Cpu), cpu);
    let none = Fakes { devices: Err(CudaError::NoDriver), broken: Vec::new() };
    assert_eq!(of(&none, BackendChoice::Auto), cpu);
    assert!(detect(&none, &BackendChoice::Cuda(Vec::new()), 24_000).is_err());
    // The largest says what tasks can be taken.
    let gpu = Hardware { backend: BackendKind::Cuda, memory_mib: 81_920 - 128, compute_capability: 90 };
    assert_eq!(of(&three(), BackendChoice::Auto), gpu);
    assert_eq!(of(&three(), BackendChoice::Cuda(vec![0])).memory_mib, 1);
}

#[test]
fn the_file_chooses_and_tunes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("provider.toml");
    let read = |text: &str| {
        std::fs::write(&path, text).unwrap();
        DaemonFile::<std::collections::BTreeMap<String, u16>>::read(&path)
    };
    let file = read(
        "[node]\nbackend = \"cuda:0,1\"\nmegabytes_per_second = 9\n[node.gpu]\nruns = 2\noverflow = \"cpu\"\nwatchdog_least = \"5m\"\n",
    );
    let node = file.unwrap().node;
    assert_eq!((node.backend, node.megabytes_per_second), (BackendChoice::Cuda(vec![0, 1]), 9));
    assert_eq!((node.gpu.runs, node.gpu.overflow), (2, Overflow::Cpu));
    assert_eq!(node.gpu.watchdog(Duration::from_secs(1)), Duration::from_secs(300));
    assert_eq!(node.gpu.watchdog(Duration::from_secs(100)), Duration::from_secs(500));
    for text in ["[node]\nbackend = \"gpu\"\n", "[node.gpu]\noverflow = \"drop\"\n", "[node.gpu]\nrun = 1\n"] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
    }
}
