//! Integer, bitwise and float arithmetic.

use super::form::{Form, Lowered};
use crate::eval::{Compute, Float, Int, Permute};
use crate::op::{CarryOp, Op, Src};
use crate::types::Type;

/// Zero, for operands that an instruction does not have.
const NONE: Src = Src::Imm(0);

pub fn lower(form: &mut Form<'_, '_>) -> Lowered {
    match form.text.opcode {
        "add" | "sub" | "mul" | "mad" | "fma" | "div" | "min" | "max" | "abs" | "neg" | "sqrt" | "rcp" | "copysign" => {
            // The type comes last; carry flags before it.
            if form.flag("cc") {
                return carry(form, true);
            }
            let ty = form.ty()?;
            if ty.is_float() { float(form, ty) } else { integer(form, ty) }
        }
        "addc" | "subc" | "madc" => {
            let writes = form.flag("cc");
            carry(form, writes)
        }
        "mul24" | "mad24" | "rem" | "sad" => {
            let ty = form.ty()?;
            integer(form, ty)
        }
        _ => bits(form),
    }
}

/// An instruction with `sources.len()` operands of these types, behind its destination.
pub fn compute(form: &mut Form<'_, '_>, f: Compute, bits: u32, sources: &[Type]) -> Lowered {
    form.operands(sources.len() + 1, sources.len() + 1)?;
    let d = form.reg(0, bits)?;
    let mut s = [NONE; 4];
    for (index, (place, ty)) in s.iter_mut().zip(sources).enumerate() {
        *place = form.src(index + 1, *ty)?;
    }
    Ok(Op::Compute { f, d, s })
}

fn float(form: &mut Form<'_, '_>, ty: Type) -> Lowered {
    if ty != Type::F32 {
        return Err(form.operand_error("f64 arithmetic is not supported: compute in f32"));
    }
    let (op, rounds, operands) = match form.text.opcode {
        "add" => (Float::Add, true, 2),
        "sub" => (Float::Sub, true, 2),
        "mul" => (Float::Mul, true, 2),
        "fma" | "mad" => (Float::Fma, true, 3),
        "div" => (Float::Div, true, 2),
        "rcp" => (Float::Reciprocal, true, 1),
        "sqrt" => (Float::Sqrt, true, 1),
        "min" => (Float::Min { nan: form.flag("NaN") }, false, 2),
        "max" => (Float::Max { nan: form.flag("NaN") }, false, 2),
        "abs" => (Float::Abs, false, 1),
        "neg" => (Float::Neg, false, 1),
        "copysign" => (Float::CopySign, false, 2),
        _ => return Err(form.unknown()),
    };
    if rounds && !form.flag("rn") {
        form.done()?;
        return Err(form.operand_error("no .rn: an assembler may fuse it, or the result is approximate"));
    }
    compute(form, Compute::Float(op), 32, &[Type::F32; 3][..operands])
}

fn integer(form: &mut Form<'_, '_>, ty: Type) -> Lowered {
    if !ty.is_integer() || ty.bits() < 16 {
        return Err(form.operand_error("the type is not u or s of 16, 32 or 64 bits"));
    }
    let opcode = form.text.opcode;
    let half = form.pick(&[("lo", 'l'), ("hi", 'h'), ("wide", 'w')]);
    let saturate = ty == Type::S32 && matches!(opcode, "add" | "sub") && form.flag("sat");
    let op = match (opcode, half) {
        ("add", None) => {
            if saturate {
                Int::AddSat
            } else {
                Int::Add
            }
        }
        ("sub", None) => {
            if saturate {
                Int::SubSat
            } else {
                Int::Sub
            }
        }
        ("mul", Some('l')) => Int::MulLo,
        ("mul", Some('h')) => Int::MulHi,
        ("mul", Some('w')) if ty.bits() < 64 => Int::MulWide,
        ("mad", Some('l')) => Int::MadLo,
        ("mad", Some('h')) => Int::MadHi,
        ("mad", Some('w')) if ty.bits() < 64 => Int::MadWide,
        ("mul24", Some('l')) if ty.bits() == 32 => Int::Mul24,
        ("mad24", Some('l')) if ty.bits() == 32 => Int::Mad24,
        ("div", None) => Int::Div,
        ("rem", None) => Int::Rem,
        ("min", None) => Int::Min,
        ("max", None) => Int::Max,
        ("sad", None) => Int::Sad,
        ("abs", None) if ty.is_signed() => Int::Abs,
        ("neg", None) if ty.is_signed() => Int::Neg,
        _ => return Err(form.unknown()),
    };
    let f = Compute::Int(op, ty);
    let wide = if ty.bits() == 32 { Type::B64 } else { Type::B32 };
    match op {
        Int::Abs | Int::Neg => compute(form, f, ty.bits(), &[ty]),
        Int::MulWide => compute(form, f, wide.bits(), &[ty, ty]),
        Int::MadWide => compute(form, f, wide.bits(), &[ty, ty, wide]),
        Int::MadLo | Int::MadHi | Int::Mad24 | Int::Sad => compute(form, f, ty.bits(), &[ty, ty, ty]),
        _ => compute(form, f, ty.bits(), &[ty, ty]),
    }
}

fn carry(form: &mut Form<'_, '_>, writes: bool) -> Lowered {
    let ty = form.ty()?;
    if !ty.is_integer() || ty.bits() < 32 {
        return Err(form.operand_error("carry works on u or s of 32 or 64 bits"));
    }
    let half = form.pick(&[("lo", CarryOp::MadLo), ("hi", CarryOp::MadHi)]);
    let (op, operands) = match (form.text.opcode, half) {
        ("add" | "addc", None) => (CarryOp::Add, 2),
        ("sub" | "subc", None) => (CarryOp::Sub, 2),
        ("mad" | "madc", Some(op)) => (op, 3),
        _ => return Err(form.unknown()),
    };
    form.operands(operands + 1, operands + 1)?;
    let d = form.reg(0, ty.bits())?;
    let c = if operands == 3 { form.src(3, ty)? } else { NONE };
    let s = [form.src(1, ty)?, form.src(2, ty)?, c];
    Ok(Op::Carry { op, ty, reads: form.text.opcode.ends_with('c'), writes, d, s })
}

fn bits(form: &mut Form<'_, '_>) -> Lowered {
    use Type::{B32, U32};
    let opcode = form.text.opcode;
    match opcode {
        "dp4a" | "dp2a" => return dot(form),
        "prmt" => {
            let mode = form.pick(&[
                ("f4e", Permute::Forward),
                ("b4e", Permute::Backward),
                ("rc8", Permute::Replicate),
                ("ecl", Permute::EdgeLeft),
                ("ecr", Permute::EdgeRight),
                ("rc16", Permute::Replicate16),
            ]);
            let ty = form.ty()?;
            only(form, ty, &[B32])?;
            return compute(form, Compute::Permute(mode.unwrap_or(Permute::Generic)), 32, &[B32; 3]);
        }
        "shf" => {
            let clamp = form.pick(&[("clamp", true), ("wrap", false)]).ok_or_else(|| form.unknown())?;
            let left = form.pick(&[("l", true), ("r", false)]).ok_or_else(|| form.unknown())?;
            let op = if left { Int::FunnelLeft { clamp } } else { Int::FunnelRight { clamp } };
            let ty = form.ty()?;
            only(form, ty, &[B32])?;
            return compute(form, Compute::Int(op, B32), 32, &[B32; 3]);
        }
        "and" | "or" | "xor" | "not" | "cnot" | "shl" | "shr" | "popc" | "clz" | "brev" | "bfind" | "bfe" | "bfi"
        | "lop3" => {}
        _ => return Err(form.unknown()),
    }
    let from_top = opcode == "bfind" && form.flag("shiftamt");
    let ty = form.ty()?;
    let words = [Type::B32, Type::B64];
    let logic = [Type::Pred, Type::B16, Type::B32, Type::B64];
    let numbers = [Type::U32, Type::S32, Type::U64, Type::S64];
    let w = ty.bits();
    let (op, d, sources): (Int, u32, &[Type]) = match opcode {
        "and" | "or" | "xor" | "not" => {
            only(form, ty, &logic)?;
            match opcode {
                "and" => (Int::And, w, &[ty, ty]),
                "or" => (Int::Or, w, &[ty, ty]),
                "xor" => (Int::Xor, w, &[ty, ty]),
                _ => (Int::Not, w, &[ty]),
            }
        }
        "cnot" => {
            only(form, ty, &logic[1..])?;
            (Int::LogicalNot, w, &[ty])
        }
        "shl" => {
            only(form, ty, &logic[1..])?;
            (Int::Shl, w, &[ty, U32])
        }
        "shr" if w >= 16 && !ty.is_float() => (Int::Shr, w, &[ty, U32]),
        "popc" | "clz" | "brev" => {
            only(form, ty, &words)?;
            match opcode {
                "popc" => (Int::PopCount, 32, &[ty]),
                "clz" => (Int::LeadingZeros, 32, &[ty]),
                _ => (Int::Reverse, w, &[ty]),
            }
        }
        "bfind" => {
            only(form, ty, &numbers)?;
            (Int::FindBit(from_top), 32, &[ty])
        }
        "bfe" => {
            only(form, ty, &numbers)?;
            (Int::Extract, w, &[ty, U32, U32])
        }
        "bfi" => {
            only(form, ty, &words)?;
            (Int::Insert, w, &[ty, ty, U32, U32])
        }
        "lop3" => {
            only(form, ty, &[B32])?;
            (Int::Logic3, 32, &[B32, B32, B32, U32])
        }
        _ => return Err(form.unknown()),
    };
    compute(form, Compute::Int(op, ty), d, sources)
}

/// Refuses other types.
fn only(form: &Form<'_, '_>, ty: Type, types: &[Type]) -> Lowered<()> {
    if types.contains(&ty) { Ok(()) } else { Err(form.operand_error(format!("the type is none of {types:?}"))) }
}

fn dot(form: &mut Form<'_, '_>) -> Lowered {
    let parts = if form.text.opcode == "dp4a" { 4 } else { 2 };
    let half = form.pick(&[("lo", false), ("hi", true)]);
    let (a, b) = (form.ty()?, form.ty()?);
    let valid = [Type::U32, Type::S32];
    only(form, a, &valid)?;
    only(form, b, &valid)?;
    if half.is_some() != (parts == 2) {
        return Err(form.unknown());
    }
    let f = Compute::Dot { a_signed: a.is_signed(), b_signed: b.is_signed(), parts, high: half == Some(true) };
    compute(form, f, 32, &[a, b, Type::B32])
}
