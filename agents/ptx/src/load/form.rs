//! One instruction while it is resolved: its modifiers are taken one by one, and what is left over is refused.
//!
//! The order of modifiers is not checked; an assembler does that.

use super::Names;
use super::names::{Entity, Scopes};
use super::special::special;
use super::variable::bits_of;
use crate::error::{ParseError, Reason, excerpt};
use crate::image::Variable;
use crate::op::{Op, Reg, Src};
use crate::syntax::{Instruction, Literal, Operand, Space};
use crate::types::Type;

/// The result of resolving something of an instruction.
pub type Lowered<T = Op> = Result<T, ParseError>;

pub struct Form<'t, 'a> {
    pub text: &'t Instruction<'a>,
    pub scopes: &'t Scopes<'a>,
    pub names: &'t Names<'a>,
    pub variables: &'t [Variable],
    /// Where each label's next instruction is.
    pub labels: &'t std::collections::HashMap<&'a str, u32>,
    /// Shared variables and functions that are named.
    pub shared: &'t mut Vec<u32>,
    pub calls: &'t mut Vec<u32>,
    modifiers: Vec<&'a str>,
}

impl<'t, 'a> Form<'t, 'a> {
    pub fn new(
        text: &'t Instruction<'a>,
        scopes: &'t Scopes<'a>,
        names: &'t Names<'a>,
        variables: &'t [Variable],
        labels: &'t std::collections::HashMap<&'a str, u32>,
        (shared, calls): (&'t mut Vec<u32>, &'t mut Vec<u32>),
    ) -> Self {
        Self { text, scopes, names, variables, labels, shared, calls, modifiers: text.modifiers.clone() }
    }

    /// Takes a modifier if it is there.
    pub fn flag(&mut self, word: &str) -> bool {
        match self.modifiers.iter().position(|modifier| *modifier == word) {
            Some(at) => {
                self.modifiers.remove(at);
                true
            }
            None => false,
        }
    }

    /// Takes the first of the modifiers that is there.
    pub fn pick<T: Copy>(&mut self, choices: &[(&str, T)]) -> Option<T> {
        choices.iter().find(|(word, _)| self.flag(word)).map(|(_, value)| *value)
    }

    /// Takes the first modifier that means something.
    pub fn find<T>(&mut self, meaning: impl Fn(&str) -> Option<T>) -> Option<T> {
        let (at, value) =
            self.modifiers.iter().enumerate().find_map(|(at, word)| meaning(word).map(|value| (at, value)))?;
        self.modifiers.remove(at);
        Some(value)
    }

    /// Takes the first type modifier.
    pub fn ty(&mut self) -> Lowered<Type> {
        self.find(Type::named).ok_or_else(|| self.operand_error("no type that the interpreter knows"))
    }

    /// Refuses modifiers that nobody took.
    pub fn done(&self) -> Lowered<()> {
        let Some(left) = self.modifiers.first() else { return Ok(()) };
        let hint = match *left {
            "ftz" => "subnormals are kept on every device",
            "approx" | "full" => "its result differs between devices, use .rn",
            "rz" | "rm" | "rp" => "floats are rounded to nearest even, use .rn",
            "sat" | "satfinite" => "write the clamp out",
            "f16" | "bf16" | "f16x2" | "bf16x2" | "tf32" | "f64" => "the interpreter computes in f32 and integers",
            _ => "the documentation lists what the interpreter runs",
        };
        Err(self.text.at.error(Reason::Modifier { modifier: format!(".{left}"), text: excerpt(self.text.text), hint }))
    }

    pub fn unknown(&self) -> ParseError {
        self.text.at.error(Reason::UnknownInstruction(excerpt(self.text.text)))
    }

    pub fn operand_error(&self, what: impl Into<String>) -> ParseError {
        self.text.at.error(Reason::Operand { what: what.into(), text: excerpt(self.text.text) })
    }

    /// Refuses another number of operands.
    pub fn operands(&self, least: usize, most: usize) -> Lowered<()> {
        if (least..=most).contains(&self.count()) {
            Ok(())
        } else {
            Err(self.operand_error(format!("{} operands where {least} to {most} belong", self.count())))
        }
    }

    pub fn count(&self) -> usize {
        self.text.operands.len()
    }

    pub fn operand(&self, index: usize) -> Lowered<&'t Operand<'a>> {
        self.text.operands.get(index).ok_or_else(|| self.operand_error("an operand is missing"))
    }

    /// A register of exactly so many bits that the instruction writes.
    pub fn reg(&self, index: usize, bits: u32) -> Lowered<Reg> {
        self.reg_of(self.operand(index)?, bits)
    }

    pub fn reg_of(&self, operand: &Operand<'a>, bits: u32) -> Lowered<Reg> {
        let (reg, ty) = self.any_reg(operand)?;
        if ty.bits() != bits {
            return Err(self.operand_error(format!("a register of {} bits where {bits} belong", ty.bits())));
        }
        Ok(reg)
    }

    /// A register of any width, with its type.
    pub fn any_reg(&self, operand: &Operand<'a>) -> Lowered<(Reg, Type)> {
        match operand {
            Operand::Name { name, component: None, offset: 0 } => match self.scopes.find(name) {
                Some(Entity::Register(reg, ty)) => Ok((reg, ty)),
                Some(_) => Err(self.operand_error(format!("{name} is not a register"))),
                None => Err(self.text.at.name(format!("{name} is not declared"))),
            },
            _ => Err(self.operand_error("a register belongs here")),
        }
    }

    /// A register, or None for the sink `_`.
    pub fn maybe_reg(&self, operand: &Operand<'a>) -> Lowered<Option<(Reg, Type)>> {
        match operand {
            Operand::Name { name: "_", component: None, offset: 0 } => Ok(None),
            operand => self.any_reg(operand).map(Some),
        }
    }

    /// A value that the instruction reads as a type.
    pub fn src(&mut self, index: usize, ty: Type) -> Lowered<Src> {
        self.src_of(self.operand(index)?, ty, false)
    }

    /// As [`Self::src`] from an operand; `wider` registers are cut to the type.
    pub fn src_of(&mut self, operand: &Operand<'a>, ty: Type, wider: bool) -> Lowered<Src> {
        match operand {
            Operand::Literal(literal) => {
                if let (Type::Pred, Literal::Int(value)) = (ty, literal) {
                    return Ok(Src::Imm(u64::from(*value != 0)));
                }
                let bits = bits_of(*literal, ty);
                bits.map(Src::Imm).ok_or_else(|| self.operand_error("a number of another type"))
            }
            Operand::Name { name, component, offset } => self.named(name, *component, *offset, ty, wider),
            _ => Err(self.operand_error("a register or a number belongs here")),
        }
    }

    fn named(&mut self, name: &str, component: Option<&str>, offset: i64, ty: Type, wider: bool) -> Lowered<Src> {
        let bits = ty.bits();
        let fits = |have: u32| {
            if have == bits || (wider && have > bits) {
                Ok(())
            } else {
                Err(self.operand_error(format!("{name} has {have} bits where {bits} belong")))
            }
        };
        if component.is_some() || name.starts_with('%') || name == "WARP_SZ" {
            let found = special(name, component).map(Src::Special);
            let found = found.or((name == "WARP_SZ" && component.is_none()).then_some(Src::Imm(32)));
            if let Some(source) = found {
                fits(32)?;
                return Ok(source);
            }
        }
        let entity = self.scopes.find(name).or_else(|| self.names.variables.get(name).map(|v| Entity::Variable(*v)));
        match entity {
            _ if component.is_some() => Err(self.text.at.name(format!("{name} has no components here"))),
            None => Err(self.text.at.name(format!("{name} is not declared"))),
            Some(Entity::Register(reg, have)) => {
                if offset != 0 {
                    return Err(self.operand_error("a register with an offset belongs in brackets"));
                }
                fits(have.bits())?;
                Ok(Src::Reg(reg))
            }
            // Addresses: shared, local and parameter addresses also fit 32 bits.
            Some(_) if ty.is_float() || bits < 32 => {
                Err(self.operand_error(format!("{name} is a variable, whose address is 64 bits")))
            }
            Some(entity) => self.address_of(entity, offset),
        }
    }

    /// The address of a variable, plus an offset.
    pub fn address_of(&mut self, entity: Entity, offset: i64) -> Lowered<Src> {
        let moved = |at: u32| {
            u32::try_from(i64::from(at) + offset)
                .map_err(|_| self.operand_error("the offset leads before the variable"))
        };
        match entity {
            Entity::Register(reg, _) => Ok(Src::Reg(reg)),
            Entity::Param { offset: at, .. } => moved(at).map(Src::Param),
            Entity::Local { offset: at } => moved(at).map(Src::Local),
            Entity::Variable(index) => {
                if self.variables.get(index as usize).is_some_and(|variable| variable.space == Space::Shared) {
                    self.shared.push(index);
                }
                let offset = i32::try_from(offset).map_err(|_| self.operand_error("an offset beyond 32 bits"))?;
                Ok(Src::Variable(index, offset))
            }
        }
    }

    /// A predicate, and whether `!` negates it.
    pub fn predicate(&mut self, operand: &Operand<'a>) -> Lowered<(Src, bool)> {
        match operand {
            Operand::Not(inner) => Ok((self.src_of(inner, Type::Pred, false)?, true)),
            operand => Ok((self.src_of(operand, Type::Pred, false)?, false)),
        }
    }
}
