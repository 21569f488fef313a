use super::fixture::{fault, kernel, module, try_words_with};
use tessera_ptx::{Arg, Fault, Launch, Limits, Memory, Module};

#[test]
fn an_endless_loop_ends() {
    let limits = Limits { steps: 10_000, ..Limits::default() };
    let text = kernel("L: bra L;");
    assert_eq!(try_words_with(&text, ([1; 3], 2), &[], 1, &limits).unwrap_err().fault, Fault::Steps(10_000));
    let many = try_words_with(&kernel(""), ([i32::MAX as u32, 60_000, 1], 1), &[], 1, &limits).unwrap_err();
    assert_eq!(many.fault, Fault::Steps(10_000));
}

#[test]
fn instructions_are_counted() {
    let module = Module::parse(&kernel("")).unwrap();
    let mut memory = Memory::new(64);
    let launch = Launch { grid: [2, 1, 1], block: [3, 1, 1], shared_bytes: 0, params: vec![Arg::U64(0), Arg::U64(0)] };
    let stats = module.kernel("k").unwrap().launch(&launch, &mut memory, &Limits::default()).unwrap();
    // Five instructions before the body, ret, and one for each thread's start.
    assert_eq!((stats.instructions, stats.blocks), (2 * 3 * 7, 2));
}

#[test]
fn control_does_not_run_past_the_end() {
    let text = ".version 6.0 .target sm_50 .address_size 64 .entry k(.param .u64 a, .param .u64 b) { .reg .b32 r; mov.u32 r, 1; }";
    assert_eq!(try_words_with(text, ([1; 3], 1), &[], 1, &Limits::default()).unwrap_err().fault, Fault::EndOfCode);
    assert_eq!(fault("trap;", 1), Fault::Trap);
}

#[test]
fn a_launch_must_fit_its_kernel() {
    let refused = |text: &str, launch: Launch| {
        let trap =
            Module::parse(text).unwrap().kernel("k").unwrap().launch(&launch, &mut Memory::new(64), &Limits::default());
        assert!(matches!(trap.unwrap_err().fault, Fault::Launch(_)), "{launch:?}");
    };
    let good = Launch { grid: [1; 3], block: [32, 1, 1], shared_bytes: 0, params: vec![Arg::U64(0), Arg::U64(0)] };
    let text = kernel("");
    refused(&text, Launch { grid: [0, 1, 1], ..good.clone() });
    refused(&text, Launch { grid: [1, 65_536, 1], ..good.clone() });
    refused(&text, Launch { block: [1025, 1, 1], ..good.clone() });
    refused(&text, Launch { block: [1, 1, 65], ..good.clone() });
    refused(&text, Launch { params: vec![Arg::U64(0)], ..good.clone() });
    refused(&text, Launch { params: vec![Arg::U64(0), Arg::U32(0)], ..good.clone() });
    refused(
        &module(".extern .shared .b8 s[];", "st.shared.u8 [s], %r1;"),
        Launch { shared_bytes: 1 << 30, ..good.clone() },
    );
    let required = text.replace("k_in) {", "k_in) .reqntid 64, 1, 1 {");
    refused(&required, good.clone());
    refused(&text.replace("k_in) {", "k_in) .maxntid 16 {"), good);
}

#[test]
fn a_module_names_its_kernels() {
    let module = Module::parse(&kernel("")).unwrap();
    assert_eq!((module.version(), module.target(), module.kernels()), ((7, 0), "sm_80", vec!["k"]));
    assert_eq!(module.kernel("q").unwrap_err().to_string(), "no kernel q; the module has k");
}

#[test]
fn registers_of_many_threads_are_bounded() {
    let limits = Limits { thread_bytes: 1 << 16, ..Limits::default() };
    let text = kernel(".reg .b32 %many<60000>;");
    assert_eq!(try_words_with(&text, ([1; 3], 32), &[], 1, &limits).unwrap_err().fault, Fault::ThreadMemory(1 << 16));
}
