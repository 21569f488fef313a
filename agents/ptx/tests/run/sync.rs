use super::fixture::{fault, fault_of, kernel, module, words};
use tessera_ptx::Fault;

/// Each thread hands its index to the next through shared memory.
fn ring(barrier: &str) -> String {
    module(
        ".shared .u32 s[64];",
        &format!(
            "mov.u32 %r8, s; shl.b32 %r2, %r1, 2; add.u32 %r2, %r8, %r2; st.shared.u32 [%r2], %r1; {barrier}
            add.u32 %r3, %r1, 1; and.b32 %r3, %r3, 63; shl.b32 %r3, %r3, 2; add.u32 %r3, %r8, %r3;
            ld.shared.u32 %r4, [%r3]; st.global.u32 [%rd3], %r4;"
        ),
    )
}

#[test]
fn barriers_order_accesses() {
    let expected: Vec<u32> = (1..64).chain([0]).collect();
    for barrier in ["bar.sync 0;", "barrier.sync 3;", "barrier.cta.sync.aligned 15, 64;", "bar.sync 0; bar.sync 0;"] {
        assert_eq!(words(&ring(barrier), 64, &[], 64), expected, "{barrier}");
    }
}

#[test]
fn without_a_barrier_it_is_a_race() {
    assert!(matches!(fault_of(&ring(""), 64), Fault::Race { .. } | Fault::Uninitialised { .. }));
    assert!(matches!(fault_of(&ring("membar.cta;"), 64), Fault::Race { .. } | Fault::Uninitialised { .. }));
}

#[test]
fn threads_that_exit_are_not_waited_for() {
    let body = "setp.gt.u32 %p1, %r1, 40; @%p1 exit; bar.sync 0; st.global.u32 [%rd3], 1;";
    assert_eq!(words(&kernel(body), 64, &[], 64).iter().sum::<u32>(), 41);
}

#[test]
fn a_barrier_that_some_lanes_do_not_take_is_found() {
    let body = "setp.gt.u32 %p1, %r1, 3; @%p1 bra OTHER; bar.sync 0; bra END; OTHER: bar.sync 0; END:";
    assert!(matches!(fault(body, 32), Fault::Lanes(_)));
    let body = "setp.gt.u32 %p1, %r1, 3; @%p1 bra OTHER; bar.sync 0; bra END; OTHER: bar.sync 1; END:";
    assert!(matches!(fault(body, 32), Fault::Deadlock(_)));
}

#[test]
fn different_warps_may_meet_at_different_instructions() {
    let body = "setp.gt.u32 %p1, %r1, 31; @%p1 bra OTHER; bar.sync 0; bra END; OTHER: bar.sync 0; END: st.global.u32 [%rd3], 1;";
    assert_eq!(words(&kernel(body), 64, &[], 64).iter().sum::<u32>(), 64);
}

#[test]
fn arriving_does_not_wait() {
    let body = "setp.gt.u32 %p1, %r1, 31; @%p1 bra OTHER; bar.sync 1, 64; bra END; OTHER: bar.arrive 1, 64; END: st.global.u32 [%rd3], 1;";
    assert_eq!(words(&kernel(body), 64, &[], 64).iter().sum::<u32>(), 64);
}

#[test]
fn barrier_operands_are_checked() {
    assert!(matches!(fault("bar.sync 16;", 32), Fault::Barrier { id: 16, .. }));
    assert!(matches!(fault("bar.sync 0, 33;", 64), Fault::Barrier { count: Some(33), .. }));
}

#[test]
fn a_spinning_thread_lets_others_work() {
    let body = "setp.eq.u32 %p1, %r1, 31; @%p1 bra GIVE; WAIT: ld.volatile.global.u32 %r2, [%rd1+256];
        setp.eq.u32 %p2, %r2, 0; @%p2 bra WAIT; bra END; GIVE: st.volatile.global.u32 [%rd1+256], 5; END: st.global.u32 [%rd3], 1;";
    assert_eq!(words(&kernel(body), 32, &[], 65)[64], 5);
}
