//! The Tessera program as sBPF bytes, built from `programs/tessera` by this crate's build script.
//!
//! Depending on this crate is enough to have the program that belongs to the sources at hand: `cargo test`, the
//! demo and the migrations deploy these bytes. How they are built, and what to set when that is not possible on a
//! machine, is in `build/main.rs`.
#![no_std]

/// The program's ELF file.
pub const ELF: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/tessera.so"));

/// SHA-256 of [`ELF`], in lower-case hexadecimal: what a deployed program can be compared with.
pub const SHA256: &str = env!("TESSERA_ELF_SHA256");
