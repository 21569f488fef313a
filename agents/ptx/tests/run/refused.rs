use super::fixture::{kernel, refusal};
use tessera_ptx::{Module, Reason};

#[test]
fn unknown_instructions_are_named_with_their_line() {
    let error = Module::parse(&kernel("\n\n  tanh.approx.f32 %f1, %f2;")).unwrap_err();
    assert_eq!((error.line, error.column), (11, 3));
    assert_eq!(error.reason, Reason::UnknownInstruction("tanh.approx.f32 %f1, %f2".into()));
    assert!(
        error.to_string().starts_with("line 11, column 3: unknown instruction `tanh.approx.f32 %f1, %f2`"),
        "{error}"
    );
    for body in [
        "activemask.b32 %r0;",
        "wmma.load.a %r0;",
        "shfl.idx.b32 %r0, %r1, 0, 31;",
        "mov.u32 %r0, %clock;",
        "brx.idx %r0, t;",
        "cp.async.bulk %r1;",
    ] {
        let reason = refusal(body).reason;
        assert!(matches!(reason, Reason::UnknownInstruction(_) | Reason::Name(_)), "{body}: {reason}");
    }
}

#[test]
fn floats_that_differ_between_devices_are_refused() {
    for body in [
        "add.f32 %f0, %f1, %f2;",
        "mul.f32 %f0, %f1, %f2;",
        "sub.f32 %f0, %f1, %f2;",
        "div.approx.f32 %f0, %f1, %f2;",
        "div.full.f32 %f0, %f1, %f2;",
        "sqrt.approx.f32 %f0, %f1;",
        "add.rn.ftz.f32 %f0, %f1, %f2;",
        "add.rz.f32 %f0, %f1, %f2;",
        "fma.rm.f32 %f0, %f1, %f2, %f1;",
        "add.rn.sat.f32 %f0, %f1, %f2;",
        "max.ftz.f32 %f0, %f1, %f2;",
        "cvt.rn.ftz.f32.s32 %f0, %r1;",
        "cvt.rz.f32.s32 %f0, %r1;",
        "cvt.s32.f32 %r0, %f1;",
        "ex2.approx.f32 %f0, %f1;",
        "atom.global.add.f32 %f0, [%rd1], %f1;",
        "red.global.add.f32 [%rd1], %f1;",
        "add.rn.f64 %rd0, %rd1, %rd2;",
        "cvt.f64.f32 %rd0, %f1;",
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%r0}, {%r1}, {%r2}, {%r3};",
    ] {
        let error = refusal(body);
        assert_eq!(error.line, 9, "{body}: {error}");
    }
}

#[test]
fn operands_fit_their_instruction() {
    for body in [
        "add.u32 %r0, %rd1, 1;",
        "add.u32 %rd0, %r1, 1;",
        "add.u32 %r0, %r1;",
        "add.u32 %r0, %r1, 1, 2;",
        "add.u32 5, %r1, 1;",
        "add.u32 %r0, %r1, 0f3f800000;",
        "add.rn.f32 %f0, %f1, 1;",
        "add.s8 %c0, %c1, %c2;",
        "add.u32 %r0, %r99, 1;",
        "add.u32 %r0, %r01, 1;",
        "add.u32 %r0, nothing, 1;",
        "mov.u32 %r0, %tid.w;",
        "mov.u16 %rs0, %tid.x;",
        "setp.lt.b32 %p0, 1, 2;",
        "setp.lo.f32 %p0, %f1, %f2;",
        "setp.lt.u32 %r0, 1, 2;",
        "@%r1 mov.u32 %r0, 1;",
        "bra NOWHERE;",
        "call nothing;",
        "call k;",
        "ld.global.u64 %r0, [%rd1];",
        "ld.global.f32 %rd4, [%rd1];",
        "ld.global.u32 %r0, [%r1];",
        "ld.global.v2.u64 %rd4, [%rd1];",
        "ld.global.v4.u64 {%rd4, %rd5, %rd6, %rd7}, [%rd1];",
        "ld.shared.u64 %rd4, [k_out];",
        "ld.param.u64 %rd4, [k_out+8];",
        "ld.param.u64 %rd4, [k_out+-8];",
        "st.const.u32 [%rd1], %r1;",
        "ld.global.pred %p1, [%rd1];",
        "mov.b64 %rd4, {%r1, %r2, %r3};",
        "mul.u32 %r0, %r1, %r2;",
        "mul.wide.u64 %rd4, %rd1, %rd2;",
        "vote.sync.ballot.pred %p1, %p2, -1;",
        "cp.async.cg.shared.global [%r1], [%rd1], 4;",
        "X: X: mov.u32 %r0, 1;",
        ".reg .b32 %r<4>;",
        ".shared .u32 s = 5;",
        ".reg .b32 a[4];",
    ] {
        let error = refusal(body);
        assert_eq!(error.line, 9, "{body}: {error}");
    }
}

#[test]
fn texts_that_are_not_ptx() {
    for (text, line) in [
        ("", 1),
        (".version", 1),
        (".version 6", 1),
        (".version 60.5 .target sm_50", 1),
        (".version 6.0\n.target gfx900", 2),
        (".version 6.0\n.target sm_50\n.address_size 32", 3),
        (".version 6.0\n.target sm_50\n.tex .u32 t;", 3),
        (".version 6.0\n.target sm_50\n.entry k() { add.u32", 3),
        (".version 6.0\n.target sm_50\n/* no end", 3),
        (".version 6.0\n.target sm_50\n.global .u32 x[2] = {1, 2, 3};", 3),
        (".version 6.0\n.target sm_50\n.global .f32 x = 1;", 3),
        (".version 6.0\n.target sm_50\n.global .u32 x; .global .u32 x;", 3),
        (".version 6.0\n.target sm_50\n.entry k() {} .entry k() {}", 3),
        (".version 6.0\n.target sm_50\n.func f(.param .u32 a);\n.func f(.param .u64 a) { ret; }", 4),
        (".version 6.0\n.target sm_50\n.global .align 3 .u32 x;", 3),
        (".version 6.0\n.target sm_50\n.global .f16 x;", 3),
    ] {
        let error = Module::parse(text).expect_err(text);
        assert_eq!(error.line, line, "{text}: {error}");
    }
}
