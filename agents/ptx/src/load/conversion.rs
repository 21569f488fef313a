//! Moves, conversions, comparisons and selections.

use super::arithmetic::compute;
use super::form::{Form, Lowered};
use crate::eval::{Comparison, Compute, Convert, Join, Rounding, Test};
use crate::exec::window;
use crate::op::{Op, Src};
use crate::syntax::{Operand, Space};
use crate::types::Type;

pub fn lower(form: &mut Form<'_, '_>) -> Lowered {
    match form.text.opcode {
        "mov" => mov(form),
        "cvt" => cvt(form),
        "cvta" => cvta(form),
        "selp" => {
            let ty = form.ty()?;
            compute(form, Compute::Select, ty.bits(), &[ty, ty, Type::Pred])
        }
        "slct" => {
            let (ty, sign) = (form.ty()?, form.ty()?);
            if !matches!(sign, Type::S32 | Type::F32) {
                return Err(form.operand_error("slct looks at the sign of an s32 or f32"));
            }
            compute(form, Compute::SignSelect(sign), ty.bits(), &[ty, ty, sign])
        }
        "setp" => setp(form),
        _ => set(form),
    }
}

fn mov(form: &mut Form<'_, '_>) -> Lowered {
    let ty = form.ty()?;
    form.operands(2, 2)?;
    if let Operand::Vector(parts) = form.operand(0)? {
        let bits = part_bits(form, ty, parts.len())?;
        let s = form.src(1, ty)?;
        let parts = parts
            .iter()
            .map(|part| match form.maybe_reg(part)? {
                Some((reg, have)) if have.bits() == bits => Ok(Some(reg)),
                Some(_) => Err(form.operand_error(format!("a part has not {bits} bits"))),
                None => Ok(None),
            })
            .collect::<Lowered<_>>()?;
        return Ok(Op::Unpack { parts, s, bits });
    }
    if let Operand::Vector(parts) = form.operand(1)? {
        let bits = part_bits(form, ty, parts.len())?;
        let part = match bits {
            8 => Type::B8,
            16 => Type::B16,
            _ => Type::B32,
        };
        let parts = parts.iter().map(|operand| form.src_of(operand, part, false)).collect::<Lowered<_>>()?;
        return Ok(Op::Pack { d: form.reg(0, ty.bits())?, parts, bits });
    }
    compute(form, Compute::Move, ty.bits(), &[ty])
}

fn part_bits(form: &Form<'_, '_>, ty: Type, parts: usize) -> Lowered<u32> {
    let bits = ty.bits() / (parts.max(1) as u32);
    if matches!(parts, 2 | 4) && matches!(bits, 8 | 16 | 32) {
        Ok(bits)
    } else {
        Err(form.operand_error("a value is packed from 2 or 4 parts of 8, 16 or 32 bits"))
    }
}

fn cvt(form: &mut Form<'_, '_>) -> Lowered {
    let (to, from) = (form.ty()?, form.ty()?);
    let valid = |ty: Type| ty.is_integer() || ty == Type::F32;
    if !valid(to) || !valid(from) {
        return Err(form.operand_error("cvt is between integers and f32"));
    }
    let integral = form.pick(&[
        ("rni", Rounding::Nearest),
        ("rzi", Rounding::Zero),
        ("rmi", Rounding::Down),
        ("rpi", Rounding::Up),
    ]);
    let to_float = to == Type::F32 && from != Type::F32;
    if to_float && !form.flag("rn") {
        form.done()?;
        return Err(form.operand_error("an integer becomes f32 with .rn"));
    }
    if integral.is_some() != (from == Type::F32) {
        return Err(form.operand_error("f32 becomes integral with .rni, .rzi, .rmi or .rpi, and nothing else does"));
    }
    // A float is always clamped to an integer's range.
    let saturate = to != Type::F32 && form.flag("sat");
    form.operands(2, 2)?;
    let (d, have) = form.any_reg(form.operand(0)?)?;
    if have.bits() < to.bits() || (to.is_float() && have.bits() != 32) || have == Type::Pred {
        return Err(form.operand_error(format!("a register of {} bits for a result of {}", have.bits(), to.bits())));
    }
    let source = form.operand(1)?;
    let s = form.src_of(source, from, !from.is_float())?;
    let rounding = integral.unwrap_or(Rounding::Nearest);
    let f = Compute::Convert(Convert { from, to, bits: have.bits(), rounding, saturate });
    Ok(Op::Compute { f, d, s: [s, Src::Imm(0), Src::Imm(0), Src::Imm(0)] })
}

/// Global and constant addresses are generic already; others lie in windows.
fn cvta(form: &mut Form<'_, '_>) -> Lowered {
    let to_space = form.flag("to");
    let space = form
        .pick(&[
            ("global", Space::Global),
            ("const", Space::Const),
            ("shared", Space::Shared),
            ("shared::cta", Space::Shared),
            ("local", Space::Local),
            ("param", Space::Param),
            ("param::entry", Space::Param),
        ])
        .ok_or_else(|| form.unknown())?;
    let ty = form.ty()?;
    if ty != Type::U64 {
        return Err(form.operand_error("addresses are .u64"));
    }
    let start = window(space);
    compute(form, Compute::Rebase(if to_space { start.wrapping_neg() } else { start }), 64, &[ty])
}

fn test(form: &mut Form<'_, '_>) -> Lowered<(Test, Option<Join>)> {
    let comparison = form.find(Comparison::named).ok_or_else(|| form.unknown())?;
    let join = form.pick(&[("and", Join::And), ("or", Join::Or), ("xor", Join::Xor)]);
    let ty = form.ty()?;
    if !comparison.fits(ty) || ty.bits() < 16 {
        return Err(form.operand_error("the comparison does not exist for the type"));
    }
    Ok((Test { comparison, ty }, join))
}

fn setp(form: &mut Form<'_, '_>) -> Lowered {
    let (test, join) = test(form)?;
    let operands = if join.is_some() { 4 } else { 3 };
    form.operands(operands, operands)?;
    let predicate = |operand: &Operand<'_>, form: &Form<'_, '_>| match form.maybe_reg(operand)? {
        Some((reg, Type::Pred)) => Ok(Some(reg)),
        Some(_) => Err(form.operand_error("setp writes predicates")),
        None => Ok(None),
    };
    let (p, q) = match form.operand(0)? {
        Operand::Pair(p, q) => (predicate(p, form)?, predicate(q, form)?),
        p => (predicate(p, form)?, None),
    };
    let (a, b) = (form.src(1, test.ty)?, form.src(2, test.ty)?);
    let join = match join {
        Some(join) => {
            let (c, negated) = form.predicate(form.operand(3)?)?;
            Some((join, c, negated))
        }
        None => None,
    };
    Ok(Op::SetPredicate { test, join, p, q, a, b })
}

/// `set` without a joined predicate.
fn set(form: &mut Form<'_, '_>) -> Lowered {
    let comparison = form.find(Comparison::named).ok_or_else(|| form.unknown())?;
    let (to, ty) = (form.ty()?, form.ty()?);
    if !comparison.fits(ty) || ty.bits() < 16 || !matches!(to, Type::U32 | Type::S32 | Type::F32) {
        return Err(form.operand_error("set gives u32, s32 or f32 and the comparison exists for its type"));
    }
    compute(form, Compute::Set { test: Test { comparison, ty }, float: to == Type::F32 }, 32, &[ty, ty])
}
