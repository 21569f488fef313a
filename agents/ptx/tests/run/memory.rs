use super::fixture::{fault_of, kernel, module, try_words, try_words_with, word, words};
use tessera_ptx::{Arg, Fault, Launch, Limits, Memory, MemoryError, Module, Races};

#[test]
fn loads_widen_and_vectors_keep_their_order() {
    let body = "ld.global.s8 %r2, [%rd2]; ld.global.u8 %r3, [%rd2]; ld.global.nc.s16 %r4, [%rd2+2];
        st.global.v2.u32 [%rd1], {%r2, %r3}; st.global.u32 [%rd1+8], %r4;
        ld.global.v4.u32 {%r5, _, %r6, %r7}, [%rd2+16]; st.global.v4.u32 [%rd1+16], {%r7, %r6, %r5, 9};";
    let input = [0x8000_00ff, 0, 0, 0, 1, 2, 3, 4];
    assert_eq!(words(&kernel(body), 1, &input, 8), [u32::MAX, 0xff, 0xffff_8000, 0, 4, 3, 1, 9]);
}

#[test]
fn narrow_stores_leave_their_neighbours() {
    let body =
        "mov.u32 %r2, 0x11223344; st.global.u8 [%rd1+1], %r2; mov.u16 %rs1, 0x5566; st.global.u16 [%rd1+2], %rs1;";
    assert_eq!(words(&kernel(body), 1, &[], 1), [0x5566_4400]);
}

#[test]
fn hints_change_nothing() {
    let body = "ld.global.L1::no_allocate.L2::128B.ca.u32 %r2, [%rd2]; ld.volatile.global.u32 %r3, [%rd2+4];
        ld.relaxed.gpu.global.u32 %r4, [%rd2+8]; add.u32 %r0, %r2, %r3; add.u32 %r0, %r0, %r4; st.global.wt.u32 [%rd1], %r0;";
    assert_eq!(words(&kernel(body), 1, &[1, 2, 4], 1), [7]);
}

#[test]
fn shared_local_and_generic_addresses() {
    let text = module(
        ".shared .align 16 .b8 buffer[64];",
        ".local .align 8 .b8 depot[32];
        mov.u32 %r2, 5; st.shared.u32 [buffer+4], %r2; mov.u64 %rd4, buffer; cvta.shared.u64 %rd5, %rd4; ld.u32 %r3, [%rd5+4];
        cvta.to.shared.u64 %rd6, %rd5; ld.shared.u32 %r4, [%rd6+4];
        mov.u64 %rd7, depot; cvta.local.u64 %rd8, %rd7; st.u32 [%rd8+8], %r2; ld.local.u32 %r5, [%rd7+8];
        cvta.to.global.u64 %rd9, %rd1; cvta.global.u64 %rd10, %rd9; mov.u32 %r8, buffer; ld.shared.u32 %r9, [%r8+4];
        add.u32 %r0, %r3, %r4; add.u32 %r0, %r0, %r5; add.u32 %r0, %r0, %r9; st.u32 [%rd10], %r0;",
    );
    assert_eq!(words(&text, 1, &[], 1), [20]);
}

#[test]
fn variables_have_initial_values() {
    let text = module(
        ".const .align 4 .u32 table[4] = {3, 0x5, 07};\n.global .f32 one = 0f3F800000;\n.global .align 4 .b8 bytes[4] = {1, 2, 3, 4};",
        "ld.const.u32 %r2, [table+4]; mov.u64 %rd4, table; ld.global.u32 %r3, [%rd4+8]; ld.const.u32 %r4, [table+12];
        ld.global.u32 %r5, [one]; ld.global.u32 %r6, [bytes]; st.global.v4.u32 [%rd1], {%r2, %r3, %r4, %r5}; st.global.u32 [%rd1+16], %r6;",
    );
    assert_eq!(words(&text, 1, &[], 5), [5, 7, 0, 1.0f32.to_bits(), 0x0403_0201]);
    let text = module(".const .u32 table[4];", "mov.u64 %rd4, table; st.global.u32 [%rd4], %r1;");
    assert!(matches!(fault_of(&text, 1), Fault::ReadOnly { .. }));
}

#[test]
fn global_variables_keep_their_values_between_launches() {
    let text = module(
        ".global .u32 count;",
        "ld.global.u32 %r2, [count]; add.u32 %r2, %r2, 1; st.global.u32 [count], %r2; st.global.u32 [%rd1], %r2;",
    );
    let (module, mut memory) = (Module::parse(&text).unwrap(), Memory::new(1 << 16));
    let out = memory.alloc(4).unwrap();
    let launch = Launch { grid: [1; 3], block: [1; 3], shared_bytes: 0, params: vec![Arg::U64(out), Arg::U64(0)] };
    for expected in 1..4u8 {
        module.kernel("k").unwrap().launch(&launch, &mut memory, &Limits::default()).unwrap();
        assert_eq!(memory.read(out, 4).unwrap(), [expected, 0, 0, 0]);
    }
}

#[test]
fn dynamic_shared_memory_has_the_launchs_size() {
    let text = module(
        ".extern .shared .align 16 .b8 dynamic[];\n.shared .u32 fixed[2];",
        "mov.u32 %r2, 1; st.shared.u32 [dynamic+1020], %r2; st.shared.u32 [fixed], %r2; mov.u32 %r3, %dynamic_smem_size;
        mov.u32 %r4, %total_smem_size; sub.u32 %r4, %r4, %r3; st.global.v2.u32 [%rd1], {%r3, %r4};",
    );
    assert_eq!(words(&text, 1, &[], 2), [1024, 8]);
}

#[test]
fn atomics_count_every_thread() {
    let body = "atom.global.add.u32 %r2, [%rd1], 1; red.global.max.s32 [%rd1+4], %r1; red.global.min.s32 [%rd1+8], -5;
        atom.global.exch.b32 %r3, [%rd1+12], 8; atom.global.cas.b32 %r4, [%rd1+16], 0, 6; red.global.or.b32 [%rd1+20], %r1;
        atom.global.inc.u32 %r5, [%rd1+24], 9; red.global.add.u64 [%rd1+32], 0x100000000; atom.add.u32 _, [%rd1+40], 2;";
    let found = words(&kernel(body), 64, &[], 11);
    assert_eq!(found, [64, 63, -5i32 as u32, 8, 6, 63, 4, 0, 0, 64, 128]);
}

#[test]
fn asynchronous_copies_happen_when_they_are_waited_for() {
    let text = module(
        ".shared .align 16 .b8 tile[64];",
        "mov.u32 %r8, tile; mov.u32 %r2, 0; st.shared.v4.u32 [tile], {%r2, %r2, %r2, %r2};
        cp.async.cg.shared.global [%r8], [%rd2], 16; cp.async.commit_group;
        cp.async.ca.shared.global [%r8+16], [%rd2+16], 8, 4; cp.async.commit_group;
        ld.shared.u32 %r3, [tile]; cp.async.wait_group 1; ld.shared.u32 %r4, [tile]; cp.async.wait_all;
        ld.shared.v2.u32 {%r5, %r6}, [tile+16]; st.global.v4.u32 [%rd1], {%r3, %r4, %r5, %r6};",
    );
    let input = [7, 8, 9, 10, 11, 12];
    let limits = Limits { races: Races::Ignored, ..Limits::default() };
    assert_eq!(try_words_with(&text, ([1; 3], 1), &input, 4, &limits).unwrap(), [0, 7, 11, 0]);
    // The early read may as well see the new value on a device.
    assert!(matches!(try_words(&text, 1, &input, 4).unwrap_err().fault, Fault::OpenCopy { .. }));
    let waiting = text.replace("ld.shared.u32 %r3, [tile];", "mov.u32 %r3, 5;");
    assert_eq!(words(&waiting, 1, &input, 4), [5, 7, 11, 0]);
}

#[test]
fn parameters_of_every_size() {
    let text = ".version 6.0 .target sm_50 .address_size 64 .visible .entry k(.param .align 8 .b8 pair[16], .param .u8 small, .param .f32 x)
        { .reg .b32 %r<4>; .reg .b64 %rd<3>; .reg .f32 %f; ld.param.u64 %rd1, [pair]; ld.param.u32 %r1, [pair+8];
        ld.param.u8 %r2, [small]; ld.param.f32 %f, [x]; mov.b32 %r3, %f; st.global.v2.u32 [%rd1], {%r1, %r2}; st.global.u32 [%rd1+8], %r3; ret; }";
    let (module, mut memory) = (Module::parse(text).unwrap(), Memory::new(64));
    let out = memory.alloc(12).unwrap();
    let pair: Vec<u8> = out.to_le_bytes().into_iter().chain([9, 0, 0, 0, 0, 0, 0, 0]).collect();
    let params = vec![Arg::Bytes(pair), Arg::Bytes(vec![200]), Arg::F32(2.0)];
    let kernel = module.kernel("k").unwrap();
    assert_eq!(kernel.param_sizes(), [16, 1, 4]);
    let launch = Launch { grid: [1; 3], block: [1; 3], shared_bytes: 0, params };
    kernel.launch(&launch, &mut memory, &Limits::default()).unwrap();
    assert_eq!(memory.read(out, 12).unwrap(), [9, 0, 0, 0, 200, 0, 0, 0, 0, 0, 0, 0x40]);
}

#[test]
fn a_hosts_memory_is_bounded() {
    let mut memory = Memory::new(100);
    let first = memory.alloc(60).unwrap();
    assert_eq!(memory.alloc(60), Err(MemoryError::Full { wanted: 60, limit: 100 }));
    assert!(memory.read(first, 61).is_err() && memory.read(first + 60, 1).is_err() && memory.write(0, &[1]).is_err());
    assert!(memory.free(first + 1).is_err());
    memory.free(first).unwrap();
    assert!(memory.read(first, 1).is_err() && memory.free(first).is_err());
    let second = memory.alloc(60).unwrap();
    assert_ne!(first, second);
    assert_eq!(word("mov.u32 %r0, 1;"), 1);
}
