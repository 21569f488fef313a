//! Transactions of the past.

use anchor_lang::prelude::Pubkey;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde_json::json;
use solana_rpc_client_api::config::{RpcSignaturesForAddressConfig, RpcTransactionConfig};
use solana_rpc_client_api::request::{MAX_GET_CONFIRMED_SIGNATURES_FOR_ADDRESS2_LIMIT, RpcRequest};
use solana_rpc_client_api::response::RpcConfirmedTransactionStatusWithSignature;
use solana_signature::Signature;
use solana_transaction_error::TransactionError;
use solana_transaction_status_client_types::option_serializer::OptionSerializer;
use solana_transaction_status_client_types::{EncodedConfirmedTransactionWithStatusMeta, UiTransactionEncoding};

use super::COMMITMENT;
use super::pool::Pool;
use crate::chain::{Details, HistoryPage, Recorded};
use crate::error::ChainError;
use crate::event::events;
use crate::failure::classify;

/// Transactions fetched at a time.
const AT_ONCE: usize = 4;

impl Pool {
    /// What a confirmed transaction cost and did; waits a little for a node to have it.
    pub(super) async fn details(&self, signature: Signature) -> Result<Details, ChainError> {
        let mut looks = 0;
        loop {
            if let Some(found) = self.transaction(signature).await?
                && let Some((details, _)) = read(&found)
            {
                return Ok(details);
            }
            looks += 1;
            if looks >= self.retry_policy().attempts {
                let what = format!("finding transaction {signature}");
                return Err(ChainError::Timeout { what, seconds: self.retry_policy().max_delay.as_secs() });
            }
            tokio::time::sleep(self.retry_policy().delay(looks)).await;
        }
    }

    /// See [`crate::Chain::history_page`].
    pub(super) async fn history(
        &self,
        address: Pubkey,
        before: Option<Signature>,
        limit: usize,
    ) -> Result<HistoryPage, ChainError> {
        let mut signatures: Vec<RpcConfirmedTransactionStatusWithSignature> = Vec::new();
        let mut ended = false;
        while signatures.len() < limit && !ended {
            let page = (limit - signatures.len()).min(MAX_GET_CONFIRMED_SIGNATURES_FOR_ADDRESS2_LIMIT);
            let oldest = signatures.last().map(|oldest| oldest.signature.clone());
            let config = RpcSignaturesForAddressConfig {
                before: oldest.or_else(|| before.map(|before| before.to_string())),
                until: None,
                limit: Some(page),
                commitment: Some(COMMITMENT),
                min_context_slot: (self.floor() > 0).then(|| self.floor()),
            };
            let found: Vec<_> =
                self.request(RpcRequest::GetSignaturesForAddress, json!([address.to_string(), config])).await?;
            ended = found.len() < page;
            signatures.extend(found);
        }
        signatures.truncate(limit);
        let transactions: Vec<Recorded> =
            stream::iter(signatures).map(|status| self.recorded(status)).buffered(AT_ONCE).try_collect().await?;
        let next = transactions.last().filter(|_| !ended).map(|oldest| oldest.signature);
        Ok(HistoryPage { transactions, next })
    }

    async fn recorded(&self, status: RpcConfirmedTransactionStatusWithSignature) -> Result<Recorded, ChainError> {
        let signature = status.signature.parse().map_err(|_| ChainError::Config {
            reason: format!("the node sent `{}` as a signature; use another endpoint", status.signature),
        })?;
        let found = self.transaction(signature).await?;
        let time = status.block_time.or(found.as_ref().and_then(|found| found.block_time));
        let (details, programs) = found.as_ref().and_then(read).unzip();
        let error = status.err.map(|error| {
            let logs = details.as_ref().map(|details: &Details| details.logs.clone()).unwrap_or_default();
            classify(&TransactionError::from(error), &programs.unwrap_or_default(), logs)
        });
        Ok(Recorded { signature, slot: status.slot, time, error, details })
    }

    async fn transaction(
        &self,
        signature: Signature,
    ) -> Result<Option<EncodedConfirmedTransactionWithStatusMeta>, ChainError> {
        let config = RpcTransactionConfig {
            encoding: Some(UiTransactionEncoding::Base64),
            commitment: Some(COMMITMENT),
            max_supported_transaction_version: Some(0),
        };
        self.request(RpcRequest::GetTransaction, json!([signature.to_string(), config])).await
    }
}

/// What a transaction cost and did, and which program each of its instructions calls (none if the node sent no bytes);
/// `None` if the node has no details.
fn read(found: &EncodedConfirmedTransactionWithStatusMeta) -> Option<(Details, Vec<Pubkey>)> {
    let meta = found.transaction.meta.as_ref()?;
    let logs = match &meta.log_messages {
        OptionSerializer::Some(logs) => logs.clone(),
        OptionSerializer::None | OptionSerializer::Skip => Vec::new(),
    };
    let compute_units = match meta.compute_units_consumed {
        OptionSerializer::Some(units) => units,
        OptionSerializer::None | OptionSerializer::Skip => 0,
    };
    let programs = found.transaction.transaction.decode().map_or_else(Vec::new, |transaction| {
        let keys = transaction.message.static_account_keys();
        let calls = transaction.message.instructions().iter();
        calls.map(|call| keys.get(usize::from(call.program_id_index)).copied().unwrap_or_default()).collect()
    });
    // A failed transaction logs events of what was then undone.
    let events = if meta.err.is_none() { events(&logs) } else { Vec::new() };
    Some((Details { compute_units, fee_lamports: meta.fee, events, logs }, programs))
}
