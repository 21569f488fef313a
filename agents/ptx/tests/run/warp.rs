use super::fixture::{fault, kernel, words};
use tessera_ptx::Fault;

fn shuffled(mode: &str, b: &str, c: &str) -> Vec<u32> {
    let body = format!(
        "add.u32 %r2, %r1, 100; shfl.sync.{mode}.b32 %r0|%p1, %r2, {b}, {c}, 0xffffffff;
        selp.u32 %r3, 1000, 0, %p1; add.u32 %r0, %r0, %r3; st.global.u32 [%rd3], %r0;"
    );
    words(&kernel(&body), 32, &[], 32)
}

fn expect(source: impl Fn(u32) -> Option<u32>) -> Vec<u32> {
    (0..32).map(|lane| source(lane).map_or(100 + lane, |from| 1100 + from)).collect()
}

#[test]
fn shuffles_in_every_mode() {
    assert_eq!(shuffled("idx", "5", "31"), expect(|_| Some(5)));
    assert_eq!(shuffled("bfly", "16", "31"), expect(|lane| Some(lane ^ 16)));
    assert_eq!(shuffled("down", "4", "31"), expect(|lane| (lane + 4 < 32).then_some(lane + 4)));
    assert_eq!(shuffled("up", "4", "0"), expect(|lane| lane.checked_sub(4)));
}

#[test]
fn shuffles_in_segments() {
    // Segments of 8: the mask 0x18 in bits 8 to 12, clamp 7 (0 for up).
    assert_eq!(shuffled("idx", "11", "0x1807"), expect(|lane| Some(lane / 8 * 8 + 3)));
    assert_eq!(shuffled("down", "3", "0x1807"), expect(|lane| (lane % 8 + 3 < 8).then_some(lane + 3)));
    assert_eq!(shuffled("up", "3", "0x1800"), expect(|lane| (lane % 8 >= 3).then(|| lane - 3)));
    assert_eq!(shuffled("bfly", "4", "0x1807"), expect(|lane| Some(lane ^ 4)));
}

#[test]
fn a_sum_by_butterfly() {
    let steps: String = [16, 8, 4, 2, 1]
        .map(|step| format!("shfl.sync.bfly.b32 %r2, %r0, {step}, 31, -1; add.u32 %r0, %r0, %r2; "))
        .concat();
    let found = words(&kernel(&format!("mov.u32 %r0, %r1; {steps} st.global.u32 [%rd3], %r0;")), 64, &[], 64);
    assert!(found[..32].iter().all(|x| *x == 496) && found[32..].iter().all(|x| *x == 1520));
}

#[test]
fn masks_part_the_warp() {
    let body = "setp.lt.u32 %p1, %r1, 16; @%p1 bra LOW; vote.sync.ballot.b32 %r0, 1, 0xffff0000; bra END;
        LOW: vote.sync.ballot.b32 %r0, %p1, 0x0000ffff; END: st.global.u32 [%rd3], %r0;";
    let found = words(&kernel(body), 32, &[], 32);
    assert!(found[..16].iter().all(|x| *x == 0xffff) && found[16..].iter().all(|x| *x == 0xffff_0000));
}

#[test]
fn votes() {
    let vote = |mode: &str, predicate: &str| {
        let body = format!(
            "setp.lt.u32 %p1, %r1, 8; setp.lt.u32 %p2, %r1, 99; vote.sync.{mode}.pred %p3, {predicate}, -1;
            selp.u32 %r0, 1, 0, %p3; st.global.u32 [%rd3], %r0;"
        );
        words(&kernel(&body), 32, &[], 32)[31]
    };
    assert_eq!([vote("all", "%p1"), vote("any", "%p1"), vote("uni", "%p1")], [0, 1, 0]);
    assert_eq!([vote("all", "%p2"), vote("any", "!%p2"), vote("uni", "!%p2")], [1, 0, 1]);
}

#[test]
fn matches_and_reductions() {
    let body = "and.b32 %r2, %r1, 1; match.any.sync.b32 %r0, %r2, -1; st.global.u32 [%rd3], %r0;";
    assert_eq!(words(&kernel(body), 32, &[], 32)[..2], [0x5555_5555, 0xaaaa_aaaa]);
    let body =
        "mov.u64 %rd4, 3; match.all.sync.b64 %r0|%p1, %rd4, -1; selp.u32 %r0, %r0, 0, %p1; st.global.u32 [%rd3], %r0;";
    assert_eq!(words(&kernel(body), 32, &[], 32)[0], u32::MAX);
    let reduce = |op: &str| {
        words(
            &kernel(&format!("sub.u32 %r2, %r1, 5; redux.sync.{op} %r0, %r2, -1; st.global.u32 [%rd3], %r0;")),
            32,
            &[],
            32,
        )[7]
    };
    assert_eq!(
        [reduce("add.s32"), reduce("min.s32"), reduce("max.s32"), reduce("min.u32")],
        [336, -5i32 as u32, 26, 0]
    );
    assert_eq!(
        [reduce("or.b32"), reduce("and.b32"), reduce("xor.b32")],
        [u32::MAX, 0, (0..32u32).fold(0, |x, i| x ^ i.wrapping_sub(5))]
    );
}

#[test]
fn lanes_that_do_not_fit_are_found() {
    assert!(matches!(fault("shfl.sync.idx.b32 %r0, %r1, 0, 31, -1;", 16), Fault::Lanes(_)), "missing lanes");
    assert!(
        matches!(fault("setp.eq.u32 %p1, %r1, 3; @%p1 exit; bar.warp.sync -1;", 32), Fault::Lanes(_)),
        "an exited lane"
    );
    assert!(matches!(fault("bar.warp.sync 1;", 32), Fault::Lanes(_)), "a lane out of its mask");
    assert!(matches!(
        fault("setp.eq.u32 %p1, %r1, 0; @%p1 bra A; bar.warp.sync -1; A: bar.warp.sync -1;", 32),
        Fault::Deadlock(_) | Fault::Lanes(_)
    ));
    let body = "setp.lt.u32 %p1, %r1, 16; @!%p1 bra END; shfl.sync.idx.b32 %r0, %r1, 20, 31, 0xffff; END:";
    assert!(matches!(fault(body, 32), Fault::Lanes(_)), "a source out of the mask");
}
