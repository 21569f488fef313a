//! Copies through page-locked memory, which the device reads and writes at full speed.

use std::sync::Arc;

use cudarc::driver::{CudaContext, CudaSlice, CudaStream, DriverError, PinnedHostSlice};

/// Bytes of one piece.
const PIECE: usize = 8 << 20;

/// Two page-locked pieces: one is filled while the other is copied. They are made when first needed.
#[derive(Debug, Default)]
pub(super) struct Staging {
    pieces: Option<[PinnedHostSlice<u8>; 2]>,
}

impl Staging {
    fn pieces(&mut self, context: &Arc<CudaContext>) -> Result<&mut [PinnedHostSlice<u8>; 2], DriverError> {
        match &mut self.pieces {
            Some(pieces) => Ok(pieces),
            slot => {
                let piece = || -> Result<PinnedHostSlice<u8>, DriverError> {
                    // SAFETY: any bytes are u8, and a piece is written before it is read.
                    let mut piece = unsafe { context.alloc_pinned_with_flags::<u8>(PIECE, 0) }?;
                    piece.as_mut_slice()?.fill(0);
                    Ok(piece)
                };
                Ok(slot.insert([piece()?, piece()?]))
            }
        }
    }

    /// Copies to the start of a buffer that is at least as long.
    pub(super) fn upload(
        &mut self,
        stream: &Arc<CudaStream>,
        bytes: &[u8],
        to: &mut CudaSlice<u8>,
    ) -> Result<(), DriverError> {
        let whole = bytes.len() / PIECE * PIECE;
        if whole > 0 {
            let pieces = self.pieces(stream.context())?;
            for (i, from) in bytes[..whole].chunks_exact(PIECE).enumerate() {
                let piece = &mut pieces[i % 2];
                // Waits until the copy before the last has left it.
                piece.as_mut_slice()?.copy_from_slice(from);
                stream.memcpy_htod(piece, &mut to.slice_mut(i * PIECE..(i + 1) * PIECE))?;
            }
        }
        if whole < bytes.len() {
            stream.memcpy_htod(&bytes[whole..], &mut to.slice_mut(whole..bytes.len()))?;
        }
        Ok(())
    }

    /// Copies from the start of a buffer that is at least as long. All bytes are there when it returns.
    pub(super) fn download(
        &mut self,
        stream: &Arc<CudaStream>,
        from: &CudaSlice<u8>,
        bytes: &mut [u8],
    ) -> Result<(), DriverError> {
        let (length, whole) = (bytes.len(), bytes.len() / PIECE * PIECE);
        if whole > 0 {
            let pieces = self.pieces(stream.context())?;
            let count = whole / PIECE;
            for i in 0..=count {
                if i < count {
                    stream.memcpy_dtoh(&from.slice(i * PIECE..(i + 1) * PIECE), &mut pieces[i % 2])?;
                }
                if i > 0 {
                    // Waits for the copy into it, while the other piece is on its way.
                    bytes[(i - 1) * PIECE..i * PIECE].copy_from_slice(pieces[(i - 1) % 2].as_slice()?);
                }
            }
        }
        if whole < length {
            stream.memcpy_dtoh(&from.slice(whole..length), &mut bytes[whole..])?;
        }
        stream.synchronize()
    }
}
