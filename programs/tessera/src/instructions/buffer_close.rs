use anchor_lang::prelude::*;

use crate::errors::TesseraError;
use crate::state::Buffer;

/// Accounts of `buffer_close`.
#[derive(Accounts)]
pub struct BufferClose<'info> {
    /// Who writes the buffer; its rent comes back here.
    #[account(mut)]
    pub writer: Signer<'info>,
    /// The buffer.
    #[account(mut, close = writer, has_one = writer @ TesseraError::WrongWallet)]
    pub buffer: Box<Account<'info, Buffer>>,
}

/// - Its writer alone, at any time: also when the dispute is over and gone.
pub fn handler(_ctx: Context<BufferClose>) -> Result<()> {
    Ok(())
}
