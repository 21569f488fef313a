//! What the program is built from, and its hash.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

/// Files and folders that decide the program's bytes, relative to the workspace.
const INPUTS: [&str; 9] = [
    "Cargo.lock",
    "Cargo.toml",
    "programs/tessera/Cargo.toml",
    "programs/tessera/src",
    "programs/rules/Cargo.toml",
    "programs/rules/src",
    "programs/referee/Cargo.toml",
    "programs/referee/src",
    "tools/sbf",
];

/// The inputs' absolute paths.
pub fn inputs(workspace: &Path) -> Vec<PathBuf> {
    INPUTS.iter().map(|input| workspace.join(input)).collect()
}

/// A name for the build: SHA-256 of every input file's path and content and of the builder's identity.
pub fn hash(workspace: &Path, inputs: &[PathBuf], builder: &str) -> io::Result<String> {
    let mut files = Vec::new();
    for input in inputs {
        collect(input, &mut files)?;
    }
    files.sort();
    let mut hasher = Sha256::new();
    field(&mut hasher, builder.as_bytes());
    for file in files {
        let name = file.strip_prefix(workspace).unwrap_or(&file);
        field(&mut hasher, name.as_os_str().as_encoded_bytes());
        field(&mut hasher, &fs::read(&file)?);
    }
    Ok(hex::encode(&hasher.finalize()[..12]))
}

/// Length first, so that no two lists of fields hash the same bytes.
fn field(hasher: &mut Sha256, bytes: &[u8]) {
    hasher.update((bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    } else {
        files.push(path.to_path_buf());
    }
    Ok(())
}
