//! Instructions a second of the interpreter, with and without looking for races: one tile of the f32 product.
//!
//! `cargo run --release -p tessera-ptx --example interpreter_speed [k]`

use std::time::Instant;

use tessera_ptx::{Arg, Launch, Limits, Memory, Module, Races};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let k: u64 = std::env::args().nth(1).map_or(Ok(512), |text| text.parse())?;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../compute/kernels/matmul_f32.ptx");
    let kernel = Module::parse(&std::fs::read_to_string(path)?)?.kernel("matmul_f32_128")?;
    for races in [Races::Everywhere, Races::Ignored] {
        let mut memory = Memory::new(1 << 30);
        let ones = 1f32.to_le_bytes().repeat(128 * k as usize);
        let (a, b, c) = (memory.alloc_bytes(&ones)?, memory.alloc_bytes(&ones)?, memory.alloc(4 * 128 * 128)?);
        let params = [a, b, c, 128, 128, k].map(Arg::U64).to_vec();
        let launch = Launch { grid: [1, 1, 1], block: [256, 1, 1], shared_bytes: 0, params };
        let start = Instant::now();
        let stats = kernel.launch(&launch, &mut memory, &Limits { races, ..Limits::default() })?;
        let seconds = start.elapsed().as_secs_f64();
        let rate = stats.instructions as f64 / seconds / 1e6;
        println!("{races:?}: {} instructions, {seconds:.2} s, {rate:.1} million a second", stats.instructions);
    }
    Ok(())
}
