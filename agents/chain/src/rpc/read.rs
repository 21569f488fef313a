//! Typed reads.

use std::str::FromStr;

use anchor_lang::prelude::Pubkey;
use anchor_lang::{AnchorDeserialize, Discriminator};
use serde_json::{Value, json};
use solana_account_decoder_client_types::{UiAccount, UiAccountEncoding};
use solana_clock::Clock;
use solana_rpc_client_api::config::{RpcAccountInfoConfig, RpcProgramAccountsConfig};
use solana_rpc_client_api::filter::RpcFilterType;
use solana_rpc_client_api::request::{MAX_MULTIPLE_ACCOUNTS, RpcRequest};
use solana_rpc_client_api::response::RpcKeyedAccount;
use tessera::slot_hashes::{SYSVAR, SlotHash, first_at_or_after};
use tessera::state::{Market, Model, Moment, Provider, v1};

use super::COMMITMENT;
use super::pool::Pool;
use crate::chain::{Outdated, OutdatedKind};
use crate::error::ChainError;
use crate::filters::{PROVIDER_MARKET, filters, of, of_with};
use crate::versioned::{Stored, Versioned, decode};
use crate::world::{Account, AccountKind, Update};

/// Where the cluster keeps its clock.
const CLOCK: Pubkey = Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111");

impl Pool {
    /// The account at `key`, if there is one, and the slot of the answer.
    pub(super) async fn account(&self, key: Pubkey) -> Result<(u64, Option<UiAccount>), ChainError> {
        let answer = self
            .fresh::<Option<UiAccount>>(RpcRequest::GetAccountInfo, |floor| json!([key.to_string(), config(floor)]))
            .await?;
        Ok((answer.context.slot, answer.value))
    }

    /// The account of the program at `key`.
    pub(super) async fn stored<T: Stored>(&self, key: Pubkey) -> Result<Option<Versioned<T>>, ChainError> {
        let (slot, account) = self.account(key).await?;
        let Some(account) = account else { return Ok(None) };
        let data = decode(key, &owned_by(&account, &tessera::ID, T::NAME, key)?)?;
        Ok(Some(Versioned { key, slot, data }))
    }

    /// All accounts of the program that pass the filters, by address.
    pub(super) async fn all<T: Stored>(&self, filters: Vec<RpcFilterType>) -> Result<Vec<Versioned<T>>, ChainError> {
        let (slot, accounts) = self.program_accounts(filters).await?;
        let mut all = accounts
            .into_iter()
            .map(|(key, bytes)| Ok(Versioned { key, slot, data: decode(key, &bytes)? }))
            .collect::<Result<Vec<_>, ChainError>>()?;
        all.sort_by_key(|account| account.key);
        Ok(all)
    }

    /// All accounts of a kind that concern a market. One that cannot be decoded is left out, so that it hides no others.
    pub(super) async fn listing(&self, kind: AccountKind, market: Pubkey) -> Result<Update, ChainError> {
        let (slot, accounts) = self.program_accounts(filters(kind, market)).await?;
        let accounts = accounts.into_iter().filter_map(|(key, bytes)| Some((key, readable(key, &bytes)?))).collect();
        Ok(Update::Listing { kind, slot, accounts })
    }

    /// News about these accounts.
    pub(super) async fn updates(&self, keys: Vec<Pubkey>) -> Result<Vec<Update>, ChainError> {
        let mut updates = Vec::with_capacity(keys.len());
        for keys in keys.chunks(MAX_MULTIPLE_ACCOUNTS) {
            let names: Vec<_> = keys.iter().map(Pubkey::to_string).collect();
            let answer = self
                .fresh::<Vec<Option<UiAccount>>>(RpcRequest::GetMultipleAccounts, |floor| json!([names, config(floor)]))
                .await?;
            let slot = answer.context.slot;
            for (&key, account) in keys.iter().zip(answer.value) {
                match account.filter(|account| account.owner == tessera::ID.to_string()) {
                    None => updates.push(Update::Gone { key, slot }),
                    Some(account) => {
                        let account = account.data.decode().and_then(|bytes| readable(key, &bytes));
                        updates.extend(account.map(|account| Update::Account { key, slot, account }));
                    }
                }
            }
        }
        Ok(updates)
    }

    /// The cluster's clock.
    pub(super) async fn clock(&self) -> Result<Moment, ChainError> {
        let (_, account) = self.account(CLOCK).await?;
        let bytes = account.and_then(|account| account.data.decode()).ok_or_else(|| not_found("clock", CLOCK))?;
        let clock: Clock = bincode::deserialize(&bytes).map_err(|error| mismatch("clock", CLOCK, error.to_string()))?;
        Ok(Moment { unix: clock.unix_timestamp, slot: clock.slot })
    }

    /// See [`crate::Chain::slot_hash`].
    pub(super) async fn slot_hash(&self, slot: u64) -> Result<SlotHash, ChainError> {
        let (_, account) = self.account(SYSVAR).await?;
        let bytes =
            account.and_then(|account| account.data.decode()).ok_or_else(|| not_found("slot hashes", SYSVAR))?;
        Ok(first_at_or_after(&bytes, slot))
    }

    /// See [`crate::Chain::outdated_markets`].
    pub(super) async fn outdated_markets(&self) -> Result<Vec<Versioned<v1::Market>>, ChainError> {
        let (slot, accounts) = self.program_accounts(of::<Market>(v1::VERSION)).await?;
        let mut markets = Vec::with_capacity(accounts.len());
        for (key, bytes) in accounts {
            let mut content = bytes.strip_prefix(Market::DISCRIMINATOR).unwrap_or_default();
            let data = v1::Market::deserialize(&mut content)
                .map_err(|error| mismatch("market of layout version 1", key, error.to_string()))?;
            markets.push(Versioned { key, slot, data });
        }
        markets.sort_by_key(|market| market.key);
        Ok(markets)
    }

    /// See [`crate::Chain::outdated`].
    pub(super) async fn outdated(&self, market: Pubkey) -> Result<Vec<Outdated>, ChainError> {
        let mut found = Vec::new();
        if let Some(account) = self.account(market).await?.1 {
            let head = [Market::DISCRIMINATOR, &[v1::VERSION]].concat();
            if owned_by(&account, &tessera::ID, Market::NAME, market)?.starts_with(&head) {
                found.push(Outdated { key: market, kind: OutdatedKind::Market });
            }
        }
        for (kind, filters) in [
            (OutdatedKind::Provider, of_with::<Provider>(v1::VERSION, PROVIDER_MARKET, market)),
            (OutdatedKind::Model, of::<Model>(v1::VERSION)),
        ] {
            let (_, accounts) = self.program_accounts(filters).await?;
            let first = found.len();
            found.extend(accounts.into_iter().map(|(key, _)| Outdated { key, kind }));
            found[first..].sort_by_key(|outdated| outdated.key);
        }
        Ok(found)
    }

    /// The lamports that an account of `bytes` bytes must hold.
    pub(super) async fn rent_exempt(&self, bytes: usize) -> Result<u64, ChainError> {
        self.request(RpcRequest::GetMinimumBalanceForRentExemption, json!([bytes, COMMITMENT])).await
    }

    /// The hash that tells this cluster from all others.
    pub(super) async fn genesis_hash(&self) -> Result<String, ChainError> {
        self.request(RpcRequest::GetGenesisHash, Value::Null).await
    }

    async fn program_accounts(&self, filters: Vec<RpcFilterType>) -> Result<(u64, Vec<(Pubkey, Vec<u8>)>), ChainError> {
        let answer = self
            .fresh::<Vec<RpcKeyedAccount>>(RpcRequest::GetProgramAccounts, |floor| {
                let config = RpcProgramAccountsConfig {
                    filters: Some(filters.clone()),
                    account_config: config(floor),
                    with_context: Some(true),
                    sort_results: None,
                };
                json!([tessera::ID.to_string(), config])
            })
            .await?;
        let accounts = answer.value.into_iter().map(|found| {
            let key = address(&found.pubkey)?;
            Ok((key, owned_by(&found.account, &tessera::ID, "account of the program", key)?))
        });
        Ok((answer.context.slot, accounts.collect::<Result<_, ChainError>>()?))
    }
}

pub(super) fn config(floor: u64) -> RpcAccountInfoConfig {
    RpcAccountInfoConfig {
        encoding: Some(UiAccountEncoding::Base64),
        commitment: Some(COMMITMENT),
        min_context_slot: (floor > 0).then_some(floor),
        data_slice: None,
    }
}

pub(super) fn owned_by(account: &UiAccount, program: &Pubkey, what: &str, key: Pubkey) -> Result<Vec<u8>, ChainError> {
    if account.owner != program.to_string() {
        return Err(mismatch(what, key, format!("program {} owns it", account.owner)));
    }
    account.data.decode().ok_or_else(|| mismatch(what, key, "the node sent no bytes".to_owned()))
}

fn readable(key: Pubkey, bytes: &[u8]) -> Option<Account> {
    Account::decode(key, bytes).unwrap_or_else(|error| {
        tracing::warn!(%error, "an account is left out");
        None
    })
}

pub(super) fn address(text: &str) -> Result<Pubkey, ChainError> {
    Pubkey::from_str(text).map_err(|_| mismatch("address", Pubkey::default(), format!("the node sent `{text}`")))
}

fn not_found(what: &str, key: Pubkey) -> ChainError {
    ChainError::NotFound { what: what.to_owned(), key }
}

pub(super) fn mismatch(what: &str, key: Pubkey, reason: String) -> ChainError {
    ChainError::Decode { what: what.to_owned(), key, reason }
}
