use super::fixture::{kernel, truth, words};

const NAN: u32 = 0x7fff_ffff;

/// `instruction %f0, %f1, %f2, %f3` on bits.
fn op(instruction: &str, values: &[u32]) -> u32 {
    let moves: String = (1..).zip(values).map(|(i, bits)| format!("mov.f32 %f{i}, 0f{bits:08x}; ")).collect();
    let operands: String = (1..=values.len()).map(|i| format!(", %f{i}")).collect();
    words(&kernel(&format!("{moves} {instruction} %f0{operands}; st.global.f32 [%rd1], %f0;")), 1, &[], 1)[0]
}

fn f(x: f32) -> u32 {
    x.to_bits()
}

/// Values whose sums, products and quotients reach every class: zeros, subnormals, ties, overflow, NaN with payload.
const VALUES: [u32; 18] = [
    0,
    0x8000_0000,
    1,
    0x8000_0001,
    0x007f_ffff,
    0x0080_0000,
    0x3f80_0000,
    0xbf80_0000,
    0x3f80_0001,
    0x4b80_0001,
    0x7f7f_ffff,
    0xff7f_ffff,
    0x7f80_0000,
    0xff80_0000,
    0x7fc1_2345,
    0xffc0_0000,
    0x3331_4159,
    0xc2f7_0001,
];

#[test]
fn arithmetic_is_the_hosts_with_one_nan() {
    let canonical = |x: f32| if x.is_nan() { NAN } else { x.to_bits() };
    // One launch over all pairs: thread i takes the i-th.
    let pairs: Vec<u32> = VALUES.iter().flat_map(|a| VALUES.iter().flat_map(move |b| [*a, *b])).collect();
    let n = pairs.len() as u32 / 2;
    let run = |instruction: &str| {
        let body = format!(
            "mul.wide.u32 %rd5, %r1, 8; add.s64 %rd5, %rd2, %rd5; ld.global.v2.f32 {{%f1, %f2}}, [%rd5];
             {instruction}; st.global.f32 [%rd3], %f0;"
        );
        words(&kernel(&body), n, &pairs, n as usize)
    };
    let host = |op: fn(f32, f32) -> f32| -> Vec<u32> {
        pairs.chunks(2).map(|p| canonical(op(f32::from_bits(p[0]), f32::from_bits(p[1])))).collect()
    };
    assert_eq!(run("add.rn.f32 %f0, %f1, %f2"), host(|a, b| a + b));
    assert_eq!(run("sub.rn.f32 %f0, %f1, %f2"), host(|a, b| a - b));
    assert_eq!(run("mul.rn.f32 %f0, %f1, %f2"), host(|a, b| a * b));
    assert_eq!(run("div.rn.f32 %f0, %f1, %f2"), host(|a, b| a / b));
    assert_eq!(run("fma.rn.f32 %f0, %f1, %f2, %f1"), host(|a, b| a.mul_add(b, a)));
    assert_eq!(run("mad.rn.f32 %f0, %f1, %f2, %f2"), host(|a, b| a.mul_add(b, b)));
    assert_eq!(run("sqrt.rn.f32 %f0, %f1"), host(|a, _| a.sqrt()));
    assert_eq!(run("rcp.rn.f32 %f0, %f1"), host(|a, _| 1.0 / a));
    assert_eq!(run("neg.f32 %f0, %f1"), host(|a, _| -a));
    assert_eq!(run("abs.f32 %f0, %f1"), host(|a, _| a.abs()));
    assert_eq!(run("copysign.f32 %f0, %f1, %f2")[1], VALUES[1] & !(1 << 31));
}

#[test]
fn least_and_greatest() {
    for (instruction, expected) in [("min.f32", 0x8000_0000), ("max.f32", 0)] {
        assert_eq!(op(instruction, &[0, 0x8000_0000]), expected);
        assert_eq!(op(instruction, &[0x8000_0000, 0]), expected);
    }
    assert_eq!(op("min.f32", &[f(1.0), f(-2.0)]), f(-2.0));
    assert_eq!(op("max.f32", &[f(-1.0), f(-2.0)]), f(-1.0));
    assert_eq!(op("min.f32", &[0x7fc0_0001, f(2.0)]), f(2.0));
    assert_eq!(op("max.f32", &[f(2.0), 0xffc0_0001]), f(2.0));
    assert_eq!(op("max.f32", &[0x7fc0_0001, 0x7fc0_0001]), NAN);
    assert_eq!(op("max.NaN.f32", &[f(2.0), 0x7fc0_0001]), NAN);
    assert_eq!(op("min.NaN.f32", &[0x7fc0_0001, f(2.0)]), NAN);
}

#[test]
fn moves_keep_the_bits_of_nan() {
    assert_eq!(op("mov.f32", &[0x7fa0_0001]), 0x7fa0_0001);
}

#[test]
fn comparisons_know_nan() {
    let test = |comparison: &str, a: u32, b: u32| truth(&format!("setp.{comparison}.f32 %p0, 0f{a:08x}, 0f{b:08x};"));
    let (one, two, nan) = (f(1.0), f(2.0), 0x7fc0_0000);
    for (comparison, less, same, greater, unordered) in [
        ("eq", false, true, false, false),
        ("ne", true, false, true, false),
        ("lt", true, false, false, false),
        ("le", true, true, false, false),
        ("gt", false, false, true, false),
        ("ge", false, true, true, false),
        ("equ", false, true, false, true),
        ("neu", true, false, true, true),
        ("ltu", true, false, false, true),
        ("leu", true, true, false, true),
        ("gtu", false, false, true, true),
        ("geu", false, true, true, true),
        ("num", true, true, true, false),
        ("nan", false, false, false, true),
    ] {
        let found = [test(comparison, one, two), test(comparison, one, one), test(comparison, two, one)];
        assert_eq!(found, [less, same, greater], "{comparison}");
        assert_eq!([test(comparison, nan, one), test(comparison, one, nan)], [unordered; 2], "{comparison}");
    }
    assert!(test("eq", 0, 0x8000_0000), "zeros are equal");
}
