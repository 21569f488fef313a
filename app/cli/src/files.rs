//! Reading and replacing small files with errors that name them.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use crate::error::CliError;

/// A file's bytes, `None` when there is no such file.
///
/// # Errors
/// [`CliError::File`] for any other failure.
pub fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, CliError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(CliError::file("read", path, e)),
    }
}

/// Writes a file so that readers see the old or the new bytes, never a part, also after a crash; creates its directory.
///
/// # Errors
/// [`CliError::File`] when it cannot be written.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let failed = |e| CliError::file("write", path, e);
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory).map_err(failed)?;
    let partial = path.with_extension(format!("{}.partial", std::process::id()));
    let write = || {
        let mut file = fs::File::create(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&partial, path)
    };
    write().map_err(failed)
}

/// Writes a secret to a new file that only its owner can read; creates its directory.
///
/// # Errors
/// [`CliError::File`] when it cannot be written or is there already: a key is never overwritten.
pub fn create_secret(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let failed = |e| CliError::file("create", path, e);
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(failed)?;
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).and_then(|mut file| file.write_all(bytes)).map_err(failed)
}
