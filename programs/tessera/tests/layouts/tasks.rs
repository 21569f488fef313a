use tessera::state::*;

use crate::frozen::{at, frozen, hex, key};
use crate::samples::params;

const FROM: Moment = Moment { unix: 0x71, slot: 0x72 };
const UNTIL: Deadline = Deadline { unix: 0x73, slot: 0x74 };

fn windows() -> Windows {
    Windows {
        open_seconds: 0x21,
        execution_seconds: 0x22,
        audit_seconds: 0x23,
        challenge_seconds: 0x24,
        exclusive_seconds: 0x25,
        grace_seconds: 0x26,
        reveal_seconds: 0x27,
    }
}

fn requirements() -> Requirements {
    Requirements {
        backend: BackendNeed::Cuda,
        min_memory_mib: 0x5152,
        min_compute_capability: 0x5354,
        region: *b"DE",
        min_tier: 3,
        min_score: 0x5556,
    }
}

fn terms() -> Terms {
    Terms {
        market: key(0xa1),
        requester: key(0xa2),
        nonce: 0x0708_0910,
        graph_root: [0xa3; 32],
        inputs_root: [0xa4; 32],
        manifest_id: [0xa5; 32],
        op_count: 0x1112,
        output_count: 0x13,
        policy: Policy::Redundant { runs: 3 },
        reward: 0x1415,
        audit_reward: 0x1617,
        crank_bounty: 0x1819,
        windows: windows(),
        splits: params().splits,
        slash: params().slash,
        sink: Sink::Burn,
        run_lock: 0x3132,
        audit_lock: 0x3334,
        no_show_slash: 0x3536,
        audit_rate_bps: 0x4142,
        newcomer_weight: 0x4344,
        silence_bps: 0x4546,
        draw_delay_slots: 0x4748,
        agreed_challenge_seconds: 0x494a,
        requirements: requirements(),
        named_only: true,
        waive_window: false,
        created_slot: 0x3738,
        created_at: 0x3940,
        model: Some(key(0xa6)),
        manifest_locator: "file:///m".into(),
        shortlist: vec![key(0xa7)],
    }
}

fn task() -> Task {
    let slot = |n: u8, state| Slot {
        provider: key(n),
        state,
        root: [n + 1; 32],
        agreeing: u16::from(n) + 2,
        differing: u16::from(n) + 3,
    };
    Task {
        version: LAYOUT_VERSION,
        bump: 0xf1,
        vault_bump: 0xf2,
        runs: 3,
        state: TaskState::Disputed,
        escrow: 0x0102,
        open_until: Deadline { unix: 0x0304, slot: 0x0506 },
        runs_open: 0x0708,
        terms_hash: [0xb1; 32],
        owed: 0x090a,
        reveal_from: FROM,
        audit_until: UNTIL,
        challenge_until: Deadline { unix: 0x75, slot: 0x76 },
        slots: [slot(0xc0, SlotState::Submitted), slot(0xd0, SlotState::Refuted), slot(0xe0, SlotState::Void)],
        vault: key(0xb5),
        open_disputes: 0x0b0c,
        reserved: [0; 30],
        terms: terms(),
        decision: Decision::Root([0xb4; 32]),
        excluded: vec![key(0xb2), key(0xb3)],
    }
}

fn run() -> Run {
    Run {
        version: LAYOUT_VERSION,
        bump: 0xf1,
        market: key(0xa0),
        task: key(0xa1),
        provider: key(0xa2),
        authority: key(0xa3),
        state: RunState::Sealed,
        lock: 0x0102,
        seal: [0xa4; 32],
        output_root: [0xa5; 32],
        output_id: [0xa6; 32],
        trace_root: [0xa7; 32],
        claimed_at: FROM,
        execute_until: UNTIL,
        submitted_at: Moment { unix: 5, slot: 6 },
        decided_at: Moment { unix: 7, slot: 8 },
        verify_stake: 0x0304,
        audit_rate_bps: 0x0506,
        draw_slot: 0x0708,
        forced: 0x090a,
        audits_open: 0x0b0c,
        earning: 0x0d0e,
        open_disputes: 0x0f10,
        differed: [
            Differing { verifier: key(0xb1), root: [0xb2; 32] },
            Differing { verifier: key(0xb3), root: [0xb4; 32] },
        ],
        refuted_by: key(0xb6),
        refuted_bond_bump: 0xf3,
        refuted_with_auditor: true,
        reserved: [0; 30],
        draw: Draw::Hash([0xb5; 32]),
        winners: Some(Winners { first: key(0xa8), second: key(0xa9) }),
        output_locator: "file:///o".into(),
    }
}

fn audit() -> Audit {
    Audit {
        version: LAYOUT_VERSION,
        bump: 0xf1,
        market: key(0xa0),
        run: key(0xa1),
        verifier: key(0xa2),
        authority: key(0xa3),
        lock: 0x0102,
        ordinal: 0x0304,
        claimed_at: FROM,
        answer_until: UNTIL,
        posted_at: Moment { unix: 5, slot: 6 },
        pick_slot: 0x0506,
        drawn: true,
        opened: Opened { output: true, keyed: false },
        vault: key(0xb6),
        reserved: [0; 32],
        state: AuditState::Agreed { keyed_root: [0xa4; 32] },
        pick: Some([0xa5; 32]),
        leaf: Some([0xa6; 32]),
    }
}

const MOMENT_71: &str = "7100000000000000 7200000000000000";
const UNTIL_73: &str = "7300000000000000 7400000000000000";

#[test]
fn task_bytes() {
    frozen(
        &task(),
        1268,
        &format!(
            "
        4f22e537585a3754 02 f1 f2 03 03 0201000000000000 0403000000000000 0605000000000000 0807 [b1*32]
        0a09000000000000 {MOMENT_71} {UNTIL_73} 7500000000000000 7600000000000000
        [c0*32] 03 [c1*32] c200 c300 [d0*32] 04 [d1*32] d200 d300 [e0*32] 07 [e1*32] e200 e300 [b5*32] 0c0b [00*30]
        [a1*32] [a2*32] 1009080700000000 [a3*32] [a4*32] [a5*32] 1211 13 0103 1514000000000000 1716000000000000
        1918000000000000 21000000 22000000 23000000 24000000 25000000 26000000 27000000
        0101 0202 0303 0404 0505 0606 00 3231000000000000 3433000000000000 3635000000000000
        4241 4443000000000000 4645 4847 4a490000 02 52510000 5453 4445 03 56550000 01 00
        3837000000000000 4039000000000000 01 [a6*32] 09000000 66696c653a2f2f2f6d 01000000 [a7*32]
        01 [b4*32] 02000000 [b2*32] [b3*32]
        "
        ),
    );
}

#[test]
fn run_bytes() {
    frozen(
        &run(),
        761,
        &format!(
            "
        c7369b56eb73f6bd 02 f1 [a0*32] [a1*32] [a2*32] [a3*32] 05 0201000000000000 [a4*32] [a5*32] [a6*32] [a7*32]
        {MOMENT_71} {UNTIL_73} 0500000000000000 0600000000000000 0700000000000000 0800000000000000
        0403000000000000 0605 0807000000000000 0a09000000000000 0c0b 0e0d 100f
        [b1*32] [b2*32] [b3*32] [b4*32] [b6*32] f3 01 [00*30] 01 [b5*32] 01 [a8*32] [a9*32] 09000000 66696c653a2f2f2f6f
        "
        ),
    );
}

#[test]
fn audit_bytes() {
    frozen(
        &audit(),
        370,
        &format!(
            "
        f241ca938d67fd86 02 f1 [a0*32] [a1*32] [a2*32] [a3*32] 0201000000000000 0403 {MOMENT_71} {UNTIL_73}
        0500000000000000 0600000000000000 0605000000000000 01 01 00 [b6*32] [00*32] 01 [a4*32] 01 [a5*32] 01 [a6*32]
        "
        ),
    );
}

#[test]
fn terms_hash() {
    assert_eq!(hex(&terms().hash().unwrap()), "87477850e7a0f4f0b0917c2c3de8d05cbdfa59e236b7dbf3ec4975bab1e1afa1");
}

#[test]
fn offsets_of_what_clients_filter_by() {
    at(&task(), 12, &[3]);
    at(&task(), 13, &[2, 1]);
    at(&task(), 39, &[0xb1; 32]);
    at(&task(), 71, &[0x0a, 9]);
    at(&task(), 127, key(0xc0).as_ref());
    at(&task(), 196, key(0xd0).as_ref());
    at(&task(), 265, key(0xe0).as_ref());
    at(&task(), 398, key(0xa1).as_ref());
    at(&task(), 430, key(0xa2).as_ref());
    at(&run(), 10, key(0xa0).as_ref());
    at(&run(), 42, key(0xa1).as_ref());
    at(&run(), 74, key(0xa2).as_ref());
    at(&run(), 106, key(0xa3).as_ref());
    at(&run(), 138, &[5]);
    at(&audit(), 10, key(0xa0).as_ref());
    at(&audit(), 42, key(0xa1).as_ref());
    at(&audit(), 74, key(0xa2).as_ref());
    at(&audit(), 106, key(0xa3).as_ref());
}
