#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod reads;

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_rpc_client::rpc_client::RpcClientConfig;
use solana_rpc_client::rpc_sender::{RpcSender, RpcTransportStats};
use solana_rpc_client_api::client_error::{Error, Result as RpcResult};
use solana_rpc_client_api::request::{RpcError, RpcRequest, RpcResponseErrorData};
use solana_signer::Signer;
use solana_transaction::Transaction;
use tessera::errors::TesseraError;

use super::*;
use crate::error::ErrorKind;
use crate::fake::fixture::key;
use crate::ix;

type Answer = Box<dyn Fn(RpcRequest, &Value, &[Call]) -> RpcResult<Value> + Send + Sync>;
type Call = (RpcRequest, Value);

/// A node that answers from a closure, which sees what was asked before.
struct Script {
    answer: Answer,
    calls: Arc<Mutex<Vec<Call>>>,
}

#[async_trait]
impl RpcSender for Script {
    async fn send(&self, request: RpcRequest, params: Value) -> RpcResult<Value> {
        let before = self.calls.lock().unwrap().clone();
        self.calls.lock().unwrap().push((request, params.clone()));
        (self.answer)(request, &params, &before)
    }

    fn get_transport_stats(&self) -> RpcTransportStats {
        RpcTransportStats::default()
    }

    fn url(&self) -> String {
        "http://script".to_owned()
    }
}

type Calls = Arc<Mutex<Vec<Call>>>;

fn chain(
    answers: Vec<impl Fn(RpcRequest, &Value, &[Call]) -> RpcResult<Value> + Send + Sync + 'static>,
) -> (RpcChain, Vec<Calls>) {
    let send = SendPolicy::default();
    let mut all = Vec::new();
    let clients = answers.into_iter().enumerate().map(|(index, answer)| {
        let calls = Calls::default();
        all.push(Arc::clone(&calls));
        let client = RpcClient::new_sender(Script { answer: Box::new(answer), calls }, RpcClientConfig::default());
        (format!("http://node{index}"), client)
    });
    let pool = Pool::new(clients.collect(), send.request_timeout, send.retry.clone());
    (RpcChain { pool: Arc::new(pool), ws: vec![], send, feed: FeedPolicy::default() }, all)
}

fn at(slot: u64, value: Value) -> RpcResult<Value> {
    Ok(json!({ "context": { "slot": slot }, "value": value }))
}

fn refused() -> Error {
    std::io::Error::from(std::io::ErrorKind::ConnectionRefused).into()
}

fn count(calls: &[Call], request: RpcRequest) -> usize {
    calls.iter().filter(|(made, _)| *made == request).count()
}

fn sent(calls: &Calls) -> Vec<Transaction> {
    let calls = calls.lock().unwrap();
    let sends = calls.iter().filter(|(request, _)| *request == RpcRequest::SendTransaction);
    sends.map(|(_, params)| decode(&params[0])).collect()
}

fn decode(encoded: &Value) -> Transaction {
    bincode::deserialize(&BASE64_STANDARD.decode(encoded.as_str().unwrap()).unwrap()).unwrap()
}

fn status(error: &Value) -> Value {
    let status = if error.is_null() { json!({ "Ok": null }) } else { json!({ "Err": error }) };
    json!({ "slot": 50, "confirmations": 1, "err": error, "status": status, "confirmationStatus": "confirmed" })
}

fn transaction(error: &Value, logs: &[&str]) -> Value {
    let status = if error.is_null() { json!({ "Ok": null }) } else { json!({ "Err": error }) };
    let encoded = BASE64_STANDARD.encode(bincode::serialize(&Transaction::default()).unwrap());
    json!({ "slot": 50, "blockTime": 7, "transaction": [encoded, "base64"], "meta": {
        "err": error, "status": status, "fee": 5_000, "preBalances": [], "postBalances": [],
        "logMessages": logs, "computeUnitsConsumed": 900,
    } })
}

/// What a node answers to everything but the request under test.
fn usual(request: RpcRequest, calls: &[Call]) -> RpcResult<Value> {
    match request {
        RpcRequest::SimulateTransaction => at(40, json!({ "err": null, "logs": [], "unitsConsumed": 1_000 })),
        RpcRequest::GetLatestBlockhash => {
            // Another one each time.
            let nth = u8::try_from(count(calls, RpcRequest::GetLatestBlockhash)).unwrap();
            at(40, json!({ "blockhash": key(nth + 1).to_string(), "lastValidBlockHeight": 100 }))
        }
        RpcRequest::SendTransaction => Ok(json!(signature_of_last(calls))),
        RpcRequest::GetBlockHeight => Ok(json!(90)),
        RpcRequest::GetSignatureStatuses => at(50, json!([status(&Value::Null)])),
        RpcRequest::GetTransaction => Ok(transaction(&Value::Null, &[])),
        other => panic!("{other} was not expected"),
    }
}

/// Nobody reads it: the client goes by its own signature.
fn signature_of_last(_calls: &[Call]) -> String {
    Signature::default().to_string()
}

fn outgoing() -> Outgoing {
    Outgoing::new("transfer", [ix::lamports_transfer(key(1), key(2), 3)])
}

async fn send(chain: &RpcChain) -> Result<Receipt, ChainError> {
    let payer = Keypair::new();
    let outgoing = Outgoing::new("transfer", [ix::lamports_transfer(payer.pubkey(), key(2), 3)]);
    chain.send(outgoing, &[&payer]).await
}

#[tokio::test(start_paused = true)]
async fn a_transaction_asks_for_what_was_simulated_and_a_margin_and_reports_its_cost() {
    let (chain, calls) = chain(vec![|request, _: &Value, before: &[Call]| usual(request, before)]);
    let receipt = send(&chain).await.unwrap();
    let transactions = sent(&calls[0]);
    assert_eq!(transactions.len(), 1);
    assert_eq!(receipt.signature, transactions[0].signatures[0]);
    let limit = solana_compute_budget_interface::ComputeBudgetInstruction::set_compute_unit_limit(1_200);
    assert_eq!(transactions[0].message.instructions[0].data, limit.data);
    let details = receipt.details.unwrap();
    assert_eq!((receipt.slot, details.compute_units, details.fee_lamports), (50, 900, 5_000));
    assert_eq!(chain.pool.floor(), 50, "later reads must see it");
}

#[tokio::test(start_paused = true)]
async fn an_expired_blockhash_is_renewed_only_when_the_first_can_no_longer_land() {
    let (chain, calls) = chain(vec![|request, params: &Value, before: &[Call]| {
        let fresh = count(before, RpcRequest::GetLatestBlockhash) >= 2;
        match request {
            RpcRequest::GetSignatureStatuses if !fresh => at(50, json!([null])),
            // The chain passes block 100 at the tenth look.
            RpcRequest::GetBlockHeight => Ok(json!(91 + count(before, RpcRequest::GetBlockHeight))),
            _ => {
                let _ = params;
                usual(request, before)
            }
        }
    }]);
    send(&chain).await.unwrap();
    let transactions = sent(&calls[0]);
    let signatures: BTreeSet<_> = transactions.iter().map(|transaction| transaction.signatures[0]).collect();
    assert_eq!(signatures.len(), 2, "one for each blockhash, whatever was broadcast again");
    let calls = calls[0].lock().unwrap();
    let renewed = calls.iter().rposition(|(request, _)| *request == RpcRequest::GetLatestBlockhash).unwrap();
    let (last, params) = &calls[renewed - 1];
    assert_eq!(*last, RpcRequest::GetSignatureStatuses, "the last thing asked before");
    assert_eq!(params[1]["searchTransactionHistory"], json!(true));
    assert!(count(&calls[..renewed], RpcRequest::GetBlockHeight) >= 10);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_lags_cannot_make_a_transaction_seem_lost() {
    // Node 0 knows nothing but lags behind the blockhash's last block; node 1 is past it and has the transaction.
    let answer = |lags: bool| {
        move |request: RpcRequest, params: &Value, before: &[Call]| match request {
            RpcRequest::GetBlockHeight => Ok(json!(if lags { 60 } else { 101 })),
            RpcRequest::GetSignatureStatuses if lags => {
                let looks = count(before, RpcRequest::GetSignatureStatuses);
                at(50, if looks < 5 { json!([null]) } else { json!([status(&Value::Null)]) })
            }
            RpcRequest::GetSignatureStatuses => {
                assert_eq!(params[1]["searchTransactionHistory"], json!(true));
                at(50, json!([status(&Value::Null)]))
            }
            _ => usual(request, before),
        }
    };
    let (chain, calls) = chain(vec![answer(true), answer(false)]);
    send(&chain).await.unwrap();
    assert_eq!(count(&calls[0].lock().unwrap(), RpcRequest::GetLatestBlockhash), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_a_send_is_no_second_transaction() {
    let (chain, calls) = chain(vec![|request, _: &Value, before: &[Call]| match request {
        RpcRequest::SendTransaction => Err(refused()),
        _ => usual(request, before),
    }]);
    send(&chain).await.unwrap();
    assert_eq!(sent(&calls[0]).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn attempts_are_bounded() {
    let (chain, calls) = chain(vec![|request, _: &Value, before: &[Call]| match request {
        RpcRequest::GetSignatureStatuses => at(50, json!([null])),
        RpcRequest::GetBlockHeight => Ok(json!(101)),
        _ => usual(request, before),
    }]);
    let error = send(&chain).await.unwrap_err();
    assert_eq!(error, ChainError::Expired { label: "transfer".into(), attempts: 3 });
    assert_eq!((error.kind(), sent(&calls[0]).len()), (ErrorKind::Retry, 3));
}

#[tokio::test(start_paused = true)]
async fn a_transaction_that_nobody_confirms_ends_in_a_timeout_that_says_so() {
    let (chain, _) = chain(vec![|request, _: &Value, before: &[Call]| match request {
        RpcRequest::GetSignatureStatuses => at(50, json!([null])),
        _ => usual(request, before),
    }]);
    let started = tokio::time::Instant::now();
    let error = send(&chain).await.unwrap_err();
    assert!(matches!(&error, ChainError::Timeout { what, .. } if what.contains("may still land")), "{error}");
    assert!(started.elapsed() < SendPolicy::default().timeout + std::time::Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_failure_on_chain_is_the_programs_named_error_with_its_logs() {
    let error = json!({ "InstructionError": [1, { "Custom": u32::from(TesseraError::TooEarly) }] });
    let failed = error.clone();
    let (chain, _) = chain(vec![move |request, _: &Value, before: &[Call]| match request {
        RpcRequest::GetSignatureStatuses => at(50, json!([status(&error)])),
        RpcRequest::GetTransaction => Ok(transaction(&error, &["a line"])),
        _ => usual(request, before),
    }]);
    let payer = Keypair::new();
    let settle = crate::Instruction { program_id: tessera::ID, accounts: vec![], data: vec![] };
    let outgoing = Outgoing::new("task_settle", [settle]).with_compute_units(9);
    let error = chain.send(outgoing, &[&payer]).await.unwrap_err();
    assert_eq!(error.tessera(), Some(TesseraError::TooEarly), "{failed}");
    assert_eq!(error.logs(), ["a line"]);
    let failure = error.program_failure().unwrap();
    assert_eq!((failure.name.as_str(), failure.instruction), ("TooEarly", 0));
}

#[tokio::test(start_paused = true)]
async fn what_would_fail_is_not_sent() {
    let (chain, calls) = chain(vec![|request, _: &Value, before: &[Call]| match request {
        RpcRequest::SimulateTransaction => {
            at(40, json!({ "err": { "InstructionError": [1, { "Custom": 1 }] }, "logs": ["x"], "unitsConsumed": 1 }))
        }
        _ => usual(request, before),
    }]);
    let error = send(&chain).await.unwrap_err();
    assert_eq!(error.program_failure().unwrap().name, "InsufficientFunds");
    assert!(sent(&calls[0]).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_payer_without_funds_is_told_how_much_it_has() {
    let (chain, _) = chain(vec![|request, _: &Value, before: &[Call]| match request {
        RpcRequest::SimulateTransaction => at(40, json!({ "err": "AccountNotFound", "logs": [] })),
        RpcRequest::GetAccountInfo => at(40, Value::Null),
        RpcRequest::GetMinimumBalanceForRentExemption => Ok(json!(890_880)),
        _ => usual(request, before),
    }]);
    let error = chain.simulate(&outgoing(), key(1)).await.unwrap_err();
    assert_eq!(error, ChainError::InsufficientFunds { payer: key(1), need: 895_880, have: 0 });
}

#[tokio::test(start_paused = true)]
async fn stale_answers_are_refused_and_asked_for_elsewhere() {
    let slots = |slot: u64| {
        move |request: RpcRequest, params: &Value, _: &[Call]| {
            assert_eq!((request, &params[1]["minContextSlot"]), (RpcRequest::GetAccountInfo, &json!(30)));
            at(slot, Value::Null)
        }
    };
    // The first node ignores the parameter; the second one keeps up.
    let (chain, calls) = chain(vec![slots(29), slots(30)]);
    chain.pool.raise_floor(30);
    assert!(!chain.account_exists(key(1)).await.unwrap());
    assert!(!chain.account_exists(key(1)).await.unwrap());
    assert_eq!(calls[0].lock().unwrap().len(), 1, "the node that answered well is preferred from then on");
    let (behind, calls) = self::chain(vec![slots(29)]);
    behind.pool.raise_floor(30);
    let error = behind.account_exists(key(1)).await.unwrap_err();
    assert_eq!(error, ChainError::Behind { url: "http://node0".into(), wanted: 30, got: Some(29) });
    assert_eq!(calls[0].lock().unwrap().len(), 5, "as often as the policy says");
}

#[tokio::test(start_paused = true)]
async fn a_node_that_says_it_lags_is_left_for_another_and_a_refusal_is_final() {
    let asked = Arc::new(AtomicU64::new(0));
    let second = Arc::clone(&asked);
    let answer = move |request: RpcRequest, _: &Value, before: &[Call]| {
        assert_eq!(request, RpcRequest::GetGenesisHash);
        let code = if before.is_empty() { -32016 } else { -32601 };
        second.fetch_add(1, Ordering::Relaxed);
        Err(RpcError::RpcResponseError { code, message: String::new(), data: RpcResponseErrorData::Empty }.into())
    };
    let (chain, _) = chain(vec![answer]);
    let error = chain.genesis_hash().await.unwrap_err();
    assert!(matches!(error, ChainError::Rpc { code: -32601, .. }));
    assert_eq!(asked.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn history_pages_and_names_failures() {
    let error = json!({ "InstructionError": [0, { "Custom": 1 }] });
    let signature = |nth: u8| Signature::from([nth; 64]).to_string();
    let (chain, calls) = chain(vec![move |request, params: &Value, before: &[Call]| match request {
        RpcRequest::GetSignaturesForAddress => {
            let entry = |nth: u8, err: &Value| json!({ "signature": signature(nth), "slot": nth, "err": err, "memo": null, "blockTime": null });
            let _ = params;
            Ok(if before.is_empty() { json!([entry(2, &Value::Null), entry(1, &error)]) } else { json!([]) })
        }
        RpcRequest::GetTransaction => Ok(transaction(&Value::Null, &[])),
        _ => usual(request, before),
    }]);
    let history = chain.history(key(1), 2).await.unwrap();
    assert_eq!(history.iter().map(|past| past.slot).collect::<Vec<_>>(), [2, 1]);
    assert_eq!((history[0].time, history[0].error.is_none()), (Some(7), true));
    assert!(matches!(history[1].error, Some(ChainError::Program(_))));
    assert_eq!(count(&calls[0].lock().unwrap(), RpcRequest::GetSignaturesForAddress), 1);
}

#[tokio::test]
async fn signers_that_do_not_fit_and_transactions_that_are_too_large_are_refused_before_anything_is_sent() {
    let (chain, calls) = chain(vec![|request, _: &Value, before: &[Call]| usual(request, before)]);
    assert!(matches!(chain.send(outgoing(), &[]).await, Err(ChainError::Signing { .. })));
    let stranger = Keypair::new();
    assert!(matches!(chain.send(outgoing(), &[&stranger]).await, Err(ChainError::Signing { .. })));
    let large = Outgoing::new("large", vec![ix::lamports_transfer(key(1), key(2), 3); 60]);
    assert!(matches!(chain.send(large, &[&stranger]).await, Err(ChainError::Config { .. })));
    assert!(sent(&calls[0]).is_empty());
}

#[tokio::test]
async fn an_endpoint_that_hangs_up_during_the_tls_handshake_is_tried_again() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("wss://{}", listener.local_addr().unwrap());
    let endpoints = Endpoints::new(vec!["http://127.0.0.1:1".to_owned()], vec![url.clone()]).unwrap();
    RpcChain::connect(endpoints, SendPolicy::default(), FeedPolicy::default()).unwrap();
    assert!(rustls::crypto::CryptoProvider::get_default().is_some(), "else the product panics, which links in two");
    let reconnect = RetryPolicy { first_delay: Duration::from_millis(1), ..RetryPolicy::default() };
    let policy = FeedPolicy { reconnect, ..FeedPolicy::default() };
    let (messages, _inbox) = tokio::sync::mpsc::channel(1);
    let cancel = CancellationToken::new();
    let source = Source { url, market: key(1), commitment: COMMITMENT, policy };
    let mut following = tokio::task::JoinSet::new();
    following.spawn(source.follow(messages, cancel.clone()));
    for _ in 0..2 {
        tokio::select! {
            accepted = listener.accept() => drop(accepted.unwrap()),
            ended = following.join_next() => panic!("it gave up: {ended:?}"),
        }
    }
    cancel.cancel();
    following.join_next().await.unwrap().unwrap();
}
