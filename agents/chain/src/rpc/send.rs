//! Sending, with at most one effect.

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use solana_compute_budget_interface::ComputeBudgetInstruction;
use solana_keypair::Keypair;
use solana_rpc_client_api::config::{RpcContextConfig, RpcSendTransactionConfig, RpcSimulateTransactionConfig};
use solana_rpc_client_api::request::RpcRequest;
use solana_rpc_client_api::response::{RpcBlockhash, RpcSimulateTransactionResult};
use solana_signature::Signature;
use solana_signer::Signer;
use solana_transaction::Transaction;
use solana_transaction_error::TransactionError;
use solana_transaction_status_client_types::UiTransactionEncoding;
use tokio::time::{Instant, sleep, timeout};

use super::classify::refused;
use super::pool::Pool;
use super::{COMMITMENT, SendPolicy};
use crate::chain::{Outgoing, Receipt, Simulated};
use crate::error::{ChainError, ErrorKind};
use crate::event::events;
use crate::failure::{classify, is_lack_of_funds};
use crate::ix::MAX_TRANSACTION;

/// The most compute units that a transaction may ask for.
const MAX_COMPUTE_UNITS: u32 = 1_400_000;

/// How an attempt ended.
enum Attempt {
    /// It is confirmed.
    Landed { slot: u64 },
    /// Its blockhash is too old, and it is nowhere: it can never land.
    Expired,
}

/// See [`crate::Chain::simulate`].
pub(super) async fn simulate(
    pool: &Pool,
    policy: &SendPolicy,
    outgoing: &Outgoing,
    payer: Pubkey,
) -> Result<Simulated, ChainError> {
    let instructions = with_budget(policy, outgoing, MAX_COMPUTE_UNITS);
    let transaction = Transaction::new_with_payer(&instructions, Some(&payer));
    let encoded = encode(&outgoing.label, &transaction)?;
    let result = pool
        .fresh::<RpcSimulateTransactionResult>(RpcRequest::SimulateTransaction, |floor| {
            let config = RpcSimulateTransactionConfig {
                sig_verify: false,
                replace_recent_blockhash: true,
                commitment: Some(COMMITMENT),
                encoding: Some(UiTransactionEncoding::Base64),
                min_context_slot: (floor > 0).then_some(floor),
                ..RpcSimulateTransactionConfig::default()
            };
            json!([encoded, config])
        })
        .await?
        .value;
    let logs = result.logs.unwrap_or_default();
    if let Some(error) = result.err {
        return Err(failure(pool, &error.into(), &transaction, logs).await);
    }
    let used = result.units_consumed.unwrap_or_else(|| u64::from(MAX_COMPUTE_UNITS));
    Ok(Simulated { compute_units: used, events: events(&logs), logs })
}

/// See [`crate::Chain::send`].
pub(super) async fn send(
    pool: &Pool,
    policy: &SendPolicy,
    outgoing: Outgoing,
    signers: &[&Keypair],
) -> Result<Receipt, ChainError> {
    let Some(payer) = signers.first().map(|payer| payer.pubkey()) else {
        return Err(signing(&outgoing, "nobody signs"));
    };
    let units = match outgoing.compute_units {
        Some(units) => units,
        None => limit(simulate(pool, policy, &outgoing, payer).await?.compute_units, policy.compute_margin_percent),
    };
    let instructions = with_budget(policy, &outgoing, units);
    let sending = async {
        for _ in 0..policy.attempts.max(1) {
            let mut transaction = Transaction::new_with_payer(&instructions, Some(&payer));
            let RpcBlockhash { blockhash, last_valid_block_height } = blockhash(pool).await?;
            let recent = blockhash.parse().map_err(|_| ChainError::Config {
                reason: format!("the node sent `{blockhash}` as a blockhash; use another endpoint"),
            })?;
            let signed = transaction.try_sign(&signers.to_vec(), recent);
            signed.map_err(|error| signing(&outgoing, &error.to_string()))?;
            let signature = transaction.signatures.first().copied().unwrap_or_default();
            tracing::debug!(label = outgoing.label, %signature, "sending");
            match land(pool, policy, &outgoing.label, &transaction, last_valid_block_height).await? {
                Attempt::Landed { slot } => return Ok((signature, slot)),
                Attempt::Expired => tracing::warn!(label = outgoing.label, %signature, "expired; signing anew"),
            }
        }
        Err(ChainError::Expired { label: outgoing.label.clone(), attempts: policy.attempts })
    };
    let (signature, slot) = timeout(policy.timeout, sending).await.unwrap_or_else(|_| {
        let what = format!("confirming `{}`, which may still land,", outgoing.label);
        Err(ChainError::Timeout { what, seconds: policy.timeout.as_secs() })
    })?;
    pool.raise_floor(slot);
    let details = pool.details(signature).await.inspect_err(|error| tracing::debug!(%error, "no details")).ok();
    Ok(Receipt { signature, slot, details })
}

/// Waits for an airdrop, which the cluster signs and sends itself.
pub(super) async fn confirm_airdrop(
    pool: &Pool,
    policy: &SendPolicy,
    signature: Signature,
) -> Result<Signature, ChainError> {
    let waiting = async {
        loop {
            if let Some(status) = pool.status(signature).await?
                && status.satisfies_commitment(COMMITMENT)
            {
                pool.raise_floor(status.slot);
                return status.err.map_or(Ok(signature), |error| Err(classify(&error, &[], Vec::new())));
            }
            sleep(policy.poll).await;
        }
    };
    timeout(policy.timeout, waiting).await.unwrap_or_else(|_| {
        Err(ChainError::Timeout { what: "confirming an airdrop".to_owned(), seconds: policy.timeout.as_secs() })
    })
}

/// Sends one signed transaction until it has landed, failed, or can no longer land.
async fn land(
    pool: &Pool,
    policy: &SendPolicy,
    label: &str,
    transaction: &Transaction,
    last_valid: u64,
) -> Result<Attempt, ChainError> {
    let encoded = encode(label, transaction)?;
    let signature = transaction.signatures.first().copied().unwrap_or_default();
    let mut sent_at = Instant::now();
    let mut refusal = broadcast(pool, &encoded).await;
    loop {
        match pool.status(signature).await {
            Ok(Some(status)) if status.satisfies_commitment(COMMITMENT) => {
                return match status.err {
                    None => Ok(Attempt::Landed { slot: status.slot }),
                    Some(error) => {
                        pool.raise_floor(status.slot);
                        let logs = pool.details(signature).await.map(|details| details.logs).unwrap_or_default();
                        Err(failure(pool, &error, transaction, logs).await)
                    }
                };
            }
            // It is known; a node's refusal came from one that had it already.
            Ok(Some(_)) => refusal = None,
            Ok(None) => {
                if let Some((error, logs)) = refusal.take() {
                    return Err(failure(pool, &error, transaction, logs).await);
                }
                if pool.is_lost(signature, last_valid).await {
                    return Ok(Attempt::Expired);
                }
                if sent_at.elapsed() >= policy.rebroadcast {
                    sent_at = Instant::now();
                    // The same bytes: whoever has them already ignores them. A refusal would only repeat what the status says.
                    broadcast(pool, &encoded).await;
                }
            }
            // It may have landed: go on asking until the timeout.
            Err(error) if error.kind() == ErrorKind::Retry => tracing::debug!(%error, "no status yet"),
            Err(error) => return Err(error),
        }
        sleep(policy.poll).await;
    }
}

/// Hands a transaction to every node. Returns why a node refused to take it, unless another took it or may have.
async fn broadcast(pool: &Pool, encoded: &str) -> Option<(TransactionError, Vec<String>)> {
    let config = RpcSendTransactionConfig {
        // It has been simulated, and a node that lags would refuse what others take.
        skip_preflight: true,
        preflight_commitment: Some(COMMITMENT.commitment),
        encoding: Some(UiTransactionEncoding::Base64),
        ..RpcSendTransactionConfig::default()
    };
    let mut refusal = None;
    let mut maybe_taken = false;
    for node in pool.nodes() {
        match node.raw::<String>(RpcRequest::SendTransaction, json!([encoded, config])).await {
            Ok(Ok(_)) => maybe_taken = true,
            Ok(Err(error)) => match refused(&error) {
                // Known there, or not yet acceptable there: the status will tell.
                Some((TransactionError::AlreadyProcessed | TransactionError::BlockhashNotFound, _)) | None => {
                    tracing::debug!(url = node.url(), %error, "perhaps not taken");
                    maybe_taken = true;
                }
                Some(why) => refusal = Some(why),
            },
            Err(error) => {
                tracing::debug!(%error, "perhaps not taken");
                maybe_taken = true;
            }
        }
    }
    refusal.filter(|_| !maybe_taken)
}

/// The instructions of a transaction, those that set its compute budget first.
fn with_budget(policy: &SendPolicy, outgoing: &Outgoing, units: u32) -> Vec<Instruction> {
    let mut instructions = vec![ComputeBudgetInstruction::set_compute_unit_limit(units)];
    if policy.priority_fee_micro_lamports > 0 {
        instructions.push(ComputeBudgetInstruction::set_compute_unit_price(policy.priority_fee_micro_lamports));
    }
    instructions.extend(outgoing.instructions.iter().cloned());
    instructions
}

/// The compute units to ask for, for a transaction that used `used` when simulated.
fn limit(used: u64, margin_percent: u32) -> u32 {
    let margin = used.saturating_mul(u64::from(margin_percent)) / 100;
    u32::try_from(used.saturating_add(margin)).unwrap_or(u32::MAX).min(MAX_COMPUTE_UNITS)
}

async fn blockhash(pool: &Pool) -> Result<RpcBlockhash, ChainError> {
    let answer = pool.fresh(RpcRequest::GetLatestBlockhash, |floor| {
        json!([RpcContextConfig { commitment: Some(COMMITMENT), min_context_slot: (floor > 0).then_some(floor) }])
    });
    Ok(answer.await?.value)
}

/// The client's error for a transaction that failed; says how much the payer lacks, if it does.
async fn failure(pool: &Pool, error: &TransactionError, transaction: &Transaction, logs: Vec<String>) -> ChainError {
    let message = &transaction.message;
    if is_lack_of_funds(error)
        && let Some(&payer) = message.account_keys.first()
        && let Ok((_, account)) = pool.account(payer).await
        && let Ok(rent) = pool.rent_exempt(0).await
    {
        let fee = LAMPORTS_PER_SIGNATURE.saturating_mul(u64::from(message.header.num_required_signatures));
        let have = account.map_or(0, |account| account.lamports);
        return ChainError::InsufficientFunds { payer, need: rent.saturating_add(fee), have };
    }
    let keys = &message.account_keys;
    let calls = message.instructions.iter();
    let programs = calls.map(|call| keys.get(usize::from(call.program_id_index)).copied().unwrap_or_default());
    classify(error, &programs.collect::<Vec<_>>(), logs)
}

/// What the cluster takes for each signature.
const LAMPORTS_PER_SIGNATURE: u64 = 5_000;

fn encode(label: &str, transaction: &Transaction) -> Result<String, ChainError> {
    let bytes = bincode::serialize(transaction)
        .map_err(|error| ChainError::Config { reason: format!("`{label}` cannot be encoded ({error})") })?;
    if bytes.len() > MAX_TRANSACTION {
        return Err(ChainError::Config {
            reason: format!(
                "`{label}` has {} bytes and a transaction may have {MAX_TRANSACTION}; send its instructions apart",
                bytes.len()
            ),
        });
    }
    Ok(BASE64_STANDARD.encode(bytes))
}

fn signing(outgoing: &Outgoing, reason: &str) -> ChainError {
    ChainError::Signing { label: outgoing.label.clone(), reason: reason.to_owned() }
}
