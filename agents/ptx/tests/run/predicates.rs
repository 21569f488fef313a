use super::fixture::{kernel, truth, word, words};

#[test]
fn integers_compare_by_their_type() {
    assert!(truth("setp.lt.s32 %p0, -1, 1;"));
    assert!(!truth("setp.lt.u32 %p0, -1, 1;"));
    assert!(truth("setp.hi.s32 %p0, -1, 1;"));
    assert!(truth("setp.ls.u32 %p0, 1, 1;"));
    assert!(truth("setp.eq.b32 %p0, 5, 5;"));
    assert!(truth("setp.ne.s64 %p0, 5, -5;"));
    assert!(truth("setp.ge.u16 %p0, 5, 5;"));
}

#[test]
fn a_comparison_joins_a_predicate_and_has_a_complement() {
    let pair = "setp.eq.u32 %p3, 1, 1; setp.lt.and.s32 %p1|%p2, 1, 2, %p3; ";
    assert!(truth(&format!("{pair} mov.pred %p0, %p1;")));
    assert!(!truth(&format!("{pair} mov.pred %p0, %p2;")));
    assert!(!truth("setp.eq.u32 %p3, 1, 1; setp.lt.and.s32 %p0, 1, 2, !%p3;"));
    assert!(truth("setp.eq.u32 %p3, 1, 1; setp.gt.or.s32 %p0, 1, 2, %p3;"));
    assert!(!truth("setp.eq.u32 %p3, 1, 1; setp.lt.xor.s32 %p0, 1, 2, %p3;"));
    assert!(truth("setp.lt.s32 _|%p0, 2, 1;"));
}

#[test]
fn predicates_have_logic() {
    let ones = "mov.pred %p1, 1; mov.pred %p2, 0; ";
    assert!(!truth(&format!("{ones} and.pred %p0, %p1, %p2;")));
    assert!(truth(&format!("{ones} or.pred %p0, %p1, %p2;")));
    assert!(truth(&format!("{ones} xor.pred %p0, %p1, %p2;")));
    assert!(truth(&format!("{ones} not.pred %p0, %p2;")));
    assert!(truth("mov.pred %p0, -1;"));
}

#[test]
fn guards_skip_instructions() {
    let body = "and.b32 %r2, %r1, 1; setp.eq.u32 %p1, %r2, 0; mov.u32 %r0, 7;
        @%p1 mov.u32 %r0, 1; @!%p1 add.u32 %r0, %r0, 1; st.global.u32 [%rd3], %r0;";
    assert_eq!(words(&kernel(body), 4, &[], 4), [1, 8, 1, 8]);
}

#[test]
fn selections() {
    assert_eq!(word("mov.pred %p1, 1; selp.b32 %r0, 5, 6, %p1;"), 5);
    assert_eq!(word("slct.u32.s32 %r0, 5, 6, -1;"), 6);
    assert_eq!(word("slct.u32.s32 %r0, 5, 6, 0;"), 5);
    assert_eq!(word("slct.u32.f32 %r0, 5, 6, 0f80000000;"), 5);
    assert_eq!(word("slct.u32.f32 %r0, 5, 6, 0f7fc00000;"), 6);
    assert_eq!(word("set.lt.u32.s32 %r0, 1, 2;"), u32::MAX);
    assert_eq!(word("set.lt.f32.s32 %f1, 1, 2; mov.b32 %r0, %f1;"), 1.0f32.to_bits());
}

#[test]
fn loops_and_divergence() {
    // The thread's triangular number: threads leave the loop at different times.
    let body = "mov.u32 %r0, 0; mov.u32 %r2, 0;
        LOOP: setp.gt.u32 %p1, %r2, %r1; @%p1 bra DONE; add.u32 %r0, %r0, %r2; add.u32 %r2, %r2, 1; bra.uni LOOP;
        DONE: st.global.u32 [%rd3], %r0;";
    assert_eq!(words(&kernel(body), 5, &[], 5), [0, 1, 3, 6, 10]);
}

#[test]
fn special_registers() {
    let body = "mov.u32 %r2, %laneid; mov.u32 %r3, %warpid; mov.u32 %r4, %ntid.x; mov.u32 %r5, %lanemask_lt;
        popc.b32 %r5, %r5; mad.lo.u32 %r0, %r3, 1000, %r2; mad.lo.u32 %r0, %r4, 10000, %r0;
        sub.u32 %r5, %r5, %r2; add.u32 %r0, %r0, %r5; st.global.u32 [%rd3], %r0;";
    let found = words(&kernel(body), 64, &[], 64);
    assert_eq!((found[0], found[31], found[63]), (640_000, 640_031, 641_031));
    assert_eq!(word("mov.u32 %r0, WARP_SZ;"), 32);
    assert_eq!(word("mov.u32 %r0, %lanemask_ge;"), u32::MAX);
    assert_eq!(word("mov.u32 %r0, %nctaid.z;"), 1);
    assert_eq!(word("cvt.u16.u32 %rs1, %ntid.y; cvt.u32.u16 %r0, %rs1;"), 1);
}
