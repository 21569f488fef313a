//! The program's transactions, read back from the chain with the accounts that each write-locks.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use solana_rpc_client::api::request::RpcRequest;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use tessera_chain::{Event, Pubkey, events, program};
use tessera_cli::error::CliError;
use tokio::task::JoinSet;

use super::failed;

/// Signatures of one answer.
const PAGE: usize = 1_000;
/// Transactions read at the same time.
const AT_ONCE: usize = 16;
/// What the program logs before an instruction's name.
const NAMED: &str = "Program log: Instruction: ";

/// A transaction that calls the program, refused ones included.
#[derive(Clone, Debug)]
pub(super) struct Recorded {
    pub(super) slot: u64,
    /// Why it was refused.
    pub(super) error: Option<String>,
    pub(super) fee: u64,
    pub(super) units: u64,
    pub(super) payer: Pubkey,
    /// Its last instruction of the program; those before it open what it needs.
    pub(super) step: String,
    /// Accounts that no other transaction may use at the same time.
    pub(super) write_locked: Vec<Pubkey>,
    /// None if it was refused.
    pub(super) events: Vec<Event>,
}

/// The newest transaction of the program.
pub(super) async fn newest(rpc_url: &str) -> Result<Option<String>, CliError> {
    let client = RpcClient::new(rpc_url.to_owned());
    let found = signatures(&client, json!({ "limit": 1, "commitment": "confirmed" })).await?;
    Ok(found.into_iter().next().map(|found| found.signature))
}

/// The program's transactions after `earlier`, oldest first.
pub(super) async fn since(rpc_url: &str, earlier: Option<String>) -> Result<Vec<Recorded>, CliError> {
    let client = Arc::new(RpcClient::new(rpc_url.to_owned()));
    let mut listed: Vec<String> = Vec::new();
    loop {
        let config = json!({
            "limit": PAGE,
            "before": listed.last(),
            "until": earlier,
            "commitment": "confirmed",
        });
        let page = signatures(&client, config).await?;
        let is_last = page.len() < PAGE;
        listed.extend(page.into_iter().map(|found| found.signature));
        if is_last {
            break;
        }
    }
    listed.reverse();
    let mut all = Vec::with_capacity(listed.len());
    for some in listed.chunks(AT_ONCE) {
        let mut reading = JoinSet::new();
        for (place, signature) in some.iter().enumerate() {
            let (client, signature) = (client.clone(), signature.clone());
            reading.spawn(async move { transaction(&client, &signature).await.map(|found| (place, found)) });
        }
        let mut read = reading.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
        read.sort_by_key(|(place, _)| *place);
        all.extend(read.into_iter().map(|(_, recorded)| recorded));
    }
    Ok(all)
}

#[derive(Deserialize)]
struct Listed {
    signature: String,
}

async fn signatures(client: &RpcClient, config: Value) -> Result<Vec<Listed>, CliError> {
    let params = json!([program::ID.to_string(), config]);
    client.send(RpcRequest::GetSignaturesForAddress, params).await.map_err(|e| failed(format!("no signatures: {e}")))
}

async fn transaction(client: &RpcClient, signature: &str) -> Result<Recorded, CliError> {
    let config = json!({ "encoding": "json", "commitment": "confirmed", "maxSupportedTransactionVersion": 0 });
    let found: Result<Found, _> = client.send(RpcRequest::GetTransaction, json!([signature, config])).await;
    let found = found.map_err(|e| failed(format!("transaction {signature} was not read: {e}")))?;
    found.recorded().ok_or_else(|| failed(format!("transaction {signature} is not as expected")))
}

#[derive(Deserialize)]
struct Found {
    slot: u64,
    transaction: Signed,
    meta: Meta,
}

#[derive(Deserialize)]
struct Signed {
    message: Message,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    account_keys: Vec<String>,
    header: Header,
    instructions: Vec<Call>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    num_required_signatures: usize,
    num_readonly_signed_accounts: usize,
    num_readonly_unsigned_accounts: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    program_id_index: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    err: Option<Value>,
    fee: u64,
    compute_units_consumed: Option<u64>,
    log_messages: Option<Vec<String>>,
}

impl Found {
    fn recorded(self) -> Option<Recorded> {
        let keys: Vec<Pubkey> =
            self.transaction.message.account_keys.iter().map(|key| key.parse().ok()).collect::<Option<_>>()?;
        let message = &self.transaction.message;
        let write_locked = keys.iter().enumerate().filter(|(index, _)| message.locks(*index)).map(|(_, key)| *key);
        let logs = self.meta.log_messages.unwrap_or_default();
        let error = self.meta.err.filter(|error| !error.is_null()).map(|error| error.to_string());
        Some(Recorded {
            slot: self.slot,
            fee: self.meta.fee,
            units: self.meta.compute_units_consumed.unwrap_or(0),
            payer: *keys.first()?,
            step: step(&logs),
            write_locked: write_locked.collect(),
            // The logs of a refused transaction may hold events of what was undone.
            events: if error.is_none() { events(&logs) } else { Vec::new() },
            error,
        })
    }
}

impl Message {
    /// Whether the key at this place is write-locked: the header says what is writable, and a program that is called is not.
    fn locks(&self, index: usize) -> bool {
        let (signers, keys) = (self.header.num_required_signatures, self.account_keys.len());
        let is_writable = if index < signers {
            index + self.header.num_readonly_signed_accounts < signers
        } else {
            index + self.header.num_readonly_unsigned_accounts < keys
        };
        is_writable && !self.instructions.iter().any(|call| call.program_id_index == index)
    }
}

/// The name of the program's last instruction, as other tools write it.
fn step(logs: &[String]) -> String {
    let program = program::ID.to_string();
    let mut is_ours = false;
    let mut last = None;
    for line in logs {
        if line.ends_with("invoke [1]") {
            is_ours = line.split(' ').nth(1) == Some(&program);
        } else if is_ours
            && let Some(name) = line.strip_prefix(NAMED)
            && name.chars().all(char::is_alphanumeric)
        {
            is_ours = false;
            last = Some(snake(name));
        }
    }
    last.unwrap_or_else(|| "other".to_owned())
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_header_and_the_calls_say_what_is_write_locked() {
        // Two signers, the second read only; of four others the last two read only, and the first is a called program.
        let message = Message {
            account_keys: vec![String::new(); 6],
            header: Header {
                num_required_signatures: 2,
                num_readonly_signed_accounts: 1,
                num_readonly_unsigned_accounts: 2,
            },
            instructions: vec![Call { program_id_index: 2 }],
        };
        let locked: Vec<usize> = (0..6).filter(|index| message.locks(*index)).collect();
        assert_eq!(locked, [0, 3]);
    }

    #[test]
    fn a_transaction_is_called_by_its_last_instruction_of_the_program() {
        let ours = program::ID;
        let logs = [
            "Program 11111111111111111111111111111111 invoke [1]".to_owned(),
            format!("Program {ours} invoke [1]"),
            "Program log: Instruction: PoolOpen".to_owned(),
            "Program TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA invoke [2]".to_owned(),
            "Program log: Instruction: InitializeAccount3".to_owned(),
            format!("Program {ours} invoke [1]"),
            "Program log: Instruction: TaskSettle".to_owned(),
            "Program log: Instruction: Transfer".to_owned(),
        ];
        assert_eq!(step(&logs), "task_settle");
        assert_eq!(step(&[]), "other");
    }
}
