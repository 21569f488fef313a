use anchor_lang::prelude::Pubkey;
use tessera::addresses::{provider_address, stake_vault_address};

use super::tokens::token_address;

/// The address of a wallet by its name (32 bytes at most): the same in every run, so that bumps and costs are, too.
pub fn wallet(name: &str) -> Pubkey {
    Pubkey::create_with_seed(&Pubkey::default(), name, &tessera::ID).expect("a name has 32 bytes at most")
}

/// A wallet and its token account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wallet {
    /// The wallet.
    pub key: Pubkey,
    /// Its associated token account of the market's mint.
    pub token: Pubkey,
}

/// A provider or verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Staker {
    /// The wallet that acts for it.
    pub authority: Pubkey,
    /// That wallet's token account.
    pub token: Pubkey,
    /// Its Provider account.
    pub provider: Pubkey,
    /// Its stake vault.
    pub vault: Pubkey,
}

impl Wallet {
    /// The wallet of this name, with its associated token account of a mint of this token program.
    pub fn named(name: &str, mint: &Pubkey, token_program: &Pubkey) -> Self {
        let key = wallet(name);
        Self { key, token: token_address(&key, mint, token_program, 0) }
    }
}

impl Staker {
    /// The addresses of this wallet as a provider of `market`.
    pub fn of(wallet: Wallet, market: &Pubkey) -> Self {
        let provider = provider_address(market, &wallet.key).0;
        Self { authority: wallet.key, token: wallet.token, provider, vault: stake_vault_address(&provider).0 }
    }
}
