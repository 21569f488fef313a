//! Instructions of a whole warp. Only the `.sync` forms exist here: without a mask the result depends on the schedule.

use super::form::{Form, Lowered};
use super::memory::address;
use crate::op::{MmaShape, Op, ReduceOp, Reg, ShuffleMode, Src, VoteMode, Warp};
use crate::syntax::{Operand, Space};
use crate::types::Type;

pub fn lower(form: &mut Form<'_, '_>) -> Lowered {
    if !form.flag("sync") {
        return Err(form.unknown());
    }
    match form.text.opcode {
        "shfl" => shuffle(form),
        "vote" => vote(form),
        "match" => matching(form),
        "redux" => reduce(form),
        "mma" => mma(form),
        _ => load_matrix(form),
    }
}

/// `d` or `d|p`.
fn destinations(form: &Form<'_, '_>, bits: u32) -> Lowered<(Reg, Option<Reg>)> {
    match form.operand(0)? {
        Operand::Pair(d, p) => {
            let p = match form.maybe_reg(p)? {
                Some(_) => Some(form.reg_of(p, 1)?),
                None => None,
            };
            Ok((form.reg_of(d, bits)?, p))
        }
        d => Ok((form.reg_of(d, bits)?, None)),
    }
}

fn shuffle(form: &mut Form<'_, '_>) -> Lowered {
    let mode = form
        .pick(&[
            ("up", ShuffleMode::Up),
            ("down", ShuffleMode::Down),
            ("bfly", ShuffleMode::Butterfly),
            ("idx", ShuffleMode::Index),
        ])
        .ok_or_else(|| form.unknown())?;
    let ty = form.ty()?;
    if ty != Type::B32 {
        return Err(form.operand_error("shuffles are .b32"));
    }
    form.operands(5, 5)?;
    let (d, p) = destinations(form, 32)?;
    let (a, b, c) = (form.src(1, ty)?, form.src(2, ty)?, form.src(3, ty)?);
    Ok(Op::Warp { op: Box::new(Warp::Shuffle { mode, d, p, a, b, c }), mask: form.src(4, ty)? })
}

fn vote(form: &mut Form<'_, '_>) -> Lowered {
    let mode = form
        .pick(&[
            ("all", VoteMode::All),
            ("any", VoteMode::Any),
            ("uni", VoteMode::Uniform),
            ("ballot", VoteMode::Ballot),
        ])
        .ok_or_else(|| form.unknown())?;
    let ty = form.ty()?;
    if ty != (if mode == VoteMode::Ballot { Type::B32 } else { Type::Pred }) {
        return Err(form.operand_error("votes give .pred, and ballots .b32"));
    }
    form.operands(3, 3)?;
    let d = form.reg(0, ty.bits())?;
    let (a, negated) = form.predicate(form.operand(1)?)?;
    Ok(Op::Warp { op: Box::new(Warp::Vote { mode, d, a, negated }), mask: form.src(2, Type::B32)? })
}

fn matching(form: &mut Form<'_, '_>) -> Lowered {
    let all = form.pick(&[("any", false), ("all", true)]).ok_or_else(|| form.unknown())?;
    let ty = form.ty()?;
    if !matches!(ty, Type::B32 | Type::B64) {
        return Err(form.operand_error("matches are .b32 or .b64"));
    }
    form.operands(3, 3)?;
    let (d, p) = destinations(form, 32)?;
    if p.is_some() && !all {
        return Err(form.operand_error("only match.all has a predicate"));
    }
    let a = form.src(1, ty)?;
    Ok(Op::Warp { op: Box::new(Warp::Match { all, d, p, a, ty }), mask: form.src(2, Type::B32)? })
}

fn reduce(form: &mut Form<'_, '_>) -> Lowered {
    let op = form
        .pick(&[
            ("add", ReduceOp::Add),
            ("min", ReduceOp::Min),
            ("max", ReduceOp::Max),
            ("and", ReduceOp::And),
            ("or", ReduceOp::Or),
            ("xor", ReduceOp::Xor),
        ])
        .ok_or_else(|| form.unknown())?;
    let ty = form.ty()?;
    let bitwise = matches!(op, ReduceOp::And | ReduceOp::Or | ReduceOp::Xor);
    let fits = if bitwise { ty == Type::B32 } else { matches!(ty, Type::U32 | Type::S32) };
    if !fits {
        return Err(form.operand_error("redux is on u32 and s32, bitwise on b32"));
    }
    form.operands(3, 3)?;
    let d = form.reg(0, 32)?;
    let a = form.src(1, ty)?;
    Ok(Op::Warp { op: Box::new(Warp::Reduce { op, ty, d, a }), mask: form.src(2, Type::B32)? })
}

/// The elements of `{..}`, or the operand itself.
fn fragment<'t, 'a>(form: &Form<'t, 'a>, index: usize, count: u32) -> Lowered<&'t [Operand<'a>]> {
    let list = match form.operand(index)? {
        Operand::Vector(list) => list.as_slice(),
        single => std::slice::from_ref(single),
    };
    if list.len() == count as usize {
        Ok(list)
    } else {
        Err(form.operand_error(format!("a fragment of {} registers where {count} belong", list.len())))
    }
}

fn sources<const N: usize>(form: &mut Form<'_, '_>, index: usize, count: u32) -> Lowered<[Src; N]> {
    let mut found = [Src::Imm(0); N];
    for (place, operand) in found.iter_mut().zip(fragment(form, index, count)?) {
        *place = form.src_of(operand, Type::B32, false)?;
    }
    Ok(found)
}

/// Integer `mma.sync` with A in rows and B in columns.
fn mma(form: &mut Form<'_, '_>) -> Lowered {
    let shape = form
        .pick(&[
            ("m8n8k16", MmaShape { m: 8, k: 16 }),
            ("m16n8k16", MmaShape { m: 16, k: 16 }),
            ("m16n8k32", MmaShape { m: 16, k: 32 }),
        ])
        .ok_or_else(|| form.unknown())?;
    if !form.flag("aligned") || !form.flag("row") || !form.flag("col") {
        return Err(form.unknown());
    }
    let saturate = form.flag("satfinite");
    let types = [form.ty()?, form.ty()?, form.ty()?, form.ty()?];
    let bytes = |ty: Type| matches!(ty, Type::S8 | Type::U8);
    if types[0] != Type::S32 || types[3] != Type::S32 || !bytes(types[1]) || !bytes(types[2]) {
        return Err(form.unknown());
    }
    form.operands(4, 4)?;
    let (in_a, in_b, in_c) = (shape.m * shape.k / 128, shape.k / 16, shape.m / 4);
    let mut d = [0; 4];
    for (place, operand) in d.iter_mut().zip(fragment(form, 0, in_c)?) {
        *place = form.reg_of(operand, 32)?;
    }
    let (a, b, c) = (sources(form, 1, in_a)?, sources(form, 2, in_b)?, sources(form, 3, in_c)?);
    let (a_signed, b_signed) = (types[1].is_signed(), types[2].is_signed());
    Ok(Op::Warp {
        op: Box::new(Warp::Mma { shape, a_signed, b_signed, saturate, d, a, b, c }),
        mask: Src::Imm(0xffff_ffff),
    })
}

fn load_matrix(form: &mut Form<'_, '_>) -> Lowered {
    let count = form.pick(&[("x1", 1), ("x2", 2), ("x4", 4)]).ok_or_else(|| form.unknown())?;
    let transposed = form.flag("trans");
    let shared = form.flag("shared") || form.flag("shared::cta");
    let space = if shared { Space::Shared } else { Space::Generic };
    let ty = form.ty()?;
    if !form.flag("aligned") || !form.flag("m8n8") || ty != Type::B16 {
        return Err(form.unknown());
    }
    form.operands(2, 2)?;
    let d = fragment(form, 0, count)?.iter().map(|operand| form.reg_of(operand, 32)).collect::<Lowered<_>>()?;
    let at = address(form, 1, space, 16, false)?;
    Ok(Op::Warp { op: Box::new(Warp::LoadMatrix { transposed, d, at }), mask: Src::Imm(0xffff_ffff) })
}
