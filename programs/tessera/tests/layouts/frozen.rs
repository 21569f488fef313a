//! How bytes are compared.

use anchor_lang::prelude::Pubkey;
use anchor_lang::{AccountDeserialize, AccountSerialize, Discriminator, Space};

pub fn key(byte: u8) -> Pubkey {
    Pubkey::new_from_array([byte; 32])
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares the size and the bytes (see [`expand`]), and reads them back.
pub fn frozen<T>(account: &T, size: usize, expected: &str)
where
    T: AccountSerialize + AccountDeserialize + Discriminator + Space + PartialEq + std::fmt::Debug,
{
    let mut bytes = Vec::new();
    account.try_serialize(&mut bytes).unwrap();
    assert_eq!(T::DISCRIMINATOR.len() + T::INIT_SPACE, size);
    assert_eq!(hex(&bytes), unfold(expected));
    assert_eq!(&T::try_deserialize(&mut bytes.as_slice()).unwrap(), account);
}

/// Hexadecimal digits from the notation of these tests: white space is ignored, `[xx*n]` is n bytes xx.
pub fn unfold(text: &str) -> String {
    text.split_whitespace().map(expand).collect()
}

fn expand(word: &str) -> String {
    match word.strip_prefix('[').and_then(|word| word.strip_suffix(']')).and_then(|word| word.split_once('*')) {
        Some((byte, count)) => byte.repeat(count.parse().unwrap()),
        None => word.to_owned(),
    }
}

/// Checks what lies at an offset: clients filter accounts by these.
pub fn at<T: AccountSerialize>(account: &T, offset: usize, expected: &[u8]) {
    let mut bytes = Vec::new();
    account.try_serialize(&mut bytes).unwrap();
    assert_eq!(&bytes[offset..offset + expected.len()], expected);
}
