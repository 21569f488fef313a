//! Objects by content: `<locator>/<SHA-256 in hex>`, over files, S3 or HTTP.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::http::HttpBuilder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig};
use tessera_compute::{ContentHasher, ContentId};
use url::Url;

use crate::locator::{Locator, Scheme};
use crate::store_error::{StoreError, of_object_store};

/// A connection that cannot be made within this time is given up.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// A transfer that brings no byte for this long is given up. There is no limit on the whole: large inputs take long.
const STALL_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a request is repeated inside the store client before the error comes out. Longer outages are the caller's
/// business, who knows the task's deadline.
const RETRY_FOR: Duration = Duration::from_secs(10);

/// With which credentials a store is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Those of the process's environment (`AWS_ACCESS_KEY_ID` and the like): the operator's own store.
    Own,
    /// None: a store that somebody else named. A locator from the chain never makes an agent use its credentials.
    Public,
}

/// A place that holds objects under their content ids. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ContentStore {
    locator: Locator,
    backend: Arc<dyn ObjectStore>,
    folder: Path,
}

impl ContentStore {
    /// Opens the operator's own store, with the credentials of the environment. `locator` is a URL (`file`, `s3`, `http`,
    /// `https`) or a local folder. Nothing is read or written yet.
    ///
    /// # Errors
    /// [`StoreError::Locator`] for what is not a locator, [`StoreError::Config`] for missing credentials or regions.
    pub fn open(locator: &str) -> Result<Self, StoreError> {
        Self::open_as(locator, Access::Own)
    }

    /// Opens a store with the given access.
    ///
    /// # Errors
    /// As [`ContentStore::open`].
    pub fn open_as(locator: &str, access: Access) -> Result<Self, StoreError> {
        let locator = Locator::parse(locator)?;
        let config = |source: object_store::Error| StoreError::Config {
            locator: locator.to_string(),
            reason: source.to_string(),
        };
        let backend: Arc<dyn ObjectStore> = match locator.scheme() {
            Scheme::File => Arc::new(LocalFileSystem::new().with_fsync(true)),
            Scheme::Http => Arc::new(
                HttpBuilder::new()
                    .with_url(origin(locator.url()))
                    .with_client_options(client_options())
                    .with_retry(retries())
                    .build()
                    .map_err(config)?,
            ),
            Scheme::S3 => {
                let builder = match access {
                    Access::Own => AmazonS3Builder::from_env(),
                    Access::Public => AmazonS3Builder::new().with_skip_signature(true),
                };
                let store = builder
                    .with_url(locator.to_string())
                    .with_client_options(client_options())
                    .with_retry(retries())
                    .build();
                Arc::new(store.map_err(config)?)
            }
        };
        let folder = Path::from_url_path(locator.url().path())
            .map_err(|source| StoreError::Config { locator: locator.to_string(), reason: source.to_string() })?;
        Ok(Self { locator, backend, folder })
    }

    /// The locator in its one written form, as it goes on chain.
    pub fn locator(&self) -> &Locator {
        &self.locator
    }

    /// Stores an object and returns its id. The object appears whole or not at all; one that is there already, of the
    /// right length, is left alone.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`], or [`StoreError::Refused`] when the store does not let this process write.
    pub async fn put(&self, bytes: impl Into<bytes::Bytes>) -> Result<ContentId, StoreError> {
        let bytes = bytes.into();
        let id = ContentId::of(&bytes);
        let at = self.object(&id);
        if let Ok(meta) = self.backend.head(&at).await
            && meta.size == bytes.len() as u64
        {
            return Ok(id);
        }
        self.backend
            .put(&at, PutPayload::from_bytes(bytes))
            .await
            .map_err(|error| of_object_store(error, &self.locator, &id))?;
        Ok(id)
    }

    /// Reads an object of at most `limit` bytes and checks that its hash is its id. A length beyond the limit is refused
    /// before anything is read, and again while reading, whatever the store said. Cancel safe.
    ///
    /// # Errors
    /// [`StoreError`]; its [`retryable`](StoreError::is_retryable) tells whether the object may come later.
    pub async fn get(&self, id: &ContentId, limit: u64) -> Result<bytes::Bytes, StoreError> {
        let too_large = |size| StoreError::TooLarge { id: *id, locator: self.locator.to_string(), size, limit };
        let at = self.object(id);
        let found = self.backend.get(&at).await.map_err(|error| of_object_store(error, &self.locator, id))?;
        let size = found.meta.size;
        if size > limit {
            return Err(too_large(size));
        }
        let mut bytes = bytes::BytesMut::new();
        // Hashed while the next part is on its way.
        let mut hasher = ContentHasher::default();
        let mut parts = found.into_stream();
        while let Some(part) = parts.next().await {
            let part = part.map_err(|error| of_object_store(error, &self.locator, id))?;
            let length = (bytes.len() as u64).saturating_add(part.len() as u64);
            if length > limit {
                return Err(too_large(length));
            }
            hasher.update(&part);
            bytes.extend_from_slice(&part);
        }
        let bytes = bytes.freeze();
        let actual = hasher.finish();
        if actual != *id {
            return Err(StoreError::WrongContent { expected: *id, actual, locator: self.locator.to_string() });
        }
        Ok(bytes)
    }

    fn object(&self, id: &ContentId) -> Path {
        self.folder.clone().join(id.to_string())
    }
}

/// Opens stores once and keeps them, with a bound on how many. The operator's own locators are opened with its
/// credentials, all others without.
#[derive(Debug)]
pub struct Stores {
    own: Vec<ContentStore>,
    schemes: Vec<Scheme>,
    opened: Mutex<HashMap<String, ContentStore>>,
}

/// Most stores kept open at a time.
const MOST_OPEN: usize = 64;

impl Stores {
    /// `own` are the operator's stores; `schemes` the kinds of locators that are followed when others name them.
    pub fn new(own: Vec<ContentStore>, schemes: Vec<Scheme>) -> Self {
        Self { own, schemes, opened: Mutex::default() }
    }

    /// The store at a locator that somebody else named.
    ///
    /// # Errors
    /// [`StoreError::Locator`] for one that is malformed or of a kind that is not followed.
    pub fn at(&self, locator: &str) -> Result<ContentStore, StoreError> {
        let parsed = Locator::parse_url(locator)?;
        if let Some(own) = self.own.iter().find(|store| store.locator == parsed) {
            return Ok(own.clone());
        }
        if !self.schemes.contains(&parsed.scheme()) {
            return Err(StoreError::Locator {
                locator: locator.to_owned(),
                reason: "this agent does not follow that kind of locator (see `fetch_from`)",
            });
        }
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = opened.get(locator) {
            return Ok(store.clone());
        }
        let store = ContentStore::open_as(locator, Access::Public)?;
        if opened.len() >= MOST_OPEN {
            opened.clear();
        }
        opened.insert(locator.to_owned(), store.clone());
        Ok(store)
    }
}

fn origin(url: &Url) -> &str {
    &url[..url::Position::BeforePath]
}

fn client_options() -> ClientOptions {
    ClientOptions::new()
        .with_allow_http(true)
        .with_connect_timeout(CONNECT_TIMEOUT)
        .with_read_timeout(STALL_TIMEOUT)
        .with_timeout_disabled()
}

fn retries() -> RetryConfig {
    RetryConfig { backoff: BackoffConfig::default(), max_retries: 3, retry_timeout: RETRY_FOR }
}
