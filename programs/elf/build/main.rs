//! Builds `programs/tessera` to sBPF and hands the file to `src/lib.rs`.
//!
//! 1. `TESSERA_PROGRAM_SO=<file>`: that file, as it is.
//! 2. `cargo-build-sbf` on `PATH` (Anza's): builds with it.
//! 3. otherwise `tools/sbf/cargo-build-sbf`, which installs its toolchain once (about two minutes).
//!
//! The result is kept in `<target>/sbf/<hash of the sources and the builder>.so`, so the dev, release, test and
//! clippy builds share one program build. The nested cargo has a target directory of its own: it can never wait for
//! the lock that the outer cargo holds.

mod builder;
mod progress;
mod sources;

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use builder::Builder;
use progress::Progress;
use sha2::{Digest, Sha256};

fn main() -> ExitCode {
    let mut progress = Progress::new();
    match run(&mut progress) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            progress.say(&format!("error: {message}"));
            ExitCode::FAILURE
        }
    }
}

fn run(progress: &mut Progress) -> Result<(), String> {
    println!("cargo::rerun-if-env-changed=TESSERA_PROGRAM_SO");
    let manifest_dir = variable("CARGO_MANIFEST_DIR")?;
    let workspace = manifest_dir.ancestors().nth(2).ok_or("this crate is not in programs/elf")?;
    let elf = match env::var_os("TESSERA_PROGRAM_SO") {
        Some(path) => {
            let path = PathBuf::from(path);
            println!("cargo::rerun-if-changed={}", path.display());
            path.canonicalize().map_err(|error| {
                format!("TESSERA_PROGRAM_SO={}: {error}; point it at a tessera.so or unset it", path.display())
            })?
        }
        None => built(workspace, progress)?,
    };
    let bytes = fs::read(&elf).map_err(|error| format!("{}: {error}", elf.display()))?;
    if !bytes.starts_with(b"\x7fELF") {
        return Err(format!(
            "{} is no ELF file; point TESSERA_PROGRAM_SO at a program that `cargo build-sbf` built",
            elf.display()
        ));
    }
    // A copy of its own, so that the cache may be deleted at any time.
    let embedded = variable("OUT_DIR")?.join("tessera.so");
    fs::write(&embedded, &bytes).map_err(|error| format!("{}: {error}", embedded.display()))?;
    println!("cargo::rustc-env=TESSERA_ELF_SHA256={}", hex::encode(Sha256::digest(&bytes)));
    Ok(())
}

/// The program built from the workspace's sources, from the cache where they are unchanged.
fn built(workspace: &Path, progress: &mut Progress) -> Result<PathBuf, String> {
    let builder = Builder::find(workspace);
    let inputs = sources::inputs(workspace);
    for input in &inputs {
        println!("cargo::rerun-if-changed={}", input.display());
    }
    let key = sources::hash(workspace, &inputs, &builder.identity()?)
        .map_err(|error| format!("reading the program's sources: {error}"))?;
    let target = target_dir()?.join("sbf");
    fs::create_dir_all(&target).map_err(|error| format!("{}: {error}", target.display()))?;
    let cached = target.join(format!("{key}.so"));

    // Two cargo runs (an editor and a shell) may get here at once; the file lock ends with the process.
    let lock =
        fs::File::create(target.join(".lock")).map_err(|error| format!("{}/.lock: {error}", target.display()))?;
    lock.lock().map_err(|error| format!("locking {}: {error}", target.display()))?;
    if !cached.exists() {
        let fresh = builder.build(workspace, &target, progress)?;
        publish(&fresh, &cached).map_err(|error| format!("storing {}: {error}", cached.display()))?;
    }
    Ok(cached)
}

/// Moves a finished build to its cached name, so that a file of that name is always complete.
fn publish(fresh: &Path, cached: &Path) -> io::Result<()> {
    let staged = cached.with_extension("part");
    fs::copy(fresh, &staged)?;
    fs::rename(staged, cached)
}

/// The outer cargo's target directory: `OUT_DIR` is `<target>/[triple/]<profile>/build/<package>/out`.
fn target_dir() -> Result<PathBuf, String> {
    let out = variable("OUT_DIR")?;
    let profile =
        out.ancestors().find(|path| path.file_name().is_some_and(|name| name == "build")).and_then(Path::parent);
    profile
        .and_then(Path::parent)
        .map(Path::to_path_buf)
        .ok_or_else(|| format!("OUT_DIR={} has no build folder", out.display()))
}

fn variable(name: &str) -> Result<PathBuf, String> {
    env::var_os(name).map(PathBuf::from).ok_or_else(|| format!("{name} is not set: run this through cargo"))
}
