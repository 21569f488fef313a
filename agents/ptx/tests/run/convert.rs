use super::fixture::{long, word};

fn from_f32(instruction: &str, x: f32) -> u32 {
    word(&format!("mov.f32 %f1, 0f{:08x}; {instruction} %r0, %f1;", x.to_bits()))
}

fn to_f32(instruction: &str, register: &str) -> f32 {
    f32::from_bits(word(&format!("{instruction} %f1, {register}; mov.b32 %r0, %f1;")))
}

#[test]
fn integers_are_cut_widened_or_clamped() {
    assert_eq!(word("mov.u32 %r2, 0x1ff; cvt.s32.s8 %r0, %r2;"), u32::MAX);
    assert_eq!(word("mov.u32 %r2, 0x1ff; cvt.u8.u32 %r0, %r2;"), 0xff);
    assert_eq!(word("mov.u32 %r2, 0x1ff; cvt.s8.s32 %r0, %r2;"), u32::MAX);
    assert_eq!(word("mov.u32 %r2, 300; cvt.sat.s8.s32 %r0, %r2;"), 127);
    assert_eq!(word("mov.u32 %r2, -300; cvt.sat.s8.s32 %r0, %r2;"), -128i32 as u32);
    assert_eq!(word("mov.u32 %r2, -3; cvt.sat.u8.s32 %r0, %r2;"), 0);
    assert_eq!(long("mov.u32 %r2, -3; cvt.s64.s32 %rd0, %r2;"), -3i64 as u64);
    assert_eq!(long("mov.u32 %r2, -3; cvt.u64.u32 %rd0, %r2;"), 0xffff_fffd);
    assert_eq!(word("mov.u64 %rd4, 0x123456789; cvt.u32.u64 %r0, %rd4;"), 0x2345_6789);
    assert_eq!(word("mov.u32 %r2, 0x18000; cvt.u16.u32 %rs1, %r2; cvt.s32.s16 %r0, %rs1;"), 0xffff_8000);
}

#[test]
fn floats_are_rounded_and_clamped_to_integers() {
    assert_eq!(from_f32("cvt.rzi.s32.f32", -2.7), -2i32 as u32);
    assert_eq!(from_f32("cvt.rni.s32.f32", 2.5), 2);
    assert_eq!(from_f32("cvt.rni.s32.f32", 3.5), 4);
    assert_eq!(from_f32("cvt.rmi.s32.f32", -2.1), -3i32 as u32);
    assert_eq!(from_f32("cvt.rpi.s32.f32", 2.1), 3);
    assert_eq!(from_f32("cvt.rzi.s32.f32", 3e9), i32::MAX as u32);
    assert_eq!(from_f32("cvt.rzi.u32.f32", -5.0), 0);
    assert_eq!(from_f32("cvt.rzi.u32.f32", f32::INFINITY), u32::MAX);
    assert_eq!(from_f32("cvt.rzi.s32.f32", f32::NAN), 0);
    assert_eq!(from_f32("cvt.rzi.s8.f32", 200.0), 127);
    assert_eq!(from_f32("cvt.rzi.s8.f32", -200.0), -128i32 as u32);
    assert_eq!(long("mov.f32 %f1, 0f7fc00000; cvt.rzi.s64.f32 %rd0, %f1;"), 1 << 63);
    assert_eq!(long("mov.f32 %f1, 0fff800000; cvt.rzi.s64.f32 %rd0, %f1;"), 1 << 63);
}

#[test]
fn integers_become_the_nearest_float() {
    assert_eq!(to_f32("cvt.rn.f32.s32", "-7"), -7.0);
    assert_eq!(to_f32("cvt.rn.f32.u32", "16777217"), 16777216.0);
    assert_eq!(to_f32("cvt.rn.f32.u32", "16777219"), 16777220.0);
    assert_eq!(to_f32("cvt.rn.f32.s64", "-9223372036854775808"), -9223372036854775808.0);
    assert_eq!(to_f32("cvt.rn.f32.u64", "0xffffffffffffffff"), 18446744073709551616.0);
    assert_eq!(f32::from_bits(word("mov.u16 %rs1, 0xfffe; cvt.rn.f32.s16 %f1, %rs1; mov.b32 %r0, %f1;")), -2.0);
}

#[test]
fn floats_become_integral_floats() {
    let integral = |rounding: &str, x: f32| {
        let bits = x.to_bits();
        word(&format!("mov.f32 %f1, 0f{bits:08x}; cvt.{rounding}.f32.f32 %f2, %f1; mov.b32 %r0, %f2;"))
    };
    assert_eq!(integral("rni", 2.5), 2.0f32.to_bits());
    assert_eq!(integral("rzi", -0.5), (-0.0f32).to_bits());
    assert_eq!(integral("rmi", -0.5), (-1.0f32).to_bits());
    assert_eq!(integral("rpi", 0.5), 1.0f32.to_bits());
    assert_eq!(integral("rni", f32::from_bits(0xffc0_1234)), 0x7fff_ffff);
}

#[test]
fn values_are_packed_and_unpacked() {
    assert_eq!(long("mov.u32 %r2, 1; mov.u32 %r3, 2; mov.b64 %rd0, {%r2, %r3};"), 0x2_0000_0001);
    assert_eq!(word("mov.u64 %rd4, 0x500000007; mov.b64 {%r2, %r3}, %rd4; sub.u32 %r0, %r2, %r3;"), 2);
    assert_eq!(word("mov.u64 %rd4, 0x500000007; mov.b64 {_, %r0}, %rd4;"), 5);
    assert_eq!(word("mov.u32 %r2, 0x00020001; mov.b32 {%rs1, %rs2}, %r2; mov.b32 %r0, {%rs2, %rs1};"), 0x0001_0002);
}

#[test]
fn decimal_floats_are_rounded_once() {
    assert_eq!(word("mov.f32 %f1, 0.1; mov.b32 %r0, %f1;"), 0.1f32.to_bits());
    assert_eq!(word("mov.f32 %f1, -1.5; mov.b32 %r0, %f1;"), (-1.5f32).to_bits());
}
