use anchor_lang::prelude::*;

use crate::creation::create_with_space;
use crate::errors::TesseraError;
use crate::state::{Buffer, BufferView, LAYOUT_VERSION};
use crate::{ID, seeds};

/// A part of a payload.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct BufferWriteArgs {
    /// Bytes of the whole payload, 1 to 10,162. The first write makes room for them; later ones may not ask for more.
    pub length: u32,
    /// Where the part begins.
    pub offset: u32,
    /// The part.
    pub bytes: Vec<u8>,
}

/// Accounts of `buffer_write`.
#[derive(Accounts)]
pub struct BufferWrite<'info> {
    /// Writes, and pays the buffer's rent.
    #[account(mut)]
    pub writer: Signer<'info>,
    /// CHECK: the dispute that the payload is for. Only its address matters, it may be opened later.
    pub dispute: UncheckedAccount<'info>,
    /// The buffer.
    ///
    /// CHECK: at its derived address, made by the first write.
    #[account(mut, seeds = [seeds::BUFFER, dispute.key().as_ref(), writer.key().as_ref()], bump)]
    pub buffer: UncheckedAccount<'info>,
    /// Makes the account.
    pub system_program: Program<'info, System>,
}

/// - Anyone, for payloads of its own; a move reads the buffer of whoever sends it and no other.
/// - The first write makes the buffer, with room for `length` bytes; each write says how long the payload is.
/// - Refused: a part that does not end within that length, and a length that does not fit the buffer.
pub fn handler(ctx: Context<BufferWrite>, args: BufferWriteArgs) -> Result<()> {
    let accounts = ctx.accounts;
    let [length, offset] = [args.length, args.offset].map(|number| usize::try_from(number).unwrap_or(usize::MAX));
    require!(length > 0 && length <= Buffer::MAX_BYTES, TesseraError::BufferTooSmall);
    let buffer: &AccountInfo = accounts.buffer.as_ref();
    if *buffer.owner != ID {
        let content = Buffer {
            version: LAYOUT_VERSION,
            bump: ctx.bumps.buffer,
            dispute: accounts.dispute.key(),
            writer: accounts.writer.key(),
            bytes: Vec::new(),
        };
        let seeds: [&[u8]; 4] = [seeds::BUFFER, content.dispute.as_ref(), content.writer.as_ref(), &[content.bump]];
        let space = Buffer::HEADER.checked_add(length).ok_or(TesseraError::Overflow)?;
        create_with_space(buffer, accounts.writer.as_ref(), &seeds, space, &content)?;
    }
    let mut data = buffer.try_borrow_mut_data()?;
    BufferView::of(&data)?;
    Buffer::write(&mut data, length, offset, &args.bytes)
}
