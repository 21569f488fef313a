//! How the bytes of a token account are read, without trusting that there is one.

use anchor_lang::prelude::*;

use crate::errors::TesseraError;
use crate::state::Market;

/// A token account without extensions, as all vaults are.
pub(crate) const TOKEN_ACCOUNT_LEN: usize = 165;
/// In Token-2022, where the type of an account with extensions lies.
pub(crate) const TYPE_AT: usize = 165;
/// In Token-2022, where the extensions begin.
pub(crate) const EXTENSIONS_AT: usize = 166;

const OWNER_AT: usize = 32;
const AMOUNT_AT: usize = 64;
const STATE_AT: usize = 108;
/// State of an account that is initialised and not frozen.
const STATE_INITIALISED: u8 = 1;
/// The type of account that a token account with extensions carries.
const TOKEN_ACCOUNT_TYPE: u8 = 2;
/// The size by which Token-2022 tells a multisig, whose bytes are anybody's choice.
const MULTISIG_LEN: usize = 355;
/// The extension by which an owner demands a memo with incoming transfers.
const MEMO_TRANSFER: u16 = 8;

/// Whether a transfer to this account would succeed: it is a token account of the market's mint and of `owner`, not frozen,
/// and demands no memo.
pub(crate) fn payable(account: &AccountInfo<'_>, market: &Market, owner: &Pubkey) -> bool {
    if *account.owner != market.token_program {
        return false;
    }
    let Ok(data) = account.try_borrow_data() else {
        return false;
    };
    key_at(&data, 0) == Some(market.mint)
        && key_at(&data, OWNER_AT) == Some(*owner)
        && data.get(STATE_AT) == Some(&STATE_INITIALISED)
        && takes_without_memo(&data)
}

/// [`payable`], as a named error.
pub(crate) fn require_payable(account: &AccountInfo<'_>, market: &Market, owner: &Pubkey) -> Result<()> {
    require!(payable(account, market, owner), TesseraError::WrongTokenAccount);
    Ok(())
}

/// The balance of a token account whose address was derived, base units.
pub(crate) fn token_amount(account: &AccountInfo<'_>) -> Result<u64> {
    let data = account.try_borrow_data()?;
    let bytes = data.get(AMOUNT_AT..).and_then(|rest| rest.first_chunk()).ok_or(TesseraError::WrongTokenAccount)?;
    Ok(u64::from_le_bytes(*bytes))
}

/// The extensions of a Token-2022 account: type and content. `None` where the bytes make no sense.
pub(crate) fn extensions(data: &[u8]) -> impl Iterator<Item = Option<(u16, &[u8])>> {
    let mut rest = data.get(EXTENSIONS_AT..).unwrap_or_default();
    core::iter::from_fn(move || {
        // Fewer than two bytes, or type 0: the end.
        let kind = u16::from_le_bytes(*rest.first_chunk()?);
        if kind == 0 {
            return None;
        }
        let content =
            rest.get(2..).and_then(|rest| rest.first_chunk()).map(|len| u16::from_le_bytes(*len)).and_then(|len| {
                let (content, after) = rest.get(4..)?.split_at_checked(usize::from(len))?;
                rest = after;
                Some((kind, content))
            });
        if content.is_none() {
            rest = &[];
        }
        Some(content)
    })
}

fn takes_without_memo(data: &[u8]) -> bool {
    if data.len() <= TOKEN_ACCOUNT_LEN {
        return data.len() == TOKEN_ACCOUNT_LEN;
    }
    data.len() != MULTISIG_LEN
        && data.get(TYPE_AT) == Some(&TOKEN_ACCOUNT_TYPE)
        && extensions(data).all(|extension| match extension {
            Some((MEMO_TRANSFER, content)) => content.first() == Some(&0),
            Some(_) => true,
            None => false,
        })
}

fn key_at(data: &[u8], at: usize) -> Option<Pubkey> {
    let bytes: &[u8; 32] = data.get(at..)?.first_chunk()?;
    Some(Pubkey::new_from_array(*bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn with(tail: &[u8]) -> Vec<u8> {
        let mut data = vec![0; TOKEN_ACCOUNT_LEN];
        data.extend_from_slice(tail);
        data
    }

    #[test]
    fn extensions_are_listed_until_the_type_is_zero() {
        let data = with(&[2, 7, 0, 0, 0, 8, 0, 1, 0, 1, 0, 0, 9]);
        let found: Vec<_> = extensions(&data).map(Option::unwrap).collect();
        assert_eq!(found, [(7, &[][..]), (8, &[1][..])]);
    }

    #[test]
    fn a_length_beyond_the_account_is_no_extension_and_ends_the_list() {
        let data = with(&[2, 7, 0, 9, 0, 1]);
        assert_eq!(extensions(&data).collect::<Vec<_>>(), [None]);
        let data = with(&[2, 7, 0, 9]);
        assert_eq!(extensions(&data).collect::<Vec<_>>(), [None]);
    }

    #[test]
    fn a_memo_lock_is_seen() {
        assert!(takes_without_memo(&with(&[])));
        assert!(takes_without_memo(&with(&[2, 7, 0, 0, 0, 8, 0, 1, 0, 0])));
        assert!(!takes_without_memo(&with(&[2, 7, 0, 0, 0, 8, 0, 1, 0, 1])));
    }

    #[test]
    fn an_account_of_another_type_or_size_is_none() {
        assert!(!takes_without_memo(&[0; 164]));
        assert!(!takes_without_memo(&with(&[1, 7, 0, 0, 0])));
        assert!(!takes_without_memo(&with(&[2; 190])));
    }
}
