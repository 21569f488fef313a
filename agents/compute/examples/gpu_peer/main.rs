//! Products on the GPUs of this machine, next to NVIDIA's own: f32 by cuBLAS without tensor cores (COMPUTE_32F_PEDANTIC), i8 by
//! cuBLASLt on tensor cores.
//!
//!     cargo run --release -p tessera-compute --features cublas --example gpu_peer [-- --json] [SIDE...]
//!
//! ratio = peer time / our time. Before anything is timed the products of both are compared. `libcublas.so` and
//! `libcublasLt.so` are looked for in the usual places and in LD_LIBRARY_PATH (they come with the CUDA toolkit and with the
//! PyPI package nvidia-cublas).

mod lt;
mod ours;
mod pedantic;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cudarc::driver::{CudaContext, CudaStream};
use ours::{Kind, Ours, operands};
use tessera_compute::cuda::{CudaBackend, Watchdog};
use tessera_compute::{DType, Tensor};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Sides of the square products unless others are named.
const SIDES: [u64; 4] = [1024, 2048, 4096, 8192];
/// The side at which results are compared.
const COMPARED: u64 = 1024;
/// Products in a row, and how often they are timed; the least counts.
const REPEATS: usize = 10;
const ROUNDS: usize = 7;

/// A peer with its operands on the device.
trait Peer {
    /// Launches one product.
    fn launch(&mut self) -> Outcome<()>;

    /// Waits for what was launched.
    fn finish(&self) -> Outcome<()>;

    /// The product.
    fn result(&self) -> Outcome<Tensor>;
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let (mut json, mut sides) = (false, Vec::new());
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--json" => json = true,
            side => {
                sides.push(side.parse().map_err(|_| format!("`{side}` is no side: give numbers, as in 4096 8192"))?)
            }
        }
    }
    if sides.is_empty() {
        sides = SIDES.to_vec();
    }
    let devices = CudaBackend::devices()?;
    if devices.is_empty() {
        return Err("the driver sees no GPU".into());
    }
    pedantic::check_present()?;
    lt::check_present()?;
    let mut rows = Vec::new();
    for device in devices {
        let start = Instant::now();
        let watchdog = Watchdog::new(Duration::from_secs(60), move || start.elapsed());
        let backend = CudaBackend::new(device.ordinal)?.with_watchdog(watchdog);
        let stream = CudaContext::new(device.ordinal)?.new_stream()?;
        for kind in [Kind::F32, Kind::I8] {
            compare(kind, &backend, &stream)?;
            eprintln!("{}: {} agrees with {}", device.name, kind.name(), kind.peer());
            for &side in &sides {
                rows.push(measure(kind, side, &backend, &stream)?);
            }
        }
    }
    if json {
        println!("[{}]", rows.iter().map(Row::json).collect::<Vec<_>>().join(",\n "));
    } else {
        rows.iter().for_each(|row| println!("{}", row.line()));
    }
    Ok(())
}

fn peer(kind: Kind, side: u64, [a, b]: [Tensor; 2], stream: &Arc<CudaStream>) -> Outcome<Box<dyn Peer>> {
    Ok(match kind {
        Kind::F32 => Box::new(pedantic::Product::new(side, a.as_f32()?, b.as_f32()?, stream)?),
        Kind::I8 => Box::new(lt::Product::new(side, a.as_i8()?, b.as_i8()?, stream)?),
    })
}

/// Integers must be the same; floats are added in another order.
fn compare(kind: Kind, backend: &CudaBackend, stream: &Arc<CudaStream>) -> Outcome<()> {
    let want = Ours::new(kind, COMPARED)?.product(backend)?;
    let mut peer = peer(kind, COMPARED, operands(kind, COMPARED, backend)?, stream)?;
    peer.launch()?;
    peer.finish()?;
    let got = peer.result()?;
    let same = match want.tensor_type().dtype {
        DType::F32 => {
            let difference = |(a, b): (&f32, &f32)| (a - b).abs();
            let worst = got.as_f32()?.iter().zip(want.as_f32()?).map(difference).fold(0.0, f32::max);
            // Sums of 1024 products of numbers below 1/2: rounding alone stays far below this.
            worst < 1e-3
        }
        _ => got == want,
    };
    if same { Ok(()) } else { Err(format!("{} and {} give different products", kind.name(), kind.peer()).into()) }
}

fn measure(kind: Kind, side: u64, backend: &CudaBackend, stream: &Arc<CudaStream>) -> Outcome<Row> {
    let ours = Ours::new(kind, side)?;
    let mut peer = peer(kind, side, operands(kind, side, backend)?, stream)?;
    let (mut one, mut many, mut theirs) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        one = one.min(ours.seconds_of_one(backend)?);
        many = many.min(ours.seconds_of_many(backend)?);
        peer.launch()?;
        peer.finish()?;
        let start = Instant::now();
        for _ in 0..REPEATS {
            peer.launch()?;
        }
        peer.finish()?;
        theirs = theirs.min(start.elapsed().as_secs_f64() / REPEATS as f64);
    }
    let device = backend.device().name.clone();
    Ok(Row { device, kind, side, ours: (many - one) / REPEATS as f64, theirs, bytes: ours.bytes() })
}

struct Row {
    device: String,
    kind: Kind,
    side: u64,
    ours: f64,
    theirs: f64,
    bytes: u64,
}

impl Row {
    fn ratio(&self) -> f64 {
        self.theirs / self.ours
    }

    fn line(&self) -> String {
        let Self { side, ours, theirs, .. } = self;
        let rate = 2.0 * (*side as f64).powi(3) / ours / 1e12;
        format!(
            "{:<11} {side}x{side}x{side}  ours {:>9.3} ms ({rate:.1} Top/s)  {} {:>9.3} ms  ratio {:.3}  {} MiB  {}",
            self.kind.name(),
            ours * 1e3,
            self.kind.peer(),
            theirs * 1e3,
            self.ratio(),
            self.bytes >> 20,
            self.device
        )
    }

    fn json(&self) -> String {
        let Self { device, kind, side, ours, theirs, bytes } = self;
        format!(
            r#"{{"device": {device:?}, "name": {:?}, "shape": "{side}x{side}x{side}", "ours_seconds": {ours:e}, "peer": {:?}, "peer_seconds": {theirs:e}, "ratio": {:.3}, "device_bytes": {bytes}}}"#,
            kind.name(),
            kind.peer(),
            self.ratio()
        )
    }
}
