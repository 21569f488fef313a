//! Loads, stores, atomics, asynchronous copies.

use super::form::{Form, Lowered};
use super::names::Entity;
use crate::op::{Address, AtomicOp, Op, Src, Wide};
use crate::syntax::{Literal, Operand, Space};
use crate::types::Type;

/// Hints that change no value.
const HINTS: [&str; 10] = ["ca", "cg", "cs", "lu", "cv", "wb", "wt", "nc", "weak", "uni"];
/// Orders and scopes. Every access here happens at once for everyone, so they only mark it as synchronising.
const ORDERS: [&str; 6] = ["volatile", "relaxed", "acquire", "release", "acq_rel", "mmio"];
const SCOPES: [&str; 4] = ["cta", "gpu", "sys", "cluster"];

pub fn lower(form: &mut Form<'_, '_>) -> Lowered {
    match form.text.opcode {
        "ld" | "ldu" => load(form),
        "st" => store(form),
        "atom" => atomic(form, true),
        "red" => atomic(form, false),
        _ => copy(form),
    }
}

fn take_space(form: &mut Form<'_, '_>) -> Space {
    form.pick(&[
        ("global", Space::Global),
        ("shared", Space::Shared),
        ("shared::cta", Space::Shared),
        ("local", Space::Local),
        ("const", Space::Const),
        ("param", Space::Param),
        ("param::entry", Space::Param),
        ("param::func", Space::Param),
    ])
    .unwrap_or(Space::Generic)
}

/// Takes hints and orders; whether the access synchronises itself.
fn take_orders(form: &mut Form<'_, '_>) -> bool {
    for hint in HINTS {
        form.flag(hint);
    }
    while form.find(|word| (word.starts_with("L1::") || word.starts_with("L2::")).then_some(())).is_some() {}
    let strong = ORDERS.into_iter().filter(|order| form.flag(order)).count() > 0;
    for scope in SCOPES {
        form.flag(scope);
    }
    strong
}

/// The address in an operand, where `size` bytes at a variable of the frame must lie within it.
pub fn address(form: &mut Form<'_, '_>, index: usize, space: Space, size: u32, strong: bool) -> Lowered<Address> {
    let Operand::Address(base, offset) = form.operand(index)? else {
        return Err(form.operand_error("an address in brackets belongs here"));
    };
    let at = |base, offset| Address { space, base, offset, strong };
    match &**base {
        Operand::Literal(Literal::Int(value)) => Ok(at(Src::Imm(*value), *offset)),
        Operand::Name { name, component: None, .. } => {
            let names = form.names;
            let entity =
                form.scopes.find(name).or_else(|| names.variables.get(name).map(|index| Entity::Variable(*index)));
            let wrong = |what: &str| form.operand_error(format!("{name} is {what}"));
            let named = match entity {
                None => return Err(form.text.at.name(format!("{name} is not declared"))),
                Some(Entity::Register(_, ty)) if !matches!(ty.bits(), 32 | 64) || ty.is_float() => {
                    return Err(wrong("no register for an address"));
                }
                Some(Entity::Register(_, ty))
                    if ty.bits() == 32 && matches!(space, Space::Global | Space::Const | Space::Generic) =>
                {
                    return Err(wrong("of 32 bits: such addresses are 64 bits"));
                }
                Some(Entity::Register(reg, _)) => return Ok(at(Src::Reg(reg), *offset)),
                Some(Entity::Param { size: whole, .. }) => {
                    if *offset < 0 || *offset + i64::from(size) > i64::from(whole) {
                        return Err(wrong("smaller than the access"));
                    }
                    Space::Param
                }
                Some(Entity::Local { .. }) => Space::Local,
                Some(Entity::Variable(index)) => {
                    form.variables.get(index as usize).map_or(Space::Generic, |variable| variable.space)
                }
            };
            // A named variable in another space would be an offset taken for an address.
            let plain = matches!((named, space), (Space::Global | Space::Const, Space::Generic));
            if named != space && !plain {
                return Err(wrong("in another state space"));
            }
            match entity {
                Some(entity) => Ok(at(form.address_of(entity, 0)?, *offset)),
                None => Err(form.unknown()),
            }
        }
        _ => Err(form.operand_error("an address is a name or a number, and an offset")),
    }
}

/// `.v2` and `.v4`.
fn vector(form: &mut Form<'_, '_>) -> usize {
    form.pick(&[("v2", 2), ("v4", 4)]).unwrap_or(1)
}

/// The elements of a vector operand, or the operand itself.
fn elements<'t, 'a>(form: &Form<'t, 'a>, index: usize, count: usize) -> Lowered<&'t [Operand<'a>]> {
    let operand = form.operand(index)?;
    let list = match operand {
        Operand::Vector(list) => list.as_slice(),
        single => std::slice::from_ref(single),
    };
    if list.len() == count { Ok(list) } else { Err(form.operand_error(format!("not {count} elements"))) }
}

fn load(form: &mut Form<'_, '_>) -> Lowered {
    let space = take_space(form);
    let strong = take_orders(form);
    let count = vector(form);
    let ty = accessed(form, count)?;
    form.operands(2, 2)?;
    let d = elements(form, 0, count)?
        .iter()
        .map(|element| match form.maybe_reg(element)? {
            None => Ok(None),
            Some((_, have))
                if have == Type::Pred || have.bits() < ty.bits() || (ty.is_float() && have.bits() != ty.bits()) =>
            {
                Err(form.operand_error("a register that does not hold the type"))
            }
            Some((reg, have)) => Ok(Some(Wide { reg, bits: have.bits() })),
        })
        .collect::<Lowered<_>>()?;
    let at = address(form, 1, space, ty.bytes() * count as u32, strong)?;
    Ok(Op::Load { ty, d, at })
}

fn store(form: &mut Form<'_, '_>) -> Lowered {
    let space = take_space(form);
    if space == Space::Const {
        return Err(form.operand_error("constant memory is read only"));
    }
    let strong = take_orders(form);
    let count = vector(form);
    let ty = accessed(form, count)?;
    form.operands(2, 2)?;
    let s = elements(form, 1, count)?
        .iter()
        .map(|element| form.src_of(element, ty, !ty.is_float()))
        .collect::<Lowered<_>>()?;
    let at = address(form, 0, space, ty.bytes() * count as u32, strong)?;
    Ok(Op::Store { ty, s, at })
}

fn accessed(form: &mut Form<'_, '_>, count: usize) -> Lowered<Type> {
    let ty = form.ty()?;
    if ty == Type::Pred || ty.bytes() * count as u32 > 16 {
        return Err(form.operand_error("an access is of 1 to 16 bytes"));
    }
    Ok(ty)
}

/// Integer and bitwise atomics; those on floats would depend on the order of threads.
fn atomic(form: &mut Form<'_, '_>, returns: bool) -> Lowered {
    let space = take_space(form);
    take_orders(form);
    let op = form
        .pick(&[
            ("add", AtomicOp::Add),
            ("min", AtomicOp::Min),
            ("max", AtomicOp::Max),
            ("and", AtomicOp::And),
            ("or", AtomicOp::Or),
            ("xor", AtomicOp::Xor),
            ("exch", AtomicOp::Exchange),
            ("cas", AtomicOp::CompareExchange),
            ("inc", AtomicOp::Inc),
            ("dec", AtomicOp::Dec),
        ])
        .ok_or_else(|| form.unknown())?;
    let ty = form.ty()?;
    let fits = match op {
        AtomicOp::Add | AtomicOp::Min | AtomicOp::Max => ty.is_integer() && ty.bits() >= 32,
        AtomicOp::Inc | AtomicOp::Dec => ty == Type::U32,
        _ => matches!(ty, Type::B32 | Type::B64),
    };
    if !fits || !matches!(space, Space::Global | Space::Shared | Space::Generic) {
        return Err(form.operand_error("this atomic does not exist for the type or space"));
    }
    let first = usize::from(returns);
    let compares = op == AtomicOp::CompareExchange;
    let operands = first + if compares { 3 } else { 2 };
    form.operands(operands, operands)?;
    let d = if returns {
        match form.maybe_reg(form.operand(0)?)? {
            Some(_) => Some(form.reg(0, ty.bits())?),
            None => None,
        }
    } else {
        None
    };
    let at = address(form, first, space, ty.bytes(), true)?;
    let b = form.src(first + 1, ty)?;
    let c = if compares { form.src(first + 2, ty)? } else { Src::Imm(0) };
    Ok(Op::Atomic { op, ty, d, at, b, c })
}

/// `cp.async` from global to shared memory.
fn copy(form: &mut Form<'_, '_>) -> Lowered {
    if !form.flag("async") {
        return Err(form.unknown());
    }
    if form.flag("commit_group") {
        form.operands(0, 0)?;
        return Ok(Op::CopyCommit);
    }
    if form.flag("wait_all") {
        form.operands(0, 0)?;
        return Ok(Op::CopyWait(None));
    }
    if form.flag("wait_group") {
        form.operands(1, 1)?;
        return match form.operand(0)? {
            Operand::Literal(Literal::Int(open)) => Ok(Op::CopyWait(Some((*open).min(1 << 20) as u32))),
            _ => Err(form.operand_error("wait_group takes a number")),
        };
    }
    let first_level = form.flag("ca");
    let second_level = form.flag("cg");
    take_orders(form);
    let shared = form.flag("shared") || form.flag("shared::cta");
    if !shared || !form.flag("global") || first_level == second_level {
        return Err(form.unknown());
    }
    form.operands(3, 4)?;
    let bytes = match form.operand(2)? {
        Operand::Literal(Literal::Int(bytes @ (4 | 8 | 16))) if *bytes == 16 || first_level => *bytes as u32,
        _ => return Err(form.operand_error("cp.async copies 4, 8 (with .ca) or 16 bytes")),
    };
    let given = if form.count() == 4 { Some(form.src(3, Type::U32)?) } else { None };
    let to = address(form, 0, Space::Shared, bytes, false)?;
    let from = address(form, 1, Space::Global, bytes, false)?;
    Ok(Op::CopyAsync { to, from, bytes, given })
}
