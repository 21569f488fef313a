//! A job as it was asked for, and the files that it is made from.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use tessera_jobs::{
    Embedding, Encoder, JobError, JobSpec, MAX_WEIGHT_BYTES, Matmul, Mlp, ModelError, Prepared, Table, Weights,
    prepare, prepare_embedding, prepare_from_centres, prepare_matmul, prepare_mlp,
};

use crate::error::CliError;

/// Largest file of texts, in bytes (256 MiB).
const MAX_TEXTS_BYTES: u64 = 1 << 28;

/// A job and its files.
#[derive(Debug)]
pub enum Sources {
    /// A job on a table.
    Table {
        /// The job.
        spec: JobSpec,
        /// CSV or `.npy`.
        data: PathBuf,
        /// Initial centres, if given.
        centers: Option<PathBuf>,
    },
    /// A matrix product.
    Matmul {
        /// The job.
        spec: Matmul,
        /// CSV or `.npy`.
        left: PathBuf,
        /// CSV or `.npy`.
        right: PathBuf,
    },
    /// A network on a table.
    Mlp {
        /// The job.
        spec: Mlp,
        /// CSV or `.npy`.
        data: PathBuf,
        /// safetensors.
        weights: PathBuf,
    },
    /// An encoder on texts.
    Embedding {
        /// The job.
        spec: Embedding,
        /// Folder of its three files.
        encoder: PathBuf,
        /// One text a line.
        texts: PathBuf,
    },
}

impl Sources {
    /// Reads the files and builds the job's graph; needs no chain.
    ///
    /// # Errors
    /// [`CliError::Job`] says what is wrong with the data or the parameters, [`CliError::File`] which file cannot be read.
    pub fn prepare(&self) -> Result<Prepared, CliError> {
        Ok(match self {
            Self::Table { spec, data, centers: Some(centers) } => {
                prepare_from_centres(spec, &table(data)?, &table(centers)?)?
            }
            Self::Table { spec, data, centers: None } => prepare(spec, &table(data)?)?,
            Self::Matmul { spec, left, right } => prepare_matmul(spec, &table(left)?, &table(right)?)?,
            Self::Mlp { spec, data, weights } => {
                let weights = read(weights, MAX_WEIGHT_BYTES)?;
                prepare_mlp(spec, &table(data)?, &Weights::from_bytes(&weights).map_err(JobError::from)?)?
            }
            Self::Embedding { spec, encoder, texts } => {
                let texts = lines(texts)?;
                prepare_embedding(spec, &Encoder::read(encoder).map_err(JobError::from)?, &texts)?
            }
        })
    }
}

fn table(path: &Path) -> Result<Table, CliError> {
    Table::read(path).map_err(|error| CliError::Job(error.into()))
}

/// The lines of a file, each a text; an empty one is the empty text.
fn lines(path: &Path) -> Result<Vec<String>, CliError> {
    let refused = |reason: String| CliError::Job(ModelError::Texts(format!("{}: {reason}", path.display())).into());
    let bytes = read(path, MAX_TEXTS_BYTES)?;
    if bytes.len() as u64 > MAX_TEXTS_BYTES {
        return Err(refused(format!("larger than {MAX_TEXTS_BYTES} bytes: split it among several tasks")));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let read = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..read].iter().filter(|&&byte| byte == b'\n').count();
        refused(format!("line {line} is not UTF-8: convert the file"))
    })?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// A file's bytes; one byte over the limit is enough of a file to be refused.
fn read(path: &Path, most: u64) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
        .map_err(|source| CliError::file("read", path, source))?;
    Ok(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_text_whatever_ends_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let read = |bytes: &[u8]| {
            std::fs::write(file.path(), bytes).unwrap();
            lines(file.path())
        };
        assert_eq!(read(b"one\r\n\nthree").unwrap(), ["one", "", "three"]);
        assert_eq!(read(b"one\n").unwrap(), ["one"]);
        assert!(read(b"").unwrap().is_empty());
        assert!(read(b"one\ntwo \xff\n").unwrap_err().to_string().contains("line 2 is not UTF-8"));
    }
}
