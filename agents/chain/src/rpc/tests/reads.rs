//! What accounts mean.

use super::*;

/// An account as a node sends it.
fn account(owner: &Pubkey, bytes: &[u8]) -> Value {
    json!({
        "lamports": 1, "owner": owner.to_string(), "data": [BASE64_STANDARD.encode(bytes), "base64"],
        "executable": false, "rentEpoch": 0, "space": bytes.len(),
    })
}

fn written(content: &impl anchor_lang::AccountSerialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    content.try_serialize(&mut bytes).unwrap();
    bytes
}

/// A chain on which every single account is this one.
fn holding(owner: Pubkey, bytes: Vec<u8>) -> RpcChain {
    let (chain, _) = chain(vec![move |request, _: &Value, _: &[Call]| {
        assert_eq!(request, RpcRequest::GetAccountInfo);
        at(40, account(&owner, &bytes))
    }]);
    chain
}

#[tokio::test]
async fn an_account_of_another_layout_is_named_and_fatal() {
    let market = crate::fake::fixture::market(key(1), key(2));
    let mut bytes = written(&market);
    assert_eq!(holding(tessera::ID, bytes.clone()).market(key(3)).await.unwrap().unwrap().data, market);
    bytes[8] = 1;
    let chain = holding(tessera::ID, bytes);
    let error = chain.market(key(3)).await.unwrap_err();
    assert_eq!(error, ChainError::Layout { what: "market".into(), key: key(3), version: 1 });
    assert_eq!(error.kind(), ErrorKind::Fatal);
    assert!(chain.provider(key(3)).await.is_err_and(|error| matches!(error, ChainError::Decode { .. })));
}

#[tokio::test]
async fn accounts_of_the_first_layout_are_found_for_migration() {
    let mut market = written(&crate::fake::fixture::market(key(1), key(2)));
    market[8] = 1;
    let (chain, calls) = chain(vec![move |request, params: &Value, before: &[Call]| match request {
        RpcRequest::GetAccountInfo => at(40, account(&tessera::ID, &market)),
        RpcRequest::GetProgramAccounts => {
            assert_eq!(params[0], json!(tessera::ID.to_string()));
            let nth = u8::try_from(count(before, RpcRequest::GetProgramAccounts)).unwrap();
            let found = [20 + nth, 10 + nth]
                .map(|byte| json!({ "pubkey": key(byte).to_string(), "account": account(&tessera::ID, &[]) }));
            at(40, json!(found))
        }
        other => panic!("{other} was not expected"),
    }]);
    let outdated = chain.outdated(key(3)).await.unwrap();
    let found: Vec<_> = outdated.iter().map(|outdated| (outdated.kind, outdated.key)).collect();
    use crate::chain::OutdatedKind::{Market, Model, Provider};
    let expected = [(Market, 3), (Provider, 10), (Provider, 20), (Model, 11), (Model, 21)];
    assert_eq!(found, expected.map(|(kind, byte)| (kind, key(byte))));
    let calls = calls[0].lock().unwrap();
    let filters = |nth: usize| calls[nth].1[1]["filters"].as_array().unwrap().len();
    assert_eq!((filters(1), filters(2)), (2, 1), "providers of the market, and all models");
}

#[tokio::test]
async fn a_slot_hash_is_read_from_the_sysvar() {
    let mut bytes = 2_u64.to_le_bytes().to_vec();
    for slot in [9_u64, 7] {
        bytes.extend(slot.to_le_bytes());
        bytes.extend([u8::try_from(slot).unwrap(); 32]);
    }
    let chain = holding(key(99), bytes);
    assert_eq!(chain.slot_hash(8).await.unwrap(), SlotHash::Found([9; 32]));
    assert_eq!(chain.slot_hash(6).await.unwrap(), SlotHash::Expired);
    assert_eq!(chain.slot_hash(10).await.unwrap(), SlotHash::NotYet);
}

#[tokio::test]
async fn token_accounts_of_both_programs_say_whether_they_can_receive() {
    let (mint, owner) = (key(1), key(2));
    let token = |state: u8| {
        let mut bytes = [mint.as_ref(), owner.as_ref(), &7_u64.to_le_bytes(), &[0; 36], &[state]].concat();
        bytes.resize(165, 0);
        bytes
    };
    let with_memo = |demanded: u8| {
        // The type of account, then the extension 8 with one byte.
        let mut bytes = token(1);
        bytes.extend([2, 8, 0, 1, 0, demanded]);
        bytes
    };
    let (old, new) = (anchor_spl::token::ID, anchor_spl::token_2022::ID);
    for (program, bytes, frozen, memo_required) in [
        (old, token(1), false, false),
        (old, token(2), true, false),
        (new, token(1), false, false),
        (new, with_memo(0), false, false),
        (new, with_memo(1), false, true),
    ] {
        let found = holding(program, bytes).token_balance(key(3)).await.unwrap().unwrap();
        let expected = TokenBalance { key: key(3), owner, mint, amount: 7, frozen, memo_required, program };
        assert_eq!((found, found.can_receive()), (expected, !frozen && !memo_required));
    }
    assert!(holding(key(9), token(1)).token_balance(key(3)).await.is_err(), "another program's");
}

#[tokio::test]
async fn a_mint_names_its_program() {
    let mut bytes = vec![0; 82];
    bytes[36..44].copy_from_slice(&1_000_u64.to_le_bytes());
    (bytes[44], bytes[45]) = (6, 1);
    for program in [anchor_spl::token::ID, anchor_spl::token_2022::ID] {
        let mint = holding(program, bytes.clone()).mint(key(3)).await.unwrap().unwrap();
        assert_eq!((mint.program, mint.decimals, mint.supply), (program, 6, 1_000));
    }
}
