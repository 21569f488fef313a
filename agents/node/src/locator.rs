//! Where a store is: a URL without secrets, in one written form.

use std::fmt;
use std::path::Path;

use serde::Deserialize;
use url::Url;

use crate::store_error::StoreError;

/// Longest locator that fits an account on chain, in bytes.
pub const MAX_LOCATOR_BYTES: usize = 96;

/// The kinds of stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// A folder of this machine, or one mounted on it.
    File,
    /// A bucket of S3 or of a service that speaks its protocol.
    S3,
    /// A web server: plain GET (and PUT, where it allows it), over TLS or not. Contents are checked by their hash.
    Http,
}

/// A parsed locator. Two locators that differ only in a final slash are the same one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Locator {
    url: Url,
    scheme: Scheme,
}

impl Locator {
    /// A locator from a URL or, without `://`, from a local folder, which need not exist yet.
    ///
    /// # Errors
    /// [`StoreError::Locator`].
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        if text.contains("://") || text.is_empty() {
            return Self::parse_url(text);
        }
        let refused = |reason| StoreError::Locator { locator: text.to_owned(), reason };
        let folder = std::path::absolute(Path::new(text))
            .map_err(|_| refused("the current folder is not readable: give an absolute path"))?;
        let url = Url::from_directory_path(folder).map_err(|()| refused("it cannot be written as a file URL"))?;
        Self::parse_url(url.as_str())
    }

    /// A locator from a URL alone, as it stands on chain.
    ///
    /// # Errors
    /// [`StoreError::Locator`].
    pub fn parse_url(text: &str) -> Result<Self, StoreError> {
        let refused = |reason| StoreError::Locator { locator: text.to_owned(), reason };
        let mut url = Url::parse(text)
            .map_err(|_| refused("write it as file:///folder, s3://bucket/folder or https://host/folder"))?;
        let scheme = match (url.scheme(), url.host_str()) {
            ("file", None) => Scheme::File,
            ("file", Some(_)) => return Err(refused("a file locator names no host: file:///folder")),
            ("s3", Some(_)) => Scheme::S3,
            ("http" | "https", Some(_)) => Scheme::Http,
            _ => return Err(refused("the schemes are file, s3, http and https")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("it must hold no user or password: locators are public"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refused("it must have no query or fragment"));
        }
        let trimmed = url.path().trim_end_matches('/').to_owned();
        url.set_path(&trimmed);
        Ok(Self { url, scheme })
    }

    /// The kind of store.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Checks that the locator can be written into an account.
    ///
    /// # Errors
    /// [`StoreError::Locator`] when it is longer than [`MAX_LOCATOR_BYTES`].
    pub fn check_fits_account(&self) -> Result<(), StoreError> {
        if self.to_string().len() > MAX_LOCATOR_BYTES {
            return Err(StoreError::Locator {
                locator: self.to_string(),
                reason: "it has more than 96 bytes and does not fit an account: use a shorter path",
            });
        }
        Ok(())
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str())
    }
}
