//! The repository's own kernels: every one loads, so that no test of theirs is skipped for an unknown instruction.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use tessera_ptx::Module;

#[test]
fn every_committed_kernel_loads() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../compute/kernels");
    let mut loaded = 0;
    let mut failed = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "ptx") {
            let text = std::fs::read_to_string(&path).unwrap();
            match Module::parse(&text) {
                Ok(module) => loaded += module.kernels().len(),
                Err(error) => failed.push(format!("{}: {error}", path.display())),
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(loaded > 0, "no kernel in {}", folder.display());
}
