use std::io::{Error, ErrorKind, Read, Result};

use anchor_lang::AnchorDeserialize;

/// Hashes of the longest proof: a tensor has fewer than 2^41 leaves.
const MOST_HASHES: usize = 41;

/// Reads what Borsh writes for a proof, in one piece: element by element the proofs of a step cost as much as a tenth of it.
pub(crate) fn read_hashes<R: Read>(reader: &mut R) -> Result<Vec<[u8; 32]>> {
    let count = u32::deserialize_reader(reader)?;
    let count = usize::try_from(count).ok().filter(|count| *count <= MOST_HASHES);
    let count = count.ok_or_else(|| Error::from(ErrorKind::InvalidData))?;
    let mut hashes = vec![[0; 32]; count];
    reader.read_exact(hashes.as_flattened_mut())?;
    Ok(hashes)
}
