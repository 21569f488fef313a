//! Measures the transcendental functions: `cargo run --release -p tessera-referee --example function_errors [stride]`.
//! A stride of 1 takes every f32 (about half an hour), the default every 61st.

use tessera_referee::{Soft, functions};

fn main() {
    let stride = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(61);
    report("log", stride, functions::log::<Soft>, f64::ln);
    report("exp", stride, functions::exp::<Soft>, f64::exp);
}

/// Greatest error in units in the last place of the exact result, where it is finite.
fn report(name: &str, stride: usize, function: fn(u32) -> u32, exact: fn(f64) -> f64) {
    let threads = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let worst = std::thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|part| {
                let range = (part << 32) / threads..((part + 1) << 32) / threads;
                scope.spawn(move || {
                    range
                        .step_by(stride)
                        .map(|x| x as u32)
                        .map(|x| (error(function, exact, x), x))
                        .fold((0.0, 0), |worst: (f64, u32), this| if this.0 > worst.0 { this } else { worst })
                })
            })
            .collect();
        parts.into_iter().filter_map(|part| part.join().ok()).fold((0.0, 0), |a, b| if b.0 > a.0 { b } else { a })
    });
    println!("{name}: at most {:.4} units, at {:#010x}", worst.0, worst.1);
}

fn error(function: fn(u32) -> u32, exact: fn(f64) -> f64, x: u32) -> f64 {
    let want = exact(f64::from(f32::from_bits(x)));
    if want.is_nan() || want.abs() > f64::from(f32::MAX) {
        return 0.0;
    }
    let magnitude = (want.abs() as f32).max(f32::MIN_POSITIVE);
    let unit = f64::from(f32::from_bits(magnitude.to_bits() + 1)) - f64::from(magnitude);
    (f64::from(f32::from_bits(function(x))) - want).abs() / unit
}
