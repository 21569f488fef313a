use anchor_lang::prelude::*;

use super::LAYOUT_VERSION;
use crate::errors::TesseraError;

/// A move's payload in parts, for one that does not fit a transaction. Address: "buffer", dispute, writer.
///
/// Its writer alone writes, uses and closes it. The dispute need not exist: a buffer may carry what opens it, and outlives it.
#[account]
#[derive(InitSpace, Debug, PartialEq, Eq)]
pub struct Buffer {
    /// [`LAYOUT_VERSION`].
    pub version: u8,
    /// Bump of this account.
    pub bump: u8,
    /// The dispute that it is for.
    pub dispute: Pubkey,
    /// Who writes it; paid its rent, and gets it back.
    pub writer: Pubkey,
    /// The payload: Borsh of the instruction's arguments.
    #[max_len(10_162)]
    pub bytes: Vec<u8>,
}

/// What is needed of a buffer, read in place: the payload may be most of what a program can hold in memory.
pub(crate) struct BufferView<'a> {
    /// The dispute that it is for.
    pub(crate) dispute: &'a [u8; 32],
    /// Who writes it.
    pub(crate) writer: &'a [u8; 32],
    /// Its payload.
    pub(crate) bytes: &'a [u8],
}

const VERSION_AT: usize = 8;
const DISPUTE_AT: usize = VERSION_AT + 2;
const WRITER_AT: usize = DISPUTE_AT + 32;
const LENGTH_AT: usize = WRITER_AT + 32;

impl Buffer {
    /// Bytes before the payload: discriminator, version, bump, two addresses and the payload's length.
    pub const HEADER: usize = LENGTH_AT + 4;
    /// Bytes of the longest payload: an instruction can make an account of 10,240 bytes at most.
    pub const MAX_BYTES: usize = 10_240 - Self::HEADER;

    /// Writes a part of the payload at `offset`, and says how long the whole is.
    pub(crate) fn write(data: &mut [u8], length: usize, offset: usize, part: &[u8]) -> Result<()> {
        let stored = u32::try_from(length).map_err(|_| TesseraError::BufferTooSmall)?;
        let end = offset.checked_add(part.len()).ok_or(TesseraError::Overflow)?;
        require_gte!(length, end, TesseraError::BufferTooSmall);
        let (header, room) = data.split_at_mut_checked(Self::HEADER).ok_or(TesseraError::WrongBuffer)?;
        let room = room.get_mut(..length).ok_or(TesseraError::BufferTooSmall)?;
        let place = room.get_mut(offset..end).ok_or(TesseraError::BufferTooSmall)?;
        place.copy_from_slice(part);
        let field = header.last_chunk_mut().ok_or(TesseraError::WrongBuffer)?;
        *field = stored.to_le_bytes();
        Ok(())
    }
}

impl<'a> BufferView<'a> {
    /// Of the bytes of a buffer's account. Refuses those of another type or version.
    pub(crate) fn of(data: &'a [u8]) -> Result<Self> {
        require!(data.starts_with(Buffer::DISCRIMINATOR), TesseraError::WrongBuffer);
        require!(data.get(VERSION_AT) == Some(&LAYOUT_VERSION), TesseraError::LayoutVersion);
        let wrong = || Error::from(TesseraError::WrongBuffer);
        let dispute = data.get(DISPUTE_AT..).and_then(|rest| rest.first_chunk()).ok_or_else(wrong)?;
        let writer = data.get(WRITER_AT..).and_then(|rest| rest.first_chunk()).ok_or_else(wrong)?;
        let length = data.get(LENGTH_AT..).and_then(|rest| rest.first_chunk()).ok_or_else(wrong)?;
        let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| wrong())?;
        let bytes = data.get(Buffer::HEADER..).and_then(|room| room.get(..length)).ok_or_else(wrong)?;
        Ok(Self { dispute, writer, bytes })
    }
}
