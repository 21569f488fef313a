//! What the rest of the project relies on, through plain JSON-RPC and websocket clients.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::{net::TcpListener, str::FromStr, time::Duration};

use solana_account_decoder_client_types::UiAccountEncoding;
use solana_commitment_config::CommitmentConfig;
use solana_pubsub_client::nonblocking::pubsub_client::PubsubClient;
use solana_rpc_client::rpc_client::{GetConfirmedSignaturesForAddress2Config, RpcClient};
use solana_rpc_client_api::{
    config::{RpcAccountInfoConfig, RpcProgramAccountsConfig},
    filter::{Memcmp, RpcFilterType},
};
use solana_sdk::{
    clock::Clock,
    instruction::{AccountMeta, Instruction},
    pubkey::Pubkey,
    signature::{Keypair, Signature},
    signer::Signer,
    transaction::Transaction,
};
use solana_transaction_status_client_types::UiTransactionEncoding;
use tessera_localnet::{Localnet, LocalnetError, Options};

const SOL: u64 = 1_000_000_000;
const SYSTEM: Pubkey = Pubkey::new_from_array([0; 32]);

/// A network, a client and a funded payer.
struct Setup {
    localnet: Localnet,
    rpc: RpcClient,
    payer: Keypair,
}

fn setup() -> Setup {
    let localnet = Localnet::start(Options::default()).unwrap();
    let rpc = RpcClient::new_with_commitment(localnet.rpc_url().to_string(), CommitmentConfig::processed());
    let payer = Keypair::new();
    localnet.airdrop(&payer.pubkey(), 10 * SOL).unwrap();
    Setup { localnet, rpc, payer }
}

impl Setup {
    fn send(&self, instruction: Instruction, more: &[&Keypair]) -> Signature {
        let mut signers = vec![&self.payer];
        signers.extend(more);
        let blockhash = self.rpc.get_latest_blockhash().unwrap();
        let transaction =
            Transaction::new_signed_with_payer(&[instruction], Some(&self.payer.pubkey()), &signers, blockhash);
        self.rpc.send_and_confirm_transaction(&transaction).unwrap()
    }

    /// Creates an account of `space` zero bytes that `owner` owns.
    fn create(&self, owner: &Pubkey, space: u64) -> (Keypair, Signature) {
        let account = Keypair::new();
        let mut data = 0u32.to_le_bytes().to_vec();
        data.extend(SOL.to_le_bytes());
        data.extend(space.to_le_bytes());
        data.extend(owner.to_bytes());
        let accounts = vec![AccountMeta::new(self.payer.pubkey(), true), AccountMeta::new(account.pubkey(), true)];
        let signature = self.send(Instruction { program_id: SYSTEM, accounts, data }, &[&account]);
        (account, signature)
    }

    fn clock(&self) -> Clock {
        let sysvar = Pubkey::from_str("SysvarC1ock11111111111111111111111111111111").unwrap();
        let data = self.rpc.get_account_data(&sysvar).unwrap();
        let u64_at = |at: usize| u64::from_le_bytes(data[at..at + 8].try_into().unwrap());
        Clock { slot: u64_at(0), unix_timestamp: u64_at(32).cast_signed(), ..Clock::default() }
    }
}

fn transfer(from: &Pubkey, to: &Pubkey, lamports: u64) -> Instruction {
    let mut data = 2u32.to_le_bytes().to_vec();
    data.extend(lamports.to_le_bytes());
    Instruction {
        program_id: SYSTEM,
        accounts: vec![AccountMeta::new(*from, true), AccountMeta::new(*to, false)],
        data,
    }
}

#[test]
fn transactions_confirm_and_their_history_is_kept() {
    let setup = setup();
    let recipient = Pubkey::new_unique();
    let signature = setup.send(transfer(&setup.payer.pubkey(), &recipient, SOL), &[]);
    assert_eq!(setup.rpc.get_balance(&recipient).unwrap(), SOL);

    let config = GetConfirmedSignaturesForAddress2Config {
        commitment: Some(CommitmentConfig::confirmed()),
        ..GetConfirmedSignaturesForAddress2Config::default()
    };
    // Confirmed is one slot behind.
    setup.localnet.produce_blocks(2).unwrap();
    let history = setup.rpc.get_signatures_for_address_with_config(&recipient, config).unwrap();
    assert_eq!(history.iter().map(|entry| entry.signature.clone()).collect::<Vec<_>>(), [signature.to_string()]);

    let transaction = setup.rpc.get_transaction(&signature, UiTransactionEncoding::Base64).unwrap();
    let meta = transaction.transaction.meta.unwrap();
    assert_eq!(meta.err, None);
    let logs: Vec<String> = Option::from(meta.log_messages).unwrap();
    assert!(logs.iter().any(|line| line.contains("success")), "{logs:?}");
}

#[test]
fn time_and_slots_advance_together() {
    let setup = setup();
    let before = setup.clock();
    let reported = setup.localnet.advance(3_600).unwrap();
    let after = setup.clock();
    let (seconds, slots) = (after.unix_timestamp - before.unix_timestamp, after.slot - before.slot);
    assert!((3_600..3_660).contains(&seconds), "{seconds} s");
    assert!(slots >= 2 * 3_600, "{slots} slots");
    assert!(reported.slot <= after.slot && reported.unix_seconds <= after.unix_timestamp);
    // The network still takes transactions.
    setup.send(transfer(&setup.payer.pubkey(), &Pubkey::new_unique(), SOL), &[]);
}

#[test]
fn an_hour_many_times_over_keeps_the_network_usable() {
    let setup = setup();
    for _ in 0..20 {
        setup.localnet.advance(86_400).unwrap();
        setup.send(transfer(&setup.payer.pubkey(), &Pubkey::new_unique(), SOL / 10), &[]);
    }
}

#[test]
fn blockhashes_expire_after_150_blocks() {
    let setup = setup();
    let blockhash = setup.rpc.get_latest_blockhash().unwrap();
    setup.localnet.produce_blocks(160).unwrap();
    let instruction = transfer(&setup.payer.pubkey(), &Pubkey::new_unique(), SOL);
    let stale =
        Transaction::new_signed_with_payer(&[instruction], Some(&setup.payer.pubkey()), &[&setup.payer], blockhash);
    let error = setup.rpc.send_transaction(&stale).unwrap_err();
    assert!(error.to_string().to_lowercase().contains("blockhash"), "{error}");
}

#[test]
fn simulation_reports_compute_units() {
    let setup = setup();
    let instruction = transfer(&setup.payer.pubkey(), &Pubkey::new_unique(), SOL);
    let blockhash = setup.rpc.get_latest_blockhash().unwrap();
    let transaction =
        Transaction::new_signed_with_payer(&[instruction], Some(&setup.payer.pubkey()), &[&setup.payer], blockhash);
    let simulated = setup.rpc.simulate_transaction(&transaction).unwrap().value;
    assert_eq!(simulated.err, None);
    assert_eq!(simulated.units_consumed, Some(150));
}

#[test]
fn program_accounts_are_filtered_by_size_and_bytes() {
    let setup = setup();
    let owner = Pubkey::new_unique();
    let (small, _) = setup.create(&owner, 16);
    setup.create(&owner, 32);
    let filters = vec![RpcFilterType::DataSize(16), RpcFilterType::Memcmp(Memcmp::new_raw_bytes(4, vec![0; 8]))];
    let found = setup.rpc.get_program_ui_accounts_with_config(&owner, accounts_config(filters)).unwrap();
    assert_eq!(found.iter().map(|(key, _)| *key).collect::<Vec<_>>(), [small.pubkey()]);
    let none = vec![RpcFilterType::Memcmp(Memcmp::new_raw_bytes(0, vec![1]))];
    assert!(setup.rpc.get_program_ui_accounts_with_config(&owner, accounts_config(none)).unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn program_subscriptions_honour_filters() {
    use futures::StreamExt;

    let setup = tokio::task::spawn_blocking(setup).await.unwrap();
    let owner = Pubkey::new_unique();
    let pubsub = PubsubClient::new(setup.localnet.ws_url()).await.unwrap();
    let filters = vec![RpcFilterType::DataSize(16), RpcFilterType::Memcmp(Memcmp::new_raw_bytes(0, vec![0; 16]))];
    let (mut updates, unsubscribe) = pubsub.program_subscribe(&owner, Some(accounts_config(filters))).await.unwrap();
    // The subscription is answered before it is registered, so accounts are made until one is seen.
    let (setup, owner) = (std::sync::Arc::new(setup), owner);
    let mut made = Vec::new();
    let update = loop {
        let maker = setup.clone();
        made.push(
            tokio::task::spawn_blocking(move || {
                maker.create(&owner, 32);
                maker.create(&owner, 16).0.pubkey().to_string()
            })
            .await
            .unwrap(),
        );
        if let Ok(update) = tokio::time::timeout(Duration::from_secs(2), updates.next()).await {
            break update.unwrap();
        }
        assert!(made.len() < 10, "no notification came");
    };
    assert!(made.contains(&update.value.pubkey), "an account that the filters exclude was reported");
    unsubscribe().await;
    drop(updates);
    tokio::task::spawn_blocking(move || drop(setup)).await.unwrap();
}

#[test]
fn a_program_runs_after_it_is_deployed() {
    let setup = setup();
    let program_id = Pubkey::new_unique();
    setup.localnet.deploy(&program_id, tessera_elf::ELF).unwrap();
    assert!(setup.rpc.get_account(&program_id).unwrap().executable);
    // Anchor's dispatcher runs and refuses an unknown instruction (101) or a foreign program id (4100).
    let instruction = Instruction { program_id, accounts: vec![], data: vec![255; 8] };
    let blockhash = setup.rpc.get_latest_blockhash().unwrap();
    let transaction =
        Transaction::new_signed_with_payer(&[instruction], Some(&setup.payer.pubkey()), &[&setup.payer], blockhash);
    let simulated = setup.rpc.simulate_transaction(&transaction).unwrap().value;
    let logs = simulated.logs.unwrap_or_default().join("\n");
    assert!(logs.contains("AnchorError") || logs.contains("custom program error"), "{logs}");
}

#[test]
fn chosen_ports_are_used_refused_when_taken_and_free_after_stop() {
    let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (rpc_port, ws_port) = (free(), free());
    let options = Options { rpc_port: Some(rpc_port), ws_port: Some(ws_port), ..Options::default() };
    let localnet = Localnet::start(options.clone()).unwrap();
    assert_eq!(localnet.rpc_url(), format!("http://127.0.0.1:{rpc_port}"));
    assert_eq!(localnet.ws_url(), format!("ws://127.0.0.1:{ws_port}"));
    assert!(matches!(Localnet::start(options.clone()), Err(LocalnetError::PortInUse { port }) if port == rpc_port));
    localnet.stop().unwrap();
    Localnet::start(options).unwrap().stop().unwrap();
}

#[test]
fn many_networks_run_side_by_side() {
    let networks: Vec<Localnet> = (0..4).map(|_| Localnet::start(Options::default()).unwrap()).collect();
    for network in &networks {
        assert!(RpcClient::new(network.rpc_url().to_string()).get_slot().is_ok());
    }
    for network in networks {
        network.stop().unwrap();
    }
}

#[test]
fn a_slot_time_of_zero_is_refused() {
    let options = Options { slot_time: Duration::ZERO, ..Options::default() };
    assert!(matches!(Localnet::start(options), Err(LocalnetError::SlotTime(_))));
}

fn accounts_config(filters: Vec<RpcFilterType>) -> RpcProgramAccountsConfig {
    RpcProgramAccountsConfig {
        filters: Some(filters),
        account_config: RpcAccountInfoConfig {
            encoding: Some(UiAccountEncoding::Base64),
            commitment: Some(CommitmentConfig::processed()),
            ..RpcAccountInfoConfig::default()
        },
        ..RpcProgramAccountsConfig::default()
    }
}
