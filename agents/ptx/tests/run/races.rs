use super::fixture::{fault, fault_of, kernel, module, try_words_with, words};
use tessera_ptx::{Fault, Limits, Races};

#[test]
fn writes_of_one_value_are_still_a_race() {
    assert!(matches!(fault("st.global.u32 [%rd1], 7;", 2), Fault::Race { other: 0, .. }));
}

#[test]
fn reading_what_another_writes_is_a_race_in_either_order() {
    let read_first = "setp.eq.u32 %p1, %r1, 0; @%p1 ld.global.u32 %r2, [%rd1]; @!%p1 st.global.u32 [%rd1], %r1;";
    let write_first = "setp.eq.u32 %p1, %r1, 1; @%p1 ld.global.u32 %r2, [%rd1]; @!%p1 st.global.u32 [%rd1], %r1;";
    assert!(matches!(fault(read_first, 2), Fault::Race { .. }));
    assert!(matches!(fault(write_first, 2), Fault::Race { .. }));
}

#[test]
fn races_are_found_byte_by_byte() {
    let bytes = "cvt.u64.u32 %rd4, %r1; add.s64 %rd4, %rd1, %rd4; st.global.u8 [%rd4], %r1;";
    assert_eq!(words(&kernel(bytes), 4, &[], 1), [0x0302_0100]);
    let overlapping = "cvt.u64.u32 %rd4, %r1; add.s64 %rd4, %rd1, %rd4; st.global.u8 [%rd4], %r1;
        setp.eq.u32 %p1, %r1, 3; @%p1 ld.global.u32 %r2, [%rd1];";
    assert!(matches!(fault(overlapping, 4), Fault::Race { .. }));
}

#[test]
fn an_earlier_reader_is_not_forgotten() {
    // Threads 0 and 40 read, thread 40 writes: thread 0's read races.
    let body = "setp.eq.u32 %p1, %r1, 0; setp.eq.u32 %p2, %r1, 40; @%p1 ld.global.u32 %r2, [%rd1];
        @%p2 ld.global.u32 %r2, [%rd1]; @%p2 st.global.u32 [%rd1], %r2;";
    assert!(matches!(fault(body, 64), Fault::Race { .. }));
    let lanes = body.replace("40", "4");
    assert!(matches!(fault(&lanes, 32), Fault::Race { .. }));
    let alone = body.replace("40", "0");
    assert_eq!(words(&kernel(&alone), 64, &[], 1), [0]);
}

#[test]
fn a_barrier_of_the_warp_orders_its_own_lanes() {
    let body = |barrier: &str, reader: u32| {
        format!(
            "setp.eq.u32 %p1, %r1, 0; setp.eq.u32 %p2, %r1, {reader}; @%p1 st.global.u32 [%rd1], 9; {barrier}
            @%p2 ld.global.u32 %r2, [%rd1]; @%p2 st.global.u32 [%rd1+4], %r2;"
        )
    };
    assert_eq!(words(&kernel(&body("bar.warp.sync 0xffffffff;", 5)), 64, &[], 2), [9, 9]);
    assert!(matches!(fault(&body("bar.warp.sync 0xffffffff;", 37), 64), Fault::Race { other: 0, .. }));
    let vote = "vote.sync.any.pred %p3, %p1, 0xffffffff;";
    assert!(matches!(fault(&body(vote, 5), 64), Fault::Race { .. }), "votes give no order of memory");
}

#[test]
fn atomics_are_exempt() {
    let body = "atom.global.add.u32 %r2, [%rd1], 1;";
    assert_eq!(words(&kernel(body), 64, &[], 1), [64]);
}

#[test]
fn blocks_race_with_each_other() {
    let run = |body: &str, races| {
        let limits = Limits { races, ..Limits::default() };
        try_words_with(&kernel(body), ([2, 1, 1], 1), &[0], 2, &limits).map_err(|trap| trap.fault)
    };
    let same = "mov.u32 %r2, %ctaid.x; st.global.u32 [%rd1], %r2;";
    assert!(matches!(run(same, Races::Everywhere), Err(Fault::RaceOfBlocks { .. })));
    assert_eq!(run(same, Races::WithinBlocks), Ok(vec![1, 0]));
    let reading =
        "mov.u32 %r2, %ctaid.x; setp.eq.u32 %p1, %r2, 1; ld.global.u32 %r3, [%rd2]; @%p1 st.global.u32 [%rd2], 1;";
    assert!(matches!(run(reading, Races::Everywhere), Err(Fault::RaceOfBlocks { .. })));
    let apart = "mov.u32 %r2, %ctaid.x; mul.wide.u32 %rd4, %r2, 4; add.s64 %rd4, %rd1, %rd4; st.global.u32 [%rd4], 3;";
    assert_eq!(run(apart, Races::Everywhere), Ok(vec![3, 3]));
    let all = "st.global.u32 [%rd1], 7;";
    assert_eq!(run(all, Races::Ignored), Ok(vec![7, 0]));
}

#[test]
fn shared_memory_is_new_in_each_block() {
    let text = module(
        ".shared .u32 s;",
        "mov.u32 %r2, %ctaid.x; setp.eq.u32 %p1, %r2, 0; @%p1 st.shared.u32 [s], 1; ld.shared.u32 %r3, [s];",
    );
    let trap = try_words_with(&text, ([2, 1, 1], 1), &[], 1, &Limits::default()).unwrap_err();
    assert_eq!(trap.place.unwrap().block, [1, 0, 0]);
    assert!(matches!(trap.fault, Fault::Uninitialised { .. }));
}

#[test]
fn an_asynchronous_copy_races_from_its_issue() {
    let text = module(
        ".shared .align 16 .u32 s[4];",
        "mov.u32 %r8, s; setp.eq.u32 %p1, %r1, 0; @%p1 cp.async.ca.shared.global [%r8], [%rd2], 4; @!%p1 st.shared.u32 [s], 1;",
    );
    assert!(matches!(fault_of(&text, 2), Fault::OpenCopy { .. }));
}
