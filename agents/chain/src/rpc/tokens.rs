//! Mints and token accounts of both token programs.

use anchor_lang::AccountDeserialize;
use anchor_lang::prelude::Pubkey;
use anchor_spl::token_2022::spl_token_2022::extension::memo_transfer::MemoTransfer;
use anchor_spl::token_2022::spl_token_2022::extension::{BaseStateWithExtensions, StateWithExtensions};
use anchor_spl::token_2022::spl_token_2022::state::{Account as TokenAccount, AccountState};
use anchor_spl::token_interface::Mint;
use anchor_spl::{token, token_2022};
use serde_json::json;
use solana_account_decoder_client_types::UiAccount;
use solana_rpc_client_api::config::RpcTokenAccountsFilter;
use solana_rpc_client_api::request::RpcRequest;
use solana_rpc_client_api::response::RpcKeyedAccount;

use super::pool::Pool;
use super::read::{address, config, mismatch, owned_by};
use crate::chain::{MintInfo, TokenBalance};
use crate::error::ChainError;

impl Pool {
    /// The token account at `key`.
    pub(super) async fn token_balance(&self, key: Pubkey) -> Result<Option<TokenBalance>, ChainError> {
        match self.account(key).await?.1 {
            None => Ok(None),
            Some(account) => token_balance(key, &account).map(Some),
        }
    }

    /// The token accounts of `owner` for `mint`, by address.
    pub(super) async fn token_accounts(&self, owner: Pubkey, mint: Pubkey) -> Result<Vec<TokenBalance>, ChainError> {
        let filter = RpcTokenAccountsFilter::Mint(mint.to_string());
        let answer = self
            .fresh::<Vec<RpcKeyedAccount>>(RpcRequest::GetTokenAccountsByOwner, |floor| {
                json!([owner.to_string(), filter, config(floor)])
            })
            .await?;
        let mut balances = answer
            .value
            .into_iter()
            .map(|found| token_balance(address(&found.pubkey)?, &found.account))
            .collect::<Result<Vec<_>, _>>()?;
        balances.sort_by_key(|balance| balance.key);
        Ok(balances)
    }

    /// The mint at `key`.
    pub(super) async fn mint(&self, key: Pubkey) -> Result<Option<MintInfo>, ChainError> {
        let Some(account) = self.account(key).await?.1 else { return Ok(None) };
        let (program, bytes) = token_bytes(&account, "mint", key)?;
        let mint =
            Mint::try_deserialize(&mut bytes.as_slice()).map_err(|error| mismatch("mint", key, error.to_string()))?;
        Ok(Some(MintInfo { key, decimals: mint.decimals, supply: mint.supply, program }))
    }
}

fn token_balance(key: Pubkey, account: &UiAccount) -> Result<TokenBalance, ChainError> {
    let (program, bytes) = token_bytes(account, "token account", key)?;
    let state = StateWithExtensions::<TokenAccount>::unpack(&bytes)
        .map_err(|error| mismatch("token account", key, error.to_string()))?;
    let memo_required =
        state.get_extension::<MemoTransfer>().is_ok_and(|memo| memo.require_incoming_transfer_memos.into());
    let TokenAccount { owner, mint, amount, state, .. } = state.base;
    Ok(TokenBalance { key, owner, mint, amount, frozen: state == AccountState::Frozen, memo_required, program })
}

/// The token program that owns an account, and its bytes.
fn token_bytes(account: &UiAccount, what: &str, key: Pubkey) -> Result<(Pubkey, Vec<u8>), ChainError> {
    let program = if account.owner == token_2022::ID.to_string() { token_2022::ID } else { token::ID };
    Ok((program, owned_by(account, &program, what, key)?))
}
