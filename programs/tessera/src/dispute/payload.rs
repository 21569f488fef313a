use anchor_lang::prelude::*;

use crate::ID;
use crate::errors::TesseraError;
use crate::state::BufferView;

/// A move's arguments: given in the transaction, or read from the sender's buffer, which must be `sender`'s for `dispute`.
#[inline(never)]
pub(crate) fn payload<T: AnchorDeserialize>(
    given: Option<T>,
    buffer: Option<&AccountInfo<'_>>,
    dispute: &Pubkey,
    sender: &Pubkey,
) -> Result<T> {
    match (given, buffer) {
        (Some(given), None) => Ok(given),
        (None, Some(buffer)) => {
            require_keys_eq!(*buffer.owner, ID, TesseraError::WrongBuffer);
            let data = buffer.try_borrow_data()?;
            let view = BufferView::of(&data)?;
            let fits = *view.dispute == dispute.to_bytes() && *view.writer == sender.to_bytes();
            require!(fits, TesseraError::WrongBuffer);
            Ok(T::try_from_slice(view.bytes).map_err(|_| TesseraError::PayloadMalformed)?)
        }
        _ => err!(TesseraError::PayloadMissing),
    }
}
