//! What a task's locator leads to: `magic "TSM" 0x01, label length u32, label, inputs u16, content id*, graph`.

use tessera_referee::bytes::{Reader, Short};

use crate::{ContentId, Graph, GraphError};

const MAGIC: [u8; 4] = *b"TSM\x01";

/// Bytes of a label.
pub const MAX_LABEL_BYTES: usize = 4_096;

/// Why a manifest was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// The bytes end too early.
    #[error("the manifest ends too early: fetch it again")]
    Truncated,
    /// The bytes do not follow the encoding.
    #[error("malformed manifest: {0}")]
    Malformed(&'static str),
    /// The label is too long.
    #[error("the label has {0} bytes; at most 4,096 are allowed: shorten it")]
    Label(usize),
    /// The number of inputs differs from the graph's.
    #[error("the manifest names {given} inputs but its graph takes {wanted}")]
    Inputs {
        /// Inputs of the graph.
        wanted: usize,
        /// Inputs named.
        given: usize,
    },
    /// The graph is refused.
    #[error(transparent)]
    Graph(#[from] GraphError),
}

impl From<Short> for ManifestError {
    fn from(Short: Short) -> Self {
        Self::Truncated
    }
}

/// A task's graph, where its inputs are found, and how its outputs are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// What to compute.
    pub graph: Graph,
    /// The inputs' objects, in order: each a bundle of one tensor.
    pub inputs: Vec<ContentId>,
    /// JSON that names the job and its parameters, so that anyone can decode a result. At most 4,096 bytes.
    pub label: String,
}

impl Manifest {
    /// A manifest within the limits.
    pub fn new(graph: Graph, inputs: Vec<ContentId>, label: String) -> Result<Self, ManifestError> {
        let manifest = Self { graph, inputs, label };
        manifest.check()?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), ManifestError> {
        if self.label.len() > MAX_LABEL_BYTES {
            return Err(ManifestError::Label(self.label.len()));
        }
        let (wanted, given) = (self.graph.input_specs().len(), self.inputs.len());
        if wanted != given {
            return Err(ManifestError::Inputs { wanted, given });
        }
        Ok(())
    }

    /// The canonical encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend((self.label.len() as u32).to_le_bytes());
        out.extend(self.label.as_bytes());
        out.extend((self.inputs.len() as u16).to_le_bytes());
        self.inputs.iter().for_each(|id| out.extend(id.0));
        out.extend(self.graph.encode());
        out
    }

    /// The manifest that these bytes encode. Total and bounded, as [`Graph::decode`].
    pub fn decode(bytes: &[u8]) -> Result<Self, ManifestError> {
        let mut reader = Reader::new(bytes);
        if reader.array()? != MAGIC {
            return Err(ManifestError::Malformed("these bytes are not a manifest"));
        }
        let length = reader.u32()? as usize;
        if length > MAX_LABEL_BYTES {
            return Err(ManifestError::Label(length));
        }
        let label = std::str::from_utf8(reader.take(length)?)
            .map_err(|_| ManifestError::Malformed("the label is not UTF-8"))?
            .to_owned();
        let count = reader.u16()?;
        let inputs = (0..count).map(|_| reader.array().map(ContentId)).collect::<Result<Vec<_>, _>>()?;
        let graph = Graph::decode(reader.take(reader.remaining())?)?;
        Self::new(graph, inputs, label)
    }

    /// SHA-256 of the encoding: the manifest's name in an object store and its hash in a task's terms.
    pub fn id(&self) -> ContentId {
        ContentId::of(&self.encode())
    }
}
