use std::collections::BTreeMap;

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::program_option::COption;
use anchor_lang::solana_program::program_pack::Pack;
use anchor_spl::token::spl_token::state::{Account as TokenAccount, AccountState, Mint};
use solana_account_4::Account;

use super::bank::Bank;
use super::world::World;

/// Decimals of every mint of a world.
pub const MINT_DECIMALS: u8 = 6;

/// The `index`th token account of a wallet.
pub(crate) fn token_address(owner: &Pubkey, mint: &Pubkey, index: u8) -> Pubkey {
    Pubkey::find_program_address(&[b"token", owner.as_ref(), mint.as_ref(), &[index]], &anchor_spl::token::ID).0
}

impl Bank {
    /// Makes an empty mint that anyone could freeze, so that tests may.
    pub fn make_mint(&mut self, mint: Pubkey) {
        let state = Mint {
            mint_authority: COption::None,
            supply: 0,
            decimals: MINT_DECIMALS,
            is_initialized: true,
            freeze_authority: COption::None,
        };
        self.put_packed(mint, state);
    }

    /// Makes a token account and mints `amount` into it.
    pub fn make_token(&mut self, address: Pubkey, owner: Pubkey, mint: Pubkey, amount: u64) {
        let state =
            TokenAccount { mint, owner, amount: 0, state: AccountState::Initialized, ..TokenAccount::default() };
        self.put_packed(address, state);
        self.mint_to(address, amount);
    }

    /// Mints `amount` into a token account.
    pub fn mint_to(&mut self, address: Pubkey, amount: u64) {
        let mut state = self.token_state(&address);
        state.amount += amount;
        let mut mint = self.mint_state(&state.mint);
        mint.supply += amount;
        let mint_address = state.mint;
        self.put_packed(address, state);
        self.put_packed(mint_address, mint);
    }

    /// Changes a token account past the token program.
    pub fn edit_token(&mut self, address: Pubkey, change: impl FnOnce(&mut TokenAccount)) {
        let mut state = self.token_state(&address);
        change(&mut state);
        self.put_packed(address, state);
    }

    /// Empties a token account, burning what it held, and closes it.
    pub fn close_token(&mut self, address: Pubkey) {
        let state = self.token_state(&address);
        let mut mint = self.mint_state(&state.mint);
        mint.supply -= state.amount;
        self.put_packed(state.mint, mint);
        self.put(address, Account::default());
    }

    /// A mint.
    pub fn mint_state(&self, mint: &Pubkey) -> Mint {
        let account = self.account(mint).expect("the mint exists");
        Mint::unpack(&account.data).expect("it is a mint")
    }

    /// All token accounts of a mint with their balances.
    pub fn balances(&self, mint: &Pubkey) -> BTreeMap<Pubkey, u64> {
        let accounts = self.owned_by(&anchor_spl::token::ID).into_iter();
        let tokens = accounts.filter_map(|(key, account)| Some((key, TokenAccount::unpack(&account.data).ok()?)));
        tokens.filter(|(_, state)| state.mint == *mint).map(|(key, state)| (key, state.amount)).collect()
    }

    fn token_state(&self, address: &Pubkey) -> TokenAccount {
        let account = self.account(address).expect("the token account exists");
        TokenAccount::unpack(&account.data).expect("it is a token account")
    }

    fn put_packed<S: Pack>(&mut self, address: Pubkey, state: S) {
        let mut data = vec![0; S::LEN];
        S::pack(state, &mut data).expect("the buffer has the state's length");
        // Lamports that are there already stay, as gifts to an address do.
        let lamports = self.rent(S::LEN).max(self.lamports(&address));
        self.put(address, Account { lamports, data, owner: anchor_spl::token::ID, executable: false, rent_epoch: 0 });
    }
}

impl World {
    /// Tokens in an account; none where there is no account.
    pub fn tokens(&self, address: &Pubkey) -> u64 {
        self.bank.account(address).map_or(0, |_| self.bank.token_state(address).amount)
    }

    /// Another token account of a wallet, empty. `index` 0 is the one that it has from the beginning.
    pub fn another_token(&mut self, owner: Pubkey, index: u8) -> Pubkey {
        let address = token_address(&owner, &self.mint, index);
        self.bank.make_token(address, owner, self.mint, 0);
        address
    }

    /// A stranger sends tokens to any token account.
    pub fn gift_tokens(&mut self, address: Pubkey, amount: u64) {
        self.bank.mint_to(address, amount);
        *self.gifts.entry(address).or_default() += amount;
    }

    /// A stranger sends lamports to any address.
    pub fn gift_lamports(&mut self, address: Pubkey, amount: u64) {
        let mut account = self.bank.account(&address).unwrap_or_default();
        account.lamports += amount;
        self.bank.put(address, account);
    }

    /// All tokens there are. What is missing was burned.
    pub fn supply(&self) -> u64 {
        self.bank.mint_state(&self.mint).supply
    }
}
