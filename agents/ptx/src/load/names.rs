//! Scopes: which name means what at a place.

use std::collections::HashMap;

use crate::error::{At, ParseError};
use crate::op::Reg;
use crate::types::Type;

/// Most registers of a function.
pub const MAX_REGISTERS: u32 = 1 << 16;

/// What a name of a function means.
#[derive(Clone, Copy, Debug)]
pub enum Entity {
    Register(Reg, Type),
    Param {
        offset: u32,
        size: u32,
    },
    Local {
        offset: u32,
    },
    /// Index in the module.
    Variable(u32),
}

#[derive(Default)]
struct Scope<'a> {
    names: HashMap<&'a str, Entity>,
    /// `%r<n>`: first register, n, type.
    numbered: HashMap<&'a str, (Reg, u32, Type)>,
}

pub struct Scopes<'a> {
    /// The innermost last; never empty.
    open: Vec<Scope<'a>>,
    pub registers: u32,
}

impl<'a> Scopes<'a> {
    pub fn new() -> Self {
        Self { open: vec![Scope::default()], registers: 0 }
    }

    pub fn enter(&mut self) {
        self.open.push(Scope::default());
    }

    pub fn leave(&mut self) {
        self.open.pop();
    }

    pub fn declare(&mut self, name: &'a str, entity: Entity, at: At) -> Result<(), ParseError> {
        let twice = self.open.last_mut().is_some_and(|scope| scope.names.insert(name, entity).is_some());
        if twice { Err(at.name(format!("{name} is declared twice"))) } else { Ok(()) }
    }

    /// New registers: one called `name`, or `count` called `name0`, `name1`, ...
    pub fn declare_registers(&mut self, name: &'a str, count: Option<u64>, ty: Type, at: At) -> Result<(), ParseError> {
        let first = self.registers;
        let n = u32::try_from(count.unwrap_or(1)).unwrap_or(u32::MAX);
        self.registers = first.saturating_add(n);
        if self.registers > MAX_REGISTERS {
            return Err(at.limit("registers in a function", u64::from(MAX_REGISTERS)));
        }
        if count.is_none() {
            return self.declare(name, Entity::Register(first, ty), at);
        }
        let twice = self.open.last_mut().is_some_and(|scope| scope.numbered.insert(name, (first, n, ty)).is_some());
        if twice { Err(at.name(format!("{name}<> is declared twice"))) } else { Ok(()) }
    }

    /// The innermost meaning of a name.
    pub fn find(&self, name: &str) -> Option<Entity> {
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let digits = &name[stem.len()..];
        self.open.iter().rev().find_map(|scope| {
            if let Some(entity) = scope.names.get(name) {
                return Some(*entity);
            }
            // The number's digits may begin within a stem that itself ends in digits, such as `%r1_<2>` or `%a1<3>`.
            // No number has more than ten digits.
            (digits.len().saturating_sub(10)..digits.len()).find_map(|split| {
                let (first, n, ty) = *scope.numbered.get(&name[..stem.len() + split])?;
                let number = &digits[split..];
                let plain = number == "0" || !number.starts_with('0');
                let index = number.parse::<u32>().ok().filter(|index| plain && *index < n)?;
                Some(Entity::Register(first + index, ty))
            })
        })
    }
}
