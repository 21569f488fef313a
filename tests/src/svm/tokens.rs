use std::collections::BTreeMap;

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::program_option::COption;
use anchor_lang::solana_program::program_pack::Pack;
use anchor_spl::associated_token::get_associated_token_address_with_program_id;
use anchor_spl::token;
use anchor_spl::token::spl_token::state::{Account as TokenAccount, AccountState, Mint};
use solana_account_4::Account;

use super::bank::Bank;
use super::world::World;

/// Decimals of every mint of a world.
pub const MINT_DECIMALS: u8 = 6;
/// Marks a Token-2022 mint with extensions.
const MINT_TYPE: u8 = 1;
/// Marks a Token-2022 token account with extensions.
const ACCOUNT_TYPE: u8 = 2;

/// The `index`th token account of a wallet; its associated one is the first.
pub(crate) fn token_address(owner: &Pubkey, mint: &Pubkey, token_program: &Pubkey, index: u8) -> Pubkey {
    if index == 0 {
        return get_associated_token_address_with_program_id(owner, mint, token_program);
    }
    Pubkey::find_program_address(&[b"token", owner.as_ref(), mint.as_ref(), &[index]], token_program).0
}

impl Bank {
    /// Makes an empty mint of the Token program.
    pub fn make_mint(&mut self, mint: Pubkey) {
        self.make_mint_of(mint, token::ID, &[]);
    }

    /// Makes an empty mint of either token program. `extensions`: those of a Token-2022 mint, by type number and content.
    pub fn make_mint_of(&mut self, mint: Pubkey, token_program: Pubkey, extensions: &[(u16, Vec<u8>)]) {
        let state = Mint {
            mint_authority: COption::None,
            supply: 0,
            decimals: MINT_DECIMALS,
            is_initialized: true,
            freeze_authority: COption::None,
        };
        let data = with_extensions(packed(state), MINT_TYPE, extensions);
        self.put_data(mint, data, token_program);
    }

    /// Makes a token account and mints `amount` into it.
    pub fn make_token(&mut self, address: Pubkey, owner: Pubkey, mint: Pubkey, amount: u64) {
        self.make_token_with(address, owner, mint, &[]);
        self.mint_to(address, amount);
    }

    /// Makes an empty token account of a Token-2022 mint with these extensions.
    pub fn make_token_with(&mut self, address: Pubkey, owner: Pubkey, mint: Pubkey, extensions: &[(u16, Vec<u8>)]) {
        let state =
            TokenAccount { mint, owner, amount: 0, state: AccountState::Initialized, ..TokenAccount::default() };
        let token_program = self.account(&mint).expect("the mint exists").owner;
        let data = with_extensions(packed(state), ACCOUNT_TYPE, extensions);
        self.put_data(address, data, token_program);
    }

    /// Mints `amount` into a token account.
    pub fn mint_to(&mut self, address: Pubkey, amount: u64) {
        let mut state = self.token_state(&address);
        state.amount += amount;
        let mut mint = self.mint_state(&state.mint);
        mint.supply += amount;
        let mint_address = state.mint;
        self.replace(address, state);
        self.replace(mint_address, mint);
    }

    /// Changes a token account past the token program.
    pub fn edit_token(&mut self, address: Pubkey, change: impl FnOnce(&mut TokenAccount)) {
        let mut state = self.token_state(&address);
        change(&mut state);
        self.replace(address, state);
    }

    /// Empties a token account, burning what it held, and closes it.
    pub fn close_token(&mut self, address: Pubkey) {
        let state = self.token_state(&address);
        let mut mint = self.mint_state(&state.mint);
        mint.supply -= state.amount;
        self.replace(state.mint, mint);
        self.put(address, Account::default());
    }

    /// A mint.
    pub fn mint_state(&self, mint: &Pubkey) -> Mint {
        let account = self.account(mint).expect("the mint exists");
        Mint::unpack(&account.data[..Mint::LEN]).expect("it is a mint")
    }

    /// All token accounts of a mint with their balances.
    pub fn balances(&self, mint: &Pubkey) -> BTreeMap<Pubkey, u64> {
        let token_program = self.account(mint).expect("the mint exists").owner;
        let accounts = self.owned_by(&token_program).into_iter();
        let tokens = accounts.filter_map(|(key, account)| {
            let base = account.data.get(..TokenAccount::LEN).filter(|_| key != *mint)?;
            Some((key, TokenAccount::unpack(base).ok()?))
        });
        tokens.filter(|(_, state)| state.mint == *mint).map(|(key, state)| (key, state.amount)).collect()
    }

    fn token_state(&self, address: &Pubkey) -> TokenAccount {
        let account = self.account(address).expect("the token account exists");
        TokenAccount::unpack(&account.data[..TokenAccount::LEN]).expect("it is a token account")
    }

    /// Writes another state in place of the one that is there; extensions stay.
    fn replace<S: Pack>(&mut self, address: Pubkey, state: S) {
        let mut account = self.account(&address).expect("the account exists");
        account.data[..S::LEN].copy_from_slice(&packed(state));
        self.put(address, account);
    }

    fn put_data(&mut self, address: Pubkey, data: Vec<u8>, owner: Pubkey) {
        // Lamports that are there already stay, as gifts to an address do.
        let lamports = self.rent(data.len()).max(self.lamports(&address));
        self.put(address, Account { lamports, data, owner, executable: false, rent_epoch: 0 });
    }
}

fn packed<S: Pack>(state: S) -> Vec<u8> {
    let mut data = vec![0; S::LEN];
    S::pack(state, &mut data).expect("the buffer has the state's length");
    data
}

/// A base state with Token-2022 extensions after it: padding to the length of a token account, the type of the account,
/// then for each its type, length and content.
fn with_extensions(mut data: Vec<u8>, account_type: u8, extensions: &[(u16, Vec<u8>)]) -> Vec<u8> {
    if extensions.is_empty() {
        return data;
    }
    data.resize(TokenAccount::LEN, 0);
    data.push(account_type);
    for (kind, content) in extensions {
        data.extend(kind.to_le_bytes());
        data.extend(u16::try_from(content.len()).expect("extensions are short").to_le_bytes());
        data.extend(content);
    }
    data
}

impl World {
    /// Tokens in an account; none where there is no account.
    pub fn tokens(&self, address: &Pubkey) -> u64 {
        self.bank.account(address).map_or(0, |_| self.bank.token_state(address).amount)
    }

    /// Another token account of a wallet, empty. `index` 0 is the one that it has from the beginning.
    pub fn another_token(&mut self, owner: Pubkey, index: u8) -> Pubkey {
        let address = token_address(&owner, &self.mint, &self.token_program, index);
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
