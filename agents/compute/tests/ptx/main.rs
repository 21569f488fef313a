//! The committed PTX: what is in it, that it is what the sources compile to, and that it assembles.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod lint;
mod tools;

use std::path::{Path, PathBuf};

use tessera_compute::cuda::Module;

fn kernels() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("kernels")
}

/// The value of a line like `.version 6.3`.
fn directive(module: Module, name: &str) -> &'static str {
    let line = module.ptx().lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("{}: no {name}", module.name())).trim()
}

#[test]
fn every_source_has_a_module() {
    let mut sources: Vec<String> = std::fs::read_dir(kernels())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "cu"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let mut modules: Vec<String> = Module::ALL.iter().map(|module| module.name().to_owned()).collect();
    sources.sort();
    modules.sort();
    assert_eq!(sources, modules);
}

#[test]
fn targets_and_versions_are_low() {
    for &module in Module::ALL {
        let target = directive(module, ".target ");
        assert_eq!(target, format!("sm_{}", module.target()), "{}", module.name());
        let (major, minor) = directive(module, ".version ").split_once('.').unwrap();
        let version: (u32, u32) = (major.parse().unwrap(), minor.parse().unwrap());
        // PTX 7.0 came with the drivers of CUDA 11.0.
        assert!(version <= (7, 0), "{}: {version:?}", module.name());
    }
}

#[test]
fn constants_are_the_referees() {
    let header = std::fs::read_to_string(kernels().join("constants.cuh")).unwrap();
    let source = kernels().join("../../../programs/referee/src/functions/constants.rs");
    let source = std::fs::read_to_string(source).unwrap();
    let of_referee: Vec<(&str, u32)> = source
        .lines()
        .filter_map(|line| line.strip_prefix("pub const ")?.strip_suffix(';')?.split_once(": u32 = 0x"))
        .map(|(name, bits)| (name, u32::from_str_radix(&bits.replace('_', ""), 16).unwrap()))
        .collect();
    let of_kernels: Vec<(&str, u32)> = header
        .lines()
        .filter_map(|line| line.strip_prefix("#define ")?.strip_suffix('u')?.split_once(" 0x"))
        .map(|(name, bits)| (name, u32::from_str_radix(bits, 16).unwrap()))
        .collect();
    assert!(of_referee.len() > 30, "{} constants", of_referee.len());
    assert_eq!(of_kernels, of_referee, "run tools/ptx/build");
}
