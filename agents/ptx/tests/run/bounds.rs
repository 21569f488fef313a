use super::fixture::{fault, fault_of, module, try_words};
use tessera_ptx::{Fault, SpaceName};

fn out_of(space: SpaceName, fault: &Fault) -> bool {
    matches!(fault, Fault::OutOfBounds { space: found, .. } if *found == space)
}

#[test]
fn global_accesses_stay_in_their_allocation() {
    // 64 words on either side.
    for body in [
        "ld.global.u32 %r0, [%rd2+256];",
        "st.global.u32 [%rd1+256], %r1;",
        "st.global.u32 [%rd1+-4], %r1;",
        "ld.global.u32 %r0, [0];",
        "mov.u64 %rd4, -8; ld.global.u64 %rd5, [%rd4];",
    ] {
        assert!(out_of(SpaceName::Global, &fault(body, 1)), "{body}");
    }
    assert!(out_of(SpaceName::Generic, &fault("mov.u64 %rd4, 0x7fffffffffffffff; ld.u8 %r0, [%rd4];", 1)));
    assert!(out_of(SpaceName::Global, &fault("red.global.add.u32 [%rd1+256], 1;", 1)));
}

#[test]
fn shared_accesses_stay_in_their_variable() {
    let text = |body: &str| {
        module(".shared .u32 first[4];\n.shared .u32 second[4];", &format!("st.shared.u32 [second], %r1; {body}"))
    };
    let inside = "st.shared.u32 [first+12], %r1;";
    let beyond = "mov.u32 %r2, first; st.shared.u32 [%r2+16], %r1;";
    assert!(try_words(&text(inside), 1, &[], 64).is_ok());
    assert!(out_of(SpaceName::Shared, &fault_of(&text(beyond), 1)));
}

#[test]
fn local_memory_and_parameters_end() {
    assert!(out_of(
        SpaceName::Local,
        &fault(".local .b8 depot[8]; mov.u64 %rd4, depot; ld.local.u64 %rd5, [%rd4+8];", 1)
    ));
    assert!(out_of(SpaceName::Param, &fault("mov.u64 %rd4, k_out; ld.param.u64 %rd5, [%rd4+16];", 1)));
}

#[test]
fn accesses_are_aligned_to_their_whole_size() {
    assert!(matches!(fault("ld.global.u32 %r0, [%rd2+2];", 1), Fault::Misaligned { bytes: 4, .. }));
    assert!(matches!(
        fault("ld.global.v4.u32 {%r0, %r2, %r3, %r4}, [%rd2+8];", 1),
        Fault::Misaligned { bytes: 16, .. }
    ));
}

#[test]
fn a_trap_names_thread_block_and_line() {
    let text = module("", "setp.ne.u32 %p1, %r1, 33; @%p1 bra END;\nst.global.u32 [%rd1+4096], %r1;\nEND:");
    let trap = try_words(&text, 64, &[], 64).unwrap_err();
    let place = trap.place.unwrap();
    assert_eq!((place.thread, place.block), ([33, 0, 0], [0, 0, 0]));
    assert!(text.lines().nth(place.line as usize - 1).unwrap().starts_with("st.global.u32 [%rd1+4096]"));
    assert!(trap.to_string().contains("kernel k, line"), "{trap}");
}

#[test]
fn uninitialised_shared_memory_is_not_read() {
    let text = module(".shared .u32 s[4];", "st.shared.u32 [s], %r1; ld.shared.v2.u32 {%r2, %r3}, [s];");
    assert!(matches!(fault_of(&text, 1), Fault::Uninitialised { address: 4 }));
}
