//! Asks a provider for what it serves, over HTTP. A provider that does not answer, too late or too much serves nothing.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode, Url};
use tessera_chain::Pubkey;
use tessera_compute::Root;
use tessera_compute::referee::dispute::LEAF;
use tessera_compute::referee::limits::MAX_OPERATIONS;
use tessera_compute::referee::merkle::{Digest, Node};
use tokio::runtime::Handle;

use super::served::{Served, ServedLeaf};

/// How long an answer may take, recomputation included. What comes later is asked for on chain.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of the longest proof: a tree has 2^40 leaves at most.
const MOST_PROOF: usize = 40 * 32;

/// A provider's service, asked about one run, from a thread that may block.
pub struct Asked {
    client: Client,
    base: Url,
    runtime: Handle,
    /// Whether it failed to answer: it is not waited for again.
    gone: AtomicBool,
    trace: OnceLock<Option<Vec<Root>>>,
}

impl Asked {
    /// The service at a registered endpoint; `None` if that is no `http` or `https` URL.
    pub fn at(endpoint: &str, run: Pubkey, runtime: Handle) -> Option<Self> {
        let endpoint = Url::parse(endpoint).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let base = endpoint.join(&format!("/v1/runs/{run}/")).ok()?;
        let client = Client::builder().redirect(Policy::none()).timeout(PATIENCE).build().ok()?;
        Some(Self { client, base, runtime, gone: AtomicBool::new(false), trace: OnceLock::new() })
    }

    fn get(&self, path: &str, most: usize) -> Option<Vec<u8>> {
        if self.gone.load(Ordering::Relaxed) {
            return None;
        }
        let url = self.base.join(path).ok()?;
        match self.runtime.block_on(fetch(&self.client, url, most)) {
            Ok(found) => found,
            Err(error) => {
                tracing::info!(endpoint = %self.base, %error, "the provider does not serve its trace");
                self.gone.store(true, Ordering::Relaxed);
                None
            }
        }
    }
}

/// The body, if there is one of at most so many bytes.
async fn fetch(client: &Client, url: Url, most: usize) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut response = client.get(url).send().await?;
    if response.status() != StatusCode::OK {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len().saturating_add(chunk.len()) > most {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Some(bytes))
}

fn digests(bytes: &[u8]) -> Option<Vec<Digest>> {
    let (digests, rest) = bytes.as_chunks::<32>();
    rest.is_empty().then(|| digests.to_vec())
}

impl Served for Asked {
    fn trace(&self) -> Option<Vec<Root>> {
        let ask = || Some(digests(&self.get("trace", MAX_OPERATIONS * 32)?)?.into_iter().map(Root).collect());
        self.trace.get_or_init(ask).clone()
    }

    fn tree(&self, operation: u16) -> Option<Digest> {
        self.get(&format!("operations/{operation}/tree"), 32)?.try_into().ok()
    }

    fn nodes(&self, operation: u16, of: Node) -> Option<Vec<Digest>> {
        let Node { first, count } = of;
        digests(&self.get(&format!("operations/{operation}/nodes/{first}/{count}"), 16 * 32)?)
    }

    fn leaf(&self, operation: u16, index: u64) -> Option<ServedLeaf> {
        let bytes = self.get(&format!("operations/{operation}/leaves/{index}"), LEAF + MOST_PROOF)?;
        let (leaf, proof) = bytes.split_first_chunk::<LEAF>()?;
        Some(ServedLeaf { bytes: *leaf, proof: digests(proof)? })
    }
}
