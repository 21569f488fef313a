//! The repository's own kernels, launched one by one with races everywhere an error, against the referee's scalar code.
//!
//! The operations' conformance suite runs these kernels too, as the CUDA backend chooses them; here are the choices that
//! small shapes do not reach: every tile size, both forms of a reduction, long solves, hashing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod broken;
mod device;
mod hashing;
mod linear;
mod numbers;
mod products;
mod reductions;

use tessera_ptx::Module;

#[test]
fn every_committed_kernel_loads() {
    let mut loaded = 0;
    for entry in std::fs::read_dir(device::folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "ptx") {
            let text = std::fs::read_to_string(&path).unwrap();
            let module = Module::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            loaded += module.kernels().len();
        }
    }
    assert!(loaded > 0, "no kernel in {}", device::folder().display());
}
