//! Small files that outlive a process: one for each subject, written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tessera_chain::Pubkey;

/// A folder of records. Clones share it.
#[derive(Clone, Debug)]
pub struct Records {
    folder: Arc<PathBuf>,
}

impl Records {
    /// Opens or makes the folder.
    ///
    /// # Errors
    /// [`RecordError`]: not writable.
    pub fn open(folder: &Path) -> Result<Self, RecordError> {
        fs::create_dir_all(folder).map_err(|source| RecordError { path: folder.to_owned(), source })?;
        Ok(Self { folder: Arc::new(folder.to_owned()) })
    }

    /// Writes a record and returns when it is on disk. Cancel safe: the old record or the new one is there.
    ///
    /// # Errors
    /// [`RecordError`]; what the record is about must not be done then.
    pub async fn put(&self, subject: Pubkey, record: &impl Serialize) -> Result<(), RecordError> {
        let path = self.path(&subject);
        let bytes = serde_json::to_vec(record).map_err(io::Error::other);
        let written = tokio::task::spawn_blocking({
            let path = path.clone();
            move || write(&path, &bytes?)
        });
        written.await.unwrap_or_else(|lost| Err(io::Error::other(lost))).map_err(|source| RecordError { path, source })
    }

    /// Reads a record. One that cannot be read is as good as none: what it says can be found again, at a cost.
    pub fn get<T: DeserializeOwned>(&self, subject: &Pubkey) -> Option<T> {
        let bytes = fs::read(self.path(subject)).ok()?;
        serde_json::from_slice(&bytes)
            .inspect_err(|error| tracing::warn!(%subject, %error, "a record is damaged and left aside"))
            .ok()
    }

    /// Removes a record, if there is one.
    pub fn remove(&self, subject: &Pubkey) {
        match fs::remove_file(self.path(subject)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%subject, %error, "a record that is not needed any more was not removed");
            }
            _ => {}
        }
    }

    /// Removes the records of all subjects but those that `keep` names.
    pub fn retain(&self, keep: impl Fn(&Pubkey) -> bool) {
        let Ok(entries) = fs::read_dir(self.folder.as_path()) else { return };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let subjects = names.filter_map(|name| name.strip_suffix(".json")?.parse::<Pubkey>().ok());
        for subject in subjects.filter(|subject| !keep(subject)) {
            self.remove(&subject);
        }
    }

    fn path(&self, subject: &Pubkey) -> PathBuf {
        self.folder.join(format!("{subject}.json"))
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = path.with_extension("draft");
    let mut file = File::create(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    // The name is durable when its folder is.
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

/// A record could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the record {}: {source}; check that the data directory is writable and not full", path.display())]
pub struct RecordError {
    path: PathBuf,
    source: io::Error,
}
