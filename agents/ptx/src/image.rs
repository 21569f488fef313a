//! A loaded module: functions and variables by number.

use crate::op::{Instr, Place};
use crate::syntax::Space;

#[derive(Debug)]
pub struct Image {
    pub version: (u32, u32),
    pub target: String,
    pub functions: Vec<Function>,
    pub variables: Vec<Variable>,
}

/// A variable of the module; those declared in functions included.
#[derive(Debug)]
pub struct Variable {
    /// Shared, Global or Const.
    pub space: Space,
    pub size: u64,
    pub align: u32,
    /// Shorter than `size`: the rest is zero.
    pub init: Vec<u8>,
    /// Dynamic shared memory, whose size the launch says.
    pub dynamic: bool,
}

#[derive(Debug)]
pub struct Function {
    pub name: String,
    pub entry: bool,
    pub code: Vec<Instr>,
    pub registers: u32,
    /// Formal parameters, returned values and what its calls pass, in one piece.
    pub param_bytes: u32,
    pub local_bytes: u32,
    pub params: Vec<Place>,
    pub returns: Vec<Place>,
    /// Shared variables and functions that it names.
    pub shared: Vec<u32>,
    pub calls: Vec<u32>,
    pub required_threads: Option<[u32; 3]>,
    pub most_threads: Option<[u32; 3]>,
}

impl Image {
    /// Shared variables that a kernel and what it calls use, static ones first.
    pub fn shared_of(&self, kernel: u32) -> Vec<u32> {
        let (mut seen, mut next) = (vec![false; self.functions.len()], vec![kernel]);
        let mut used = vec![false; self.variables.len()];
        while let Some(index) = next.pop() {
            let (Some(function), Some(seen)) = (self.functions.get(index as usize), seen.get_mut(index as usize))
            else {
                continue;
            };
            if std::mem::replace(seen, true) {
                continue;
            }
            next.extend(&function.calls);
            for &variable in &function.shared {
                if let Some(used) = used.get_mut(variable as usize) {
                    *used = true;
                }
            }
        }
        let mut found: Vec<u32> = (0u32..).zip(&used).filter(|(_, used)| **used).map(|(index, _)| index).collect();
        found.sort_by_key(|&index| self.variables[index as usize].dynamic);
        found
    }
}
