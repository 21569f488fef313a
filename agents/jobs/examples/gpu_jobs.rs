//! k-means and PCA on the GPUs of this machine: the bits of the CPU, the time of a whole run, and the memory it took.
//!
//! ```text
//! cargo run --release -p tessera-jobs --example gpu_jobs [-- --json] [--quick]
//! ```
//!
//! A run begins with its inputs in this machine's memory and ends with its outputs there. The memory is what the driver says
//! while it runs, sampled; beside it stands what a provider reserves for the run.

use std::error::Error;
use std::num::NonZeroU32;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tessera_compute::cuda::{CudaBackend, Watchdog, device_bytes};
use tessera_compute::{Backend, Cancel, CpuBackend, Tensor};
use tessera_jobs::{JobSpec, KMeans, Pca, Prepared, Start, Table, prepare, prepare_from_centres};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How often a run is timed; the first of them, in which the driver compiles, is shown apart.
const ROUNDS: usize = 6;

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
    let (mut json, mut shrink) = (false, 1);
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--json" => json = true,
            "--quick" => shrink = 50,
            other => return Err(format!("unknown argument {other}: --json and --quick are known").into()),
        }
    }
    let devices = CudaBackend::devices()?;
    if devices.is_empty() {
        return Err("the driver sees no GPU".into());
    }
    let jobs = [kmeans(100_000 / shrink)?, pca(100_000 / shrink)?];
    let mut rows = Vec::new();
    for (name, shape, job) in &jobs {
        let start = Instant::now();
        let want = CpuBackend::new().run(&job.graph, &job.inputs, &Cancel::new())?;
        let on_cpu = start.elapsed().as_secs_f64();
        for device in &devices {
            let begin = Instant::now();
            let watchdog = Watchdog::new(Duration::from_secs(60), move || begin.elapsed());
            let backend = CudaBackend::new(device.ordinal)?.with_watchdog(watchdog);
            let row = measure(&backend, job, &want)?;
            let reserved = device_bytes(&job.graph);
            rows.push(if json {
                format!(
                    r#"{{"device": {:?}, "name": {name:?}, "shape": {shape:?}, "ours_seconds": {:e}, "first_seconds": {:e}, "cpu_seconds": {on_cpu:e}, "peak_bytes": {}, "device_bytes": {reserved}}}"#,
                    device.name, row.least, row.first, row.peak
                )
            } else {
                format!(
                    "{name:<7} {shape:<42} {:>9.1} ms (first {:.1}), CPU {:.1} ms, peak {} MiB of {} reserved  {}",
                    row.least * 1e3,
                    row.first * 1e3,
                    on_cpu * 1e3,
                    row.peak >> 20,
                    reserved >> 20,
                    device.name
                )
            });
        }
    }
    if json {
        println!("[{}]", rows.join(",\n "))
    } else {
        println!("{}", rows.join("\n"))
    }
    Ok(())
}

struct Row {
    least: f64,
    first: f64,
    peak: u64,
}

fn measure(backend: &CudaBackend, job: &Prepared, want: &[Tensor]) -> Outcome<Row> {
    let free = backend.free_bytes()?;
    let ended = AtomicBool::new(false);
    let (times, fewest) = std::thread::scope(|scope| {
        let sampling = scope.spawn(|| {
            let mut fewest = free;
            while !ended.load(Ordering::Relaxed) {
                fewest = fewest.min(backend.free_bytes().unwrap_or(fewest));
                std::thread::sleep(Duration::from_micros(200));
            }
            fewest
        });
        let times = rounds(backend, job, want);
        ended.store(true, Ordering::Relaxed);
        (times, sampling.join())
    });
    let times = times?;
    let fewest = fewest.map_err(|_| "the sampling thread panicked")?;
    let least = times.iter().copied().fold(f64::INFINITY, f64::min);
    Ok(Row { least, first: times[0], peak: free.saturating_sub(fewest) })
}

fn rounds(backend: &CudaBackend, job: &Prepared, want: &[Tensor]) -> Outcome<Vec<f64>> {
    let mut times = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let got = backend.run(&job.graph, &job.inputs, &Cancel::new())?;
        times.push(start.elapsed().as_secs_f64());
        if got != want {
            return Err("the outputs have other bits than on the CPU".into());
        }
    }
    Ok(times)
}

/// 64 overlapping clusters of 64 columns, 20 iterations from the first rows.
fn kmeans(rows: usize) -> Outcome<(&'static str, String, Prepared)> {
    let (columns, clusters, iterations) = (64, 64, 20);
    let centres = noise(1, clusters * columns);
    let mut values = noise(2, rows * columns);
    for (row, place) in values.chunks_exact_mut(columns).zip((0..clusters).cycle()) {
        row.iter_mut().zip(&centres[place * columns..]).for_each(|(value, centre)| *value = 3.0 * *value + centre);
    }
    let initial = table(columns, values[..clusters * columns].to_vec())?;
    let spec = JobSpec::KMeans(KMeans {
        clusters: NonZeroU32::try_from(u32::try_from(clusters)?)?,
        iterations,
        start: Start::Given,
        columns: None,
        exclude: Vec::new(),
    });
    let shape = format!("{rows}x{columns}, k = {clusters}, {iterations} iterations");
    Ok(("kmeans", shape, prepare_from_centres(&spec, &table(columns, values)?, &initial)?))
}

/// 128 columns of falling variance, each mixed with its neighbour, 16 components.
fn pca(rows: usize) -> Outcome<(&'static str, String, Prepared)> {
    let (columns, components) = (128, 16);
    let mut values = noise(3, rows * columns);
    for row in values.chunks_exact_mut(columns) {
        for column in 0..columns {
            let next = if column + 1 < columns { row[column + 1] } else { 0.0 };
            row[column] = 0.93_f32.powi(column as i32) * (row[column] + 0.5 * next);
        }
    }
    let spec = JobSpec::Pca(Pca { components: NonZeroU32::try_from(components)?, columns: None, exclude: Vec::new() });
    let shape = format!("{rows}x{columns}, {components} components");
    Ok(("pca", shape, prepare(&spec, &table(columns, values)?)?))
}

fn table(columns: usize, values: Vec<f32>) -> Outcome<Table> {
    let names: Vec<String> = (0..columns).map(|index| format!("x{index}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Ok(Table::from_values(&names, values)?)
}

/// Numbers between -1/2 and 1/2, by a linear congruential generator (Knuth's MMIX).
fn noise(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1_u64 << 24) as f32 - 0.5
    };
    (0..count).map(|_| next()).collect()
}
