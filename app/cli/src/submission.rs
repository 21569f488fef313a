//! Submitting a task so that it can be resumed: data first, then a note on disk, then the transaction.
//!
//! The note holds the nonce, and the nonce fixes the task's address. Whoever repeats an interrupted submission uses the
//! same nonce, so that at most one task is created.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use tessera_chain::{Outgoing, Pubkey, Receipt, address, ix};
use tessera_compute::{ContentId, Manifest, encode_tensors};
use tessera_node::ContentStore;

use crate::error::CliError;
use crate::files;
use crate::order::Order;
use crate::session::SignedSession;
use crate::story::Story;

/// A created task.
#[derive(Clone, Debug)]
pub struct Submitted {
    /// Its address.
    pub task: Pubkey,
    /// Content id of its manifest.
    pub manifest_id: ContentId,
    /// The transaction; `None` when an earlier, interrupted submission had created it.
    pub receipt: Option<Receipt>,
}

/// The note of a submission that may have been interrupted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Pending {
    nonce: u64,
    /// SHA-256 of all that the program is told but the nonce: the same data under other terms are another task.
    terms: String,
}

/// A task's objects, as they will lie in the content store.
struct Objects {
    inputs: Vec<Vec<u8>>,
    manifest: Vec<u8>,
}

impl Objects {
    fn of(order: &Order) -> Self {
        let inputs: Vec<Vec<u8>> =
            order.prepared.inputs.iter().map(|input| encode_tensors(std::slice::from_ref(input))).collect();
        let manifest = Manifest {
            graph: order.prepared.graph.clone(),
            inputs: inputs.iter().map(|bytes| ContentId::of(bytes)).collect(),
            label: order.prepared.label.clone(),
        };
        Self { inputs, manifest: manifest.encode() }
    }

    /// Storing them again stores nothing twice.
    async fn store(self, store: &ContentStore) -> Result<(), CliError> {
        for bytes in self.inputs {
            store.put(bytes).await?;
        }
        store.put(self.manifest).await?;
        Ok(())
    }
}

/// Creates the task, or finds the one that an interrupted submission of the same manifest created. `notes` is the directory
/// of notes.
///
/// # Errors
/// [`CliError`]; submitting again is safe after any of them. [`CliError::NotYet`] while the market is paused: nothing was stored.
pub async fn submit(
    signed: &SignedSession,
    store: &ContentStore,
    order: &Order,
    notes: &Path,
) -> Result<Submitted, CliError> {
    let (chain, market) = (signed.session.chain.as_ref(), &signed.session.market);
    if market.paused {
        return Err(CliError::NotYet {
            message: format!("the market {} is paused by its authority: it takes no new tasks", market.key),
            hint: "submit again once `tessera market show` says no more that it is paused; nothing was sent".to_owned(),
        });
    }
    let escrow = order.escrow()?;
    let objects = Objects::of(order);
    let manifest_id = ContentId::of(&objects.manifest);
    let note = note_path(notes, &signed.key(), &manifest_id);
    let (key, args) = (signed.key(), order.create_args(store.locator(), manifest_id.0));
    let create = |source, nonce| ix::task_create(key, market, source, order.model, nonce, args.clone());
    let terms = ContentId::of(&create(Pubkey::default(), 0).data).to_string();
    let nonce = match load(&note)?.filter(|pending| pending.terms == terms) {
        None => fresh_nonce(),
        Some(Pending { nonce, .. }) => {
            let task = address::task(&key, nonce);
            if chain.task(task).await?.is_some() {
                forget(&note)?;
                return Ok(Submitted { task, manifest_id, receipt: None });
            }
            // It landed and is over: this is another one.
            if Story::read(chain, task).await?.has_begun() { fresh_nonce() } else { nonce }
        }
    };
    let source = signed.session.token_account_with(&key, escrow).await?;
    objects.store(store).await?;
    save(&note, &Pending { nonce, terms })?;
    let receipt = chain.send(Outgoing::new("task_create", vec![create(source, nonce)]), &[&signed.wallet]).await?;
    forget(&note)?;
    Ok(Submitted { task: address::task(&key, nonce), manifest_id, receipt: Some(receipt) })
}

fn note_path(notes: &Path, wallet: &Pubkey, manifest: &ContentId) -> PathBuf {
    notes.join(format!("{wallet}-{manifest}.json"))
}

fn load(note: &Path) -> Result<Option<Pending>, CliError> {
    let Some(bytes) = files::read_if_there(note)? else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(|e| {
        CliError::config(
            format!("{} is no note of a submission: {e}", note.display()),
            "see `tessera task list --mine` whether the task exists, then delete the file",
        )
    })
}

fn save(note: &Path, pending: &Pending) -> Result<(), CliError> {
    let text = serde_json::to_vec(pending)
        .map_err(|e| CliError::failed(format!("the note has no JSON form: {e}"), "report this"))?;
    files::replace(note, &text)
}

fn forget(note: &Path) -> Result<(), CliError> {
    match std::fs::remove_file(note) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(CliError::file("remove", note, e)),
        _ => Ok(()),
    }
}

/// Unique among a wallet's tasks: nanoseconds since 1970. A clock that jumps back gives at worst an address in use, which
/// the chain refuses.
fn fresh_nonce() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)
}
