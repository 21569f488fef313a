use tessera::state::*;

use crate::frozen::{at, frozen, key};

fn pool() -> EpochPool {
    let mut fee_payers = [key(0xb0); 16];
    fee_payers[15] = key(0xb1);
    EpochPool {
        version: LAYOUT_VERSION,
        bump: 0xf1,
        market: key(0xa1),
        epoch: 0x0102,
        payer: key(0xa2),
        vault_bump: 0xf2,
        opened: 0x0304,
        swept: 0x0506,
        shares_open: 0x0708,
        funded: 0x090a,
        paid: 0x0b0c,
        total_fees: 0x0d0e,
        fee_payers,
        reserved: [0; 64],
    }
}

fn share() -> Share {
    Share {
        version: LAYOUT_VERSION,
        bump: 0xf1,
        market: key(0xa1),
        provider: key(0xa2),
        epoch: 0x0102,
        payer: key(0xa3),
        fees: 0x0304,
        reserved: [0; 32],
    }
}

#[test]
fn pool_bytes() {
    frozen(
        &pool(),
        691,
        "
        688545babab76583 02f1 [a1*32] 0201000000000000 [a2*32] f204030605080700 000a090000000000 000c0b0000000000
        000e0d0000000000 00 [b0*480] [b1*32] [00*64]
        ",
    );
}

#[test]
fn share_bytes() {
    frozen(
        &share(),
        154,
        "
        05e8e10a24b0f8d9 02f1 [a1*32] [a2*32] 0201000000000000 [a3*32] 0403 [00*38]
        ",
    );
}

#[test]
fn offsets_of_what_clients_filter_by() {
    at(&pool(), 10, key(0xa1).as_ref());
    at(&share(), 10, key(0xa1).as_ref());
    at(&share(), 42, key(0xa2).as_ref());
}
