//! The CUDA backend on the GPUs of this machine: the same bits as the CPU, and how fast.
//!
//!     cargo run --release -p tessera-compute --example gpu_check [-- --json]
//!
//! First every group of kernels is compared with the CPU on shapes of many tiles and chains, then products, a k-means
//! step and hashing are timed. The conformance suite runs on GPUs by itself where there are any:
//! `cargo test --release -p tessera-compute --test conformance`.

use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use tessera_compute::cuda::{CudaBackend, Watchdog, device_bytes};
use tessera_compute::{Backend, Cancel, CpuBackend, DType, Graph, GraphBuilder, GraphError, Value};

type Outcome<T> = Result<T, Box<dyn Error>>;
/// Appends this many repeats and gives a small output.
type Build = Box<dyn Fn(&mut GraphBuilder, usize) -> Result<Value, GraphError>>;

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
    let json = std::env::args().any(|argument| argument == "--json");
    let devices = CudaBackend::devices()?;
    if devices.is_empty() {
        return Err("the driver sees no GPU".into());
    }
    let mut rows = Vec::new();
    for device in devices {
        let start = Instant::now();
        let watchdog = Watchdog::new(Duration::from_secs(60), move || start.elapsed());
        let backend = CudaBackend::new(device.ordinal)?.with_watchdog(watchdog);
        let (major, minor) = device.capability;
        eprintln!("{}: compute capability {major}.{minor}, {} MiB", device.name, device.memory >> 20);
        for (name, graph) in comparisons()? {
            compare(name, &graph, &backend)?;
            eprintln!("  same bits: {name}");
        }
        for timing in timings() {
            rows.push(timing.measure(&device.name, &backend)?);
        }
    }
    if json {
        println!("[{}]", rows.iter().map(Row::json).collect::<Vec<_>>().join(",\n "));
    } else {
        rows.iter().for_each(|row| println!("{}", row.line()));
    }
    Ok(())
}

/// Numbers about 0 made on the device, so that nothing large is copied.
fn numbers(g: &mut GraphBuilder, seed: u64, dims: &[u64]) -> Result<Value, GraphError> {
    let uniform = g.uniform(seed, dims)?;
    g.add_scalar(uniform, -0.5)
}

fn bytes(g: &mut GraphBuilder, seed: u64, dims: &[u64]) -> Result<Value, GraphError> {
    let x = numbers(g, seed, dims)?;
    g.quantise(x, 0.5 / 127.0)
}

/// A graph with the outputs that `build` names.
fn graph(build: impl FnOnce(&mut GraphBuilder) -> Result<Vec<Value>, GraphError>) -> Result<Graph, GraphError> {
    let mut g = GraphBuilder::new();
    for value in build(&mut g)? {
        g.output(value)?;
    }
    g.finish()
}

fn comparisons() -> Result<Vec<(&'static str, Graph)>, GraphError> {
    Ok(vec![
        (
            "f32 products",
            graph(|g| {
                let mut outputs = Vec::new();
                for (m, n, k) in [(1000, 1100, 517), (2048, 1536, 64), (300, 300, 9001), (17, 5, 5000)] {
                    let (a, b) = (numbers(g, m, &[m, k])?, numbers(g, n, &[n, k])?);
                    outputs.push(g.matmul(a, b)?);
                }
                Ok(outputs)
            })?,
        ),
        (
            "i8 products",
            graph(|g| {
                let mut outputs = Vec::new();
                for (m, n, k) in [(1000, 1100, 517), (2048, 1536, 64), (130, 300, 4112)] {
                    let (a, b) = (bytes(g, m, &[m, k])?, bytes(g, n, &[n, k])?);
                    outputs.push(g.matmul(a, b)?);
                }
                Ok(outputs)
            })?,
        ),
        (
            "functions",
            graph(|g| {
                let x = numbers(g, 1, &[1 << 20])?;
                let x = g.mul_scalar(x, 200.0)?;
                let positive = g.abs(x)?;
                Ok(vec![g.exp(x)?, g.log(positive)?, g.tanh(x)?, g.erf(x)?, g.gelu(x)?, g.rsqrt(positive)?])
            })?,
        ),
        (
            "folds",
            graph(|g| {
                let x = numbers(g, 2, &[37, 100_003])?;
                let wide = numbers(g, 3, &[100_003, 37])?;
                Ok(vec![g.reduce_sum(x)?, g.rowdot(x, x)?, g.argmin(x)?, g.reduce_max(wide)?, g.reduce_sum(wide)?])
            })?,
        ),
        ("k-means", graph(|g| kmeans(g, 20_000, 48, 37))?),
        (
            "linear algebra",
            graph(|g| {
                let p = 300;
                let x = numbers(g, 5, &[p, 400])?;
                let gram = g.matmul(x, x)?;
                let l = g.cholesky(gram)?;
                let b = numbers(g, 6, &[70, p])?;
                let small = g.slice(gram, &[0, 0], &[128, 128])?;
                Ok(vec![g.solve(b, l)?, l, g.jacobi_step(small, 5)?, g.jacobi_vec(small, small, 5)?])
            })?,
        ),
    ])
}

/// One step of k-means: labels, sums and counts.
fn kmeans(g: &mut GraphBuilder, n: u64, d: u64, k: u64) -> Result<Vec<Value>, GraphError> {
    let (x, c) = (numbers(g, 8, &[n, d])?, numbers(g, 9, &[k, d])?);
    let norms = g.rowdot(c, c)?;
    let labels = g.nearest(x, c, norms)?;
    let turned = g.transpose(x)?;
    let ones = g.fill(1.0, &[1, n])?;
    Ok(vec![labels, g.segment_sum(turned, labels, k)?, g.segment_sum(ones, labels, k)?])
}

fn compare(name: &str, graph: &Graph, backend: &CudaBackend) -> Outcome<()> {
    let want = CpuBackend::new().run(graph, &[], &Cancel::new())?;
    let got = backend.run(graph, &[], &Cancel::new())?;
    for (output, (got, want)) in got.iter().zip(&want).enumerate() {
        if got != want {
            return Err(format!("{name}: output {output} has other bits than on the CPU").into());
        }
    }
    let roots = backend.trace_roots(graph, &[], &Cancel::new())?;
    for (&operation, want) in graph.outputs().iter().zip(&want) {
        if roots.get(usize::from(operation)) != Some(&want.root()) {
            return Err(format!("{name}: a root hashed on the GPU is not the tensor's").into());
        }
    }
    Ok(())
}

/// Something to time: `repeats` of it, on operands that are made once.
struct Timing {
    name: &'static str,
    shape: String,
    /// Operations (flops), or bytes where it hashes.
    work: f64,
    hashes: bool,
    build: Build,
}

fn timings() -> Vec<Timing> {
    let product = |dtype: DType, side: u64| Timing {
        name: if dtype == DType::F32 { "matmul_f32" } else { "matmul_i8" },
        shape: format!("{side}x{side}x{side}"),
        work: 2.0 * (side as f64).powi(3),
        hashes: false,
        build: Box::new(move |g, repeats| {
            let make = if dtype == DType::F32 { numbers } else { bytes };
            let (a, b) = (make(g, 1, &[side, side])?, make(g, 2, &[side, side])?);
            (1..repeats).try_for_each(|_| g.matmul(a, b).map(|_| ()))?;
            let last = g.matmul(a, b)?;
            g.slice(last, &[0, 0], &[1, 1])
        }),
    };
    let mut all: Vec<Timing> = [1024, 2048, 4096, 8192].map(|side| product(DType::F32, side)).into();
    all.extend([1024, 2048, 4096, 8192].map(|side| product(DType::I8, side)));
    let (n, d, k) = (100_000, 64, 64);
    all.push(Timing {
        name: "kmeans",
        shape: format!("{n}x{d}, k={k}, one step"),
        work: 2.0 * (n * d * k) as f64,
        hashes: false,
        build: Box::new(move |g, repeats| {
            (1..repeats).try_for_each(|_| kmeans(g, n, d, k).map(|_| ()))?;
            let last = kmeans(g, n, d, k)?;
            g.reduce_max(last[0])
        }),
    });
    all.push(Timing {
        name: "merkle",
        shape: "16384x4096 f32".into(),
        work: 4.0 * 16_384.0 * 4_096.0,
        hashes: true,
        build: Box::new(|g, repeats| {
            let x = numbers(g, 4, &[16_384, 4_096])?;
            (0..repeats).try_for_each(|_| g.reshape(x, &[16_384, 4_096]).map(|_| ()))?;
            g.slice(x, &[0, 0], &[1, 1])
        }),
    });
    all
}

impl Timing {
    /// Seconds of one repeat: the difference of a run of many and a run of one, the least of five.
    fn measure(&self, device: &str, backend: &CudaBackend) -> Outcome<Row> {
        let repeats = 10;
        let seconds = |repeats: usize| -> Outcome<(f64, u64)> {
            let graph = graph(|g| Ok(vec![(self.build)(g, repeats)?]))?;
            let mut least = f64::INFINITY;
            for _ in 0..5 {
                let start = Instant::now();
                if self.hashes {
                    backend.trace_roots(&graph, &[], &Cancel::new())?;
                } else {
                    backend.run(&graph, &[], &Cancel::new())?;
                }
                least = least.min(start.elapsed().as_secs_f64());
            }
            Ok((least, device_bytes(&graph)))
        };
        let ((one, _), (many, memory)) = (seconds(1)?, seconds(1 + repeats)?);
        let seconds = (many - one) / repeats as f64;
        let (rate, unit) = if self.hashes { (1e9, "GB/s") } else { (1e12, "Top/s") };
        Ok(Row {
            device: device.to_owned(),
            name: self.name,
            shape: self.shape.clone(),
            seconds,
            rate: self.work / seconds / rate,
            unit,
            memory,
        })
    }
}

struct Row {
    device: String,
    name: &'static str,
    shape: String,
    seconds: f64,
    rate: f64,
    unit: &'static str,
    memory: u64,
}

impl Row {
    fn line(&self) -> String {
        let Self { name, shape, unit, .. } = self;
        let (milliseconds, memory) = (self.seconds * 1e3, self.memory >> 20);
        format!(
            "{name:<11} {shape:<26} {milliseconds:>10.3} ms {:>9.2} {unit:<5} {memory:>7} MiB  {}",
            self.rate, self.device
        )
    }

    fn json(&self) -> String {
        format!(
            r#"{{"device": {:?}, "name": {:?}, "shape": {:?}, "ours_seconds": {:e}, "rate": {:.3}, "unit": {:?}, "device_bytes": {}}}"#,
            self.device, self.name, self.shape, self.seconds, self.rate, self.unit, self.memory
        )
    }
}
