//! The interface description that clients read (`idl/tessera.json`) says what the program writes: every account, event and
//! instruction has the discriminator, the fields in their order and the bytes that it says, and nothing is missing from it.
//!
//! Values are made by the description alone and read by the program's types: a field too many, too few, of another width or
//! in another place does not come back as the same bytes or under the same names.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects)]

mod sample;
mod source;

use std::collections::BTreeSet;
use std::fmt::Debug;

use anchor_lang::{AnchorDeserialize, AnchorSerialize, Discriminator};
use sample::Sampler;
use serde_json::Value;
use source::{Declared, declared};
use tessera::{TesseraError, events, instruction, state};

/// More than any enum has variants.
const VARIANTS: usize = 12;

fn idl() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../idl/tessera.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn names(idl: &Value, list: &str) -> BTreeSet<String> {
    idl[list].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

fn described<'a>(idl: &'a Value, list: &str, name: &str) -> &'a Value {
    let mut items = idl[list].as_array().unwrap().iter();
    items.find(|item| item["name"] == name).unwrap_or_else(|| panic!("{list} lacks {name}; run `anchor idl build`"))
}

fn same_discriminator<T: Discriminator>(item: &Value) {
    let bytes: Vec<u8> = serde_json::from_value(item["discriminator"].clone()).unwrap();
    assert_eq!(T::DISCRIMINATOR, bytes, "{}", item["name"]);
}

/// Reads what the sampler wrote, writes it again, and compares.
fn comes_back<T: AnchorDeserialize + AnchorSerialize>(name: &str, sampler: &Sampler<'_>) -> T {
    let mut rest = sampler.bytes.as_slice();
    let value = T::deserialize(&mut rest).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(rest.is_empty(), "{name}: the description has {} bytes too many", rest.len());
    let mut again = Vec::new();
    value.serialize(&mut again).unwrap();
    assert_eq!(again, sampler.bytes, "{name}");
    value
}

/// `Debug` shows the fields' names in their order.
fn same_names<T: Debug>(name: &str, value: &T, names: &[String]) {
    let text = format!("{value:?}");
    let mut rest = text.as_str();
    for field in names {
        let wanted = format!("{field}: ");
        let at = rest.find(&wanted).unwrap_or_else(|| panic!("{name}: field {field} is not next in {rest}"));
        rest = &rest[at + wanted.len()..];
    }
}

fn check<T>(idl: &Value, list: &str, name: &str)
where
    T: AnchorDeserialize + AnchorSerialize + Discriminator + Debug,
{
    same_discriminator::<T>(described(idl, list, name));
    for variant in 0..VARIANTS {
        let mut sampler = Sampler::new(idl);
        sampler.defined(name, variant);
        let value: T = comes_back(name, &sampler);
        same_names(name, &value, &sampler.names);
    }
}

fn check_instruction<T: AnchorDeserialize + AnchorSerialize + Discriminator>(idl: &Value, name: &str) {
    let item = described(idl, "instructions", name);
    same_discriminator::<T>(item);
    for variant in 0..VARIANTS {
        let mut sampler = Sampler::new(idl);
        sampler.fields(&item["args"], variant);
        comes_back::<T>(name, &sampler);
    }
}

/// Checks every type of a list, and that the description's list has no other.
macro_rules! check_all {
    ($idl:expr, $list:literal, $module:ident: $($name:ident)*) => {{
        $(check::<$module::$name>($idl, $list, stringify!($name));)*
        assert_eq!(names($idl, $list), [$(stringify!($name)),*].map(str::to_owned).into());
    }};
}

#[test]
fn accounts() {
    let idl = idl();
    check_all!(&idl, "accounts", state: Audit Balance Buffer Dispute EpochPool Market Model Provider Run Share Task);
}

#[test]
fn events() {
    let idl = idl();
    check_all!(
        &idl, "events", events:
        AccountMigrated AuditClaimed AuditClosed AuditDrawn AuditForced AuditOpened AuditPosted AuthorityAccepted
        AuthorityOffered BalanceClaimed DisputeClosed DisputeEnded DisputeMoved DisputeOpened DisputeSettled FeeVaultOpened FeesSwept MarketInitialised MarketPaused ModelRegistered
        ParamsApplied ParamsProposed ParamsWithdrawn PoolClosed PoolFunded PoolOpened ProviderClosed
        ProviderRegistered ProviderUpdated ReputationChanged RunAbandoned RunReleased RunSealed RunSilent
        RunSubmitted ShareClaimed ShareOpened StakeDeposited StakeRecounted StakeUnbonded StakeWithdrawn TaskCancelled TaskClaimed
        TaskClosed TaskCreated TaskExpired TaskSettled TicketChainCommitted WindowsStarted
    );
}

#[test]
fn instructions() {
    let idl = idl();
    let mut listed = BTreeSet::new();
    macro_rules! check_instructions {
        ($($name:literal $args:ident)*) => {
            $(check_instruction::<instruction::$args>(&idl, $name); listed.insert($name.to_owned());)*
        };
    }
    check_instructions!(
        "account_migrate" AccountMigrate
        "audit_claim" AuditClaim
        "audit_draw" AuditDraw
        "audit_force" AuditForce
        "audit_open" AuditOpen
        "audit_post" AuditPost
        "authority_accept" AuthorityAccept
        "authority_offer" AuthorityOffer
        "balance_claim" BalanceClaim
        "buffer_close" BufferClose
        "buffer_write" BufferWrite
        "dispute_close" DisputeClose
        "dispute_descend" DisputeDescend
        "dispute_element" DisputeElement
        "dispute_input" DisputeInput
        "dispute_leaf" DisputeLeaf
        "dispute_open" DisputeOpen
        "dispute_operation" DisputeOperation
        "dispute_part" DisputePart
        "dispute_parts" DisputeParts
        "dispute_reveal" DisputeReveal
        "dispute_settle" DisputeSettle
        "dispute_show" DisputeShow
        "dispute_step" DisputeStep
        "dispute_tensors" DisputeTensors
        "dispute_timeout" DisputeTimeout
        "dispute_trace" DisputeTrace
        "fee_sweep" FeeSweep
        "fee_vault_open" FeeVaultOpen
        "market_apply" MarketApply
        "market_init" MarketInit
        "market_pause" MarketPause
        "market_propose" MarketPropose
        "market_withdraw" MarketWithdraw
        "model_register" ModelRegister
        "pool_claim" PoolClaim
        "pool_close" PoolClose
        "pool_fund" PoolFund
        "pool_open" PoolOpen
        "provider_close" ProviderClose
        "provider_register" ProviderRegister
        "provider_update" ProviderUpdate
        "run_release" RunRelease
        "run_reveal" RunReveal
        "run_seal" RunSeal
        "run_submit" RunSubmit
        "share_open" ShareOpen
        "stake_deposit" StakeDeposit
        "stake_recount" StakeRecount
        "stake_unbond" StakeUnbond
        "stake_withdraw" StakeWithdraw
        "task_cancel" TaskCancel
        "task_claim" TaskClaim
        "task_create" TaskCreate
        "task_expire" TaskExpire
        "task_settle" TaskSettle
        "verifier_commit" VerifierCommit
    );
    assert_eq!(names(&idl, "instructions"), listed);
}

/// In their order, with what each must be.
#[test]
fn accounts_of_instructions() {
    let idl = idl();
    for instruction in idl["instructions"].as_array().unwrap() {
        let name = instruction["name"].as_str().unwrap();
        let listed: Vec<Declared> = instruction["accounts"].as_array().unwrap().iter().map(described_account).collect();
        assert_eq!(listed, declared(name), "{name}");
    }
}

fn described_account(account: &Value) -> Declared {
    let is = |flag: &str| account[flag].as_bool().unwrap_or(false);
    Declared {
        name: account["name"].as_str().unwrap().to_owned(),
        writable: is("writable"),
        signer: is("signer"),
        optional: is("optional"),
    }
}

#[test]
fn errors() {
    let idl = idl();
    let listed = idl["errors"].as_array().unwrap();
    assert_eq!(listed.len(), TesseraError::ALL.len());
    for (item, error) in listed.iter().zip(TesseraError::ALL) {
        assert_eq!(item["code"], u32::from(*error));
        assert_eq!(item["name"], format!("{error:?}"));
        assert_eq!(item["msg"], error.to_string());
    }
}

#[test]
fn address() {
    assert_eq!(idl()["address"], tessera::ID.to_string());
}
