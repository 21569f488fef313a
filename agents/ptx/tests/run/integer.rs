use super::fixture::{fault, long, word};
use tessera_ptx::Fault;

/// `instruction %r0, operands;`
fn op(instruction: &str, operands: &str) -> u32 {
    word(&format!("{instruction} %r0, {operands};"))
}

#[test]
fn addition_and_subtraction_wrap_and_saturate() {
    assert_eq!(op("add.u32", "4294967295, 2"), 1);
    assert_eq!(op("sub.s32", "0x80000000, 1"), 0x7fff_ffff);
    assert_eq!(op("add.sat.s32", "2147483647, 1"), 0x7fff_ffff);
    assert_eq!(op("sub.sat.s32", "-2147483648, 1"), 0x8000_0000);
    assert_eq!(long("add.u64 %rd0, 0xffffffffffffffff, 2;"), 1);
    assert_eq!(word("add.u16 %rs1, 65535, 3; cvt.u32.u16 %r0, %rs1;"), 2);
}

#[test]
fn products_have_halves() {
    assert_eq!(op("mul.lo.s32", "-3, 7"), -21i32 as u32);
    assert_eq!(op("mul.hi.s32", "-1, 1"), u32::MAX);
    assert_eq!(op("mul.hi.u32", "0xffffffff, 0xffffffff"), 0xffff_fffe);
    assert_eq!(long("mul.wide.s32 %rd0, -2, 3;"), -6i64 as u64);
    assert_eq!(long("mul.wide.u32 %rd0, 0xffffffff, 2;"), 0x1_ffff_fffe);
    assert_eq!(op("mul.wide.s16", "-2, 3"), -6i32 as u32);
    assert_eq!(long("mul.hi.u64 %rd0, 0xffffffffffffffff, 0xffffffffffffffff;"), u64::MAX - 1);
    assert_eq!(long("mul.hi.s64 %rd0, -1, 2;"), u64::MAX);
    assert_eq!(op("mad.lo.u32", "5, 6, 7"), 37);
    assert_eq!(op("mad.hi.u32", "0x80000000, 4, 7"), 9);
    assert_eq!(long("mad.wide.u32 %rd0, 0xffffffff, 2, 3;"), 0x2_0000_0001);
    assert_eq!(op("mul24.lo.u32", "0xff000003, 5"), 15);
    assert_eq!(op("mul24.lo.s32", "0x00ffffff, 5"), -5i32 as u32);
    assert_eq!(op("mad24.lo.u32", "3, 5, 1"), 16);
}

#[test]
fn division_truncates_and_refuses_zero() {
    assert_eq!(op("div.s32", "-7, 2"), -3i32 as u32);
    assert_eq!(op("rem.s32", "-7, 2"), -1i32 as u32);
    assert_eq!(op("div.u32", "0xffffffff, 16"), 0x0fff_ffff);
    assert_eq!(op("div.s32", "-2147483648, -1"), 0x8000_0000);
    assert_eq!(long("rem.u64 %rd0, 1000000000007, 10;"), 7);
    assert_eq!(fault("div.u32 %r0, 1, 0;", 1), Fault::DivisionByZero);
}

#[test]
fn order_and_magnitude() {
    assert_eq!(op("min.s32", "-1, 1"), u32::MAX);
    assert_eq!(op("min.u32", "-1, 1"), 1);
    assert_eq!(op("max.s32", "-1, 1"), 1);
    assert_eq!(op("abs.s32", "-5"), 5);
    assert_eq!(op("neg.s32", "5"), -5i32 as u32);
    assert_eq!(op("sad.s32", "-3, 4, 10"), 17);
    assert_eq!(op("sad.u32", "3, 4, 10"), 11);
}

#[test]
fn bits() {
    assert_eq!(op("and.b32", "0b1100, 0b1010"), 0b1000);
    assert_eq!(op("or.b32", "0b1100, 0b1010"), 0b1110);
    assert_eq!(op("xor.b32", "0b1100, 0b1010"), 0b0110);
    assert_eq!(op("not.b32", "0"), u32::MAX);
    assert_eq!(op("cnot.b32", "0"), 1);
    assert_eq!(op("cnot.b32", "7"), 0);
    assert_eq!(op("popc.b32", "0xf0f0"), 8);
    assert_eq!(op("popc.b64", "0xf0f000000000"), 8);
    assert_eq!(op("clz.b32", "1"), 31);
    assert_eq!(op("clz.b32", "0"), 32);
    assert_eq!(op("clz.b64", "0"), 64);
    assert_eq!(op("brev.b32", "1"), 0x8000_0000);
    assert_eq!(op("bfind.u32", "0x00f0"), 7);
    assert_eq!(op("bfind.shiftamt.u32", "0x00f0"), 24);
    assert_eq!(op("bfind.s32", "-2"), 0);
    assert_eq!(op("bfind.u32", "0"), u32::MAX);
}

#[test]
fn shifts_clamp_their_amount() {
    assert_eq!(op("shl.b32", "1, 31"), 0x8000_0000);
    assert_eq!(op("shl.b32", "1, 32"), 0);
    assert_eq!(op("shr.u32", "0x80000000, 40"), 0);
    assert_eq!(op("shr.s32", "0x80000000, 40"), u32::MAX);
    assert_eq!(op("shr.b32", "0x80000000, 31"), 1);
    assert_eq!(long("shl.b64 %rd0, 1, 63;"), 1 << 63);
}

#[test]
fn funnel_shifts_wrap_or_clamp() {
    assert_eq!(op("shf.l.wrap.b32", "0x80000000, 1, 1"), 3);
    assert_eq!(op("shf.l.wrap.b32", "0xaaaaaaaa, 0x55555555, 32"), 0x5555_5555);
    assert_eq!(op("shf.l.clamp.b32", "0xaaaaaaaa, 0x55555555, 40"), 0xaaaa_aaaa);
    assert_eq!(op("shf.r.wrap.b32", "0x2, 1, 1"), 0x8000_0001);
    assert_eq!(op("shf.r.clamp.b32", "0xaaaaaaaa, 0x55555555, 99"), 0x5555_5555);
}

#[test]
fn fields() {
    assert_eq!(op("bfe.u32", "0xabcd1234, 8, 8"), 0x12);
    assert_eq!(op("bfe.s32", "0x0000f000, 12, 4"), u32::MAX);
    assert_eq!(op("bfe.s32", "0x80000000, 28, 8"), 0xffff_fff8);
    assert_eq!(op("bfe.u32", "0xffffffff, 4, 0"), 0);
    assert_eq!(op("bfi.b32", "0xff, 0, 4, 4"), 0xf0);
    assert_eq!(op("bfi.b32", "0, 0xffffffff, 28, 10"), 0x0fff_ffff);
    assert_eq!(long("bfi.b64 %rd0, 3, 0, 62, 2;"), 3 << 62);
}

#[test]
fn logic_of_three() {
    let (a, b, c) = (0xf0f0_f0f0u32, 0xcccc_cccc, 0xaaaa_aaaa);
    let lop = |table: u32| op("lop3.b32", &format!("{a}, {b}, {c}, {table}"));
    assert_eq!(lop(0x80), a & b & c);
    assert_eq!(lop(0x96), a ^ b ^ c);
    assert_eq!(lop(0xca), (a & b) | (!a & c));
    assert_eq!(lop(0xfe), a | b | c);
}

#[test]
fn bytes_are_permuted() {
    let permute =
        |mode: &str, selector: u32| op(&format!("prmt.b32{mode}"), &format!("0x33221100, 0x77665544, {selector}"));
    assert_eq!(permute("", 0x0123), 0x0011_2233);
    assert_eq!(permute("", 0x7654), 0x7766_5544);
    assert_eq!(op("prmt.b32", "0x00000080, 0, 0x8888"), u32::MAX);
    assert_eq!(permute(".f4e", 1), 0x4433_2211);
    assert_eq!(permute(".b4e", 1), 0x6677_0011);
    assert_eq!(permute(".rc8", 2), 0x2222_2222);
    assert_eq!(permute(".ecl", 1), 0x3322_1111);
    assert_eq!(permute(".ecr", 1), 0x1111_1100);
    assert_eq!(permute(".rc16", 1), 0x3322_3322);
}

#[test]
fn dot_products_of_bytes() {
    assert_eq!(op("dp4a.s32.s32", "0xff02ff01, 0x01010101, 10"), 11);
    assert_eq!(op("dp4a.u32.u32", "0xff02ff01, 0x01010101, 10"), 523);
    assert_eq!(op("dp4a.u32.s32", "0x00000002, 0x000000ff, 0"), -2i32 as u32);
    assert_eq!(op("dp2a.lo.s32.s32", "0xffff0003, 0x00000205, 1"), 14);
    assert_eq!(op("dp2a.hi.s32.s32", "0xffff0003, 0x02050000, 1"), 14);
}

#[test]
fn carries_travel() {
    let sum = "add.cc.u32 %r2, 0xffffffff, 1; addc.u32 %r0, 5, 0;";
    assert_eq!(word(sum), 6);
    let chain = "add.cc.u32 %r2, 0xffffffff, 1; addc.cc.u32 %r3, 0xffffffff, 0; addc.u32 %r0, 0, 0;";
    assert_eq!(word(chain), 1);
    assert_eq!(word("sub.cc.u32 %r2, 0, 1; subc.u32 %r0, 5, 0;"), 4);
    assert_eq!(word("mad.lo.cc.u32 %r2, 0xffffffff, 2, 2; madc.hi.u32 %r0, 0xffffffff, 2, 0;"), 2);
    assert_eq!(long("add.cc.u64 %rd4, 0xffffffffffffffff, 1; addc.u64 %rd0, 1, 1;"), 3);
}
