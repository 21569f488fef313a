//! What became of a transaction.

use anchor_lang::prelude::Pubkey;
use serde_json::json;
use solana_rpc_client_api::request::RpcRequest;
use solana_rpc_client_api::response::Response;
use solana_signature::Signature;
use solana_transaction_status_client_types::TransactionStatus;

use super::COMMITMENT;
use super::pool::Pool;
use crate::error::ChainError;

impl Pool {
    /// The status of a recent transaction, confirmed or not.
    pub(super) async fn status(&self, signature: Signature) -> Result<Option<TransactionStatus>, ChainError> {
        let answer: Response<Vec<Option<TransactionStatus>>> =
            self.request(RpcRequest::GetSignatureStatuses, json!([[signature.to_string()]])).await?;
        Ok(answer.value.into_iter().next().flatten())
    }

    /// Whether a transaction can never land: some node is past its last block and has no trace of it. That must be one and
    /// the same node, asked for its height first: one that lags knows nothing of what others have.
    pub(super) async fn is_lost(&self, signature: Signature, last_valid: u64) -> bool {
        for node in self.nodes() {
            let Ok(height) = node.ask::<u64>(RpcRequest::GetBlockHeight, json!([COMMITMENT]), 0).await else {
                continue;
            };
            if height <= last_valid {
                continue;
            }
            let search = json!([[signature.to_string()], { "searchTransactionHistory": true }]);
            let statuses =
                node.ask::<Response<Vec<Option<TransactionStatus>>>>(RpcRequest::GetSignatureStatuses, search, 0).await;
            if statuses.is_ok_and(|answer| answer.value.iter().all(Option::is_none)) {
                return true;
            }
        }
        false
    }

    /// Asks the first node that answers for lamports. Not repeated elsewhere: that could give twice.
    pub(super) async fn airdrop(&self, to: Pubkey, lamports: u64) -> Result<Signature, ChainError> {
        let Some(node) = self.nodes().next() else {
            return Err(ChainError::Config { reason: "no RPC endpoint is configured; add one".to_owned() });
        };
        let text: String =
            node.ask(RpcRequest::RequestAirdrop, json!([to.to_string(), lamports, COMMITMENT]), 0).await?;
        text.parse().map_err(|_| ChainError::Config { reason: format!("{} sent `{text}` as a signature", node.url()) })
    }
}
