use std::collections::BTreeMap;

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::program_pack::Pack;
use anchor_spl::token::spl_token::state::{Account as TokenAccount, AccountState};
use tessera::addresses::balance_address;
use tessera::errors::TesseraError;
use tessera::state::{Balance, LAYOUT_VERSION};

use super::{Fate, Model, Refused, fits};
use crate::fuzz::scene::Scene;
use crate::fuzz::step::{Account, Change};
use crate::svm::World;

/// A token account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coins {
    /// Who owns it.
    pub owner: Pubkey,
    /// Base units.
    pub amount: u64,
    /// Whether the mint's freeze authority froze it.
    pub frozen: bool,
}

/// A payment's receiver; `is_vault` and `balance_of` as in the program's legs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leg {
    pub(crate) account: Pubkey,
    pub(crate) holder: Pubkey,
    pub(crate) owner: Pubkey,
}

/// Where undeliverable payments go, and who pays for it. `None` for a call without these accounts.
pub(crate) type Unclaimed = Option<(Pubkey, Pubkey, Pubkey)>;

/// All token accounts of the world's mint.
pub(crate) fn read_tokens(world: &World) -> BTreeMap<Pubkey, Coins> {
    let accounts = world.bank.owned_by(&world.token_program).into_iter().filter(|(key, _)| *key != world.mint);
    accounts
        .filter_map(|(key, account)| {
            let state = TokenAccount::unpack(account.data.get(..TokenAccount::LEN)?).ok()?;
            let frozen = state.state == AccountState::Frozen;
            Some((key, Coins { owner: state.owner, amount: state.amount, frozen }))
        })
        .collect()
}

impl Model {
    pub(super) fn coins(&self, account: &Pubkey) -> u64 {
        self.accounts.tokens.get(account).map_or(0, |coins| coins.amount)
    }

    /// Whether a payment to this account of `owner` would arrive.
    pub fn payable(&self, account: &Pubkey, owner: &Pubkey) -> bool {
        self.accounts.tokens.get(account).is_some_and(|coins| coins.owner == *owner && !coins.frozen)
    }

    pub(super) fn open_vault(&mut self, account: Pubkey, owner: Pubkey) -> Fate {
        let new = Coins { owner, amount: 0, frozen: false };
        match self.accounts.tokens.insert(account, new) {
            None => Ok(()),
            Some(_) => Err(Refused::Code(0)),
        }
    }

    pub(super) fn close_vault(&mut self, account: &Pubkey) -> Fate {
        match self.accounts.tokens.remove(account) {
            Some(coins) if coins.amount == 0 => Ok(()),
            _ => Err(Refused::Somehow),
        }
    }

    /// A wallet spends from its token account.
    pub(super) fn take_coins(&mut self, from: &Pubkey, to: &Pubkey, owner: &Pubkey, amount: u64) -> Fate {
        let own = self.accounts.tokens.get(from).is_some_and(|coins| coins.owner == *owner);
        if amount > 0 && from != to && !own { Err(Refused::Somehow) } else { self.pay(from, to, amount) }
    }

    /// A vault pays.
    pub(super) fn pay(&mut self, from: &Pubkey, to: &Pubkey, amount: u64) -> Fate {
        if amount == 0 {
            return Ok(());
        }
        if from == to {
            return Err(TesseraError::DuplicateAccount.into());
        }
        let tokens = &mut self.accounts.tokens;
        if ![from, to].iter().all(|key| tokens.get(key).is_some_and(|coins| !coins.frozen)) {
            return Err(Refused::Somehow);
        }
        let source = tokens.get_mut(from).ok_or(Refused::Somehow)?;
        source.amount = source.amount.checked_sub(amount).ok_or(Refused::Code(1))?;
        tokens.get_mut(to).ok_or(Refused::Somehow)?.amount += amount;
        Ok(())
    }

    pub(super) fn burn(&mut self, from: &Pubkey, amount: u64) -> Fate {
        let source = self.accounts.tokens.get_mut(from).filter(|coins| !coins.frozen).ok_or(Refused::Somehow)?;
        source.amount = source.amount.checked_sub(amount).ok_or(Refused::Somehow)?;
        Ok(())
    }

    /// Pays a leg, or its owner's balance where it cannot receive.
    pub(super) fn pay_leg(&mut self, from: &Pubkey, leg: &Leg, unclaimed: Unclaimed, amount: u64) -> Fate {
        if amount == 0 {
            return Ok(());
        }
        if self.payable(&leg.account, &leg.holder) {
            return self.pay(from, &leg.account, amount);
        }
        let (market, vault, payer) = unclaimed.ok_or(Refused::from(TesseraError::BalanceMissing))?;
        let (address, bump) = balance_address(&market, &leg.owner);
        let new =
            Balance { version: LAYOUT_VERSION, bump, market, owner: leg.owner, payer, amount: 0, reserved: [0; 32] };
        let balance = self.accounts.balances.entry(address).or_insert(new);
        balance.amount = fits(balance.amount.checked_add(amount))?;
        self.pay(from, &vault, amount)
    }

    /// A token account's owner, or the mint's freeze authority, acts. Tokens never vanish: the cranker's account takes them.
    pub fn change_token(&mut self, scene: &Scene, account: Account, change: Change) -> bool {
        let key = scene.token(account);
        let wallet = match account {
            Account::Wallet(wallet) => Some(scene.wallets[usize::from(wallet)].key),
            _ => None,
        };
        let tokens = &mut self.accounts.tokens;
        match (change, wallet) {
            (Change::Freeze | Change::Thaw, _) => match tokens.get_mut(&key) {
                Some(coins) => coins.frozen = change == Change::Freeze,
                None => return false,
            },
            (Change::Close, Some(_)) => {
                let sink = scene.wallets[9].token;
                if key == sink || !tokens.contains_key(&sink) {
                    return false;
                }
                let Some(coins) = tokens.remove(&key) else {
                    return false;
                };
                if let Some(sink) = tokens.get_mut(&sink) {
                    sink.amount += coins.amount;
                }
            }
            (Change::Restore, Some(owner)) => {
                let coins = tokens.entry(key).or_insert(Coins { owner, amount: 0, frozen: false });
                *coins = Coins { owner, amount: coins.amount, frozen: false };
            }
            (Change::GiveAway, Some(_)) => match tokens.get_mut(&key) {
                Some(coins) => coins.owner = scene.model,
                None => return false,
            },
            _ => return false,
        }
        true
    }
}
