use tessera::state::*;

use crate::frozen::{at, frozen, key};

fn dispute() -> Dispute {
    Dispute {
        version: LAYOUT_VERSION,
        bump: 0xf1,
        market: key(0xa1),
        run: key(0xa2),
        challenger: key(0xa3),
        provider: key(0xa4),
        provider_authority: key(0xa5),
        task: key(0xa6),
        vault_bump: 0xf2,
        phase: DisputePhase::Over(DisputeVerdict::NoVerdict),
        clocks: DisputeClocks {
            provider_left: 0x0102,
            challenger_left: 0x0304,
            factor: 0x0506,
            since: Moment { unix: 0x0708, slot: 0x090a },
            until: Deadline { unix: 0x0b0c, slot: 0x0d0e },
        },
        opened_at: Moment { unix: 0x0f10, slot: 0x1112 },
        bond: 0x1314,
        settled: true,
        moves: 0x1516,
        terms: DisputeTerms { execution_seconds: 0x1718, trace_bytes: 0x191a, unbonding_seconds: 0x1b1c },
        rounds: 0x1d,
        inputs_root: [0xb1; 32],
        output_root: [0xb2; 32],
        trace_root: [0xb3; 32],
        graph_tree: [0xb4; 32],
        operations: 0x1e1f,
        operation: 0x2021,
        opened: 0x22,
        tensors: [[0xc1; 32], [0xc2; 32], [0xc3; 32], [0xc4; 32], [0xc5; 32]],
        node: TreeNode { first: 0x2324, count: 0x2526, hash: [0xb5; 32] },
        leaf: 0x2728,
        element: 0x292a,
        claim: [0xb6; 35],
        reserved: [0; 64],
        graph_header: vec![0xd1; 3],
        descriptor: vec![0xd2; 2],
        scratch: vec![0xd3; 4],
    }
}

fn buffer() -> Buffer {
    Buffer { version: LAYOUT_VERSION, bump: 0xf1, dispute: key(0xa1), writer: key(0xa2), bytes: vec![0xb1; 5] }
}

#[test]
fn dispute_bytes() {
    frozen(
        &dispute(),
        1600,
        "
        2431f1432824f14a 02 f1 [a1*32] [a2*32] [a3*32] [a4*32] [a5*32] [a6*32] f2 0b02 02010000 04030000 0605
        0807000000000000 0a09000000000000 0c0b000000000000 0e0d000000000000 100f000000000000 1211000000000000
        1413000000000000 01 1615 18170000 1a19000000000000 1c1b0000 1d [b1*32] [b2*32] [b3*32] [b4*32] 1f1e 2120 22
        [c1*32] [c2*32] [c3*32] [c4*32] [c5*32] 2423000000000000 2625000000000000 [b5*32] 2827000000000000
        2a29000000000000 [b6*35] [00*64] 03000000 [d1*3] 02000000 [d2*2] 04000000 [d3*4]
        ",
    );
}

#[test]
fn buffer_bytes() {
    frozen(&buffer(), 10_240, "7305d4c0551e2e29 02 f1 [a1*32] [a2*32] 05000000 [b1*5]");
}

#[test]
fn a_buffer_is_the_largest_account_that_an_instruction_can_make() {
    assert_eq!((Buffer::HEADER, Buffer::MAX_BYTES), (78, 10_162));
}

#[test]
fn offsets_of_what_clients_filter_by() {
    at(&dispute(), 10, key(0xa1).as_ref());
    at(&dispute(), 42, key(0xa2).as_ref());
    at(&dispute(), 74, key(0xa3).as_ref());
    at(&dispute(), 106, key(0xa4).as_ref());
    at(&buffer(), 10, key(0xa1).as_ref());
    at(&buffer(), 42, key(0xa2).as_ref());
}
