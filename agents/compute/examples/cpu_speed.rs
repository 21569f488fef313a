//! What the CPU backend makes of a few shapes, on one thread: `cargo run --release -p tessera-compute --example cpu_speed`.

use std::error::Error;
use std::time::Instant;

use tessera_compute::{Backend, Cancel, CpuBackend, DType, GraphBuilder, GraphError, Tensor, Value};

fn main() -> Result<(), Box<dyn Error>> {
    measure("matmul 1024 x 1024 x 1024", &[&[1024, 1024], &[1024, 1024]], |g, x| g.matmul(x[0], x[1]))?;
    measure("matmul 64 x 64 x 100000", &[&[64, 100_000], &[64, 100_000]], |g, x| g.matmul(x[0], x[1]))?;
    measure("nearest 100000 x 16, 10 centres", &[&[100_000, 16], &[10, 16], &[10]], |g, x| {
        g.nearest(x[0], x[1], x[2])
    })?;
    measure("cholesky 512", &[&[512, 512]], |g, x| g.cholesky(x[0]))?;
    measure("reduce_sum 4000 x 1000", &[&[4000, 1000]], |g, x| g.reduce_sum(x[0]))?;
    measure("add 2000 x 2000", &[&[2000, 2000], &[2000, 2000]], |g, x| g.add(x[0], x[1]))?;
    measure("log 2000 x 2000", &[&[2000, 2000]], |g, x| g.log(x[0]))?;
    Ok(())
}

fn measure(
    name: &str,
    inputs: &[&[u64]],
    build: impl Fn(&mut GraphBuilder, &[Value]) -> Result<Value, GraphError>,
) -> Result<(), Box<dyn Error>> {
    let mut sources = GraphBuilder::new();
    let mut g = GraphBuilder::new();
    let mut values = Vec::new();
    for (seed, dims) in (0..).zip(inputs) {
        let draws = sources.uniform(seed, dims)?;
        sources.output(draws)?;
        values.push(g.input(DType::F32, dims)?);
    }
    let output = build(&mut g, &values)?;
    g.output(output)?;
    let (sources, graph) = (sources.finish()?, g.finish()?);
    let backend = CpuBackend::new().with_threads(1);
    let run = |graph: &_, inputs: &[Tensor]| backend.run(graph, inputs, &Cancel::new());
    let inputs = run(&sources, &[])?;
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let start = Instant::now();
        run(&graph, &inputs)?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    let rate = graph.cost().flops as f64 / best / 1e9;
    println!("{name}: {:.2} ms, {rate:.2} Gflop/s", best * 1e3);
    Ok(())
}
