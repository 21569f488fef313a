//! Which float instructions kernels may use: correctly rounded ones, spelled out.
//!
//! An `add`, `sub` or `mul` without `.rn` may be fused by the assembler; `.ftz` flushes subnormals; `.approx` and `.full` are
//! not correctly rounded; `.satfinite` saturates sums that have to wrap; `min` and `max` treat NaN and zeros their own way.

use tessera_compute::cuda::Module;

/// Why a line is refused, if it is.
fn refused(line: &str) -> Option<&'static str> {
    let code = line.split("//").next().unwrap_or("").trim();
    // Several instructions on a line: inline assembly. Braces, labels and directives are none.
    code.split(';').find_map(|statement| {
        let mut words = statement.split_whitespace().skip_while(|word| word.starts_with('@') || *word == "{");
        let mut parts = words.next()?.split('.');
        let name = parts.next()?;
        instruction(name, &parts.collect::<Vec<_>>())
    })
}

fn instruction(name: &str, parts: &[&str]) -> Option<&'static str> {
    let has = |part: &str| parts.contains(&part);
    let rounded = has("rn");
    if has("ftz") || has("approx") || has("full") || has("sat") || has("satfinite") {
        return Some("it flushes, approximates or saturates");
    }
    if ["f16", "f16x2", "bf16", "bf16x2", "f64", "tf32", "f32x2"].iter().any(|part| has(part)) {
        return Some("only binary32 is specified");
    }
    if !has("f32") {
        return None;
    }
    match name {
        "add" | "sub" | "mul" | "fma" | "div" | "sqrt" if !rounded => Some("its rounding is not spelled out"),
        "add" | "sub" | "mul" | "fma" | "div" | "sqrt" => None,
        // From an integer; to an integer, with the rounding that the operation names.
        "cvt" if rounded || has("rni") || has("rzi") => None,
        // Bits are moved or compared.
        "mov" | "ld" | "st" | "selp" | "setp" => None,
        _ => Some("it is not an instruction of the specification"),
    }
}

#[test]
fn refuses_what_is_not_specified() {
    for line in [
        "add.f32 \t%f1, %f2, %f3;",
        "sub.f32 %f1, %f2, %f3;",
        "@%p1 mul.f32 \t%f1, %f2, %f3;",
        "@!%p1 mul.f32 \t%f1, %f2, %f3;",
        "mad.f32 %f1, %f2, %f3, %f4;",
        "mad.rn.f32 %f1, %f2, %f3, %f4;",
        "fma.rn.ftz.f32 %f1, %f2, %f3, %f4;",
        "fma.rz.f32 %f1, %f2, %f3, %f4;",
        "fma.rn.sat.f32 %f1, %f2, %f3, %f4;",
        "div.approx.f32 %f1, %f2, %f3;",
        "div.full.f32 %f1, %f2, %f3;",
        "sqrt.approx.ftz.f32 %f1, %f2;",
        "ex2.approx.f32 %f1, %f2;",
        "rcp.rn.f32 %f1, %f2;",
        "max.f32 %f1, %f2, %f3;",
        "min.NaN.f32 %f1, %f2, %f3;",
        "setp.lt.ftz.f32 %p1, %f1, %f2;",
        "cvt.rn.f32.f64 %f1, %fd1;",
        "cvt.f32.s32 %f1, %r1;",
        "add.rn.f64 %fd1, %fd2, %fd3;",
        "atom.global.add.f32 %f1, [%rd1], %f2;",
        "red.global.add.f32 [%rd1], %f2;",
        "mma.sync.aligned.m8n8k16.row.col.satfinite.s32.s8.s8.s32 {%r1, %r2}, {%r3}, {%r4}, {%r1, %r2};",
        "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%f1}, {%r3}, {%r4}, {%f1};",
        "mov.u32 %r1, %r2; add.f32 %f1, %f2, %f3;",
        "{ add.f32 %f1, %f2, %f3;",
    ] {
        assert!(refused(line).is_some(), "{line}");
    }
    for line in [
        "add.rn.f32 \t%f1, %f2, %f3;",
        "fma.rn.f32 \t%f1, %f2, %f3, 0f3F800000; // .ftz",
        "div.rn.f32 %f1, %f2, %f3;",
        "sqrt.rn.f32 %f1, %f2;",
        "@%p1 bra \t$L__BB0_3;",
        "cvt.rn.f32.s32 %f1, %r1;",
        "cvt.rni.s32.f32 %r1, %f1;",
        "setp.nan.f32 %p1, %f1, %f1;",
        "add.s32 %r1, %r2, %r3;",
        "ld.global.nc.v4.f32 {%f1, %f2, %f3, %f4}, [%rd1];",
        ".reg .f32 \t%f<4>;",
        "// add.f32 in words",
        "$L__BB0_3:",
    ] {
        assert_eq!(refused(line), None, "{line}");
    }
}

#[test]
fn kernels_use_rounded_instructions_only() {
    let mut floats = 0;
    for &module in Module::ALL {
        for (number, line) in module.ptx().lines().enumerate() {
            if let Some(reason) = refused(line) {
                panic!("{}.ptx:{}: {reason}: {}", module.name(), number + 1, line.trim());
            }
            floats += usize::from(line.contains(".rn.f32"));
        }
    }
    assert!(floats > 500, "only {floats} float instructions were seen");
}
