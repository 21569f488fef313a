use tessera::state::*;

use crate::frozen::{at, frozen, key};
use crate::samples::params;

fn market() -> Market {
    Market {
        version: LAYOUT_VERSION,
        bump: 0xf1,
        insurance_bump: 0xf2,
        id: 0xf3f4,
        creator: key(0xa1),
        authority: key(0xa2),
        treasury: key(0xa3),
        mint: key(0xa4),
        params: params(),
        token_program: key(0xa5),
        unclaimed_bump: 0xf5,
        paused: true,
        epoch_seconds: 0x0102,
        verify_stake: 0x0304,
        reserved: [0; 128],
        pending_authority: Some(key(0xa6)),
        pending: Some(PendingParams { params: params(), earliest: Deadline { unix: 0x0506, slot: 0x0708 } }),
    }
}

fn model() -> Model {
    Model {
        version: LAYOUT_VERSION,
        bump: 0xf1,
        creator: key(0xa1),
        model_root: [0xa2; 32],
        payout: key(0xa3),
        reserved: [0; 64],
    }
}

fn balance() -> Balance {
    Balance {
        version: LAYOUT_VERSION,
        bump: 0xf1,
        market: key(0xa1),
        owner: key(0xa2),
        payer: key(0xa3),
        amount: 0x0102,
        reserved: [0; 32],
    }
}

#[test]
fn market_bytes() {
    frozen(
        &market(),
        551,
        "
        dbbed53700e3c69a 02f1f2f4f3 [a1*32] [a2*32] [a3*32] [a4*32] 0101020203030404 0505060601070708
        0809090a0a0b0b0c 0c0000000000000d 0d0000000000000e 0e00000f0f000010 1000001111000012 1200001313141400
        0015150000000000 0016161717000018 180000191900001a 1a00001b1b [a5*32] f501020100000403 [00*134] 01 [a6*32]
        0101010202030304 0405050606010707 080809090a0a0b0b 0c0c000000000000 0d0d000000000000 0e0e00000f0f0000
        1010000011110000 1212000013131414 0000151500000000 0000161617170000 1818000019190000 1a1a00001b1b0605
        0000000000000807 000000000000
        ",
    );
}

#[test]
fn model_bytes() {
    frozen(
        &model(),
        170,
        "
        98ddf77ab97ddf97 02f1 [a1*32] [a2*32] [a3*32] [00*64]
        ",
    );
}

#[test]
fn balance_bytes() {
    frozen(
        &balance(),
        146,
        "
        7f47199d699df1b6 02f1 [a1*32] [a2*32] [a3*32] 0201 [00*38]
        ",
    );
}

#[test]
fn offsets_of_what_clients_filter_by() {
    at(&market(), 13, key(0xa1).as_ref());
    at(&market(), 109, key(0xa4).as_ref());
    at(&balance(), 10, key(0xa1).as_ref());
    at(&balance(), 42, key(0xa2).as_ref());
}

#[test]
fn hot_paths_read_the_market_in_place() {
    let bytes = |market: &Market| {
        let mut bytes = Vec::new();
        anchor_lang::AccountSerialize::try_serialize(market, &mut bytes).unwrap();
        bytes
    };
    let whole = bytes(&market());
    assert_eq!(MarketNow::of(&whole).unwrap(), MarketNow { paused: true, verify_stake: 0x0304 });
    let other = Market { paused: false, verify_stake: u64::MAX, pending_authority: None, pending: None, ..market() };
    assert_eq!(MarketNow::of(&bytes(&other)).unwrap(), MarketNow { paused: false, verify_stake: u64::MAX });
    let mut old = whole.clone();
    old[8] = 1;
    assert!(MarketNow::of(&old).is_err());
    assert!(MarketNow::of(&whole[..8]).is_err());
    assert!(MarketNow::of(&bytes_of_another_type()).is_err());
}

fn bytes_of_another_type() -> Vec<u8> {
    let mut bytes = Vec::new();
    anchor_lang::AccountSerialize::try_serialize(&balance(), &mut bytes).unwrap();
    bytes.resize(1_000, 0);
    bytes
}
