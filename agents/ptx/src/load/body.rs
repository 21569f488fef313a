//! A function's body.

use std::collections::HashMap;

use super::form::{Form, Lowered};
use super::names::{Entity, MAX_REGISTERS, Scopes};
use super::{Names, arithmetic, control, conversion, memory, param_place, variable, warp};
use crate::error::ParseError;
use crate::image::{Function, Image};
use crate::op::{Instr, Place};
use crate::syntax::{Count, Declare, FunctionText, Space, Statement};

/// Resolves a function that has a body.
pub fn lower(text: &FunctionText<'_>, names: &Names<'_>, image: &mut Image) -> Result<Function, ParseError> {
    let mut function = Function::new(text)?;
    let mut scopes = Scopes::new();
    for (declare, place) in text.params.iter().chain(&text.returns).zip(function.params.iter().chain(&function.returns))
    {
        match *place {
            Place::Param { offset, size } => {
                scopes.declare(declare.name, Entity::Param { offset, size }, declare.at)?;
            }
            Place::Reg { .. } => scopes.declare_registers(declare.name, None, declare.ty, declare.at)?,
        }
    }
    let statements = text.body.as_deref().unwrap_or_default();
    let labels = labels(statements)?;
    for statement in statements {
        match statement {
            Statement::Open => scopes.enter(),
            Statement::Close => scopes.leave(),
            Statement::Label(..) => {}
            Statement::Declare(declare) => self::declare(declare, &mut scopes, &mut function, image)?,
            Statement::Instruction(instruction) => {
                let mut used = (Vec::new(), Vec::new());
                let lists = (&mut used.0, &mut used.1);
                let mut form = Form::new(instruction, &scopes, names, &image.variables, &labels, lists);
                let guard = match instruction.guard {
                    Some((name, negated)) => match scopes.find(name) {
                        Some(Entity::Register(reg, crate::types::Type::Pred)) => Some((reg, negated)),
                        _ => return Err(instruction.at.name(format!("{name} is not a predicate"))),
                    },
                    None => None,
                };
                let op = instruction_op(&mut form)?;
                form.done()?;
                function.code.push(Instr { guard, op, line: instruction.at.line });
                remember(&mut function.shared, used.0);
                remember(&mut function.calls, used.1);
            }
        }
    }
    function.registers = scopes.registers.min(MAX_REGISTERS);
    Ok(function)
}

fn remember(list: &mut Vec<u32>, new: Vec<u32>) {
    for index in new {
        if !list.contains(&index) {
            list.push(index);
        }
    }
}

/// The index of each label's next instruction.
fn labels<'a>(statements: &[Statement<'a>]) -> Result<HashMap<&'a str, u32>, ParseError> {
    let (mut found, mut index) = (HashMap::new(), 0);
    for statement in statements {
        match statement {
            Statement::Instruction(_) => index += 1,
            Statement::Label(name, at) if found.insert(*name, index).is_some() => {
                return Err(at.name(format!("the label {name} stands twice in the function")));
            }
            _ => {}
        }
    }
    Ok(found)
}

fn declare<'a>(
    declare: &Declare<'a>,
    scopes: &mut Scopes<'a>,
    function: &mut Function,
    image: &mut Image,
) -> Result<(), ParseError> {
    if !declare.init.is_empty() && !matches!(declare.space, Space::Global | Space::Const) {
        return Err(declare.at.syntax("only global and constant variables have initial values"));
    }
    let entity = match declare.space {
        Space::Reg => {
            let count = match declare.count {
                Count::One => None,
                Count::Numbered(n) => Some(n),
                _ => return Err(declare.at.syntax("there are no arrays of registers")),
            };
            return scopes.declare_registers(declare.name, count, declare.ty, declare.at);
        }
        Space::Param => {
            let (offset, size) = param_place(declare, &mut function.param_bytes)?;
            Entity::Param { offset, size }
        }
        Space::Local => Entity::Local { offset: param_place(declare, &mut function.local_bytes)?.0 },
        _ => Entity::Variable(variable::add(image, declare)?),
    };
    scopes.declare(declare.name, entity, declare.at)
}

fn instruction_op(form: &mut Form<'_, '_>) -> Lowered {
    match form.text.opcode {
        "mov" | "cvt" | "cvta" | "selp" | "slct" | "setp" | "set" => conversion::lower(form),
        "ld" | "ldu" | "st" | "atom" | "red" | "cp" => memory::lower(form),
        "bra" | "call" | "ret" | "exit" | "trap" | "bar" | "barrier" | "membar" | "fence" => control::lower(form),
        "shfl" | "vote" | "match" | "redux" | "mma" | "ldmatrix" => warp::lower(form),
        _ => arithmetic::lower(form),
    }
}
