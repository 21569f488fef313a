//! A device that is the interpreter.

use std::path::PathBuf;

use tessera_ptx::{Arg, Launch, Limits, Memory, Module};

/// Where the kernels are.
pub fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../compute/kernels"))
}

/// One module and its memory.
pub struct Device {
    module: Module,
    memory: Memory,
}

impl Device {
    /// The module of `name.ptx`.
    pub fn new(name: &str) -> Self {
        let path = folder().join(format!("{name}.ptx"));
        let text = std::fs::read_to_string(&path).unwrap();
        Self { module: Module::parse(&text).unwrap(), memory: Memory::new(1 << 28) }
    }

    pub fn upload(&mut self, bytes: &[u8]) -> u64 {
        self.memory.alloc_bytes(bytes).unwrap()
    }

    pub fn words(&mut self, words: &[u32]) -> u64 {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.upload(&bytes)
    }

    /// Room for words, filled with what no kernel should leave there.
    pub fn room(&mut self, words: usize) -> u64 {
        self.words(&vec![0xa5a5_a5a5; words])
    }

    pub fn read(&self, address: u64, words: usize) -> Vec<u32> {
        let bytes = self.memory.read(address, 4 * words as u64).unwrap();
        bytes.chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect()
    }

    /// Launches with 64-bit parameters; returns the instructions.
    pub fn launch(&mut self, kernel: &str, grid: [u32; 2], block: u32, params: &[u64]) -> u64 {
        let params = params.iter().map(|value| Arg::U64(*value)).collect();
        self.launch_with(kernel, grid, block, params)
    }

    pub fn launch_with(&mut self, kernel: &str, [x, y]: [u32; 2], block: u32, params: Vec<Arg>) -> u64 {
        let launch = Launch { grid: [x, y, 1], block: [block, 1, 1], shared_bytes: 0, params };
        let run = self.module.kernel(kernel).unwrap().launch(&launch, &mut self.memory, &Limits::default());
        run.unwrap_or_else(|trap| panic!("{trap}")).instructions
    }
}
