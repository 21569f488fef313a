//! What the CPU backend makes of products and hashing, next to its peers in the same run:
//! `cargo run --release -p tessera-compute --example bench -- [--json] [--largest SIDE] [NAME..]`.
//!
//! Names: matmul_f32 (peers: `gemm` with AVX-512, and with its default features), matmul_i8 (peer: our f32), merkle (peer: SHA-256 of the same
//! bytes). Figures are medians; a peer's runs alternate with ours, so that both see the same machine.

mod peer;

use std::error::Error;
use std::time::Instant;

use peer::Peer;
use serde_json::json;
use tessera_compute::referee::merkle::Sha256 as _;
use tessera_compute::{Backend, Cancel, CpuBackend, DType, Graph, GraphBuilder, Native, Tensor};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// One line of the table.
struct Figure {
    name: &'static str,
    shape: String,
    threads: usize,
    ours: f64,
    peer: &'static str,
    peers: f64,
}

fn main() -> Outcome<()> {
    let mut json = false;
    let mut largest = 4096;
    let mut names = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => json = true,
            "--largest" => largest = arguments.next().ok_or("--largest takes a number")?.parse()?,
            name => names.push(name.to_owned()),
        }
    }
    let wanted = |name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
    let mut figures = Vec::new();
    for side in [1024, 2048, 4096].into_iter().filter(|&side| side <= largest) {
        for threads in [1, 2] {
            if wanted("matmul_f32") {
                figures.extend(matmul_f32(side, threads)?);
            }
            if wanted("matmul_i8") {
                figures.push(matmul_i8(side, threads)?);
            }
        }
    }
    if wanted("merkle") {
        figures.push(merkle()?);
    }
    if let Some(merkle) = figures.iter().find(|figure| figure.name == "merkle") {
        eprintln!("hashing: {:.2} GB/s", (SIDE * SIDE * 4) as f64 / merkle.ours / 1e9);
    }
    if json {
        print_json(&figures)
    } else {
        print_table(&figures)
    }
    Ok(())
}

fn print_table(figures: &[Figure]) {
    eprintln!("path {}", CpuBackend::new().path());
    println!(
        "{:<11} {:<16} {:>7} {:>10} {:<15} {:>10} {:>6}",
        "name", "shape", "threads", "ours ms", "peer", "peer ms", "ratio"
    );
    for f in figures {
        let (ours, peers) = (f.ours * 1e3, f.peers * 1e3);
        let ratio = f.peers / f.ours;
        println!(
            "{:<11} {:<16} {:>7} {ours:>10.2} {:<15} {peers:>10.2} {ratio:>6.2}",
            f.name, f.shape, f.threads, f.peer
        );
    }
}

fn print_json(figures: &[Figure]) {
    let figures = figures.iter().map(|f| {
        json!({
            "name": f.name, "shape": f.shape, "threads": f.threads, "ours_seconds": f.ours,
            "peer": f.peer, "peer_seconds": f.peers, "ratio": f.peers / f.ours,
        })
    });
    println!("{}", json!(figures.collect::<Vec<_>>()));
}

/// Runs of each candidate at least, and seconds in all after which there are enough.
const LEAST_ROUNDS: usize = 5;
const SECONDS: f64 = 6.0;

/// Medians of the candidates' times, in seconds: one run of each in turn, after a first one that warms up.
fn medians<const N: usize>(mut candidates: [&mut dyn FnMut() -> Outcome<()>; N]) -> Outcome<[f64; N]> {
    let mut times: [Vec<f64>; N] = std::array::from_fn(|_| Vec::new());
    candidates.iter_mut().try_for_each(|candidate| candidate())?;
    let begin = Instant::now();
    while times[0].len() < LEAST_ROUNDS || begin.elapsed().as_secs_f64() < SECONDS {
        for (candidate, times) in candidates.iter_mut().zip(&mut times) {
            let start = Instant::now();
            candidate()?;
            times.push(start.elapsed().as_secs_f64());
        }
    }
    Ok(times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    }))
}

/// A product of two inputs, `[m, k]` and `[n, k]`.
fn product(dtype: DType, side: u64) -> Outcome<Graph> {
    let mut g = GraphBuilder::new();
    let a = g.input(dtype, &[side, side])?;
    let b = g.input(dtype, &[side, side])?;
    let c = g.matmul(a, b)?;
    g.output(c)?;
    Ok(g.finish()?)
}

/// Numbers in (-0.5, 0.5).
fn draws(seed: u64, side: u64) -> Outcome<Tensor> {
    let mut g = GraphBuilder::new();
    let x = g.uniform(seed, &[side, side])?;
    let x = g.add_scalar(x, -0.5)?;
    g.output(x)?;
    let drawn = CpuBackend::new().run(&g.finish()?, &[], &Cancel::new())?;
    drawn.into_iter().next().ok_or_else(|| "no output".into())
}

fn bytes(seed: u64, side: u64) -> Outcome<Tensor> {
    let drawn = draws(seed, side)?;
    let data = drawn.as_f32()?.iter().map(|x| (x * 255.0) as i8).collect();
    Ok(Tensor::i8(&[side, side], data)?)
}

fn matmul_f32(side: u64, threads: usize) -> Outcome<Vec<Figure>> {
    let backend = CpuBackend::new().with_threads(threads);
    let graph = product(DType::F32, side)?;
    let inputs = [draws(1, side)?, draws(2, side)?];
    let (a, b) = (inputs[0].as_f32()?, inputs[1].as_f32()?);
    let n = side as usize;
    let mut out = vec![0.0; n * n];
    let mut other = vec![0.0; n * n];
    let [ours, wide, plain] = medians([
        &mut || run(&backend, &graph, &inputs),
        &mut || {
            Peer::Wide.multiply(a, b, &mut out, n, threads);
            Ok(())
        },
        &mut || {
            Peer::Default.multiply(a, b, &mut other, n, threads);
            Ok(())
        },
    ])?;
    let figure = |peer, peers| Figure { name: "matmul_f32", shape: shape(side), threads, ours, peer, peers };
    Ok(vec![figure("gemm x86-v4", wide), figure("gemm default", plain)])
}

fn matmul_i8(side: u64, threads: usize) -> Outcome<Figure> {
    let backend = CpuBackend::new().with_threads(threads);
    let (graph, floats) = (product(DType::I8, side)?, product(DType::F32, side)?);
    let inputs = [bytes(1, side)?, bytes(2, side)?];
    let inputs_f32 = [draws(1, side)?, draws(2, side)?];
    let [ours, peers] = medians([&mut || run(&backend, &graph, &inputs), &mut || run(&backend, &floats, &inputs_f32)])?;
    Ok(Figure { name: "matmul_i8", shape: shape(side), threads, ours, peer: "our f32", peers })
}

fn run(backend: &CpuBackend, graph: &Graph, inputs: &[Tensor]) -> Outcome<()> {
    backend.run(graph, inputs, &Cancel::new())?;
    Ok(())
}

fn shape(side: u64) -> String {
    format!("{side}x{side}x{side}")
}

/// Side of the matrix that is hashed.
const SIDE: u64 = 4096;

/// The root of 64 MiB of f32, next to one SHA-256 of as many bytes.
fn merkle() -> Outcome<Figure> {
    let tensor = draws(1, SIDE)?;
    let flat: Vec<u8> = tensor.as_f32()?.iter().flat_map(|x| x.to_le_bytes()).collect();
    let [ours, peers] = medians([
        &mut || {
            std::hint::black_box(tensor.root());
            Ok(())
        },
        &mut || {
            std::hint::black_box(Native::hash(&[&flat]));
            Ok(())
        },
    ])?;
    Ok(Figure { name: "merkle", shape: "4096x4096".to_owned(), threads: 1, ours, peer: "sha2, one hash", peers })
}
