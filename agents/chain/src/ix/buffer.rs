//! Payloads of a dispute's moves: given with the move, or put into a buffer before it.

use anchor_lang::AnchorSerialize;
use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::system_program;
use tessera::instructions::BufferWriteArgs;
use tessera::{accounts, instruction as data};

use super::instruction;
use crate::address;

/// Where a move's arguments are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload<T> {
    /// In the move's instruction.
    Inline(T),
    /// In the sender's buffer for this dispute, see [`buffer_writes`].
    Buffered,
}

impl<T> Payload<T> {
    /// The arguments and the buffer, as an instruction takes them.
    pub(super) fn split(self, dispute: &Pubkey, sender: &Pubkey) -> (Option<T>, Option<Pubkey>) {
        match self {
            Self::Inline(args) => (Some(args), None),
            Self::Buffered => (None, Some(address::buffer(dispute, sender))),
        }
    }
}

/// Bytes of a payload that one transaction with [`buffer_write`] alone has room for.
pub const BUFFER_PART: usize = 880;

/// The bytes of a move's arguments, as a buffer holds them.
#[must_use]
pub fn payload_bytes(args: &impl AnchorSerialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing into memory does not fail.
    let _ = args.serialize(&mut bytes);
    bytes
}

/// Writes a part of a payload of `length` bytes into the buffer of `writer`, who signs and pays; the first write makes it.
#[must_use]
pub fn buffer_write(writer: Pubkey, dispute: Pubkey, length: u32, offset: u32, bytes: Vec<u8>) -> Instruction {
    let buffer = address::buffer(&dispute, &writer);
    let accounts = accounts::BufferWrite { writer, dispute, buffer, system_program: system_program::ID };
    instruction(accounts, data::BufferWrite { args: BufferWriteArgs { length, offset, bytes } })
}

/// Writes a whole payload, one instruction for each transaction.
#[must_use]
pub fn buffer_writes(writer: Pubkey, dispute: Pubkey, payload: &[u8]) -> Vec<Instruction> {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let parts = payload.chunks(BUFFER_PART).enumerate();
    let write = |(index, part): (usize, &[u8])| {
        let offset = number(index.saturating_mul(BUFFER_PART));
        buffer_write(writer, dispute, number(payload.len()), offset, part.to_vec())
    };
    parts.map(write).collect()
}

/// Closes the buffer of `writer`, who signs and gets its rent back.
#[must_use]
pub fn buffer_close(writer: Pubkey, dispute: Pubkey) -> Instruction {
    let buffer = address::buffer(&dispute, &writer);
    instruction(accounts::BufferClose { writer, buffer }, data::BufferClose {})
}
