use super::fixture::{fault_of, module, try_words_with, words};
use tessera_ptx::{Fault, Limits};

const SQUARE: &str = ".func (.param .b32 result) square(.param .b32 x) { .reg .b32 %r<3>;
    ld.param.u32 %r1, [x]; mul.lo.u32 %r2, %r1, %r1; st.param.b32 [result], %r2; ret; }";

#[test]
fn parameters_and_results_are_passed_by_memory() {
    let text = module(
        SQUARE,
        "add.u32 %r2, %r1, 1; { .param .b32 p0; st.param.b32 [p0], %r2; .param .b32 r0; call.uni (r0), square, (p0); ld.param.b32 %r3, [r0]; }
        { .param .b32 p0; st.param.b32 [p0], %r3; .param .b32 r0; call (r0), square, (p0); ld.param.b32 %r4, [r0]; }
        st.global.u32 [%rd3], %r4;",
    );
    assert_eq!(words(&text, 3, &[], 3), [1, 16, 81]);
}

#[test]
fn parameters_and_results_are_passed_by_registers() {
    let text = module(
        ".func (.reg .u32 d) sum(.reg .u32 a, .reg .u32 b) { add.u32 d, a, b; ret; }",
        "call (%r2), sum, (%r1, 10); call (%r0), sum, (%r2, %r2); st.global.u32 [%rd3], %r0;",
    );
    assert_eq!(words(&text, 2, &[], 2), [20, 22]);
}

#[test]
fn functions_may_be_declared_before_they_are_defined_and_recurse() {
    let text = module(
        ".func (.reg .u32 d) down(.reg .u32 n);
        .func (.reg .u32 d) down(.reg .u32 n) { .reg .pred p; .reg .u32 m; mov.u32 d, 0; setp.eq.u32 p, n, 0; @p ret;
            sub.u32 m, n, 1; call (d), down, (m); add.u32 d, d, n; ret; }",
        "call (%r0), down, (10); st.global.u32 [%rd3], %r0;",
    );
    assert_eq!(words(&text, 1, &[], 1), [55]);
}

#[test]
fn depth_and_memory_of_calls_are_limited() {
    let text = module(".func f() { .local .b8 big[1024]; call f; ret; }", "call f;");
    assert_eq!(fault_of(&text, 1), Fault::CallDepth(64));
    let limits = Limits { thread_bytes: 4096, ..Limits::default() };
    let trap = try_words_with(&text, ([1; 3], 1), &[], 1, &limits).unwrap_err();
    assert_eq!(trap.fault, Fault::ThreadMemory(4096));
}

#[test]
fn exit_ends_the_thread_within_a_call() {
    let text = module(".func f() { exit; }", "st.global.u32 [%rd3], 1; call f; st.global.u32 [%rd3], 2;");
    assert_eq!(words(&text, 1, &[], 1), [1]);
}
