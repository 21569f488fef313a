use tessera::state::*;

use crate::frozen::{at, frozen, key};
use crate::samples::stake;

fn provider() -> Provider {
    Provider {
        version: LAYOUT_VERSION,
        bump: 0xf1,
        vault_bump: 0xf2,
        market: key(0xa1),
        authority: key(0xa2),
        status: ProviderStatus::Draining,
        roles: Roles { compute: true, verify: false },
        ticket: TicketChain { head: [0xa3; 32], hour: -2 },
        ticket_since: Moment { unix: 0x1011, slot: 0x1213 },
        ticket_stake: 0x1415,
        stake: stake(),
        hardware: Hardware {
            backend: BackendKind::Cuda,
            memory_mib: 0x3031,
            compute_capability: 90,
            region: *b"DE",
            tier: 3,
        },
        price_floor: 0x4041,
        reputation: Reputation { good: 0x5051, bad: 0x5253 },
        active_runs: 0x6061,
        max_runs: 0x6263,
        runs_unclosed: 0x6465,
        active_audits: 0x6667,
        open_disputes: 0x6869,
        reserved: [0; 126],
        endpoint: "https://a".into(),
    }
}

#[test]
fn provider_bytes() {
    frozen(
        &provider(),
        492,
        "
        a4b447114bd850c3 02f1f2 [a1*32] [a2*32] 010100 [a3*32] feffffffffffffff 1110000000000000 1312000000000000
        1514000000000000 2120000000000000 2322000000000000 0100000000000000 1100000000000000 0200000000000000
        1200000000000000 0300000000000000 1300000000000000 0400000000000000 1400000000000000 01313000005a0044
        4503414000000000 0000515000000000 0000535200000000 0000616063626564 6766 6968 [00*126] 0900000068747470 733a2f2f61
        ",
    );
}

#[test]
fn offsets_of_what_clients_filter_by() {
    at(&provider(), 11, key(0xa1).as_ref());
    at(&provider(), 43, key(0xa2).as_ref());
    at(&provider(), 75, &[1]);
}
