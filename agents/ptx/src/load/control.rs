//! Branches, calls, barriers.

use super::form::{Form, Lowered};
use super::names::Entity;
use crate::op::{Argument, Op, Place, Warp};
use crate::syntax::Operand;
use crate::types::Type;

pub fn lower(form: &mut Form<'_, '_>) -> Lowered {
    match form.text.opcode {
        "bra" => branch(form),
        "call" => call(form),
        "ret" => plain(form, Op::Return),
        "exit" => plain(form, Op::Exit),
        "trap" => plain(form, Op::Trap),
        "bar" | "barrier" => barrier(form),
        _ => fence(form),
    }
}

fn plain(form: &mut Form<'_, '_>, op: Op) -> Lowered {
    form.flag("uni");
    form.operands(0, 0)?;
    Ok(op)
}

fn branch(form: &mut Form<'_, '_>) -> Lowered {
    form.flag("uni");
    form.operands(1, 1)?;
    match form.operand(0)? {
        Operand::Name { name, component: None, offset: 0 } => match form.labels.get(name) {
            Some(index) => Ok(Op::Branch(*index)),
            None => Err(form.text.at.name(format!("the label {name} does not stand in the function"))),
        },
        _ => Err(form.operand_error("a label belongs here")),
    }
}

fn call(form: &mut Form<'_, '_>) -> Lowered {
    form.flag("uni");
    form.operands(1, 3)?;
    // `call f`, `call f, (a)`, `call (r), f`, `call (r), f, (a)`
    let (returned, at) = match form.operand(0)? {
        Operand::List(list) => (list.as_slice(), 1),
        _ => (&[][..], 0),
    };
    let Operand::Name { name, component: None, offset: 0 } = form.operand(at)? else {
        return Err(form.operand_error("only calls of functions by name are supported"));
    };
    let passed = match form.text.operands.get(at + 1) {
        None => &[][..],
        Some(Operand::List(list)) => list.as_slice(),
        Some(_) => return Err(form.operand_error("arguments stand in brackets")),
    };
    let names = form.names;
    let signature = match names.functions.get(name) {
        Some(signature) if signature.defined && !signature.entry => signature,
        Some(signature) if signature.entry => return Err(form.operand_error("a kernel cannot be called")),
        _ => return Err(form.text.at.name(format!("{name} has no body in this module"))),
    };
    if passed.len() != signature.params.len() || returned.len() != signature.returns.len() {
        return Err(form.operand_error(format!("{name} is declared with other parameters")));
    }
    let arguments = passed
        .iter()
        .zip(&signature.params)
        .map(|(operand, place)| argument(form, operand, *place))
        .collect::<Lowered<_>>()?;
    let returns = returned
        .iter()
        .zip(&signature.returns)
        .map(|(operand, place)| receiver(form, operand, *place))
        .collect::<Lowered<_>>()?;
    form.calls.push(signature.index);
    Ok(Op::Call { function: signature.index, arguments, returns })
}

fn param_of(form: &Form<'_, '_>, operand: &Operand<'_>) -> Option<(u32, u32)> {
    match operand {
        Operand::Name { name, component: None, offset: 0 } => match form.scopes.find(name) {
            Some(Entity::Param { offset, size }) => Some((offset, size)),
            _ => None,
        },
        _ => None,
    }
}

fn argument<'a>(form: &mut Form<'_, 'a>, operand: &Operand<'a>, place: Place) -> Lowered<Argument> {
    match (param_of(form, operand), place) {
        (Some((offset, size)), Place::Param { size: wanted, .. }) if size == wanted => {
            Ok(Argument::Param { offset, size })
        }
        (None, Place::Param { size, .. }) => value(form, operand, size * 8),
        (None, Place::Reg { bits, .. }) => value(form, operand, bits),
        _ => Err(form.operand_error("an argument of another size")),
    }
}

fn value<'a>(form: &mut Form<'_, 'a>, operand: &Operand<'a>, bits: u32) -> Lowered<Argument> {
    let ty = match bits {
        1 => Type::Pred,
        8 => Type::B8,
        16 => Type::B16,
        32 => Type::B32,
        64 => Type::B64,
        _ => return Err(form.operand_error("an argument of another size")),
    };
    form.src_of(operand, ty, false).map(Argument::Value)
}

fn receiver<'a>(form: &Form<'_, 'a>, operand: &Operand<'a>, place: Place) -> Lowered<Place> {
    match (param_of(form, operand), place) {
        (Some((offset, size)), Place::Param { size: wanted, .. }) if size == wanted => {
            Ok(Place::Param { offset, size })
        }
        (None, Place::Param { size, .. }) if size <= 8 => {
            form.reg_of(operand, size * 8).map(|reg| Place::Reg { reg, bits: size * 8 })
        }
        (None, Place::Reg { bits, .. }) => form.reg_of(operand, bits).map(|reg| Place::Reg { reg, bits }),
        _ => Err(form.operand_error("a returned value of another size")),
    }
}

fn barrier(form: &mut Form<'_, '_>) -> Lowered {
    if form.flag("warp") {
        if !form.flag("sync") {
            return Err(form.unknown());
        }
        form.operands(1, 1)?;
        return Ok(Op::Warp { op: Box::new(Warp::Barrier), mask: form.src(0, Type::B32)? });
    }
    form.flag("cta");
    let arrive = form.flag("arrive");
    if !arrive && !form.flag("sync") {
        return Err(form.unknown());
    }
    let aligned = form.flag("aligned") || form.text.opcode == "bar";
    form.operands(if arrive { 2 } else { 1 }, 2)?;
    let id = form.src(0, Type::U32)?;
    let count = if form.count() == 2 { Some(form.src(1, Type::U32)?) } else { None };
    Ok(Op::Barrier { id, count, arrive, aligned })
}

/// Every access here is seen by everyone at once, so a fence has nothing to do.
fn fence(form: &mut Form<'_, '_>) -> Lowered {
    form.operands(0, 0)?;
    for word in ["cta", "gpu", "sys", "cluster", "gl", "sc", "acq_rel"] {
        form.flag(word);
    }
    Ok(Op::Fence)
}
