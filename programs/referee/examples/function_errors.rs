//! Measures the transcendental functions: `cargo run --release -p tessera-referee --example function_errors [stride]`.
//! A stride of 1 takes every f32 (a quarter of an hour of one core), the default every 61st. It runs on the CPU's arithmetic, whose
//! bits are the referee's.

#[path = "../tests/vectors/mod.rs"]
mod vectors;

use vectors::errors::{Case, cases};
use vectors::native::Native;

fn main() {
    let stride = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(61);
    for case in cases::<Native>() {
        let (error, x) = greatest(&case, stride);
        println!("{}: at most {error:.4} units, at {x:#010x}", case.name);
    }
}

/// The greatest error over every `stride`th f32, and where it is.
fn greatest(case: &Case, stride: usize) -> (f64, u32) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    std::thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|part| {
                let range = (part << 32) / threads..((part + 1) << 32) / threads;
                scope.spawn(move || {
                    range
                        .step_by(stride)
                        .map(|x| (case.error(x as u32), x as u32))
                        .fold((0.0, 0), |worst: (f64, u32), this| if this.0 > worst.0 { this } else { worst })
                })
            })
            .collect();
        parts.into_iter().filter_map(|part| part.join().ok()).fold((0.0, 0), |a, b| if b.0 > a.0 { b } else { a })
    })
}
