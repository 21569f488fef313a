//! `mma.sync` against plain products, with fragments placed as the PTX ISA's text says (not by the interpreter's code).

use super::fixture::{kernel, module, words};

fn byte(seed: u32) -> u8 {
    (seed.wrapping_mul(0x9e37_79b9) >> 13) as u8
}

fn word(bytes: [u8; 4]) -> u32 {
    u32::from_le_bytes(bytes)
}

struct Case {
    shape: &'static str,
    m: usize,
    k: usize,
    types: &'static str,
    signed: [bool; 2],
}

/// The ISA's tables: row and column of element i of A, and of B, in a lane.
fn a_place(case: &Case, lane: usize, i: usize) -> (usize, usize) {
    let (group, thread) = (lane >> 2, lane % 4);
    match (case.m, case.k) {
        (8, 16) => (group, thread * 4 + i),
        (16, 16) => (if i < 4 { group } else { group + 8 }, thread * 4 + (i & 3)),
        _ => {
            let row = if i < 4 || (8..12).contains(&i) { group } else { group + 8 };
            (row, thread * 4 + (i & 3) + if i < 8 { 0 } else { 16 })
        }
    }
}

fn b_place(lane: usize, i: usize) -> (usize, usize) {
    ((lane % 4) * 4 + (i & 3) + if i < 4 { 0 } else { 16 }, lane >> 2)
}

fn c_place(lane: usize, i: usize) -> (usize, usize) {
    ((lane >> 2) + if i < 2 { 0 } else { 8 }, (lane % 4) * 2 + (i & 1))
}

fn check(case: &Case) {
    let (m, k) = (case.m, case.k);
    let a: Vec<u8> = (0..m * k).map(|i| byte(i as u32 + 1)).collect();
    let b: Vec<u8> = (0..k * 8).map(|i| byte(i as u32 + 7001)).collect();
    let c: Vec<i32> = (0..m * 8).map(|i| (i as i32 - 50) * 1_000_003).collect();
    let (in_a, in_b, in_c) = (m * k / 128, k / 16, m / 4);
    let mut input = Vec::new();
    for lane in 0..32 {
        let from_a = |i: usize| a_place(case, lane, i);
        for r in 0..in_a {
            input.push(word([0, 1, 2, 3].map(|i| {
                let (row, column) = from_a(4 * r + i);
                a[row * k + column]
            })));
        }
        for r in 0..in_b {
            input.push(word([0, 1, 2, 3].map(|i| {
                let (row, column) = b_place(lane, 4 * r + i);
                b[row * 8 + column]
            })));
        }
        for r in 0..in_c {
            let (row, column) = c_place(lane, r);
            input.push(c[row * 8 + column] as u32);
        }
    }
    let each = in_a + in_b + in_c;
    let list =
        |first: usize, count: usize| (first..first + count).map(|r| format!("%r{r}")).collect::<Vec<_>>().join(", ");
    let loads: String = (0..each).map(|r| format!("ld.global.u32 %r{}, [%rd4+{}]; ", 10 + r, 4 * r)).collect();
    let stores: String = (0..in_c).map(|r| format!("st.global.u32 [%rd5+{}], %r{}; ", 4 * r, 25 + r)).collect();
    let body = format!(
        "mul.wide.u32 %rd4, %r1, {}; add.s64 %rd4, %rd2, %rd4; mul.wide.u32 %rd5, %r1, {}; add.s64 %rd5, %rd1, %rd5; {loads}
        mma.sync.aligned.{}.row.col.s32.{}.s32 {{{}}}, {{{}}}, {{{}}}, {{{}}}; {stores}",
        4 * each, 4 * in_c, case.shape, case.types, list(25, in_c), list(10, in_a), list(10 + in_a, in_b), list(10 + in_a + in_b, in_c)
    );
    let found = words(&kernel(&body), 32, &input, 32 * in_c);
    let number = |byte: u8, signed: bool| if signed { i32::from(byte as i8) } else { i32::from(byte) };
    for lane in 0..32 {
        for r in 0..in_c {
            let (row, column) = c_place(lane, r);
            let dot = (0..k).fold(c[row * 8 + column], |sum, i| {
                sum.wrapping_add(number(a[row * k + i], case.signed[0]) * number(b[i * 8 + column], case.signed[1]))
            });
            assert_eq!(found[lane * in_c + r] as i32, dot, "{} lane {lane} register {r}", case.shape);
        }
    }
}

#[test]
fn products_of_bytes_in_every_shape() {
    for (shape, m, k) in [("m8n8k16", 8, 16), ("m16n8k16", 16, 16), ("m16n8k32", 16, 32)] {
        check(&Case { shape, m, k, types: "s8.s8", signed: [true, true] });
        check(&Case { shape, m, k, types: "u8.s8", signed: [false, true] });
    }
}

#[test]
fn sums_wrap_or_saturate() {
    let body = |saturate: &str| {
        format!("mov.u32 %r2, 0x7f7f7f7f; mov.u32 %r3, 0x7fffffff;
            mma.sync.aligned.m8n8k16.row.col{saturate}.s32.s8.s8.s32 {{%r4, %r5}}, {{%r2}}, {{%r2}}, {{%r3, %r3}}; st.global.u32 [%rd3], %r4;")
    };
    let sum = 0x7fff_ffffu32.wrapping_add(16 * 127 * 127);
    assert_eq!(words(&kernel(&body("")), 32, &[], 32), [sum; 32]);
    assert_eq!(words(&kernel(&body(".satfinite")), 32, &[], 32), [0x7fff_ffff; 32]);
}

#[test]
fn matrices_are_loaded_from_shared_memory() {
    // Lane l writes row l (16 bytes): halves 8 l .. 8 l + 7 of four matrices.
    let run = |suffix: &str, registers: &str| {
        let text = module(
            ".shared .align 16 .b8 rows[512];",
            &format!(
                "mov.u32 %r8, rows; shl.b32 %r9, %r1, 4; add.u32 %r8, %r8, %r9; shl.b32 %r9, %r1, 3; add.u32 %r10, %r9, 1;
                cvt.u16.u32 %rs1, %r9; cvt.u16.u32 %rs2, %r10; mov.b32 %r11, {{%rs1, %rs2}}; add.u32 %r12, %r11, 0x20002;
                add.u32 %r13, %r11, 0x40004; add.u32 %r14, %r11, 0x60006; st.shared.v4.u32 [%r8], {{%r11, %r12, %r13, %r14}};
                mov.u32 %r2, 0; mov.u32 %r3, 0; mov.u32 %r4, 0; mov.u32 %r5, 0; bar.sync 0;
                ldmatrix.sync.aligned.m8n8.{suffix}.b16 {{{registers}}}, [%r8];
                mul.wide.u32 %rd4, %r1, 16; add.s64 %rd4, %rd1, %rd4; st.global.v4.u32 [%rd4], {{%r2, %r3, %r4, %r5}};"
            ),
        );
        words(&text, 32, &[], 128)
    };
    // Element (row, column) of matrix j is 64 j + 8 row + column.
    let pair = |low: usize, high: usize| (low | high << 16) as u32;
    for (lane, found) in run("x4.shared", "%r2, %r3, %r4, %r5").chunks(4).enumerate() {
        let (g, t) = (lane / 4, lane % 4);
        let expected: Vec<u32> = (0..4).map(|j| pair(64 * j + 8 * g + 2 * t, 64 * j + 8 * g + 2 * t + 1)).collect();
        assert_eq!(found, expected);
    }
    for (lane, found) in run("x2.trans.shared", "%r2, %r3").chunks(4).enumerate() {
        let (g, t) = (lane / 4, lane % 4);
        let at = |j: usize| pair(64 * j + 8 * (2 * t) + g, 64 * j + 8 * (2 * t + 1) + g);
        assert_eq!(found, [at(0), at(1), 0, 0]);
    }
}
